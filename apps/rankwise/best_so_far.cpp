#include "apps/rankwise/best_so_far.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "rankwise/report/format.hpp"

namespace rankwise::app {

void BestSoFar::hear(std::uint64_t candidate, std::uint64_t fold, double score) {
  std::map<std::uint64_t, double>& by_fold = under_way_[candidate];
  by_fold[fold] = score;
  if (by_fold.size() < folds_) return;
  std::vector<double> scores;
  for (const auto& [any, of_fold] : by_fold) scores.push_back(of_fold);
  const Candidate whole{candidate, ScoreSummary(scores)};
  under_way_.erase(candidate);
  ++done_;
  const auto is_better = [](const Candidate& a, const Candidate& b) {
    return a.summary.mean != b.summary.mean ? a.summary.mean > b.summary.mean : a.number < b.number;
  };
  best_.insert(std::upper_bound(best_.begin(), best_.end(), whole, is_better), whole);
  constexpr std::size_t most = 5;
  if (best_.size() > most) best_.pop_back();
}

std::vector<std::string> BestSoFar::lines() const {
  std::vector<std::string> lines;
  for (const Candidate& each : best_) {
    lines.push_back(fmt::format("{:.4f} ± {:.4f} {}", each.summary.mean, each.summary.deviation,
                                report::printable(in_words(parameters_(each.number)))));
  }
  if (!lines.empty()) lines.push_back(fmt::format("{} left", report::plural(candidates_ - done_, "candidate")));
  return lines;
}

std::string BestSoFar::json() const {
  nlohmann::ordered_json best = nlohmann::ordered_json::array();
  for (const Candidate& each : best_) {
    nlohmann::ordered_json one;
    for (const auto& [name, value] : parameters_(each.number)) one["params"][name] = value;
    one["mean"] = each.summary.mean;
    one["std"] = each.summary.deviation;
    best.push_back(one);
  }
  return fmt::format(R"("best": {}, "candidates_left": {})", best.dump(), candidates_ - done_);
}

}  // namespace rankwise::app
