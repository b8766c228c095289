#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "apps/rankwise/answer.hpp"
#include "apps/rankwise/checkpoint_options.hpp"
#include "apps/rankwise/commands/commands.hpp"
#include "apps/rankwise/common_options.hpp"
#include "apps/rankwise/invocation.hpp"
#include "apps/rankwise/matrix_words.hpp"
#include "apps/rankwise/output_options.hpp"
#include "apps/rankwise/plan_report.hpp"
#include "apps/rankwise/summary_report.hpp"
#include "rankwise/base/parse_number.hpp"
#include "rankwise/ranks/agreement.hpp"
#include "rankwise/report/format.hpp"
#include "rankwise/statistics/plan.hpp"
#include "rankwise/statistics/summary.hpp"

namespace rankwise::app {
namespace {

using statistics::Statistic;

/// `columns`, and `rows`, which is the same of the matrix with rows and columns exchanged.
class Statistics final : public Command {
 public:
  enum class Of { columns, rows };
  explicit Statistics(Of of) : of_(of) {}

  void add_options(CLI::App& app) override {
    app.add_option("source", source_, "FILE[:DATASET]: HDF5, .npy, .csv or .tsv")->required()->type_name("SOURCE");
    add_value(app, "--stats", "LIST", "any of count,nan,sum,mean,var,std,min,max,median (default: without var, median)",
              [this](const std::string& text) { take_statistics(text); });
    add_value(app, "--quantiles", "LIST", "exact quantiles, such as 0.05,0.95; the table calls them what you call them",
              [this](const std::string& text) { take_quantiles(text); });
    add_value(app, "--histogram", "BINS", "count values in so many equally wide bins from the least to the greatest",
              [this](const std::string& text) { take_bins(text); });
    add_value(app, "--ddof", "N", "var and std divide by count - N (default: 0, as NumPy; pandas has 1)",
              [this](const std::string& text) { options_.ddof = parse_count(text, "--ddof"); });
    add_choice<statistics::NanPolicy>(app, "--nan-policy",
                                      "NaN: leave out and count, pass on, or refuse (default: omit)",
                                      {{"omit", statistics::NanPolicy::omit},
                                       {"propagate", statistics::NanPolicy::propagate},
                                       {"raise", statistics::NanPolicy::raise}},
                                      options_.nan_policy);
    add_value(app, "--top", "N", "print the first N instead of a few from both ends",
              [this](const std::string& text) { top_ = parse_count(text, "--top"); });
    add_deliver(app, deliver_);
    output_.add_to(app);
    compute_.add_to(app);
    checkpoint_.add_to(app, {.shards = true, .verify = true});
  }

  [[nodiscard]] bool takes_shards() const override { return true; }

  void check() override { checkpoint_.refuse_as_output(output_.destination()); }

  ExitCode run(Invocation& invocation) override {
    output_.check(invocation);
    report::ProgressDisplay progress({.command = name(), .mode = compute_.progress, .unit = "B"});
    const engine::Context context = invocation.start(compute_, &progress, checkpoint_);
    engine::SharedMatrix matrix = invocation.open(context, source_, deliver_);
    const storage::MatrixInfo as_stored = matrix.info();
    progress.set_amount(static_cast<double>(as_stored.stored.value));
    if (of_ == Of::rows) matrix.transpose();
    const statistics::StatisticsPlan plan = make_plan(context, matrix);
    if (compute_.plan) return print(invocation, plan, as_stored);
    refuse_shards_of_many_phases(plan);
    warn_of_reads(invocation, plan, as_stored);
    invocation.begin_job({.method = name(), .version = 1, .input = as_stored.fingerprint()}, &as_stored);
    statistics::Findings findings = find(context, matrix);

    statistics::Summary summary;
    ranks::agree(context.ranks(), [&] {
      if (invocation.is_root()) summary = statistics::summarize(matrix.info(), std::move(findings), options_, thing());
    });
    const SummaryReport report(invocation, as_stored, summary, thing());
    output_.write(invocation, report.table(), report.record());
    if (!invocation.is_root()) return ExitCode::done;
    const std::string text =
        output_.json() ? report.json() : report.text({.top = top_, .can_write_all = !output_.to_file()});
    answer("{}", text);
    if (matrix.delivered_ranks() > 0 && deliver_ == engine::Deliver::automatic) {
      invocation.note(fmt::format("rank 0 read for {} that cannot see {}",
                                  report::plural(matrix.delivered_ranks(), "rank"), as_stored.file));
    }
    return ExitCode::done;
  }

 private:
  [[nodiscard]] std::string thing() const { return of_ == Of::rows ? "row" : "column"; }
  [[nodiscard]] std::string name() const { return of_ == Of::rows ? "rows" : "columns"; }

  [[nodiscard]] statistics::StatisticsPlan make_plan(const engine::Context& context,
                                                     const engine::SharedMatrix& matrix) const {
    statistics::StatisticsPlan plan;
    ranks::agree(context.ranks(), [&] {
      plan = statistics::plan_statistics(context, matrix, options_.need_moments(), options_.distribution());
    });
    return plan;
  }

  void refuse_shards_of_many_phases(const statistics::StatisticsPlan& plan) const {
    if (!checkpoint_.is_shard() || (plan.phases.size() == 1 && !plan.searches)) return;
    throw ranks::AgreedError(
        ExitCode::usage,
        "--shard takes what is done in one pass: statistics without median, quantiles and histogram,"
        " or these alone of columns that are read whole (--plan tells)");
  }

  ExitCode print(const Invocation& invocation, const statistics::StatisticsPlan& plan,
                 const storage::MatrixInfo& info) const {
    const char* searches =
        "then passes over all of it until few enough values are left around the quantiles: as many as the values take";
    print_plan(invocation,
               {.subject = fmt::format("{} of {}", name(), in_words(info)),
                .phases = plan.phases,
                .more = plan.searches ? searches : "",
                .bytes_to_read = plan.to_read.value},
               output_.json());
    return ExitCode::done;
  }

  /// Chunks that lie across the lanes are inflated again for each of them.
  static void warn_of_reads(const Invocation& invocation, const statistics::StatisticsPlan& plan,
                            const storage::MatrixInfo& info) {
    if (plan.reads_of_a_chunk == 1 || !info.chunk) return;
    invocation.note(fmt::format(
        "chunks of {} × {} lie across what is computed together: each is read {} times, {} in all; h5repack -l "
        "CHUNK=ROWSxCOLUMNS makes smaller ones",
        info.chunk->rows, info.chunk->columns, plan.reads_of_a_chunk, format_bytes(plan.to_read)));
  }

  [[nodiscard]] statistics::Findings find(const engine::Context& context, const engine::SharedMatrix& matrix) const {
    statistics::Findings findings;
    const bool moments = options_.need_moments();
    if (moments) findings.moments = statistics::column_moments(context, matrix);
    if (const auto asked = options_.distribution(); !asked.empty()) {
      findings.distributions =
          statistics::column_distributions(context, matrix, asked, moments ? &findings.moments : nullptr);
    }
    return findings;
  }

  void take_quantiles(const std::string& text) {
    options_.quantiles.clear();
    for (const std::string& word : split_words(text)) {
      double quantile = 0;
      const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), quantile);
      if (error != std::errc() || end != word.data() + word.size() || !(quantile >= 0 && quantile <= 1)) {
        throw UsageError(fmt::format("--quantiles takes numbers from 0 to 1, such as 0.05,0.95, not '{}'", word));
      }
      const auto same = [&](const statistics::NamedQuantile& each) { return each.name == word; };
      if (std::none_of(options_.quantiles.begin(), options_.quantiles.end(), same)) {
        options_.quantiles.push_back({word, quantile});
      }
    }
  }

  void take_bins(const std::string& text) {
    constexpr std::uint64_t most = 10000;
    options_.bins = parse_count(text, "--histogram");
    if (options_.bins < 1 || options_.bins > most) {
      throw UsageError(fmt::format("--histogram takes 1 to {} bins, not {}", most, text));
    }
  }

  void take_statistics(const std::string& text) {
    const auto& names = statistics::statistic_names();
    options_.statistics.clear();
    for (const std::string& word : split_words(text)) {
      pick("--stats", word, names);
      const auto statistic = static_cast<Statistic>(std::find(names.begin(), names.end(), word) - names.begin());
      if (std::find(options_.statistics.begin(), options_.statistics.end(), statistic) == options_.statistics.end()) {
        options_.statistics.push_back(statistic);
      }
    }
  }

  Of of_;
  std::string source_;
  statistics::SummaryOptions options_{.statistics = {Statistic::count, Statistic::nan, Statistic::sum, Statistic::mean,
                                                     Statistic::std, Statistic::min, Statistic::max}};
  std::optional<std::uint64_t> top_;
  engine::Deliver deliver_ = engine::Deliver::automatic;
  OutputOptions output_;
  ComputeOptions compute_;
  CheckpointOptions checkpoint_;
};

}  // namespace

#define RANKWISE_STATISTICS_EXPLANATION                                                                                \
  "SOURCE is FILE[:DATASET]: HDF5 (also NetCDF-4 and MATLAB 7.3), .npy, .csv or .tsv. An HDF5 group of equally long\n" \
  "1-D datasets and a pandas frame (fixed format) are tables. A file with one fitting dataset needs no :DATASET.\n"    \
  "A quoted pattern ('part-*.csv') is its files one below the other, in the order of their names.\n"                   \
  "Rows of a table of several types, and files that differ in type, are computed in float64.\n"                        \
  "A CSV has a header if any field of its first line is a word; empty fields, NA, NaN and null are NaN.\n\n"           \
  "float32 and float16 are accumulated in float64. Integers are summed exactly, in 128 bits. Variances merge "         \
  "centred\n"                                                                                                          \
  "moments. NaN are left out and counted (--nan-policy). Infinities count as values: sum and mean become infinite, "   \
  "var\n"                                                                                                              \
  "and std NaN, as in NumPy. -0.0 is less than 0.0 for min and max. Without values, count and sum are 0, all else "    \
  "NaN.\n"                                                                                                             \
  "Quantiles are exact, NumPy's method 'linear' bit for bit; the median is quantile 0.5. Differences of integers do "  \
  "not\n"                                                                                                              \
  "wrap around; next to an infinity NaN may come out, as in NumPy. Columns longer than a block are read several "      \
  "times.\n"                                                                                                           \
  "Histograms are NumPy's: a bin holds its lower edge, the last one both; equal values get a range of width 1. An "    \
  "infinite\n"                                                                                                         \
  "range, or one too narrow for so many edges, is an error; without values, counts are 0 from 0 to 1. NaN are left\n"  \
  "out whatever the policy. In files, quantiles are columns called as you typed them, and histograms the columns\n"    \
  "first_edge, last_edge, between which all edges are equally far apart, and bin_0, bin_1, ... with the counts.\n"     \
  "The result has the same bits on any ranks × threads and any x86-64-v3 or ARMv8 processor; the digest shows it. "   \
  "Another\n"                                                                                                          \
  "layout of the same numbers may round differently in the last digits.\n"

const char* const columns_explanation = RANKWISE_STATISTICS_EXPLANATION R"(
Examples:
  rankwise columns data.csv
  rankwise columns data.csv --stats median --quantiles 0.05,0.95 --histogram 20
  mpiexec -n 2 rankwise columns matrix.h5:/x --stats mean,std --out stats.csv
  srun rankwise columns matrix.npy --json
)";
const char* const rows_explanation = RANKWISE_STATISTICS_EXPLANATION R"(
Examples:
  rankwise rows matrix.npy --top 20
  mpiexec -n 2 rankwise rows matrix.h5:/x --stats sum --out sums.npy
)";
#undef RANKWISE_STATISTICS_EXPLANATION

std::unique_ptr<Command> make_columns() {
  return std::make_unique<Statistics>(Statistics::Of::columns);
}
std::unique_ptr<Command> make_rows() {
  return std::make_unique<Statistics>(Statistics::Of::rows);
}

}  // namespace rankwise::app
