#include "apps/rankwise/parameter_grid.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "apps/rankwise/common_options.hpp"
#include "rankwise/base/errors.hpp"
#include "rankwise/base/parse_number.hpp"
#include "rankwise/random/philox.hpp"

namespace rankwise::app {
namespace {

constexpr std::uint64_t most_candidates = std::uint64_t{1} << 40;

/// `NAME=REST`
std::pair<std::string, std::string> split(const std::string& option, const std::string& text, const char* example) {
  const auto sign = text.find('=');
  if (sign == std::string::npos || sign == 0 || sign + 1 == text.size()) {
    throw UsageError(fmt::format("{} takes {}, not '{}'", option, example, text));
  }
  return {text.substr(0, sign), text.substr(sign + 1)};
}

}  // namespace

ParameterGrid::ParameterGrid(const std::vector<std::string>& grid, const std::vector<std::string>& ranges,
                             std::uint64_t draws, std::uint64_t seed)
    : seed_(seed) {
  for (const std::string& text : grid) {
    const auto [name, values] = split("--grid", text, "a parameter and its values such as C=0.1,1,10");
    choices_.push_back({name, split_words(values)});
  }
  for (const std::string& text : ranges) ranges_.push_back(parse_range(text));
  std::sort(choices_.begin(), choices_.end(), [](const Choice& a, const Choice& b) { return a.name < b.name; });
  std::set<std::string> names;
  const auto need_new = [&](const std::string& name) {
    if (!names.insert(name).second) throw UsageError(fmt::format("{} is searched twice", name));
  };
  for (const Choice& choice : choices_) {
    need_new(choice.name);
    if (count_ > most_candidates / choice.values.size()) throw UsageError("--grid has more than 2^40 candidates");
    count_ *= choice.values.size();
    words_ += fmt::format(" {}={}", choice.name, fmt::join(choice.values, ","));
  }
  for (const Range& range : ranges_) {
    need_new(range.name);
    words_ += fmt::format(" {}={}{}:{}", range.name, range.logarithmic ? "log:" : "", range.low, range.high);
  }
  if (ranges_.empty()) return;
  if (draws == 0 || count_ > most_candidates / draws) throw UsageError("--n-iter takes 1 to 2^40 candidates in all");
  count_ *= draws;
  words_ += fmt::format(" {} draws, seed {}", draws, seed_);
}

ParameterGrid::Range ParameterGrid::parse_range(const std::string& text) {
  const char* example = "a parameter and its range such as C=log:0.01:100 or coef0=-1:1";
  auto [name, rest] = split("--range", text, example);
  Range range{.name = name, .logarithmic = rest.starts_with("log:")};
  if (range.logarithmic) rest.erase(0, 4);
  const auto colon = rest.find(':');
  if (colon == std::string::npos) throw UsageError(fmt::format("--range takes {}, not '{}'", example, text));
  range.low = parse_real(rest.substr(0, colon), "--range " + name);
  range.high = parse_real(rest.substr(colon + 1), "--range " + name);
  if (!(range.low < range.high) || (range.logarithmic && !(range.low > 0))) {
    throw UsageError(fmt::format("--range {}: from {} to {} is no range{}", text, range.low, range.high,
                                 range.logarithmic ? " of logarithms" : ""));
  }
  return range;
}

Parameters ParameterGrid::at(std::uint64_t candidate) const {
  Parameters parameters;
  std::uint64_t rest = candidate;
  for (auto choice = choices_.rbegin(); choice != choices_.rend(); ++choice) {  // the last changes first
    parameters.insert(parameters.begin(), {choice->name, choice->values[rest % choice->values.size()]});
    rest /= choice->values.size();
  }
  for (std::size_t i = 0; i < ranges_.size(); ++i) {
    const Range& range = ranges_[i];
    const double part = random::unit_interval(random::Stream(seed_, random::StreamName::search, i).word64(candidate));
    const double value = range.logarithmic ? range.low * std::pow(range.high / range.low, part)
                                           : range.low + (range.high - range.low) * part;
    constexpr int digits = 6;  // enough to type again
    parameters.emplace_back(range.name, fmt::format("{:.{}g}", value, digits));
  }
  return parameters;
}

}  // namespace rankwise::app
