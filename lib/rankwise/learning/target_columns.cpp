#include "rankwise/learning/target_columns.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "rankwise/base/errors.hpp"
#include "rankwise/base/nearest_word.hpp"

namespace rankwise::learning {

std::vector<TargetColumn> targets_named(const storage::MatrixInfo& info, const std::string& text) {
  std::vector<TargetColumn> known;
  for (std::uint64_t c = 0; c < info.columns; ++c) known.push_back({.name = info.name_of(c), .column = c});
  for (auto& other : storage::columns_without_numbers(info)) known.push_back({.name = other.name, .text = other.link});
  const auto find = [&](const std::string& name) {
    return std::find_if(known.begin(), known.end(), [&](const TargetColumn& each) { return each.name == name; });
  };
  if (const auto found = find(text); found != known.end()) return {*found};
  std::vector<TargetColumn> targets;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    const std::string name = text.substr(begin, end - begin);
    const auto found = find(name);
    if (found == known.end()) {
      std::vector<std::string> names;
      for (const TargetColumn& each : known) names.push_back(each.name);
      constexpr std::size_t few = 8;
      throw InputError(fmt::format("{} has no column '{}'{}{}", info.source, name, did_you_mean(name, names),
                                   names.size() <= few ? fmt::format("; it has {}", fmt::join(names, ", ")) : ""));
    }
    if (std::any_of(targets.begin(), targets.end(), [&](const TargetColumn& other) { return other.name == name; })) {
      throw InputError(fmt::format("the target '{}' is named twice", name));
    }
    targets.push_back(*found);
    begin = end + 1;
  }
  return targets;
}

std::vector<std::uint64_t> columns_of(const std::vector<TargetColumn>& targets) {
  std::vector<std::uint64_t> columns;
  for (const TargetColumn& target : targets) {
    if (target.column) columns.push_back(*target.column);
  }
  return columns;
}

}  // namespace rankwise::learning
