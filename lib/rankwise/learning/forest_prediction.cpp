#include "rankwise/learning/forest_prediction.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <span>
#include <utility>

#include "rankwise/base/checked.hpp"
#include "rankwise/base/digest.hpp"
#include "rankwise/base/number_text.hpp"
#include "rankwise/engine/output_file.hpp"
#include "rankwise/engine/run.hpp"
#include "rankwise/ranks/agreement.hpp"
#include "rankwise/storage/csv_output.hpp"
#include "rankwise/storage/filled_file.hpp"
#include "rankwise/storage/table_output.hpp"

namespace rankwise::learning {
namespace {

/// For each feature, the column of its name; or of its number, where columns have no names.
std::vector<std::uint64_t> columns_of(const ForestModel& model, const storage::MatrixInfo& info) {
  std::map<std::string, std::uint64_t> by_name;
  for (std::uint64_t c = 0; c < info.columns; ++c) by_name.try_emplace(info.name_of(c), c);
  std::vector<std::uint64_t> columns;
  for (const std::string& feature : model.features) {
    const auto place = by_name.find(feature);
    if (place == by_name.end()) {
      throw InputError(fmt::format("{} has no column '{}', one of the {} that the forest looks at", info.source,
                                   feature, model.features.size()));
    }
    columns.push_back(place->second);
  }
  return columns;
}

/// A lane is a run of rows.
class PredictJob {
 public:
  struct Partial {
    std::array<std::uint64_t, 2> hash{};
    std::vector<std::byte> text = {};
  };
  struct Scratch {
    storage::Tile tile;
    std::vector<double> features, shares;
    std::string text;
  };

  PredictJob(const ForestModel& model, const engine::SharedMatrix& table, std::span<const std::uint64_t> columns,
             engine::Identity identity, blocks::Range part, char separator, bool probabilities)
      : model_(model),
        table_(table),
        identity_(std::move(identity)),
        part_(part),
        separator_(separator),
        probabilities_(probabilities) {
    for (std::uint32_t f = 0; f < columns.size(); ++f) sorted_.push_back({columns[f], f});
    std::sort(sorted_.begin(), sorted_.end());
    for (const auto& [column, feature] : sorted_) {
      if (runs_.empty() || runs_.back().end != column) runs_.push_back({column, column});
      ++runs_.back().end;
    }
    for (std::uint32_t k = 0; k < model.forest.class_count; ++k) {
      storage::append_text(labels_.emplace_back(), label_of(model.labels, k), separator);
    }
  }

  static std::uint64_t rows_at_once(const storage::MatrixInfo& info) {
    constexpr std::uint64_t most = 8192;
    const std::uint64_t rows = (std::uint64_t{1} << 18) / std::max<std::uint64_t>(1, info.columns);
    return std::clamp<std::uint64_t>(rows, 64, most);
  }

  [[nodiscard]] engine::Identity identity() const {
    engine::Identity identity = identity_;
    identity.options += fmt::format(" {} {}", part_.begin, part_.end);
    return identity;
  }
  [[nodiscard]] blocks::Grid grid() const { return {.lanes = part_.size(), .steps = 1}; }
  [[nodiscard]] Bytes partial_bytes() const {
    std::uint64_t row = 2;
    for (const std::string& label : labels_) row = std::max<std::uint64_t>(row, label.size() + 2);
    if (probabilities_) row += labels_.size() * (storage::longest_number(storage::ElementType::float64) + 1);
    return {64 + rows_at_once(table_.info()) * row};
  }
  [[nodiscard]] Bytes block_bytes() const {
    const std::uint64_t rows = rows_at_once(table_.info());
    const std::uint64_t features = rows * model_.features.size() * sizeof(double);
    return {storage::room_to_read(table_.info(), rows * table_.info().columns).value + features +
            rows * labels_.size() * sizeof(double) + 2 * partial_bytes().value};
  }

  [[nodiscard]] Partial run(blocks::Block block, Scratch& scratch) const {
    const blocks::Range rows = rows_of(block);
    const std::size_t width = model_.features.size(), classes = labels_.size();
    scratch.features.resize(rows.size() * width);
    scratch.shares.resize(rows.size() * classes);
    read(rows, scratch);
    model_.forest.predict(scratch.features.data(), rows.size(), width, scratch.shares);
    const std::vector<std::uint32_t> told = likeliest(scratch.shares, model_.forest.class_count);
    scratch.text.clear();
    for (std::size_t r = 0; r < rows.size(); ++r) {
      scratch.text += labels_[told[r]];
      for (std::size_t k = 0; k < classes && probabilities_; ++k) {
        scratch.text += separator_;
        append_number(scratch.text, scratch.shares[r * classes + k]);
      }
      scratch.text += '\n';
    }
    const auto bytes = std::as_bytes(std::span(scratch.text));
    Digest digest;
    digest.add_bytes(bytes);
    return {.hash = digest.words(), .text = {bytes.begin(), bytes.end()}};
  }
  void announce(blocks::Block block) const {
    for (const blocks::Range& run : runs_) table_.reader().announce({rows_of(block), run});
  }
  void merge(Partial&, const Partial&) const {}  // lanes have one step
  static void encode(const Partial& partial, ByteWriter& out) {
    out.put(partial.hash);
    out.put_vector(partial.text);
  }
  static Partial decode(ByteReader& in) {
    const auto hash = in.get<std::array<std::uint64_t, 2>>();
    return {hash, in.get_vector<std::byte>()};
  }

 private:
  [[nodiscard]] blocks::Range rows_of(blocks::Block block) const {
    return blocks::piece(table_.info().rows, rows_at_once(table_.info()), part_.begin + block.lane);
  }

  void read(blocks::Range rows, Scratch& scratch) const {
    const storage::MatrixInfo& info = table_.info();
    auto next = sorted_.begin();
    for (const blocks::Range& run : runs_) {
      storage::Tile& tile = scratch.tile;
      table_.reader().read({rows, run}, tile);
      tile.widen();
      for (std::uint64_t c = 0; c < run.size(); ++c, ++next) {
        for (std::uint64_t r = 0; r < rows.size(); ++r) {
          const double value = tile.data<double>()[r * tile.row_stride() + c * tile.column_stride()];
          if (std::isnan(value)) {
            throw InputError(fmt::format("{}: row {}, column '{}' is missing: a forest takes no missing values",
                                         info.source, rows.begin + r, info.name_of(run.begin + c)));
          }
          scratch.features[r * model_.features.size() + next->second] = value;
        }
      }
    }
  }

  const ForestModel& model_;
  const engine::SharedMatrix& table_;
  engine::Identity identity_;
  blocks::Range part_;
  char separator_;
  bool probabilities_;
  std::vector<std::pair<std::uint64_t, std::uint32_t>> sorted_ = {};  // columns and their features
  std::vector<blocks::Range> runs_ = {};                              // of columns side by side
  std::vector<std::string> labels_ = {};                              // as they stand in the file
};

}  // namespace

ForestPrediction::ForestPrediction(const ForestModel& model, const engine::SharedMatrix& table, Options options)
    : model_(model),
      table_(table),
      options_(std::move(options)),
      columns_(columns_of(model, table.info())),
      digest_of_model_(model.digest()) {}

engine::Identity ForestPrediction::identity() const {
  return {.method = "forest predict",
          .version = 1,
          .input = table_.info().fingerprint(),
          .seed = 0,
          .options = fmt::format("{}{} to {}", digest_of_model_, options_.probabilities ? " probabilities" : "",
                                 options_.destination.file)};
}

std::string ForestPrediction::header() const {
  const char separator = storage::separator_of(options_.destination);
  std::string text = "prediction";
  for (std::uint32_t k = 0; k < model_.forest.class_count && options_.probabilities; ++k) {
    text += separator;
    storage::append_text(text, "p_" + label_of(model_.labels, k), separator);
  }
  return text + '\n';
}

engine::PhasePlan ForestPrediction::plan(const engine::Context& context) const {
  const std::uint64_t parts = divide_up(table_.info().rows, PredictJob::rows_at_once(table_.info()));
  return engine::plan(context.options(),
                      PredictJob(model_, table_, columns_, identity(), {0, parts},
                                 storage::separator_of(options_.destination), options_.probabilities),
                      "predict");
}

std::string ForestPrediction::run(const engine::Context& context) {
  const char separator = storage::separator_of(options_.destination);
  const auto lay_out = [&](const std::string& path) {
    const std::string text = header();
    storage::FilledFile(path, options_.destination.file).write(0, std::as_bytes(std::span(text)));
    return std::vector<std::uint64_t>{text.size()};
  };
  engine::OutputFile output(context, {.destination = options_.destination,
                                      .overwrite = options_.overwrite,
                                      .order = engine::OutputFile::Order::one_by_one,
                                      .lay_out = lay_out});
  ranks::agree(context.ranks(), [&] {
    if (output.begins().size() != 1) throw InputError("the checkpoint is of another output");
  });
  const std::uint64_t parts = divide_up(table_.info().rows, PredictJob::rows_at_once(table_.info()));
  const auto job = [&](blocks::Range range) {
    return PredictJob(model_, table_, columns_, identity(), range, separator, options_.probabilities);
  };
  const PredictJob all = job({0, parts});
  output.fill("predict", parts,
              {.each = {all.block_bytes().value + all.partial_bytes().value}, .written = all.partial_bytes()},
              [&](blocks::Range range, const std::string& phase) {
                const auto take = [&](std::uint64_t, const PredictJob::Partial& partial) {
                  auto& written = output.written();
                  written.hashes.push_back(partial.hash);
                  const storage::FilledFile* file = output.filled_by_root();
                  if (file != nullptr) file->write(written.next[0], partial.text);
                  written.next[0] += partial.text.size();
                };
                engine::run(context, job(range), take, {.phase = phase, .delivery = table_.delivery()});
              });
  Digest digest;
  digest.add("predictions");
  digest.add(header());
  for (const auto& hash : output.written().hashes) {
    for (const std::uint64_t word : hash) digest.add(word);
  }
  const std::string hex = digest.hex();
  output.commit(
      [&](storage::TemporaryFile& file) { storage::commit_table(file, options_.destination, options_.record(hex)); });
  return hex;
}

}  // namespace rankwise::learning
