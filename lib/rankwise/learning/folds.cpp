#include "rankwise/learning/folds.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "rankwise/base/errors.hpp"
#include "rankwise/random/permutation.hpp"
#include "rankwise/random/philox.hpp"

namespace rankwise::learning {
namespace {

/// Classes in the order in which they come up.
std::vector<std::uint32_t> by_appearance(std::span<const std::uint32_t> classes, std::uint32_t count) {
  std::vector<std::uint32_t> order;
  std::vector<bool> seen(count);
  for (const std::uint32_t c : classes) {
    if (!seen[c]) order.push_back(c);
    seen[c] = true;
  }
  return order;
}

}  // namespace

std::vector<std::uint32_t> stratified_folds(const Target& target, std::uint32_t folds,
                                            std::optional<std::uint64_t> shuffle) {
  const std::vector<std::uint32_t>& classes = target.classes;
  const std::uint32_t count = target.class_count();
  std::vector<std::uint64_t> members(count);
  for (const std::uint32_t c : classes) ++members[c];
  const auto order = by_appearance(classes, count);
  // As cards are dealt: class after class, one sample to each fold in turn.
  std::vector<std::uint32_t> fold_of(classes.size());
  std::uint64_t dealt = 0;
  for (const std::uint32_t c : order) {
    if (members[c] < folds) {
      throw InputError(fmt::format("class {} of '{}' has {} sample{}, fewer than the {} folds", target.label(c),
                                   target.name, members[c], members[c] == 1 ? "" : "s", folds));
    }
    std::vector<std::uint64_t> take(folds);
    for (std::uint64_t i = dealt; i < dealt + members[c]; ++i) ++take[i % folds];
    dealt += members[c];
    std::vector<std::uint32_t> of_class;
    for (std::uint32_t fold = 0; fold < folds; ++fold) of_class.insert(of_class.end(), take[fold], fold);
    if (shuffle) {
      const random::Permutation random_order(random::Stream(*shuffle, random::StreamName::folds, c), of_class.size());
      std::vector<std::uint32_t> shuffled;
      for (std::uint64_t i = 0; i < of_class.size(); ++i) shuffled.push_back(of_class[random_order.at(i)]);
      of_class = std::move(shuffled);
    }
    auto next = of_class.begin();
    for (std::size_t sample = 0; sample < classes.size(); ++sample) {
      if (classes[sample] == c) fold_of[sample] = *next++;
    }
  }
  return fold_of;
}

std::vector<std::uint32_t> plain_folds(std::uint64_t samples, std::uint32_t folds,
                                       std::optional<std::uint64_t> shuffle) {
  if (samples < folds) throw InputError(fmt::format("{} samples are fewer than the {} folds", samples, folds));
  std::vector<std::uint32_t> fold_of;
  for (std::uint32_t fold = 0; fold < folds; ++fold) {
    fold_of.insert(fold_of.end(), samples / folds + (fold < samples % folds ? 1 : 0), fold);
  }
  if (!shuffle) return fold_of;
  const random::Permutation order(random::Stream(*shuffle, random::StreamName::folds), samples);
  std::vector<std::uint32_t> shuffled(samples);
  for (std::uint64_t i = 0; i < samples; ++i) shuffled[order.at(i)] = fold_of[i];
  return shuffled;
}

}  // namespace rankwise::learning
