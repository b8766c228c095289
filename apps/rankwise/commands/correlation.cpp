#include "rankwise/statistics/correlation.hpp"

#include <fmt/format.h>

#include <optional>

#include "apps/rankwise/answer.hpp"
#include "apps/rankwise/checkpoint_options.hpp"
#include "apps/rankwise/commands/commands.hpp"
#include "apps/rankwise/common_options.hpp"
#include "apps/rankwise/correlation_report.hpp"
#include "apps/rankwise/invocation.hpp"
#include "apps/rankwise/matrix_words.hpp"
#include "apps/rankwise/plan_report.hpp"
#include "rankwise/base/parse_number.hpp"
#include "rankwise/base/stop_request.hpp"
#include "rankwise/ranks/agreement.hpp"
#include "rankwise/report/format.hpp"
#include "rankwise/statistics/symmetric_file.hpp"

namespace rankwise::app {
namespace {

class Correlation final : public Command {
 public:
  void add_options(CLI::App& app) override {
    app.add_option("source", source_, "FILE[:DATASET]: HDF5, .npy, .csv or .tsv")->required()->type_name("SOURCE");
    auto* out = add_value(app, "--out", "FILE[:DATASET]",
                          "write the matrix to a new file: .h5 (dataset /x unless named), .npy, .csv or .tsv",
                          [this](const std::string& text) { destination_ = storage::parse_destination(text); });
    app.add_flag("--overwrite", overwrite_, "replace the file of --out if it exists")->needs(out);
    auto* covariance = app.add_flag("--covariance", options_.covariance, "covariances instead of correlations");
    add_value(app, "--ddof", "N", "covariances divide by rows - N (default: 0; numpy.cov and pandas have 1)",
              [this](const std::string& text) { options_.ddof = parse_count(text, "--ddof"); })
        ->needs(covariance);
    add_choice<statistics::NanPolicy>(
        app, "--nan-policy", "NaN in a column: pass on, or refuse (default: propagate)",
        {{"propagate", statistics::NanPolicy::propagate}, {"raise", statistics::NanPolicy::raise}},
        options_.nan_policy);
    add_value(app, "--top", "N", "print the N strongest pairs (default: 10)",
              [this](const std::string& text) { options_.strongest = parse_count(text, "--top"); });
    add_deliver(app, deliver_);
    app.add_flag("--json", json_, "print one JSON object instead of the table");
    compute_.add_to(app);
    checkpoint_.add_to(app, {.shards = false, .verify = true});
  }

  void check() override {
    checkpoint_.refuse_as_output(destination_);
    if (!destination_) return;
    if (storage::format_of(*destination_) == storage::OutputFormat::json) {
      throw UsageError("correlation writes .h5, .npy, .csv or .tsv, not .json");
    }
    const std::string& dataset = destination_->dataset;
    if (!dataset.empty() && dataset.find_first_not_of("/.") == std::string::npos) {
      throw UsageError(fmt::format("'{}' is no name for a dataset: --out FILE:/x", dataset));
    }
  }

  ExitCode run(Invocation& invocation) override {
    ranks::agree(invocation.session().ranks(), [&] {
      if (destination_ && invocation.is_root() && !checkpoint_.resumes()) {
        storage::check_destination(*destination_, overwrite_);
      }
    });
    report::ProgressDisplay progress({.command = "correlation", .mode = compute_.progress, .unit = "FLOP"});
    options_.before_phase = [&](double begin, double end) { progress.begin_part({.begin = begin, .end = end}); };
    const engine::Context context = invocation.start(compute_, &progress, checkpoint_);
    const engine::SharedMatrix matrix = invocation.open(context, source_, deliver_);
    const storage::MatrixInfo& info = matrix.info();
    const auto columns = static_cast<double>(info.columns);
    progress.set_amount(columns * (columns + 1) * static_cast<double>(info.rows));

    if (compute_.plan) return print(invocation, context, matrix);
    warn_of_chunks(invocation, info);
    invocation.begin_job(identity(info), &info);
    std::optional<statistics::SymmetricFile> file;
    ranks::agree(context.ranks(), [&] {
      if (destination_ && invocation.is_root()) open_output(file, info, context.options().checkpoint);
    });
    statistics::CorrelationSink sink{[&](const statistics::CorrelationBlock& block) {
      if (file) file->write(block);
    }};
    if (file) sink.make_durable = [&] { file->make_durable(); };
    const statistics::Correlation correlation = statistics::correlate(context, matrix, options_, sink);

    std::optional<std::string> output;
    if (destination_) output = destination_->file;
    const CorrelationReport report(invocation, info, options_, correlation, output);
    if (destination_) forget_stop_request();  // one that comes now comes too late to stop anything
    ranks::agree(context.ranks(), [&] {
      if (!file) return;
      file->commit(json_text(report.record()));
      if (auto* checkpoint = context.options().checkpoint) checkpoint->discard();
    });
    if (!invocation.is_root()) return ExitCode::done;
    answer("{}", json_ ? report.json() : report.text());
    if (matrix.delivered_ranks() > 0 && deliver_ == engine::Deliver::automatic) {
      invocation.note(fmt::format("rank 0 read for {} that cannot see {}",
                                  report::plural(matrix.delivered_ranks(), "rank"), info.file));
    }
    return ExitCode::done;
  }

 private:
  [[nodiscard]] engine::Identity identity(const storage::MatrixInfo& info) const {
    return {.method = options_.covariance ? "covariance" : "correlation",
            .version = 1,
            .input = info.fingerprint(),
            .seed = 0,
            .options = fmt::format("{} {} {}", options_.ddof, options_.strongest,
                                   destination_ ? destination_->file + ":" + destination_->dataset : "no output")};
  }

  /// A new file, or that of the run that this one goes on from.
  void open_output(std::optional<statistics::SymmetricFile>& file, const storage::MatrixInfo& info,
                   engine::Checkpoint* checkpoint) const {
    if (checkpoint == nullptr) {
      file.emplace(*destination_, overwrite_, info.columns, info.names);
    } else if (const auto& output = checkpoint->record().output; output.empty()) {
      storage::check_destination(*destination_, overwrite_);
      file.emplace(*destination_, overwrite_, info.columns, info.names);
      file->make_layout_durable();  // once the checkpoint says so, a later run takes it for laid out
      checkpoint->set_output(file->left().encode());
      file->leave();
    } else {
      file.emplace(*destination_, overwrite_, info.columns, info.names,
                   storage::LeftOutput::decode(ByteReader(output)));
    }
  }

  ExitCode print(const Invocation& invocation, const engine::Context& context, const engine::SharedMatrix& matrix) {
    statistics::CorrelationPlan plan;
    ranks::agree(context.ranks(), [&] { plan = statistics::plan_correlation(context, matrix, options_); });
    print_plan(invocation,
               {.subject = fmt::format("correlation of {}", in_words(matrix.info())),
                .phases = plan.phases,
                .more = plan.strips > 1 ? fmt::format("then {} more of products", plan.strips - 1) : "",
                .bytes_to_read = plan.to_read.value},
               json_);
    return ExitCode::done;
  }

  static void warn_of_chunks(const Invocation& invocation, const storage::MatrixInfo& info) {
    constexpr double many = 20;  // a matrix of 5000 columns that is not chunked
    const double times = statistics::times_read(info, statistics::cut_pairs(info));
    if (!info.chunk || times < many) return;
    invocation.note(
        fmt::format("{} is read and decoded {:.0f} times over, since its chunks are {} × {}; "
                    "it is faster from a file that is neither chunked nor CSV",
                    info.source, times, info.chunk->rows, info.chunk->columns));
  }

  std::string source_;
  std::optional<storage::Destination> destination_;
  bool overwrite_ = false;
  statistics::CorrelationOptions options_;
  engine::Deliver deliver_ = engine::Deliver::automatic;
  bool json_ = false;
  ComputeOptions compute_;
  CheckpointOptions checkpoint_;
};

}  // namespace

const char* const correlation_explanation =
    R"(Pearson's correlations of all pairs of columns, as numpy.corrcoef(x, rowvar=False) has them, or their covariances, as
numpy.cov(x, rowvar=False, ddof=0). The strongest pairs by magnitude are printed (of equal ones, the first columns');
--out writes the whole matrix, columns × columns float64, which is never in memory as a whole: in an .h5 file with the
columns' names as dimension scale of rows and columns, in a .csv under a header (x0, x1, ... for columns without names;
names that are all numbers get an x in front, so that the header stays one).

The first pass gives the means, the second one sums products of deviations from them in float64, whatever the type of the
elements. A column with NaN or an infinity has NaN in all its correlations (--nan-policy raise refuses NaN), and so has a
column of equal values. Correlations lie between -1 and 1, those on the diagonal are 1. Each pair of panels of 256 columns
reads its columns anew: a file with many more columns should be neither chunked nor CSV.

The result has the same bits on any ranks × threads and any x86-64-v3 or ARMv8 processor. The digest is of the shape, the
names and the digests of the values on and above the diagonal: by panels of at most 256 columns of nearly equal width, pairs
of panels from left to right and top to bottom, each row by row.

Examples:
  rankwise correlation data.csv
  mpiexec -n 2 rankwise correlation matrix.h5:/x --out correlation.h5
  srun rankwise correlation matrix.npy --covariance --ddof 1 --out covariance.npy
)";

std::unique_ptr<Command> make_correlation() {
  return std::make_unique<Correlation>();
}

}  // namespace rankwise::app
