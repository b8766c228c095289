#pragma once

#include <cmath>
#include <cstdint>
#include <functional>

#include "rankwise/dense/row_panel.hpp"
#include "tests/support/session.hpp"

namespace rankwise::test {

using Element = std::function<double(std::uint64_t row, std::uint64_t column)>;

inline dense::RowPanel panel_of(std::uint64_t rows, std::uint64_t columns, const Element& element) {
  dense::RowPanel panel(session().ranks(), rows, columns);
  for (std::uint64_t r = panel.mine.begin; r < panel.mine.end; ++r) {
    for (std::uint64_t c = 0; c < columns; ++c) panel.values.push_back(element(r, c));
  }
  return panel;
}

/// The largest difference of this rank's rows from what they should be; infinite where some are missing.
inline double difference(const dense::RowPanel& panel, const Element& element) {
  const dense::RowPanel expected = panel_of(panel.rows, panel.columns, element);
  if (panel.values.size() != expected.values.size()) return HUGE_VAL;
  double largest = 0;
  for (std::size_t i = 0; i < expected.values.size(); ++i) {
    largest = std::fmax(largest, std::abs(panel.values[i] - expected.values[i]));
  }
  return largest;
}

/// One of many matrices without a pattern, elements from -1 to 1.
inline double element_without_pattern(std::uint64_t row, std::uint64_t column) {
  return std::sin(static_cast<double>(row * row * 7 + column * 131 + row * column * 17));
}

}  // namespace rankwise::test
