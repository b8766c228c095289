#include "rankwise/learning/fit_order.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <utility>
#include <variant>

namespace rankwise::learning {
namespace {

/// Where a fit comes among all: by one number, or by the next where they are equal.
using FitRank = std::array<double, 4>;

/// Kernels are numbered as they come up.
class FitRanks {
 public:
  FitRanks(const CrossValidationOptions& options, std::uint64_t features) : options_(options), features_(features) {}

  FitRank operator()(const SvcOptions& svc, std::uint64_t fold, std::uint64_t target) {
    const bool by_variance = svc.gamma == SvcOptions::Gamma::scale && svc.kernel.kind != KernelFunction::Kind::linear;
    const KernelFunction kernel = svc.kernel_for(features_, 0);
    const auto known = std::find(kernels_.begin(), kernels_.end(), std::pair(by_variance, kernel));
    const auto number = static_cast<double>(known - kernels_.begin());
    if (known == kernels_.end()) kernels_.emplace_back(by_variance, kernel);
    const auto of = static_cast<double>(target), in = static_cast<double>(fold);
    // Scaled features are a fold's own, and so are kernels that depend on its variance.
    if (options_.scale) return {of, in, number, -svc.c};
    if (by_variance) return {of, number, in, -svc.c};
    return {of, number, -svc.c, in};
  }
  FitRank operator()(const LogisticOptions& logistic, std::uint64_t, std::uint64_t) const { return {-logistic.c}; }
  FitRank operator()(const ForestOptions& forest, std::uint64_t, std::uint64_t) const {
    return {-static_cast<double>(forest.trees) * static_cast<double>(forest.looked_at(features_))};
  }

 private:
  const CrossValidationOptions& options_;
  std::uint64_t features_;
  std::vector<std::pair<bool, KernelFunction>> kernels_;
};

}  // namespace

std::vector<std::uint64_t> fits_in_order(const Dataset& data, const Candidates& candidates,
                                         const CrossValidationOptions& options) {
  const std::uint64_t targets = data.targets().size();
  FitRanks rank(options, data.features());
  std::vector<FitRank> ranks;
  for (std::uint64_t candidate = 0; candidate < candidates.count; ++candidate) {
    const ModelOptions model = candidates.at(candidate);
    for (std::uint64_t i = 0; i < options.folds * targets; ++i) {
      ranks.push_back(std::visit([&](const auto& of) { return rank(of, i / targets, i % targets); }, model));
    }
  }
  std::vector<std::uint64_t> order(ranks.size());
  std::iota(order.begin(), order.end(), std::uint64_t{0});
  std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return ranks[a] < ranks[b]; });
  return order;
}

}  // namespace rankwise::learning
