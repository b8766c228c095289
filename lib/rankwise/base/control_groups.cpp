#include "rankwise/base/control_groups.hpp"

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string_view>

namespace rankwise {
namespace {

/// The first word of a file, if that is a number.
template <class T>
std::optional<T> number_in(const std::string& path) {
  std::ifstream file(path);
  T number{};
  if (file >> number) return number;
  return std::nullopt;
}

std::optional<double> quota_in(const std::string& folder) {
  double quota = 0, period = 0;
  if (std::ifstream file(folder + "/cpu.max"); file) {
    if (file >> quota >> period && period > 0) return quota / period;  // else `max`
    return std::nullopt;
  }
  quota = number_in<double>(folder + "/cpu.cfs_quota_us").value_or(-1);
  period = number_in<double>(folder + "/cpu.cfs_period_us").value_or(0);
  if (quota > 0 && period > 0) return quota / period;
  return std::nullopt;
}

std::optional<std::uint64_t> memory_in(const std::string& folder) {
  if (const auto limit = number_in<std::uint64_t>(folder + "/memory.max")) return limit;
  return number_in<std::uint64_t>(folder + "/memory.limit_in_bytes");
}

/// @param limit_in of one folder
template <class T>
std::optional<T> least_limit(const std::string& root, const std::string& membership, std::string_view controller,
                             std::optional<T> limit_in(const std::string& folder)) {
  std::optional<T> least;
  const auto consider = [&](const std::string& folder) {
    if (const auto limit = limit_in(folder)) least = std::min(least.value_or(*limit), *limit);
  };
  std::ifstream groups(membership);
  // Lines are "number:controllers:path"; a limit on any folder above counts too.
  for (std::string line; std::getline(groups, line);) {
    std::istringstream parts(line);
    std::string number, controllers, path;
    std::getline(parts, number, ':');
    std::getline(parts, controllers, ':');
    std::getline(parts, path);
    const bool version_1 = ("," + controllers + ",").find("," + std::string(controller) + ",") != std::string::npos;
    if (!controllers.empty() && !version_1) continue;
    const std::string mount = controllers.empty() ? root : root + "/" + controllers;
    for (; !path.empty(); path.resize(path.rfind('/'))) {
      consider(mount + path);
      if (path.rfind('/') == std::string::npos) break;
    }
    consider(mount);
  }
  return least;
}

}  // namespace

std::optional<double> processor_quota(const std::string& root, const std::string& membership) {
  return least_limit(root, membership, "cpu", quota_in);
}

std::optional<std::uint64_t> memory_limit(const std::string& root, const std::string& membership) {
  return least_limit(root, membership, "memory", memory_in);
}

Bytes memory_of_this_machine() {
  const auto built_in = static_cast<std::uint64_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<std::uint64_t>(getpagesize());
  return {std::min(built_in, memory_limit().value_or(built_in))};
}

}  // namespace rankwise
