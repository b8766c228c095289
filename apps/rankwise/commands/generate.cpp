#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "apps/rankwise/answer.hpp"
#include "apps/rankwise/checkpoint_options.hpp"
#include "apps/rankwise/classification_options.hpp"
#include "apps/rankwise/commands/commands.hpp"
#include "apps/rankwise/common_options.hpp"
#include "apps/rankwise/invocation.hpp"
#include "apps/rankwise/matrix_output_options.hpp"
#include "apps/rankwise/plan_report.hpp"
#include "rankwise/base/parse_number.hpp"
#include "rankwise/matrices/classification.hpp"
#include "rankwise/matrices/random_elements.hpp"
#include "rankwise/matrices/write_matrix.hpp"
#include "rankwise/ranks/agreement.hpp"
#include "rankwise/report/format.hpp"
#include "rankwise/storage/matrix_names.hpp"
#include "rankwise/storage/result_table.hpp"

namespace rankwise::app {
namespace {

using matrices::Distribution;
using storage::ElementType;
using storage::OutputFormat;

/// Whether a path leads to /y, however many slashes there are, or through it.
bool is_or_holds_labels(const std::string& path) {
  const std::size_t first = std::min(path.find_first_not_of('/'), path.size());
  return path.substr(first, path.find('/', first) - first) == "y";
}

class Generate final : public Command {
 public:
  void add_options(CLI::App& app) override {
    app.add_option("kind", kind_,
                   "uniform in [0, 1), normal of variance 1, integers from 0 to 99, or a problem for classifiers")
        ->required()
        ->type_name("uniform|normal|integers|classification");
    add_value(app, "--rows", "R", "how many rows", [this](const std::string& t) {
      extents_.rows = parse_count(t, "--rows");
    })->required();
    add_value(app, "--columns", "C", "how many columns", [this](const std::string& t) {
      extents_.columns = parse_count(t, "--columns");
    })->required();
    add_value(app, "--out", "FILE[:DATASET]", "a new file: .h5 (dataset /x unless named), .npy or .csv",
              [this](const std::string& t) { output_.set_destination(t); })
        ->required();
    add_value(app, "--seed", "S", "another seed, other numbers (default: 0)",
              [this](const std::string& t) { elements_.seed = parse_count(t, "--seed"); });
    add_value(app, "--nan-fraction", "F", "make that share of the elements NaN, from 0 to 1 (default: 0)",
              [this](const std::string& t) { take_nan_fraction(t); });
    classification_.add_to(app);
    output_.add_to(app, {.type = "f8; integers: i8"});
    app.add_flag("--json", json_, "print one JSON object instead");
    compute_.add_to(app);
    checkpoint_.add_to(app, {});
  }

  void check() override {
    const std::string kind = pick("generate", kind_, {"uniform", "normal", "integers", "classification"});
    if (kind == "uniform") elements_.distribution = Distribution::uniform;
    if (kind == "normal") elements_.distribution = Distribution::normal;
    if (kind == "integers") elements_.distribution = Distribution::integers;
    const bool integers = kind == "integers";
    output_.check("generate", checkpoint_);
    if (kind == "classification") return check_classification();
    classification_.refuse_for(kind);
    shape_ = output_.shape(extents_, integers ? ElementType::int64 : ElementType::float64);
    const bool floating = storage::is_floating(shape_.type);
    if (!integers && !floating) throw UsageError(fmt::format("{} numbers need --dtype f8 or f4", kind));
    if (!floating && elements_.nan_fraction > 0)
      throw UsageError("integers cannot be NaN: --nan-fraction needs --dtype f8 or f4");
  }

  [[nodiscard]] bool may_use_mpi_io() const override { return output_.may_use_mpi_io(); }

  ExitCode run(Invocation& invocation) override {
    ranks::agree(invocation.session().ranks(), [&] {
      if (invocation.is_root() && !compute_.plan && !checkpoint_.resumes()) {
        storage::check_destination(output_.destination(), output_.overwrite());
      }
    });
    const auto elements = static_cast<double>(shape_.rows) * static_cast<double>(shape_.columns);
    const double bytes = elements * static_cast<double>(storage::size_of(shape_.type));
    report::ProgressDisplay progress({.command = "generate", .mode = compute_.progress, .amount = bytes, .unit = "B"});
    const engine::Context context = invocation.start(compute_, &progress, checkpoint_);
    const std::unique_ptr<const matrices::ElementMaker> maker = make_maker();
    matrices::MatrixToWrite matrix{.destination = output_.destination(),
                                   .overwrite = output_.overwrite(),
                                   .write_by = output_.write_by(),
                                   .shape = shape_,
                                   .elements = identity_};
    if (made_) add_labels_to(matrix);
    if (compute_.plan) {
      print_plan(invocation,
                 {.subject = fmt::format("{}: {} × {} {} {}, {} to write", output_.destination().file, shape_.rows,
                                         shape_.columns, kind_, storage::name_of(shape_.type),
                                         format_bytes({static_cast<std::uint64_t>(bytes)})),
                  .phases = {matrices::plan_to_write(context, matrix, *maker)}},
                 json_);
      return ExitCode::done;
    }
    matrix.record = [&](const std::string& digest) { return json_text(record(invocation, digest)); };
    invocation.begin_job(matrices::identity_of(matrix));
    const std::string digest = matrices::write_matrix(context, matrix, *maker);
    if (!invocation.is_root()) return ExitCode::done;
    if (json_) {
      answer("{}\n", json_text(record(invocation, digest), 2));
    } else {
      answer("{}: {} × {} {} {}, seed {} · {}\n", output_.destination().file, shape_.rows, shape_.columns, kind_,
             storage::name_of(shape_.type), elements_.seed, invocation.layout_line());
      answer("{} in {} · digest {}\n", format_bytes({static_cast<std::uint64_t>(bytes)}),
             report::duration(invocation.seconds()), digest);
    }
    return ExitCode::done;
  }

 private:
  void check_classification() {
    const OutputFormat format = storage::format_of(output_.destination());
    if (elements_.nan_fraction > 0) throw UsageError("--nan-fraction is not for generate classification");
    if (format == OutputFormat::npy) {
      throw UsageError("labels go beside the features: --out takes .h5 (labels in /y), .csv or .tsv (a column y)");
    }
    if (format == OutputFormat::hdf5 && is_or_holds_labels(storage::path_of_dataset(output_.destination()))) {
      throw UsageError("/y is where the labels go: the features need another name");
    }
    shape_ = output_.shape(extents_, ElementType::float64);
    if (!storage::is_floating(shape_.type)) throw UsageError("features need --dtype f8 or f4");
    problem_ = classification_.problem(shape_, elements_.seed);
  }

  /// What makes the elements, and what they depend on.
  std::unique_ptr<const matrices::ElementMaker> make_maker() {
    if (kind_ != "classification") {
      auto maker = std::make_unique<const matrices::RandomMaker>(elements_);
      identity_ = maker->identity();
      return maker;
    }
    auto maker = std::make_unique<const matrices::Classification>(problem_);
    identity_ = maker->identity();
    made_ = maker.get();
    return maker;
  }

  /// A CSV has them in its last column.
  void add_labels_to(matrices::MatrixToWrite& matrix) const {
    if (storage::format_of(matrix.destination) == OutputFormat::hdf5) {
      matrix.add_more = [this](const std::string& path) { made_->write_labels(path, output_.destination()); };
      return;
    }
    matrix.shape.columns += 1;
    matrix.names = storage::header_names({}, problem_.features);
    matrix.names.emplace_back("y");
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
    elements_.nan_fraction = value;
  }

  [[nodiscard]] nlohmann::ordered_json record(const Invocation& invocation, const std::string& digest) const {
    auto json = invocation.json_head();
    json["digest"] = digest;
    json["out"] = output_.destination().file;
    json["kind"] = kind_;
    json["rows"] = shape_.rows;
    json["columns"] = shape_.columns;
    json["dtype"] = storage::name_of(shape_.type);
    json["seed"] = elements_.seed;
    if (made_ == nullptr) json["nan_fraction"] = elements_.nan_fraction;
    if (made_ != nullptr) describe(problem_, *made_, json);
    json["command_line"] = invocation.command_line();
    json["hosts"] = invocation.hosts();
    return json;
  }

  std::string kind_;
  MatrixOutputOptions::Extents extents_;
  storage::MatrixShape shape_;
  MatrixOutputOptions output_;
  matrices::RandomElements elements_;
  ClassificationOptions classification_;
  matrices::ClassificationOptions problem_;
  const matrices::Classification* made_ = nullptr;  // of that problem
  engine::Identity identity_;
  bool json_ = false;
  ComputeOptions compute_;
  CheckpointOptions checkpoint_;
};

}  // namespace

const char* const generate_explanation =
    R"(Element (r, c) depends on the seed and on its number r · columns + c alone (Philox4x32-10): the same values in any layout,
any format, on any ranks × threads and any processor. `--layout columns` stores an HDF5 dataset of C × R marked with the
attribute rankwise_layout = "columns", which every command understands, and .npy in Fortran order. The digest is of type,
shape and values in the order in which the file has them, of a classification problem of its features.

generate classification has scikit-learn's make_classification in mind: clusters of equal size around corners of a cube with
sides of 2 S in the informative features, each with a covariance of its own; redundant features are combinations of them; the
rest is noise; samples and features are shuffled. The labels, from 0 on, are /y of an .h5 file, column y of a .csv. --json and
the record say which columns are informative and redundant.

Examples:
  rankwise generate uniform --rows 30000 --columns 1000 --out matrix.h5:/x
  mpiexec -n 2 rankwise generate normal --rows 1e6 --columns 100 --layout columns --gzip 4 --out normal.h5
  rankwise generate integers --rows 1000 --columns 5 --dtype i2 --out small.csv
  rankwise generate classification --rows 1e5 --columns 20 --n-classes 3 --n-informative 5 --out problem.h5
)";

std::unique_ptr<Command> make_generate() {
  return std::make_unique<Generate>();
}

}  // namespace rankwise::app
