#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace rankwise::report {

/// Counts as bars one cell wide and up to eight eighths high, the highest one full; a dot where there are none. Of more
/// than `most` counts, neighbours share a bar.
std::string bars(std::span<const std::uint64_t> counts, std::size_t most);

}  // namespace rankwise::report
