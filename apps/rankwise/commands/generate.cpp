#include <fmt/format.h>

#include <cmath>
#include <optional>

#include "apps/rankwise/answer.hpp"
#include "apps/rankwise/checkpoint_options.hpp"
#include "apps/rankwise/commands/commands.hpp"
#include "apps/rankwise/common_options.hpp"
#include "apps/rankwise/invocation.hpp"
#include "apps/rankwise/plan_report.hpp"
#include "rankwise/base/parse_number.hpp"
#include "rankwise/matrices/generate.hpp"
#include "rankwise/ranks/agreement.hpp"
#include "rankwise/report/format.hpp"
#include "rankwise/storage/result_table.hpp"

namespace rankwise::app {
namespace {

using matrices::Distribution;
using storage::ElementType;

class Generate final : public Command {
 public:
  void add_options(CLI::App& app) override {
    app.add_option("kind", kind_, "uniform in [0, 1), normal (mean 0, variance 1), or integers from 0 to 99")
        ->required()
        ->type_name("uniform|normal|integers");
    add_value(app, "--rows", "R", "how many rows", [this](const std::string& t) {
      shape_.rows = parse_count(t, "--rows");
    })->required();
    add_value(app, "--columns", "C", "how many columns", [this](const std::string& t) {
      shape_.columns = parse_count(t, "--columns");
    })->required();
    add_value(app, "--out", "FILE[:DATASET]", "a new file: .h5 (dataset /x unless named), .npy or .csv",
              [this](const std::string& t) { options_.destination = storage::parse_destination(t); })
        ->required();
    add_value(app, "--seed", "S", "another seed, other numbers (default: 0)",
              [this](const std::string& t) { options_.elements.seed = parse_count(t, "--seed"); });
    add_choice<storage::Contiguous>(app, "--layout", "which dimension lies together in the file (default: rows)",
                                    {{"rows", storage::Contiguous::rows}, {"columns", storage::Contiguous::columns}},
                                    shape_.contiguous);
    add_choice<std::optional<ElementType>>(app, "--dtype", "the type of the elements (default: f8; integers: i8)",
                                           {{"f8", ElementType::float64},
                                            {"f4", ElementType::float32},
                                            {"i8", ElementType::int64},
                                            {"i4", ElementType::int32},
                                            {"i2", ElementType::int16},
                                            {"i1", ElementType::int8},
                                            {"u1", ElementType::uint8}},
                                           type_);
    add_value(app, "--chunk", "RxC", "HDF5: store in chunks of R × C", [this](const std::string& t) { take_chunk(t); });
    add_value(app, "--gzip", "0..9", "HDF5: shuffle and compress chunks at this level (default: 0, not at all)",
              [this](const std::string& t) { take_gzip(t); });
    add_value(app, "--nan-fraction", "F", "make that share of the elements NaN, from 0 to 1 (default: 0)",
              [this](const std::string& t) { take_nan_fraction(t); });
    app.add_flag("--overwrite", options_.overwrite, "replace the file if it exists");
    app.add_flag("--json", json_, "print one JSON object instead");
    compute_.add_to(app);
    checkpoint_.add_to(app, {});
  }

  void check() override {
    const std::string kind = pick("generate", kind_, {"uniform", "normal", "integers"});
    options_.elements.distribution = kind == "uniform"  ? Distribution::uniform
                                     : kind == "normal" ? Distribution::normal
                                                        : Distribution::integers;
    const bool integers = kind == "integers";
    shape_.type = type_.value_or(integers ? ElementType::int64 : ElementType::float64);
    const bool floating = storage::is_floating(shape_.type);
    if (!integers && !floating) throw UsageError(fmt::format("{} numbers need --dtype f8 or f4", kind));
    if (!floating && options_.elements.nan_fraction > 0)
      throw UsageError("integers cannot be NaN: --nan-fraction needs --dtype f8 or f4");
    check_format();
    checkpoint_.refuse_as_output(options_.destination);
  }

  ExitCode run(Invocation& invocation) override {
    ranks::agree(invocation.session().ranks(), [&] {
      if (invocation.is_root() && !compute_.plan && !checkpoint_.resumes()) {
        storage::check_destination(options_.destination, options_.overwrite);
      }
    });
    const auto elements = static_cast<double>(shape_.rows) * static_cast<double>(shape_.columns);
    const double bytes = elements * static_cast<double>(storage::size_of(shape_.type));
    report::ProgressDisplay progress({.command = "generate", .mode = compute_.progress, .amount = bytes, .unit = "B"});
    const engine::Context context = invocation.start(compute_, &progress, checkpoint_);
    options_.shape = shape_;
    if (compute_.plan) {
      print_plan(invocation,
                 {.subject = fmt::format("{}: {} × {} {} {}, {} to write", options_.destination.file, shape_.rows,
                                         shape_.columns, kind_, storage::name_of(shape_.type),
                                         format_bytes({static_cast<std::uint64_t>(bytes)})),
                  .phases = {matrices::plan_generate(context, options_)}},
                 json_);
      return ExitCode::done;
    }
    options_.record = [&](const std::string& digest) { return json_text(record(invocation, digest)); };
    invocation.begin_job(matrices::identity_of(options_));
    const std::string digest = matrices::generate(context, options_);
    if (!invocation.is_root()) return ExitCode::done;
    if (json_) {
      answer("{}\n", json_text(record(invocation, digest), 2));
    } else {
      answer("{}: {} × {} {} {}, seed {} · {}\n", options_.destination.file, shape_.rows, shape_.columns, kind_,
             storage::name_of(shape_.type), options_.elements.seed, invocation.layout_line());
      answer("{} in {} · digest {}\n", format_bytes({static_cast<std::uint64_t>(bytes)}),
             report::duration(invocation.seconds()), digest);
    }
    return ExitCode::done;
  }

 private:
  void take_chunk(const std::string& text) {
    const auto x = text.find('x');
    if (x == std::string::npos || x == 0 || x + 1 == text.size())
      throw UsageError(fmt::format("--chunk takes rows and columns such as 1000x100, not '{}'", text));
    shape_.chunk = {parse_count(text.substr(0, x), "--chunk"), parse_count(text.substr(x + 1), "--chunk")};
    if (shape_.chunk->rows == 0 || shape_.chunk->columns == 0) throw UsageError("--chunk takes at least 1x1");
  }
  void take_gzip(const std::string& text) {
    const std::uint64_t level = parse_count(text, "--gzip");
    if (level > 9) throw UsageError(fmt::format("--gzip takes 0 to 9, not {}", text));
    shape_.gzip = static_cast<int>(level);
  }
  void take_nan_fraction(const std::string& text) {
    std::size_t used = 0;
    double value = -1;
    try {
      value = std::stod(text, &used);
    } catch (const std::exception&) {
      used = 0;
    }
    if (used != text.size() || text.empty() || !(value >= 0 && value <= 1)) {
      throw UsageError(fmt::format("--nan-fraction takes 0 to 1, not '{}'", text));
    }
    options_.elements.nan_fraction = value;
  }

  void check_format() {
    const auto format = storage::format_of(options_.destination);
    const bool chunked = shape_.chunk || shape_.gzip > 0;
    constexpr std::uint64_t most_bytes = std::uint64_t{1} << 63;  // of any file
    const std::uint64_t row_most = most_bytes / storage::size_of(shape_.type) / std::max<std::uint64_t>(1, shape_.rows);
    if (shape_.columns > row_most) {
      throw UsageError(fmt::format("a matrix of {} × {} is too large for any file", shape_.rows, shape_.columns));
    }
    if (checkpoint_.wanted() && (chunked || format == storage::OutputFormat::csv)) {
      throw UsageError("--checkpoint takes a file that is filled in place: .npy, or .h5 without --chunk and --gzip");
    }
    if (format == storage::OutputFormat::csv && shape_.columns == 0) {
      throw UsageError("a CSV cannot hold a matrix without columns: .h5 and .npy files can");
    }
    const std::string& dataset = options_.destination.dataset;
    if (!dataset.empty() && dataset.find_first_not_of("/.") == std::string::npos) {
      throw UsageError(fmt::format("'{}' is no name for a dataset: --out FILE:/x", dataset));
    }
    if (format == storage::OutputFormat::json) throw UsageError("generate writes .h5, .npy or .csv, not .json");
    if (format != storage::OutputFormat::hdf5 && chunked) throw UsageError("--chunk and --gzip are for .h5 files");
    if (format == storage::OutputFormat::csv && shape_.contiguous == storage::Contiguous::columns) {
      throw UsageError("a CSV is written row by row: --layout columns is for .h5 and .npy files");
    }
    if (!chunked) return;
    if (shape_.rows == 0 || shape_.columns == 0) throw UsageError("a matrix without elements has no chunks");
    if (!shape_.chunk) shape_.chunk = default_chunk();
    shape_.chunk =
        storage::ChunkShape{std::min(shape_.chunk->rows, shape_.rows), std::min(shape_.chunk->columns, shape_.columns)};
    constexpr std::uint64_t most = std::uint64_t{1} << 32;  // HDF5's own limit, in bytes
    if (shape_.chunk->rows >= most || shape_.chunk->columns >= most ||
        shape_.chunk->rows * shape_.chunk->columns >= most / storage::size_of(shape_.type)) {
      throw UsageError("--chunk: a chunk of HDF5 holds less than 4 GiB");
    }
  }

  /// About 1 MiB along the contiguous dimension.
  [[nodiscard]] storage::ChunkShape default_chunk() const {
    const std::uint64_t room = (std::uint64_t{1} << 20) / storage::size_of(shape_.type);
    const bool by_rows = shape_.contiguous == storage::Contiguous::rows;
    const std::uint64_t inner = std::min(room, by_rows ? shape_.columns : shape_.rows);
    const std::uint64_t outer = std::max<std::uint64_t>(1, room / inner);
    return by_rows ? storage::ChunkShape{outer, inner} : storage::ChunkShape{inner, outer};
  }

  [[nodiscard]] nlohmann::ordered_json record(const Invocation& invocation, const std::string& digest) const {
    auto json = invocation.json_head();
    json["digest"] = digest;
    json["out"] = options_.destination.file;
    json["kind"] = kind_;
    json["rows"] = shape_.rows;
    json["columns"] = shape_.columns;
    json["dtype"] = storage::name_of(shape_.type);
    json["seed"] = options_.elements.seed;
    json["nan_fraction"] = options_.elements.nan_fraction;
    json["command_line"] = invocation.command_line();
    json["hosts"] = invocation.hosts();
    return json;
  }

  std::string kind_;
  storage::MatrixShape shape_;
  std::optional<ElementType> type_;
  matrices::GenerateOptions options_;
  bool json_ = false;
  ComputeOptions compute_;
  CheckpointOptions checkpoint_;
};

}  // namespace

const char* const generate_explanation =
    R"(Element (r, c) depends on the seed and on its number r · columns + c alone (Philox4x32-10): the same values in any layout,
any format, on any ranks × threads and any processor. `--layout columns` stores an HDF5 dataset of C × R marked with the
attribute rankwise_layout = "columns", which every command understands, and .npy in Fortran order. The digest is of type,
shape and values in the order in which the file has them.

Examples:
  rankwise generate uniform --rows 30000 --columns 1000 --out matrix.h5:/x
  mpiexec -n 2 rankwise generate normal --rows 1e6 --columns 100 --layout columns --gzip 4 --out normal.h5
  rankwise generate integers --rows 1000 --columns 5 --dtype i2 --out small.csv
)";

std::unique_ptr<Command> make_generate() {
  return std::make_unique<Generate>();
}

}  // namespace rankwise::app
