#include "rankwise/learning/scores.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "rankwise/base/errors.hpp"

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

/// Of one class against the others: the share of pairs of one of them and one of it in which that scores higher; half
/// of those that score the same (H. B. Mann, D. R. Whitney, 1947).
double roc_auc(std::span<const std::uint32_t> truths, const Predictions& predictions, std::uint32_t classes,
               std::uint32_t of_class) {
  const auto score_of = [&](std::size_t i) { return predictions.scores[i * classes + of_class]; };
  if (!std::all_of(predictions.scores.begin(), predictions.scores.end(), [](double s) { return std::isfinite(s); })) {
    throw InputError("there is no roc-auc of scores that are no numbers: features are too large for this model");
  }
  std::vector<std::size_t> order(truths.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](auto a, auto b) { return score_of(a) < score_of(b); });
  std::uint64_t twice_won = 0, others_before = 0, members = 0;
  for (std::size_t i = 0; i < order.size();) {
    std::uint64_t here = 0, others_here = 0;
    const double value = score_of(order[i]);
    for (; i < order.size() && score_of(order[i]) == value; ++i) ++(truths[order[i]] == of_class ? here : others_here);
    twice_won += here * (2 * others_before + others_here);
    others_before += others_here;
    members += here;
  }
  return static_cast<double>(twice_won) / 2 / static_cast<double>(members * others_before);
}

double mean_roc_auc(std::span<const std::uint32_t> truths, const Predictions& predictions, std::uint32_t classes) {
  if (classes == 2) return roc_auc(truths, predictions, classes, 1);
  double sum = 0;
  for (std::uint32_t k = 0; k < classes; ++k) sum += roc_auc(truths, predictions, classes, k);
  return sum / classes;
}

}  // namespace

double score(Scoring scoring, std::span<const std::uint32_t> truths, const Predictions& predictions,
             std::uint32_t classes) {
  switch (scoring) {
    case Scoring::accuracy:
      return accuracy(truths, predictions.classes);
    case Scoring::f1:
      return macro_f1(truths, predictions.classes, classes);
    case Scoring::roc_auc:
      break;
  }
  return mean_roc_auc(truths, predictions, classes);
}

double f1_of_second(std::span<const std::uint32_t> truths, std::span<const std::uint32_t> predictions) {
  std::uint64_t right = 0, there_or_predicted = 0;
  for (std::size_t i = 0; i < truths.size(); ++i) {
    right += truths[i] == 1 && predictions[i] == 1 ? 1 : 0;
    there_or_predicted += (truths[i] == 1 ? 1U : 0U) + (predictions[i] == 1 ? 1U : 0U);
  }
  return there_or_predicted == 0 ? 0 : 2 * static_cast<double>(right) / static_cast<double>(there_or_predicted);
}

}  // namespace rankwise::learning
