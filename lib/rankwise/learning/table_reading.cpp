#include "rankwise/learning/table_reading.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>
#include <string_view>
#include <utility>

#include "rankwise/base/checked.hpp"
#include "rankwise/engine/on_each_node.hpp"
#include "rankwise/engine/run.hpp"
#include "rankwise/ranks/agreement.hpp"
#include "rankwise/ranks/collectives.hpp"
#include "rankwise/storage/csv_fields.hpp"
#include "rankwise/storage/csv_lines.hpp"
#include "rankwise/storage/text_column.hpp"

namespace rankwise::learning {
namespace {

[[noreturn]] void refuse(const storage::MatrixInfo& info, std::uint64_t row, const std::string& column,
                         const char* what) {
  throw InputError(fmt::format("{}: row {}, column '{}' is {}: models take no missing values and no infinities",
                               info.source, row, column, what));
}

/// What each column is.
struct Roles {
  std::vector<std::uint64_t> numbers = {}, texts = {};  ///< targets
  [[nodiscard]] bool is_text(std::uint64_t column) const { return has(texts, column); }
  [[nodiscard]] bool is_number(std::uint64_t column) const { return has(numbers, column); }

  static bool has(const std::vector<std::uint64_t>& some, std::uint64_t column) {
    return std::find(some.begin(), some.end(), column) != some.end();
  }
};

/// A lane is a run of rows. Where rank 0 shares this rank's memory, features go straight to their place; from other
/// nodes they go home with the targets.
class ReadJob {
 public:
  struct Partial {
    std::vector<double> targets, features;  ///< row by row
  };
  using Scratch = storage::Tile;

  /// @param place of the features of all rows, or nothing
  ReadJob(const engine::SharedMatrix& matrix, const Roles& roles, double* place)
      : matrix_(matrix),
        info_(matrix.info()),
        roles_(roles),
        features_(info_.columns - roles.numbers.size() - roles.texts.size()),
        rows_(std::clamp<std::uint64_t>((std::uint64_t{1} << 19) / std::max<std::uint64_t>(1, info_.columns), 1,
                                        std::max<std::uint64_t>(1, info_.rows))),
        place_(place) {
    for (std::uint64_t c = 0; c < info_.columns; ++c) {
      if (roles.is_text(c)) continue;
      if (runs_.empty() || runs_.back().end != c) runs_.push_back({c, c});
      ++runs_.back().end;
      goes_to_.push_back(roles.is_number(c));
    }
  }

  [[nodiscard]] engine::Identity identity() const {
    return {.method = "read",
            .version = 2,
            .input = info_.fingerprint(),
            .seed = 0,
            .options = fmt::format("{} {}", fmt::join(roles_.numbers, ","), fmt::join(roles_.texts, ","))};
  }
  [[nodiscard]] blocks::Grid grid() const { return {.lanes = divide_up(info_.rows, rows_), .steps = 1}; }
  [[nodiscard]] Bytes partial_bytes() const { return {64 + rows_ * roles_.numbers.size() * sizeof(double)}; }
  [[nodiscard]] Bytes block_bytes() const { return {storage::room_to_read(info_, rows_ * info_.columns).value * 2}; }

  [[nodiscard]] Partial run(blocks::Block block, Scratch& tile) const {
    const blocks::Range rows = rows_of(block.lane);
    Partial partial;
    partial.targets.resize(rows.size() * roles_.numbers.size());
    if (place_ == nullptr) partial.features.resize(rows.size() * features_);
    double* features = place_ != nullptr ? place_ + rows.begin * features_ : partial.features.data();
    double* targets = partial.targets.data();
    for (const blocks::Range& run : runs_) take(rows, run, tile, features, targets);
    return partial;
  }
  void announce(blocks::Block block) const {
    for (const blocks::Range& run : runs_) matrix_.reader().announce({rows_of(block.lane), run});
  }
  void merge(Partial&, const Partial&) const {}  // lanes have one step
  static void encode(const Partial& partial, ByteWriter& out) {
    out.put_vector(partial.targets);
    out.put_vector(partial.features);
  }
  static Partial decode(ByteReader& in) {
    auto targets = in.get_vector<double>();
    return {std::move(targets), in.get_vector<double>()};
  }
  [[nodiscard]] blocks::Range rows_of(std::uint64_t lane) const { return blocks::piece(info_.rows, rows_, lane); }

 private:
  /// Columns of a run go to the next places in their rows, among the features or the targets.
  void take(blocks::Range rows, blocks::Range run, Scratch& tile, double*& features, double*& targets) const {
    matrix_.reader().read({rows, run}, tile);
    tile.widen();
    const std::size_t skipped = static_cast<std::size_t>(
        std::count_if(roles_.texts.begin(), roles_.texts.end(), [&](std::uint64_t c) { return c < run.begin; }));
    const std::uint64_t target_count = roles_.numbers.size();
    std::uint64_t to_features = 0, to_targets = 0;
    for (std::uint64_t r = 0; r < rows.size(); ++r) {
      to_features = to_targets = 0;
      for (std::uint64_t c = 0; c < run.size(); ++c) {
        const double value = tile.data<double>()[r * tile.row_stride() + c * tile.column_stride()];
        if (!std::isfinite(value)) {
          refuse(info_, rows.begin + r, info_.name_of(run.begin + c), std::isnan(value) ? "missing" : "infinite");
        }
        if (goes_to_[run.begin + c - skipped]) {
          targets[r * target_count + to_targets++] = value;
        } else {
          features[r * features_ + to_features++] = value;
        }
      }
    }
    features += to_features;
    targets += to_targets;
  }

  const engine::SharedMatrix& matrix_;
  const storage::MatrixInfo& info_;
  const Roles& roles_;
  std::uint64_t features_;
  std::uint64_t rows_;
  double* place_;
  std::vector<blocks::Range> runs_ = {};  // of columns that are numbers
  std::vector<bool> goes_to_ = {};        // the targets, of each of these
};

/// From rank 0's node to the others.
void spread(const ranks::Communicator& ranks, const ranks::Communicator& node, std::span<double> values,
            bool with_root) {
  if (ranks::sum(ranks, node.is_root() ? 1 : 0) == 1) return;
  constexpr std::uint64_t at_once = std::uint64_t{8} << 20;
  for (std::uint64_t begin = 0; begin < values.size(); begin += at_once) {
    const std::span<double> part = values.subspan(begin, std::min<std::uint64_t>(at_once, values.size() - begin));
    ByteWriter out;
    if (ranks.is_root()) out.put_span(std::span<const double>(part));
    const auto bytes = ranks::broadcast(ranks, out.take());
    if (node.is_root() && !with_root) ByteReader(bytes).get_span(part);
  }
}

/// A target is text if one of its fields is.
Roles roles_of(const engine::Context& context, const storage::MatrixInfo& info,
               const std::vector<std::uint64_t>& targets) {
  Roles roles{.numbers = targets};
  if (info.format != storage::Format::csv || info.rows == 0) return roles;
  const char separator = storage::csv_separator(info);
  ByteWriter out;
  ranks::agree(context.ranks(), [&] {
    if (!context.ranks().is_root()) return;
    std::vector<std::uint64_t> texts;
    storage::CsvLines(info).read({0, info.rows}, [&](std::string_view line) {
      for (const std::uint64_t column : targets) {
        double value = 0;
        storage::CsvRecords record(line, separator);
        const bool is_text = record.find() && record.values({column, column + 1}, &value).unreadable;
        if (is_text && !Roles::has(texts, column)) texts.push_back(column);
      }
    });
    out.put_vector(texts);
  });
  roles.texts = ByteReader(ranks::broadcast(context.ranks(), out.take())).get_vector<std::uint64_t>();
  std::erase_if(roles.numbers, [&](std::uint64_t column) { return roles.is_text(column); });
  return roles;
}

/// Those of each column, on rank 0.
std::vector<std::vector<std::string>> read_texts(const engine::Context& context, const storage::MatrixInfo& info,
                                                 const std::vector<std::uint64_t>& columns) {
  std::vector<std::vector<std::string>> texts(columns.size());
  ranks::agree(context.ranks(), [&] {
    if (!context.ranks().is_root() || columns.empty()) return;
    const char separator = storage::csv_separator(info);
    std::uint64_t row = 0;
    storage::CsvLines(info).read({0, info.rows}, [&](std::string_view line) {
      std::uint64_t column = 0;
      storage::for_each_field(line, separator, [&](std::string_view field) {
        const auto place = std::find(columns.begin(), columns.end(), column++);
        if (place == columns.end()) return;
        const std::string text = storage::unquote(field);
        const auto value = storage::parse_value(text);
        if (value && std::isnan(*value)) refuse(info, row, info.name_of(*place), "missing");
        texts[static_cast<std::size_t>(place - columns.begin())].push_back(text);
      });
      ++row;
    });
  });
  return texts;
}

/// Those of each target that is text beside the table's numbers, on rank 0.
std::vector<std::vector<std::string>> read_texts_beside(const engine::Context& context, const storage::MatrixInfo& info,
                                                        const std::vector<TargetColumn>& targets) {
  std::vector<std::vector<std::string>> texts(targets.size());
  ranks::agree(context.ranks(), [&] {
    for (std::size_t i = 0; i < targets.size() && context.ranks().is_root(); ++i) {
      if (!targets[i].text) continue;
      texts[i] = storage::read_text_column(*targets[i].text, info.rows);
      const auto empty = std::find(texts[i].begin(), texts[i].end(), "");
      if (empty == texts[i].end()) continue;
      refuse(info, static_cast<std::uint64_t>(empty - texts[i].begin()), targets[i].name, "missing");
    }
  });
  return texts;
}

}  // namespace

TableParts read_table(const engine::Context& context, const engine::SharedMatrix& table,
                      const std::vector<TargetColumn>& targets) {
  const ranks::Communicator& ranks = context.ranks();
  const storage::MatrixInfo& info = table.info();
  const std::vector<std::uint64_t> columns = columns_of(targets);
  const std::uint64_t features = info.columns - columns.size();
  const Roles roles = roles_of(context, info, columns);
  const ranks::Communicator node = ranks.on_this_node();
  const bool with_root = ranks::sum(node, ranks.is_root() ? 1 : 0) == 1;
  TableParts parts;
  const std::uint64_t size = checked_product(info.rows, features, "the features");
  if (size > 0) {
    parts.features = engine::memory_on_each_node(context, checked_product(size, sizeof(double), "the features"));
  }
  const std::span<double> place(parts.features.as<double>(), size);
  const ReadJob job(table, roles, with_root || size == 0 ? place.data() : nullptr);
  std::vector<double> numbers;
  const auto take = [&](std::uint64_t lane, const ReadJob::Partial& part) {
    numbers.insert(numbers.end(), part.targets.begin(), part.targets.end());
    std::copy(part.features.begin(), part.features.end(),
              place.begin() + static_cast<std::ptrdiff_t>(job.rows_of(lane).begin * features));
  };
  engine::run(context, job, take, {.phase = "read", .delivery = table.delivery(), .kept = false});
  const auto texts = read_texts(context, info, roles.texts);
  const auto beside = read_texts_beside(context, info, targets);
  spread(ranks, node, place, with_root);
  ByteWriter out;
  for (std::size_t i = 0; i < targets.size() && ranks.is_root(); ++i) {
    const std::uint64_t column = targets[i].column.value_or(info.columns);
    const auto at = [&](const std::vector<std::uint64_t>& some) {
      return static_cast<std::size_t>(std::find(some.begin(), some.end(), column) - some.begin());
    };
    Labels values;
    if (targets[i].text) {
      values = beside[i];
    } else if (roles.is_text(column)) {
      values = texts[at(roles.texts)];
    } else {
      std::vector<double> of_target;
      // Columns came in their order in the table.
      auto in_order = roles.numbers;
      std::sort(in_order.begin(), in_order.end());
      for (std::size_t n = at(in_order); n < numbers.size(); n += in_order.size()) of_target.push_back(numbers[n]);
      values = std::move(of_target);
    }
    Target(targets[i].name, values).encode(out);
  }
  const auto bytes = ranks::broadcast(ranks, out.take());
  ByteReader in(bytes);
  for (std::size_t i = 0; i < targets.size(); ++i) parts.targets.push_back(Target::decode(in));
  ranks::barrier(ranks);
  return parts;
}

}  // namespace rankwise::learning
