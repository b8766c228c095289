#pragma once

#include <chrono>
#include <string_view>

namespace rankwise {

/// Reads a time span: `90` and `90s` are seconds, `10m`, `2h`, `1.5d`, also `1h30m`; `2:30:00` and `1-12:00:00` as
/// Slurm writes them.
/// @throws UsageError naming `what` if the text is no such span, or it is 0
std::chrono::milliseconds parse_duration(std::string_view text, std::string_view what);

}  // namespace rankwise
