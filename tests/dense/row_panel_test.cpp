#include "rankwise/dense/row_panel.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "rankwise/ranks/collectives.hpp"
#include "tests/dense/panels.hpp"

namespace rankwise::dense {
namespace {

const auto& ranks() {
  return test::session().ranks();
}

constexpr std::uint64_t rows = 23, columns = 9;

TEST(RowPanel, rows_are_dealt_out_in_rank_order) {
  for (const std::uint64_t count : {0U, 1U, 5U, 64U, 1000U}) {
    const RowPanel panel(ranks(), count, 3);
    const auto begins = ranks::all_gather<std::uint64_t>(ranks(), std::span(&panel.mine.begin, 1));
    const auto ends = ranks::all_gather<std::uint64_t>(ranks(), std::span(&panel.mine.end, 1));
    EXPECT_EQ(begins.front(), 0);
    EXPECT_EQ(ends.back(), count);
    for (std::size_t r = 1; r < begins.size(); ++r) EXPECT_EQ(begins[r], ends[r - 1]);
    EXPECT_LE(panel.mine.size(), RowPanel::height(ranks(), count));
  }
}

TEST(RowPanel, products_are_there_on_every_rank) {
  const RowPanel a = test::panel_of(rows, columns, test::element_without_pattern);
  constexpr std::uint64_t wide = 4;
  std::vector<double> b(columns * wide);
  for (std::size_t i = 0; i < b.size(); ++i) b[i] = static_cast<double>(i) - 7;
  const std::vector<double> found = product(ranks(), a, b, wide);
  ASSERT_EQ(found.size(), rows * wide);
  for (std::uint64_t r = 0; r < rows; ++r) {
    for (std::uint64_t c = 0; c < wide; ++c) {
      double expected = 0;
      for (std::uint64_t k = 0; k < columns; ++k) expected += test::element_without_pattern(r, k) * b[k * wide + c];
      EXPECT_NEAR(found[r * wide + c], expected, 1e-12);
    }
  }
}

TEST(RowPanel, sums_are_of_all_ranks_however_long) {
  for (const std::size_t size : {0U, 1U, 70'000U}) {
    std::vector<double> mine(size);
    for (std::size_t i = 0; i < size; ++i) mine[i] = static_cast<double>(i) * (ranks().rank() + 1);
    const std::vector<double> found = sum(ranks(), mine);
    ASSERT_EQ(found.size(), size);
    const double times = ranks().size() * (ranks().size() + 1) / 2.0;
    for (std::size_t i = 0; i < size; ++i) ASSERT_EQ(found[i], static_cast<double>(i) * times);
  }
}

TEST(RowPanel, norms_are_of_the_whole_matrix) {
  const RowPanel a = test::panel_of(rows, columns, test::element_without_pattern);
  std::vector<double> of_rows(rows), of_columns(columns);
  for (std::uint64_t r = 0; r < rows; ++r) {
    for (std::uint64_t c = 0; c < columns; ++c) {
      const double size = std::abs(test::element_without_pattern(r, c));
      of_rows[r] += size;
      of_columns[c] += size;
    }
  }
  EXPECT_NEAR(norm_1(ranks(), a), *std::max_element(of_columns.begin(), of_columns.end()), 1e-12);
  EXPECT_NEAR(norm_infinity(ranks(), a), *std::max_element(of_rows.begin(), of_rows.end()), 1e-12);
}

}  // namespace
}  // namespace rankwise::dense
