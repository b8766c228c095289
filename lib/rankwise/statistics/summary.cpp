#include "rankwise/statistics/summary.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <utility>

#include "rankwise/base/digest.hpp"
#include "rankwise/base/errors.hpp"

namespace rankwise::statistics {
namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

template <class M>
Value value_of(const M& m, Statistic statistic, const SummaryOptions& options) {
  const auto n = static_cast<double>(m.count);
  if (statistic == Statistic::count) return WideInteger{m.count};
  if (statistic == Statistic::nan) return WideInteger{m.nan};
  if (options.nan_policy == NanPolicy::propagate && m.nan > 0) return not_a_number;
  if (statistic == Statistic::sum) return m.sum;
  if (m.count == 0) return not_a_number;
  assert(statistic != Statistic::median && "moments do not tell it");
  switch (statistic) {
    case Statistic::mean:
      return static_cast<double>(m.sum) / n;
    case Statistic::min:
      return m.min;
    case Statistic::max:
      return m.max;
    default:
      break;
  }
  if (m.count <= options.ddof) return not_a_number;
  const double variance = m.m2 / static_cast<double>(m.count - options.ddof);
  return statistic == Statistic::var ? variance : std::sqrt(variance);
}

std::uint64_t nan_of(const Findings& findings, std::size_t column) {
  if (findings.moments.empty()) return findings.distributions[column].nan;
  return std::visit([](const auto& m) { return m.nan; }, findings.moments[column]);
}

/// Of a quantile or the median.
double value_of(const Distribution& column, std::size_t quantile, NanPolicy policy) {
  return policy == NanPolicy::propagate && column.nan > 0 ? not_a_number : column.quantiles[quantile];
}

Value value_of(const Findings& findings, std::size_t column, Statistic statistic, const SummaryOptions& options) {
  if (statistic == Statistic::median) {
    const Distribution& distribution = findings.distributions[column];
    return value_of(distribution, distribution.quantiles.size() - 1, options.nan_policy);
  }
  if (!findings.moments.empty()) return value_of(findings.moments[column], statistic, options);
  const Distribution& distribution = findings.distributions[column];
  return WideInteger{statistic == Statistic::nan ? distribution.nan : distribution.count};
}

void check_histogram(const storage::MatrixInfo& info, const Histogram& histogram, const std::string& column,
                     const SummaryOptions& options) {
  if (!histogram.counts.empty()) return;
  const bool finite = std::isfinite(histogram.max - histogram.min);
  throw InputError(fmt::format("{}: {} has no histogram of {} bins: its values go from {} to {}{}", info.source, column,
                               options.bins, histogram.min, histogram.max,
                               finite ? ", where so many edges are not distinct" : ", which is not finite in float64"));
}

}  // namespace

const std::vector<std::string>& statistic_names() {
  static const std::vector<std::string> names{"count", "nan", "sum", "mean", "var", "std", "min", "max", "median"};
  return names;
}

bool SummaryOptions::need_moments() const {
  return std::any_of(
             statistics.begin(), statistics.end(),
             [](Statistic s) { return s != Statistic::count && s != Statistic::nan && s != Statistic::median; }) ||
         distribution().empty();
}

DistributionOptions SummaryOptions::distribution() const {
  DistributionOptions result{.bins = bins};
  for (const NamedQuantile& each : quantiles) result.quantiles.push_back(each.quantile);
  if (std::find(statistics.begin(), statistics.end(), Statistic::median) != statistics.end()) {
    result.quantiles.push_back(0.5);
  }
  return result;
}

Value value_of(const ColumnMoments& moments, Statistic statistic, const SummaryOptions& options) {
  return std::visit([&](const auto& m) { return value_of(m, statistic, options); }, moments);
}

Summary summarize(const storage::MatrixInfo& info, Findings findings, const SummaryOptions& options,
                  const std::string& thing) {
  Summary summary{.rows = info.rows, .names = {}, .statistics = options.statistics, .values = {}};
  const std::size_t columns = std::max(findings.moments.size(), findings.distributions.size());
  for (std::size_t c = 0; c < columns; ++c) {
    const std::uint64_t nan = nan_of(findings, c);
    summary.names.push_back(info.name_of(c));
    if (nan == 0) continue;
    ++summary.columns_with_nan;
    if (options.nan_policy == NanPolicy::raise) {
      throw InputError(fmt::format("{}: {} {} has {} NaN; --nan-policy omit leaves them out", info.source, thing,
                                   summary.names.back(), nan));
    }
  }
  for (const Statistic statistic : options.statistics) {
    auto& values = summary.values.emplace_back();
    for (std::size_t c = 0; c < columns; ++c) values.push_back(value_of(findings, c, statistic, options));
  }
  summary.quantiles = options.quantiles;
  for (std::size_t q = 0; q < options.quantiles.size(); ++q) {
    auto& values = summary.quantile_values.emplace_back();
    for (const auto& column : findings.distributions) values.push_back(value_of(column, q, options.nan_policy));
  }
  summary.bins = options.bins;
  for (std::size_t c = 0; options.bins > 0 && c < columns; ++c) {
    summary.histograms.push_back(std::move(findings.distributions[c].histogram));
    check_histogram(info, summary.histograms.back(), fmt::format("{} {}", thing, summary.names[c]), options);
  }
  return summary;
}

std::string Summary::digest() const {
  Digest digest;
  digest.add("statistics");
  digest.add(rows);
  digest.add(std::uint64_t{names.size()});
  for (const auto& name : names) digest.add(name);
  for (std::size_t s = 0; s < statistics.size(); ++s) {
    digest.add(statistic_names()[static_cast<std::size_t>(statistics[s])]);
    for (const Value& value : values[s]) {
      digest.add(std::uint64_t{value.index()});
      std::visit([&](auto v) { digest.add(v); }, value);
    }
  }
  for (std::size_t q = 0; q < quantiles.size(); ++q) {
    digest.add("quantile");
    digest.add(quantiles[q].quantile);
    digest.add(std::span<const double>(quantile_values[q]));
  }
  for (const Histogram& histogram : histograms) {
    digest.add("histogram");
    digest.add(std::uint64_t{histogram.counts.size()});
    digest.add(histogram.min);
    digest.add(histogram.max);
    for (const std::uint64_t count : histogram.counts) digest.add(count);
  }
  return digest.hex();
}

}  // namespace rankwise::statistics
