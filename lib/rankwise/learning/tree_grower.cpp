#include "rankwise/learning/tree_grower.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "rankwise/base/stop_request.hpp"
#include "rankwise/base/wide_integer.hpp"
#include "rankwise/kernels/purities.hpp"
#include "rankwise/kernels/words.hpp"
#include "rankwise/random/philox.hpp"

namespace rankwise::learning {
namespace {

/// A number below `end`, as likely as any other of them (but for a part in 2^64 of `end`).
std::uint64_t below(std::uint64_t end, std::uint64_t word) {
  return static_cast<std::uint64_t>((WideInteger{word} * WideInteger{end}) >> 64);
}

double purity_of(std::uint64_t squares, std::uint64_t weight) {
  return static_cast<double>(squares) / static_cast<double>(weight);
}

}  // namespace

std::uint64_t ForestOptions::looked_at(std::uint64_t all) const {
  const auto count = static_cast<double>(all);
  const double wanted = max_features == MaxFeatures::root        ? std::sqrt(count)
                        : max_features == MaxFeatures::logarithm ? std::log2(count)
                        : max_features == MaxFeatures::all       ? count
                        : max_features == MaxFeatures::number    ? features
                                                                 : features * count;
  return static_cast<std::uint64_t>(std::clamp(wanted, 1.0, count));
}

TreeGrower::TreeGrower(const ForestOptions& options, const Fold& fold, const RankedFeatures& ranked)
    : options_(options),
      fold_(fold),
      ranked_(ranked),
      looked_at_(options.looked_at(fold.width)),
      stride_((fold.class_count + kernels::class_stride - 1) / kernels::class_stride * kernels::class_stride),
      features_(fold.width),
      totals_(stride_),
      left_(fold.class_count) {
  content_.weights.resize(fold.class_count);
}

Bytes TreeGrower::bytes_needed(std::uint64_t samples, std::uint64_t features, std::uint64_t classes) {
  // Two leaves of each sample, at worst, with its class' shares; what is drawn, sorted, counted.
  return {samples * (2 * sizeof(DecisionTree::Node) + classes * sizeof(double) + 64) + features * 16 +
          256 * classes * sizeof(std::uint32_t)};
}

void TreeGrower::draw_samples(std::uint64_t tree) {
  const std::uint64_t count = fold_.training.size();
  const std::size_t all = fold_.classes.size();
  weights_.assign(all, 0);
  if (options_.bootstrap) {
    std::vector<std::uint64_t> words(count);
    kernels::words(random::Stream(options_.seed, random::StreamName::forest, 2 * tree), 0, words);
    for (const std::uint64_t word : words) ++weights_[fold_.training[below(count, word)]];
  } else {
    for (const std::uint32_t sample : fold_.training) weights_[sample] = 1;
  }
  samples_.clear();
  for (const std::uint32_t sample : fold_.training) {
    if (weights_[sample] > 0) samples_.push_back(sample);
  }
}

void TreeGrower::take_content(const Task& task) {
  std::fill(content_.weights.begin(), content_.weights.end(), 0);
  here_.clear();
  for (std::size_t i = task.begin; i < task.end; ++i) {
    here_.push_back({fold_.classes[samples_[i]], weights_[samples_[i]]});
    content_.weights[here_.back().of_class] += here_.back().weight;
  }
  content_.weight = content_.squares = 0;
  for (const std::uint64_t weight : content_.weights) {
    content_.weight += weight;
    content_.squares += weight * weight;
  }
  std::copy(content_.weights.begin(), content_.weights.end(), totals_.begin());
}

bool TreeGrower::ends(const Task& task) const {
  const std::size_t size = task.end - task.begin;
  return task.depth >= options_.max_depth || size < options_.min_samples_split ||
         size / 2 < options_.min_samples_leaf || content_.squares == content_.weight * content_.weight;
}

void TreeGrower::add_leaf(DecisionTree& tree) const {
  tree.nodes.back().next = static_cast<std::uint32_t>(tree.shares.size() / fold_.class_count);
  for (const std::uint64_t weight : content_.weights) {
    tree.shares.push_back(static_cast<double>(weight) / static_cast<double>(content_.weight));
  }
}

DecisionTree TreeGrower::grow(std::uint64_t tree) {
  heed_stop_request();
  draw_samples(tree);
  tree_ = tree;
  random_index_ = 0;
  std::iota(features_.begin(), features_.end(), 0U);
  DecisionTree result{.importances = std::vector<double>(fold_.width)};
  std::vector<Task> tasks{{.begin = 0, .end = samples_.size()}};
  while (!tasks.empty()) {
    const Task task = tasks.back();
    tasks.pop_back();
    const auto here = static_cast<std::uint32_t>(result.nodes.size());
    if (task.is_next) result.nodes[task.asked_by].next = here;
    result.nodes.emplace_back();
    take_content(task);
    const Split split = ends(task) ? Split{} : best_split(task);
    if (split.feature < 0) {
      add_leaf(result);
      continue;
    }
    result.nodes[here].feature = static_cast<std::int32_t>(split.feature);
    const std::size_t middle = divide(task, split, result.nodes[here].threshold);
    result.importances[static_cast<std::size_t>(split.feature)] +=
        split.purity - purity_of(content_.squares, content_.weight);
    tasks.push_back({.begin = middle, .end = task.end, .depth = task.depth + 1, .asked_by = here, .is_next = true});
    tasks.push_back({.begin = task.begin, .end = middle, .depth = task.depth + 1});
  }
  const double sum = std::accumulate(result.importances.begin(), result.importances.end(), 0.0);
  for (double& importance : result.importances) importance = sum > 0 ? importance / sum : 0;
  return result;
}

/// Of features drawn one by one: of some; and of more as long as all samples are alike in those.
TreeGrower::Split TreeGrower::best_split(const Task& task) {
  const random::Stream stream(options_.seed, random::StreamName::forest, 2 * tree_ + 1);
  Split best;
  std::uint64_t alike = 0;
  for (std::uint64_t i = 0; i < features_.size() && (i < looked_at_ || alike == i); ++i) {
    std::swap(features_[i], features_[i + below(features_.size() - i, stream.word64(random_index_++))]);
    if (try_feature(features_[i], task, best)) ++alike;
  }
  return best;
}

bool TreeGrower::try_feature(std::uint64_t feature, const Task& task, Split& best) {
  const std::uint32_t ranks = ranked_.count(feature);
  constexpr std::uint32_t most_counted = 256;
  const bool many_samples = task.end - task.begin > ranks / 2;
  return ranks <= most_counted && many_samples ? try_by_counting(feature, task, best)
                                               : try_by_sorting(feature, task, best);
}

bool TreeGrower::try_by_counting(std::uint64_t feature, const Task& task, Split& best) {
  const std::uint16_t* rank = ranked_.of(feature);
  const std::uint32_t ranks = ranked_.count(feature);
  const std::size_t size = task.end - task.begin;
  const bool counts_members = options_.min_samples_leaf > 1;
  counts_.assign(ranks * stride_, 0);
  if (counts_members) members_.assign(ranks, 0);
  for (std::size_t i = 0; i < size; ++i) {
    const std::size_t of_sample = rank[samples_[task.begin + i]];
    counts_[of_sample * stride_ + here_[i].of_class] += here_[i].weight;
    if (counts_members) ++members_[of_sample];
  }
  purities_.resize(ranks);
  kernels::purities(counts_.data(), ranks, totals_.data(), stride_, purities_.data());
  bool alike = true;
  std::size_t members = 0;
  for (std::uint32_t r = 0; r < ranks; ++r) {
    if (counts_members) members += members_[r];
    if (!(purities_[r] >= 0)) continue;  // NaN: a side is empty
    alike = false;
    if (counts_members && std::min(members, size - members) < options_.min_samples_leaf) continue;
    // Where nothing is at a rank, it is as pure as before.
    if (purities_[r] > best.purity) best = {static_cast<std::int64_t>(feature), r, purities_[r]};
  }
  return alike;
}

bool TreeGrower::try_by_sorting(std::uint64_t feature, const Task& task, Split& best) {
  const std::uint16_t* rank = ranked_.of(feature);
  const std::size_t size = task.end - task.begin;
  sorted_.clear();
  for (std::size_t i = 0; i < size; ++i) {
    sorted_.push_back({rank[samples_[task.begin + i]], here_[i].of_class, here_[i].weight});
  }
  std::sort(sorted_.begin(), sorted_.end(), [](const Sample& a, const Sample& b) { return a.rank < b.rank; });
  if (sorted_.front().rank == sorted_.back().rank) return true;
  std::fill(left_.begin(), left_.end(), 0);
  std::uint64_t weight = 0, squares = 0, other_squares = content_.squares;
  for (std::size_t i = 0; i + 1 < size; ++i) {
    const Sample& here = sorted_[i];
    const std::uint64_t left = left_[here.of_class], other = content_.weights[here.of_class] - left;
    squares += here.weight * (2 * left + here.weight);
    other_squares -= here.weight * (2 * other - here.weight);
    left_[here.of_class] += here.weight;
    weight += here.weight;
    if (here.rank == sorted_[i + 1].rank) continue;
    if (i + 1 < options_.min_samples_leaf || size - i - 1 < options_.min_samples_leaf) continue;
    const double purity = purity_of(squares, weight) + purity_of(other_squares, content_.weight - weight);
    if (purity > best.purity) best = {static_cast<std::int64_t>(feature), here.rank, purity};
  }
  return false;
}

/// Samples of the first side come first. @return where the second begins
std::size_t TreeGrower::divide(const Task& task, const Split& split, double& threshold) {
  const auto feature = static_cast<std::uint64_t>(split.feature);
  const std::uint16_t* rank = ranked_.of(feature);
  const auto begin = samples_.begin() + static_cast<std::ptrdiff_t>(task.begin);
  const auto end = samples_.begin() + static_cast<std::ptrdiff_t>(task.end);
  const auto middle = std::partition(begin, end, [&](std::uint32_t sample) { return rank[sample] <= split.rank; });
  double greatest = -std::numeric_limits<double>::infinity(), least = std::numeric_limits<double>::infinity();
  for (auto at = begin; at != middle; ++at) greatest = std::max(greatest, fold_.row(*at)[feature]);
  for (auto at = middle; at != end; ++at) least = std::min(least, fold_.row(*at)[feature]);
  threshold = greatest / 2 + least / 2;
  if (threshold >= least || threshold < greatest) threshold = greatest;  // where rounding has the last word
  return static_cast<std::size_t>(middle - samples_.begin());
}

}  // namespace rankwise::learning
