#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "apps/rankwise/model_parameters.hpp"
#include "apps/rankwise/score_summary.hpp"

namespace rankwise::app {

/// The best candidates of a search that is still under way: of those of which all folds are done.
class BestSoFar {
 public:
  /// @param candidates how many there are
  /// @param parameters of a candidate, as they are to be shown
  BestSoFar(std::uint64_t candidates, std::uint64_t folds, std::function<Parameters(std::uint64_t)> parameters)
      : candidates_(candidates), folds_(folds), parameters_(std::move(parameters)) {}

  void hear(std::uint64_t candidate, std::uint64_t fold, double score);

  /// `0.981 ± 0.012  C=10 gamma=0.001`, best first, and how many candidates are left.
  [[nodiscard]] std::vector<std::string> lines() const;
  /// `"best": [{"params": {...}, "mean": ..., "std": ...}], "candidates_left": ...`
  [[nodiscard]] std::string json() const;

 private:
  struct Candidate {
    std::uint64_t number = 0;
    ScoreSummary summary;
  };
  std::uint64_t candidates_, folds_;
  std::function<Parameters(std::uint64_t)> parameters_;
  std::map<std::uint64_t, std::map<std::uint64_t, double>> under_way_;  // scores by fold
  std::vector<Candidate> best_;
  std::uint64_t done_ = 0;
};

}  // namespace rankwise::app
