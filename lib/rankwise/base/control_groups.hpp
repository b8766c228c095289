#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "rankwise/base/bytes.hpp"

namespace rankwise {

// What the control groups of this process (cgroup v1 and v2) grant, the least of all on the way up; nothing where they
// grant all. `root` is the folder in which they are mounted.

/// Processors' worth of time per second.
std::optional<double> processor_quota(const std::string& root = "/sys/fs/cgroup",
                                      const std::string& membership = "/proc/self/cgroup");
/// Bytes of memory.
std::optional<std::uint64_t> memory_limit(const std::string& root = "/sys/fs/cgroup",
                                          const std::string& membership = "/proc/self/cgroup");

/// What there is of memory for this process, as far as its machine and its control groups go.
Bytes memory_of_this_machine();

}  // namespace rankwise
