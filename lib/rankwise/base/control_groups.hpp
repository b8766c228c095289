#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace rankwise {

// What the control groups of this process (cgroup v1 and v2) grant, the least of all on the way up; nothing where they
// grant all. `root` is the folder in which they are mounted.

/// Processors' worth of time per second.
std::optional<double> processor_quota(const std::string& root = "/sys/fs/cgroup",
                                      const std::string& membership = "/proc/self/cgroup");
/// Bytes of memory.
std::optional<std::uint64_t> memory_limit(const std::string& root = "/sys/fs/cgroup",
                                          const std::string& membership = "/proc/self/cgroup");

}  // namespace rankwise
