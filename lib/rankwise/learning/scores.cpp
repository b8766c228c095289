#include "rankwise/learning/scores.hpp"

#include <vector>

namespace rankwise::learning {
namespace {

double accuracy(std::span<const std::uint32_t> truths, std::span<const std::uint32_t> predictions) {
  std::uint64_t right = 0;
  for (std::size_t i = 0; i < truths.size(); ++i) right += truths[i] == predictions[i] ? 1 : 0;
  return static_cast<double>(right) / static_cast<double>(truths.size());
}

double macro_f1(std::span<const std::uint32_t> truths, std::span<const std::uint32_t> predictions,
                std::uint32_t classes) {
  struct Counts {
    std::uint64_t right = 0, there = 0, predicted = 0;
  };
  std::vector<Counts> of(classes);
  for (std::size_t i = 0; i < truths.size(); ++i) {
    ++of[truths[i]].there;
    ++of[predictions[i]].predicted;
    if (truths[i] == predictions[i]) ++of[truths[i]].right;
  }
  double sum = 0;
  std::uint64_t seen = 0;
  for (const Counts& each : of) {
    if (each.there + each.predicted == 0) continue;
    ++seen;
    sum += 2 * static_cast<double>(each.right) / static_cast<double>(each.there + each.predicted);
  }
  return sum / static_cast<double>(seen);
}

}  // namespace

double score(Scoring scoring, std::span<const std::uint32_t> truths, std::span<const std::uint32_t> predictions,
             std::uint32_t classes) {
  return scoring == Scoring::accuracy ? accuracy(truths, predictions) : macro_f1(truths, predictions, classes);
}

}  // namespace rankwise::learning
