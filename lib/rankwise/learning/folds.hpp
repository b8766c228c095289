#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "rankwise/learning/target.hpp"

namespace rankwise::learning {

/// Which fold each sample is tested in: scikit-learn's StratifiedKFold, in which each fold has about the same share of
/// every class.
/// @param folds at least 2
/// @param shuffle a seed: samples of a class come to folds in random order (another one than scikit-learn's); nothing:
/// in their own order
/// @return below `folds`, for each sample
/// @throws InputError if a class has fewer samples than there are folds
std::vector<std::uint32_t> stratified_folds(const Target& target, std::uint32_t folds,
                                            std::optional<std::uint64_t> shuffle);

/// scikit-learn's KFold, for several targets, whose classes cannot all be shared out evenly: runs of samples, in their
/// own order or, with a seed, in a random one.
/// @throws InputError if there are fewer samples than folds
std::vector<std::uint32_t> plain_folds(std::uint64_t samples, std::uint32_t folds,
                                       std::optional<std::uint64_t> shuffle);

}  // namespace rankwise::learning
