#include "apps/rankwise/summary_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "apps/rankwise/matrix_words.hpp"
#include "rankwise/report/bars.hpp"
#include "rankwise/report/format.hpp"
#include "rankwise/report/table.hpp"

namespace rankwise::app {
namespace {

using statistics::Value;

std::string in_table(const Value& value) {
  if (const auto* whole = std::get_if<WideInteger>(&value)) return to_string(*whole);
  return report::short_number(std::get<double>(value));
}

nlohmann::ordered_json in_json(const Value& value) {
  if (const auto* number = std::get_if<double>(&value)) {
    if (!std::isfinite(*number)) return nullptr;
    return *number;
  }
  const WideInteger whole = std::get<WideInteger>(value);
  if (fits_int64(whole)) return static_cast<std::int64_t>(whole);
  if (fits_uint64(whole)) return static_cast<std::uint64_t>(whole);
  return to_string(whole);  // exact, though no JSON number of common size holds it
}

/// One statistic of all columns in the narrowest type that holds it exactly; float64 for wider integers.
storage::ResultTable::Values as_values(const std::vector<Value>& values, bool counts) {
  const auto whole = [](const Value& v) { return std::get_if<WideInteger>(&v); };
  const auto all = [&](auto fits) {
    return std::all_of(values.begin(), values.end(), [&](const Value& v) { return whole(v) && fits(*whole(v)); });
  };
  const auto convert = [&]<class T>(std::vector<T> result) -> storage::ResultTable::Values {
    for (const Value& v : values) std::visit([&](auto x) { result.push_back(static_cast<T>(x)); }, v);
    return result;
  };
  if (counts) return convert(std::vector<std::uint64_t>{});
  if (!values.empty() && all(fits_int64)) return convert(std::vector<std::int64_t>{});
  if (!values.empty() && all(fits_uint64)) return convert(std::vector<std::uint64_t>{});
  return convert(std::vector<double>{});
}

bool is_count(statistics::Statistic statistic) {
  return statistic == statistics::Statistic::count || statistic == statistics::Statistic::nan;
}

const std::string& name_of(statistics::Statistic statistic) {
  return statistics::statistic_names()[static_cast<std::size_t>(statistic)];
}

/// The ends of each histogram, between which edges are equally far apart, and its counts.
void add_histograms(storage::ResultTable& table, const std::vector<statistics::Histogram>& histograms,
                    std::uint64_t bins) {
  std::vector<double> first, last;
  for (const auto& histogram : histograms) {
    const std::vector<double> edges = histogram.bins().edges();
    first.push_back(edges.front());
    last.push_back(edges.back());
  }
  table.columns.push_back({.name = "first_edge", .values = std::move(first)});
  table.columns.push_back({.name = "last_edge", .values = std::move(last)});
  for (std::uint64_t bin = 0; bin < bins; ++bin) {
    std::vector<std::uint64_t> counts;
    for (const auto& histogram : histograms) counts.push_back(histogram.counts[bin]);
    table.columns.push_back({.name = fmt::format("bin_{}", bin), .values = std::move(counts)});
  }
}

}  // namespace

SummaryReport::SummaryReport(const Invocation& invocation, const storage::MatrixInfo& info,
                             const statistics::Summary& summary, std::string thing)
    : invocation_(invocation),
      info_(info),
      summary_(summary),
      thing_(std::move(thing)),
      seconds_(invocation.seconds()),
      digest_(summary.digest()) {}

std::string SummaryReport::text(const TextOptions& options) const {
  std::string result = fmt::format("{}s of {} · {}\n", thing_, in_words(info_), invocation_.layout_line());
  std::vector<std::string> heading{thing_};
  for (const auto statistic : summary_.statistics) heading.push_back(name_of(statistic));
  for (const auto& quantile : summary_.quantiles) heading.push_back(quantile.name);
  if (summary_.bins > 0) heading.emplace_back("histogram");
  constexpr std::size_t few = 20, from_each_end = 5, most_bars = 24;
  report::Table table(heading);
  const auto add_rows = [&](std::size_t begin, std::size_t end) {
    for (std::size_t c = begin; c < end; ++c) {
      std::vector<std::string> row{report::printable(summary_.names[c])};
      for (const auto& values : summary_.values) row.push_back(in_table(values[c]));
      for (const auto& values : summary_.quantile_values) row.push_back(report::short_number(values[c]));
      if (summary_.bins > 0) row.push_back(report::bars(summary_.histograms[c].counts, most_bars));
      table.add(std::move(row));
    }
  };
  const std::size_t count = summary_.names.size();
  const bool shortened = options.top ? *options.top < count : count > few;
  const std::size_t first = options.top ? std::min<std::size_t>(*options.top, count)
                            : shortened ? from_each_end
                                        : count;
  const std::size_t last = options.top || !shortened ? 0 : from_each_end;
  add_rows(0, first);
  if (shortened) {
    const char* ways = options.can_write_all ? ": --out FILE writes them all, --top N shows N" : "";
    table.add_remark("...", fmt::format("{} more{}", count - first - last, ways));
  }
  add_rows(count - last, count);
  result += table.text(report::output_width());
  if (summary_.columns_with_nan > 0) {
    result += fmt::format("{} with NaN, which {}\n", report::plural(summary_.columns_with_nan, thing_),
                          "are counted and left out unless --nan-policy says otherwise");
  }
  const double rate = static_cast<double>(info_.stored.value) * invocation_.share_of_this_run() / seconds_;
  return result + fmt::format("{} in {} ({}B/s) · digest {}\n", format_bytes(info_.stored), report::duration(seconds_),
                              report::with_prefix(rate), digest_);
}

nlohmann::ordered_json SummaryReport::head() const {
  auto json = invocation_.json_head();
  json["seconds"] = seconds_;
  json["digest"] = digest_;
  json["input"] = info_.source;
  json["rows"] = info_.rows;
  json["columns"] = info_.columns;
  return json;
}

std::string SummaryReport::json() const {
  auto json = head();
  json["names"] = summary_.names;
  auto& statistics = json["statistics"] = nlohmann::ordered_json::object();
  for (std::size_t s = 0; s < summary_.statistics.size(); ++s) {
    auto& values = statistics[name_of(summary_.statistics[s])] = nlohmann::ordered_json::array();
    for (const Value& value : summary_.values[s]) values.push_back(in_json(value));
  }
  if (!summary_.quantiles.empty()) json["quantiles"] = nlohmann::ordered_json::object();
  for (std::size_t q = 0; q < summary_.quantiles.size(); ++q) {
    auto& values = json["quantiles"][summary_.quantiles[q].name] = nlohmann::ordered_json::array();
    for (const double value : summary_.quantile_values[q]) values.push_back(in_json(value));
  }
  if (summary_.bins > 0) json["histogram"] = nlohmann::ordered_json::array();
  for (const auto& histogram : summary_.histograms) {
    json["histogram"].push_back({{"edges", histogram.bins().edges()}, {"counts", histogram.counts}});
  }
  return json_text(json) + "\n";
}

storage::ResultTable SummaryReport::table() const {
  storage::ResultTable table;
  table.columns.push_back({.name = thing_, .values = summary_.names});
  for (std::size_t s = 0; s < summary_.statistics.size(); ++s) {
    table.columns.push_back({.name = name_of(summary_.statistics[s]),
                             .values = as_values(summary_.values[s], is_count(summary_.statistics[s]))});
  }
  for (std::size_t q = 0; q < summary_.quantiles.size(); ++q) {
    table.columns.push_back({.name = summary_.quantiles[q].name, .values = summary_.quantile_values[q]});
  }
  if (summary_.bins > 0) add_histograms(table, summary_.histograms, summary_.bins);
  return table;
}

nlohmann::ordered_json SummaryReport::record() const {
  return invocation_.record(head(), info_.identity);
}

}  // namespace rankwise::app
