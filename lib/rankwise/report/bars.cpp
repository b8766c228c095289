#include "rankwise/report/bars.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace rankwise::report {

std::string bars(std::span<const std::uint64_t> counts, std::size_t most) {
  constexpr std::array<const char*, 9> eighths{"·", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  std::vector<double> heights(std::min(counts.size(), most));
  for (std::size_t i = 0; i < counts.size(); ++i) {
    heights[i * heights.size() / counts.size()] += static_cast<double>(counts[i]);
  }
  const double highest = heights.empty() ? 0 : *std::max_element(heights.begin(), heights.end());
  std::string text;
  for (const double height : heights) {
    text += eighths[height == 0 ? 0 : static_cast<std::size_t>(std::ceil(8 * height / highest))];
  }
  return text;
}

}  // namespace rankwise::report
