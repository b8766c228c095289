#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <numeric>
#include <optional>
#include <span>

#include "apps/rankwise/answer.hpp"
#include "apps/rankwise/best_so_far.hpp"
#include "apps/rankwise/checkpoint_options.hpp"
#include "apps/rankwise/commands/commands.hpp"
#include "apps/rankwise/parameter_grid.hpp"
#include "apps/rankwise/score_summary.hpp"
#include "apps/rankwise/validate.hpp"
#include "apps/rankwise/validation_options.hpp"
#include "rankwise/base/digest.hpp"
#include "rankwise/base/parse_number.hpp"
#include "rankwise/report/format.hpp"
#include "rankwise/report/table.hpp"

namespace rankwise::app {
namespace {

class Search final : public Command {
 public:
  void add_options(CLI::App& app) override {
    options_.add_to(app);
    const auto add_words = [&](const char* name, std::vector<std::string>& words, const char* type, const char* what) {
      return app.add_option(name, words, what)
          ->type_name(type)
          ->expected(1)
          ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    };
    add_words("--grid", grid_words_, "NAME=V1,V2,...", "values of a parameter that are tried, with all of the others");
    auto* draws = add_value(app, "--n-iter", "N", "draw so many candidates from the ranges",
                            [this](const std::string& text) { draws_ = parse_count(text, "--n-iter"); });
    auto* ranges =
        add_words("--range", range_words_, "NAME=[log:]A:B", "draw a parameter between A and B, or its logarithm");
    draws->needs(ranges);
    ranges->needs(draws);
    add_value(app, "--top", "N", "print the N best (default: 10)",
              [this](const std::string& text) { top_ = parse_count(text, "--top"); });
    app.add_flag("--json", json_, "print one JSON object with all of them instead");
    compute_.add_to(app);
    checkpoint_.add_to(app, {.shards = false, .verify = true});
  }

  void check() override {
    options_.check("search");
    if (grid_words_.empty() && range_words_.empty()) {
      throw UsageError("--grid NAME=V1,V2,... or --n-iter N --range NAME=A:B says what is searched");
    }
    grid_.emplace(grid_words_, range_words_, draws_, options_.seed());
    for (const auto& [name, value] : options_.parameters()) {
      for (const auto& [searched, any] : grid_->at(0)) {
        if (name == searched) throw UsageError(fmt::format("{} is searched, and is --param {}={}", name, name, value));
      }
    }
    candidates_.count = grid_->count();
    candidates_.in_words = options_.model() + in_words(options_.parameters()) + grid_->in_words();
    candidates_.at = [this](std::uint64_t candidate) { return model_options(options_.model(), all_of(candidate)); };
    candidates_.family = {.name = "search " + options_.model(),
                          .words = [this](std::uint64_t candidate) { return sorted_words(all_of(candidate)); },
                          .definition = definition(),
                          .recall = recall};
    check_values();
  }

  ExitCode run(Invocation& invocation) override {
    BestSoFar best(candidates_.count, options_.validation().folds, [this](std::uint64_t c) { return grid_->at(c); });
    const Validation validation{
        .command = "search",
        .options = options_,
        .candidates = candidates_,
        .compute = compute_,
        .checkpoint = checkpoint_,
        .json = json_,
        .hear = [&](std::uint64_t candidate, std::uint64_t fold, double score) { best.hear(candidate, fold, score); },
        .set_remarks =
            [&](report::ProgressDisplay& progress) {
              progress.set_remarks([&] { return best.lines(); }, [&] { return best.json(); });
            }};
    return validate(invocation, validation, [&](const auto& info, const auto& data, const auto& scores) {
      const std::vector<Result> results = results_of(scores);
      json_ ? print_json(invocation, info, data, results) : print(invocation, info, data, results);
    });
  }

 private:
  struct Result {
    std::span<const double> scores;
    ScoreSummary summary;
    std::uint64_t rank = 0;  ///< from 1 on; of equal ones the same
  };

  [[nodiscard]] Parameters all_of(std::uint64_t candidate) const {
    return together(options_.parameters(), grid_->at(candidate));
  }
  static Parameters together(Parameters fixed, const Parameters& searched) {
    fixed.insert(fixed.end(), searched.begin(), searched.end());
    return fixed;
  }

  static std::string sorted_words(Parameters parameters) {
    std::sort(parameters.begin(), parameters.end());
    return in_words(parameters);
  }

  /// All that makes the candidates, for later runs.
  [[nodiscard]] std::vector<std::string> definition() const {
    std::vector<std::string> texts;
    const auto add = [&](const std::vector<std::string>& some) {
      texts.push_back(std::to_string(some.size()));
      texts.insert(texts.end(), some.begin(), some.end());
    };
    add(options_.parameter_words());
    add(grid_words_);
    add(range_words_);
    texts.push_back(std::to_string(draws_));
    texts.push_back(std::to_string(options_.seed()));
    return texts;
  }
  /// The words of candidates of which these texts are the definition.
  static std::function<std::string(std::uint64_t)> recall(const std::vector<std::string>& texts) {
    std::size_t at = 0;
    const auto next = [&] {
      if (at == texts.size()) throw InputError("the checkpoint does not tell its candidates");
      return texts[at++];
    };
    const auto some = [&] {
      std::vector<std::string> result;
      for (std::uint64_t left = parse_count(next(), "a checkpoint"); left > 0; --left) result.push_back(next());
      return result;
    };
    const Parameters fixed = parse_parameters(some());
    const auto grid = some(), ranges = some();
    const std::uint64_t draws = parse_count(next(), "a checkpoint"), seed = parse_count(next(), "a checkpoint");
    return [fixed, candidates = ParameterGrid(grid, ranges, draws, seed)](std::uint64_t candidate) {
      return sorted_words(together(fixed, candidates.at(candidate)));
    };
  }

  /// Each value once, before any work. @throws UsageError
  void check_values() const {
    for (const std::string& text : grid_words_) {
      const ParameterGrid alone({text}, {}, 0, 0);
      for (std::uint64_t i = 0; i < alone.count(); ++i) (void)model_options(options_.model(), alone.at(i));
    }
    (void)model_options(options_.model(), all_of(0));
  }

  [[nodiscard]] std::vector<Result> results_of(const std::vector<double>& scores) const {
    const std::size_t folds = options_.validation().folds;
    std::vector<Result> results;
    for (std::size_t i = 0; i + folds <= scores.size(); i += folds) {
      const std::span<const double> of_one(scores.data() + i, folds);
      results.push_back({of_one, ScoreSummary(of_one)});
    }
    std::vector<double> means;
    for (const Result& result : results) means.push_back(result.summary.mean);
    std::sort(means.begin(), means.end(), std::greater<>());
    for (Result& result : results) {
      const auto place = std::lower_bound(means.begin(), means.end(), result.summary.mean, std::greater<>());
      result.rank = 1 + static_cast<std::uint64_t>(place - means.begin());
    }
    return results;
  }

  /// By rank; of equal ones the first comes first.
  static std::vector<std::uint64_t> best_first(const std::vector<Result>& results) {
    std::vector<std::uint64_t> order(results.size());
    std::iota(order.begin(), order.end(), std::uint64_t{0});
    std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return results[a].rank < results[b].rank; });
    return order;
  }

  [[nodiscard]] std::string digest_of(const std::vector<Result>& results) const {
    Digest digest;
    digest.add("search");
    digest.add(options_.scoring_in_words());
    for (std::uint64_t candidate = 0; candidate < results.size(); ++candidate) {
      digest.add(in_words(all_of(candidate)));
      for (const double score : results[candidate].scores) digest.add(score);
    }
    return digest.hex();
  }

  void print(const Invocation& invocation, const storage::MatrixInfo& info, const learning::Dataset& data,
             const std::vector<Result>& results) const {
    answer("search {}{} of {} · {} × {} folds · {}\n", options_.model(), in_words(options_.parameters()),
           SampleOptions::in_words(info, data), report::plural(results.size(), "candidate"),
           options_.validation().folds, invocation.layout_line());
    std::vector<std::string> heading{"rank", std::string(options_.scoring_in_words()), "std"};
    for (const auto& [name, value] : grid_->at(0)) heading.push_back(name);
    report::Table table(heading);
    const auto order = best_first(results);
    for (std::size_t i = 0; i < std::min<std::size_t>(order.size(), top_); ++i) {
      const Result& result = results[order[i]];
      std::vector<std::string> row{std::to_string(result.rank), report::short_number(result.summary.mean),
                                   report::short_number(result.summary.deviation)};
      for (const auto& [name, value] : grid_->at(order[i])) row.push_back(value);
      table.add(row);
    }
    if (order.size() > top_) table.add_remark("...", fmt::format("{} more: --top N shows N", order.size() - top_));
    answer("{}{} fits in {} · digest {}\n", table.text(report::output_width()),
           results.size() * options_.validation().folds, report::duration(invocation.seconds()), digest_of(results));
  }

  void print_json(const Invocation& invocation, const storage::MatrixInfo& info, const learning::Dataset& data,
                  const std::vector<Result>& results) const {
    const auto in_json = [&](std::uint64_t candidate) {
      const Result& result = results[candidate];
      nlohmann::ordered_json json;
      json["params"] = nlohmann::ordered_json::object();
      for (const auto& [name, value] : all_of(candidate)) json["params"][name] = value;
      json["scores"] = result.scores;
      json["mean"] = result.summary.mean;
      json["std"] = result.summary.deviation;
      json["rank"] = result.rank;
      return json;
    };
    auto json = invocation.json_head();
    json["digest"] = digest_of(results);
    options_.add_to(json, info, data);
    json["candidates"] = nlohmann::ordered_json::array();
    for (std::uint64_t candidate = 0; candidate < results.size(); ++candidate) {
      json["candidates"].push_back(in_json(candidate));
    }
    json["best"] = in_json(best_first(results)[0]);
    answer("{}\n", json_text(json, 2));
  }

  ValidationOptions options_;
  std::vector<std::string> grid_words_, range_words_;
  std::uint64_t draws_ = 0, top_ = 10;
  std::optional<ParameterGrid> grid_;
  learning::Candidates candidates_;
  bool json_ = false;
  ComputeOptions compute_;
  CheckpointOptions checkpoint_;
};

}  // namespace

const char* const search_explanation =
    R"(Which parameters tell unseen classes best: each candidate is scored in each of K folds, as crossval does it. --grid tries all
combinations of its values (scikit-learn's GridSearchCV, in the order of its ParameterGrid); --n-iter draws candidates from
--range, between A and B or between their logarithms, by the candidate's number and the seed (RandomizedSearchCV); with both,
each combination of the grid is drawn N times over. --param sets what is the same for all.

The models and their parameters are those of crossval. Candidates are ranked by their mean score; equal ones share a rank.
While it works, the five best so far are shown (of one target).

Every candidate and fold is a piece of work of its own, shared out to ranks × threads, what most likely takes long (a great
C, many trees) first, and kept in a checkpoint as soon as it is done. With --resume, a search among other candidates takes
from the checkpoint what it holds of those that are the same.
The scores have the same bits on any ranks × threads, on one kind of processor.

Examples:
  rankwise search svc digits.csv --target digit --grid C=0.1,1,10 --grid gamma=0.0001,0.001,0.01
  mpiexec -n 2 rankwise search svc digits.csv --target digit --n-iter 50 --range C=log:0.01:100 --range gamma=log:1e-5:0.1
  rankwise search svc table.csv --target y --grid kernel=linear,rbf --scale standard --checkpoint s.ckpt --resume
)";

std::unique_ptr<Command> make_search() {
  return std::make_unique<Search>();
}

}  // namespace rankwise::app
