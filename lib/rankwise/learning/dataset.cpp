#include "rankwise/learning/dataset.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <span>
#include <utility>

#include "rankwise/base/checked.hpp"
#include "rankwise/base/nearest_word.hpp"
#include "rankwise/engine/run.hpp"
#include "rankwise/ranks/agreement.hpp"
#include "rankwise/ranks/collectives.hpp"

namespace rankwise::learning {
namespace {

/// A lane is a run of rows. Where rank 0 shares this rank's memory, features go straight to their place; from other
/// nodes they go home with the targets.
class ReadJob {
 public:
  struct Partial {
    std::vector<double> targets, features;
  };
  using Scratch = storage::Tile;

  /// @param target a column that is no feature
  /// @param place of the features of all rows, or nothing
  ReadJob(const engine::SharedMatrix& matrix, std::optional<std::uint64_t> target, double* place)
      : matrix_(matrix),
        info_(matrix.info()),
        target_(target),
        features_(info_.columns - (target ? 1 : 0)),
        rows_(std::max<std::uint64_t>(1, (std::uint64_t{1} << 19) / std::max<std::uint64_t>(1, info_.columns))),
        place_(place) {}

  [[nodiscard]] engine::Identity identity() const {
    return {.method = "read",
            .version = 1,
            .input = info_.fingerprint(),
            .seed = 0,
            .options = target_ ? std::to_string(*target_) : ""};
  }
  [[nodiscard]] blocks::Grid grid() const { return {.lanes = divide_up(info_.rows, rows_), .steps = 1}; }
  [[nodiscard]] Bytes partial_bytes() const { return {64 + rows_ * sizeof(double)}; }
  [[nodiscard]] Bytes block_bytes() const { return {storage::room_to_read(info_, rows_ * info_.columns).value * 2}; }

  [[nodiscard]] Partial run(blocks::Block block, Scratch& tile) const {
    const blocks::Range rows = rows_of(block.lane);
    matrix_.reader().read({rows, {0, info_.columns}}, tile);
    tile.widen();
    Partial partial;
    if (place_ == nullptr) partial.features.resize(rows.size() * features_);
    double* to = place_ != nullptr ? place_ + rows.begin * features_ : partial.features.data();
    for (std::uint64_t r = 0; r < rows.size(); ++r) {
      for (std::uint64_t c = 0; c < info_.columns; ++c) {
        const double value = tile.data<double>()[r * tile.row_stride() + c * tile.column_stride()];
        if (!std::isfinite(value)) refuse(rows.begin + r, c, value);
        if (c == target_) {
          partial.targets.push_back(value);
        } else {
          *to++ = value;
        }
      }
    }
    return partial;
  }
  void announce(blocks::Block block) const { matrix_.reader().announce({rows_of(block.lane), {0, info_.columns}}); }
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
  [[noreturn]] void refuse(std::uint64_t row, std::uint64_t column, double value) const {
    throw InputError(fmt::format("{}: row {}, column '{}' is {}: models take no missing values and no infinities",
                                 info_.source, row, info_.name_of(column), std::isnan(value) ? "missing" : "infinite"));
  }

  const engine::SharedMatrix& matrix_;
  const storage::MatrixInfo& info_;
  std::optional<std::uint64_t> target_;
  std::uint64_t features_;
  std::uint64_t rows_;
  double* place_;
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

std::uint64_t column_named(const storage::MatrixInfo& info, const std::string& name) {
  std::vector<std::string> names;
  for (std::uint64_t c = 0; c < info.columns; ++c) {
    names.push_back(info.name_of(c));
    if (names.back() == name) return c;
  }
  const bool few = names.size() <= 8;
  throw InputError(fmt::format("{} has no column '{}'{}{}", info.source, name, did_you_mean(name, names),
                               few ? fmt::format("; it has {}", fmt::join(names, ", ")) : ""));
}

std::vector<double> targets_of(const engine::Context& context, const engine::SharedMatrix& matrix, const ReadJob& job,
                               const std::function<void(std::uint64_t lane, const ReadJob::Partial& part)>& take) {
  std::vector<double> targets;
  engine::run(context, job,
              [&](std::uint64_t lane, const ReadJob::Partial& part) {
                targets.insert(targets.end(), part.targets.begin(), part.targets.end());
                take(lane, part);
              },
              {.phase = "read", .delivery = matrix.delivery(), .kept = false});
  return targets;
}

}  // namespace

Dataset::Dataset(const engine::Context& context, const engine::SharedMatrix& table, const std::string& target) {
  std::uint64_t column = 0;
  ranks::agree(context.ranks(), [&] { column = column_named(table.info(), target); });
  identity_ = table.info().fingerprint();
  take_classes(context, read(context, table, column), table.info().name_of(column));
}

Dataset::Dataset(const engine::Context& context, const engine::SharedMatrix& features,
                 const engine::SharedMatrix& labels) {
  const storage::MatrixInfo& info = labels.info();
  ranks::agree(context.ranks(), [&] {
    if (info.columns != 1)
      throw InputError(fmt::format("{} has {} columns: labels are one", info.source, info.columns));
    if (info.rows != features.info().rows) {
      throw InputError(fmt::format("{} has {} labels, {} has {} samples", info.source, info.rows,
                                   features.info().source, features.info().rows));
    }
  });
  identity_ = features.info().fingerprint() + " " + info.fingerprint();
  read(context, features, std::nullopt);
  const ReadJob job(labels, 0, nullptr);
  take_classes(context, targets_of(context, labels, job, [](auto&&...) {}), info.source);
}

std::vector<double> Dataset::read(const engine::Context& context, const engine::SharedMatrix& matrix,
                                  std::optional<std::uint64_t> target) {
  const ranks::Communicator& ranks = context.ranks();
  const storage::MatrixInfo& info = matrix.info();
  samples_ = info.rows;
  features_ = info.columns - (target ? 1 : 0);
  ranks::agree(ranks, [&] {
    if (info.rows == 0 || features_ == 0) {
      throw InputError(fmt::format("{} has {} samples with {} features", info.source, info.rows, features_));
    }
  });
  const ranks::Communicator node = ranks.on_this_node();
  const bool with_root = ranks::sum(node, ranks.is_root() ? 1 : 0) == 1;
  memory_ = ranks::NodeMemory(
      node, checked_product(checked_product(info.rows, features_, "the features"), sizeof(double), "the features"));
  const std::span<double> features(memory_.as<double>(), info.rows * features_);
  const ReadJob job(matrix, target, with_root ? features.data() : nullptr);
  const auto targets = targets_of(context, matrix, job, [&](std::uint64_t lane, const ReadJob::Partial& part) {
    std::copy(part.features.begin(), part.features.end(),
              features.begin() + static_cast<std::ptrdiff_t>(job.rows_of(lane).begin * features_));
  });
  spread(ranks, node, features, with_root);
  ranks::barrier(ranks);
  return targets;
}

void Dataset::take_classes(const engine::Context& context, const std::vector<double>& targets,
                           const std::string& name) {
  ByteWriter out;
  out.put_vector(targets);
  const auto bytes = ranks::broadcast(context.ranks(), out.take());
  const auto all = ByteReader(bytes).get_vector<double>();
  labels_ = all;
  std::sort(labels_.begin(), labels_.end());
  labels_.erase(std::unique(labels_.begin(), labels_.end()), labels_.end());
  ranks::agree(context.ranks(), [&] {
    if (labels_.size() == 1) throw InputError(fmt::format("the target '{}' has one class alone, {}", name, labels_[0]));
  });
  for (const double value : all) {
    const auto place = std::lower_bound(labels_.begin(), labels_.end(), value);
    classes_.push_back(static_cast<std::uint32_t>(place - labels_.begin()));
  }
}

}  // namespace rankwise::learning
