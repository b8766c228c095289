#include "rankwise/statistics/passes.hpp"

#include <algorithm>
#include <limits>

#include "rankwise/ranks/agreement.hpp"
#include "rankwise/statistics/bin_pass.hpp"
#include "rankwise/statistics/collect_pass.hpp"
#include "rankwise/statistics/histogram_pass.hpp"
#include "rankwise/statistics/linear_quantile.hpp"
#include "rankwise/statistics/order_key.hpp"
#include "rankwise/statistics/pass.hpp"

namespace rankwise::statistics {
namespace {

KeyKind kind_of(const ColumnMoments& moments, storage::ElementType type) {
  if (std::holds_alternative<kernels::FloatMoments>(moments)) return KeyKind::floating;
  return type >= storage::ElementType::uint8 ? KeyKind::without_sign : KeyKind::with_sign;
}

template <class Extreme>
std::uint64_t key_of(Extreme extreme, KeyKind kind) {
  if constexpr (std::is_floating_point_v<Extreme>) {
    return order_key(extreme);
  } else {
    if (kind == KeyKind::without_sign) return order_key(static_cast<std::uint64_t>(extreme));
    return order_key(static_cast<std::int64_t>(extreme));
  }
}

double interpolate_keys(std::uint64_t lower, std::uint64_t upper, double weight, KeyKind kind) {
  if (kind == KeyKind::floating) return interpolate(double_of_key(lower), double_of_key(upper), weight);
  if (kind == KeyKind::without_sign) return interpolate(lower, upper, weight);
  return interpolate(integer_of_key(lower), integer_of_key(upper), weight);
}

/// What rank 0 knows of a search: from all values of each column down to those of its ranks.
class Search {
 public:
  Search(const storage::MatrixInfo& info, const std::vector<ColumnMoments>& moments, const DistributionOptions& options)
      : info_(info), moments_(moments), options_(options) {
    for (std::uint64_t c = 0; c < moments.size(); ++c) {
      std::visit(
          [&](const auto& m) {
            if (m.count == 0 || options.quantiles.empty()) return;
            const KeyKind kind = kind_at(c);
            intervals.all.push_back({key_of(m.min, kind), key_of(m.max, kind), 0, m.count});
          },
          moments[c]);
      intervals.end_column();
    }
  }

  [[nodiscard]] std::vector<std::uint64_t> ranks_at(std::uint64_t column) const {
    return ranks_of(options_.quantiles, count_at(column));
  }
  /// @pre every interval is known
  [[nodiscard]] std::vector<double> quantiles_at(std::uint64_t column) const {
    std::vector<double> values(options_.quantiles.size(), std::numeric_limits<double>::quiet_NaN());
    for (std::size_t q = 0; q < values.size() && count_at(column) > 0; ++q) {
      const QuantilePosition at = linear_position(options_.quantiles[q], count_at(column));
      values[q] = interpolate_keys(key_at(column, at.lower), key_at(column, at.upper), at.weight, kind_at(column));
    }
    return values;
  }
  /// All but the counts of the histogram.
  [[nodiscard]] Distribution distribution_at(std::uint64_t column) const {
    Distribution result;
    std::visit(
        [&](const auto& m) {
          result.count = m.count;
          result.nan = m.nan;
          if (m.count > 0) result.histogram = {static_cast<double>(m.min), static_cast<double>(m.max), {}};
        },
        moments_[column]);
    result.quantiles = quantiles_at(column);
    return result;
  }

  Intervals intervals;

 private:
  [[nodiscard]] KeyKind kind_at(std::uint64_t c) const { return kind_of(moments_[c], info_.type_of(c)); }
  [[nodiscard]] std::uint64_t count_at(std::uint64_t c) const {
    return std::visit([](const auto& m) { return m.count; }, moments_[c]);
  }
  [[nodiscard]] std::uint64_t key_at(std::uint64_t column, std::uint64_t rank) const {
    const auto its = intervals.of(column);
    const auto found = std::find_if(its.begin(), its.end(), [&](const Interval& i) { return i.holds(rank); });
    if (found == its.end() || !found->known()) throw changed_meanwhile(info_);
    return found->low;
  }

  const storage::MatrixInfo& info_;
  const std::vector<ColumnMoments>& moments_;
  const DistributionOptions& options_;
};

}  // namespace

std::vector<Distribution> distributions_in_passes(const engine::Context& context, const engine::SharedMatrix& matrix,
                                                  const DistributionOptions& options,
                                                  const std::vector<ColumnMoments>* moments,
                                                  const DistributionLimits& limits) {
  std::vector<ColumnMoments> own;
  if (moments == nullptr) own = column_moments(context, matrix);
  const ranks::Communicator& ranks = context.ranks();
  Search search(matrix.info(), moments != nullptr ? *moments : own, options);
  const auto ranks_at = [&](std::uint64_t column) { return search.ranks_at(column); };
  while (true) {
    SearchPlan plan;
    if (ranks.is_root()) plan = plan_search(matrix.info(), search.intervals, limits);
    plan = broadcast(ranks, plan);
    if (plan.step == SearchPlan::Step::end) break;
    if (plan.step == SearchPlan::Step::bin) narrow(context, matrix, plan, search.intervals, ranks_at);
    if (plan.step == SearchPlan::Step::collect) collect(context, matrix, plan, search.intervals, ranks_at);
  }
  std::vector<Distribution> columns;
  ranks::agree(ranks, [&] {
    for (std::uint64_t c = 0; c < search.intervals.columns(); ++c) columns.push_back(search.distribution_at(c));
  });
  if (options.bins > 0) count_in_bins(context, matrix, options.bins, limits, columns);
  return columns;
}

}  // namespace rankwise::statistics
