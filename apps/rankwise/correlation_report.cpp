#include "apps/rankwise/correlation_report.hpp"

#include <fmt/format.h>

#include "apps/rankwise/matrix_words.hpp"
#include "rankwise/report/format.hpp"
#include "rankwise/report/table.hpp"

namespace rankwise::app {
namespace {

const char* word_for(const statistics::CorrelationOptions& options) {
  return options.covariance ? "covariance" : "correlation";
}

}  // namespace

CorrelationReport::CorrelationReport(const Invocation& invocation, const storage::MatrixInfo& info,
                                     const statistics::CorrelationOptions& options,
                                     const statistics::Correlation& correlation,
                                     const std::optional<std::string>& output)
    : invocation_(invocation),
      info_(info),
      options_(options),
      correlation_(correlation),
      output_(output),
      seconds_(invocation.seconds()) {}

double CorrelationReport::pairs() const {
  const auto columns = static_cast<double>(info_.columns);
  return columns * (columns - 1) / 2;
}

std::string CorrelationReport::remarks() const {
  std::string text;
  if (correlation_.columns_with_nan > 0) {
    text += fmt::format("{} with NaN, as all {}s with them\n", report::plural(correlation_.columns_with_nan, "column"),
                        word_for(options_));
  }
  if (correlation_.constant_columns > 0 && !options_.covariance) {
    text += fmt::format("{} of equal values, without correlations: NaN\n",
                        report::plural(correlation_.constant_columns, "column"));
  }
  return text;
}

std::string CorrelationReport::text() const {
  std::string result = fmt::format("{}s of {} · {}\n", word_for(options_), in_words(info_), invocation_.layout_line());
  report::Table table({"column", "column", word_for(options_)});
  for (const auto& [a, b, value] : correlation_.strongest) {
    table.add({report::printable(info_.name_of(a)), report::printable(info_.name_of(b)), report::short_number(value)});
  }
  const double shown = static_cast<double>(correlation_.strongest.size());
  if (correlation_.strongest.size() < options_.strongest) {  // all that have a value
    if (pairs() > shown) table.add_remark("...", fmt::format("{:.0f} more pairs: NaN", pairs() - shown));
  } else if (pairs() > shown) {
    table.add_remark("...", fmt::format("{:.0f} more pairs: {}--top N shows N", pairs() - shown,
                                        output_ ? "" : "--out FILE writes the matrix, "));
  }
  result += table.text(report::output_width()) + remarks();
  const double all = 2 * (pairs() + static_cast<double>(info_.columns)) * static_cast<double>(info_.rows);
  const double rate = all * invocation_.share_of_this_run() / seconds_;
  return result + fmt::format("{} in {} ({}FLOP/s) · digest {}\n", format_bytes(info_.stored),
                              report::duration(seconds_), report::with_prefix(rate), correlation_.digest);
}

nlohmann::ordered_json CorrelationReport::head() const {
  auto json = invocation_.json_head();
  json["seconds"] = seconds_;
  json["digest"] = correlation_.digest;
  json["input"] = info_.source;
  json["rows"] = info_.rows;
  json["columns"] = info_.columns;
  json["covariance"] = options_.covariance;
  json["ddof"] = options_.ddof;
  return json;
}

std::string CorrelationReport::json() const {
  auto json = head();
  auto& names = json["names"] = nlohmann::ordered_json::array();
  for (std::uint64_t c = 0; c < info_.columns; ++c) names.push_back(info_.name_of(c));
  if (output_) {
    json["output"] = *output_;
  } else {
    json["output"] = nullptr;
  }
  json["columns_with_nan"] = correlation_.columns_with_nan;
  json["constant_columns"] = correlation_.constant_columns;
  auto& strongest = json["strongest"] = nlohmann::ordered_json::array();
  for (const auto& [a, b, value] : correlation_.strongest) {
    strongest.push_back({{"a", info_.name_of(a)}, {"b", info_.name_of(b)}, {"value", value}});
  }
  return json_text(json) + "\n";
}

nlohmann::ordered_json CorrelationReport::record() const {
  return invocation_.record(head(), info_.identity);
}

}  // namespace rankwise::app
