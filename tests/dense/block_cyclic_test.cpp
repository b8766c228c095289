#include "rankwise/dense/block_cyclic.hpp"

#include <gtest/gtest.h>

#include <numeric>

#include "rankwise/base/errors.hpp"
#include "tests/dense/panels.hpp"

namespace rankwise::dense {
namespace {

const auto& ranks() {
  return test::session().ranks();
}

TEST(Grid, is_as_near_to_a_square_as_can_be) {
  const auto shape = [](int size) {
    const Grid::Shape squarest = Grid::squarest(size);
    return std::pair(squarest.rows, squarest.columns);
  };
  EXPECT_EQ(shape(1), std::pair(1, 1));
  EXPECT_EQ(shape(4), std::pair(2, 2));
  EXPECT_EQ(shape(7), std::pair(7, 1));
  EXPECT_EQ(shape(12), std::pair(4, 3));
}

TEST(BlockCyclic, panels_come_back_as_they_were) {
  if (ranks().size() == 1) GTEST_SKIP() << "one rank has no grid";
  const Grid grid(ranks(), Grid::squarest(ranks().size()));
  for (const auto& [rows, columns] : {std::pair(1, 1), {5, 3}, {64, 64}, {65, 129}, {300, 2}, {2, 300}, {0, 4}}) {
    const RowPanel panel = test::panel_of(static_cast<std::uint64_t>(rows), static_cast<std::uint64_t>(columns),
                                          test::element_without_pattern);
    BlockCyclic blocks(ranks(), grid, panel);
    EXPECT_EQ(blocks.rows(), columns) << "the transposed matrix";
    EXPECT_EQ(blocks.columns(), rows);
    EXPECT_EQ(test::difference(std::move(blocks).into_transposed_panel(ranks()), test::element_without_pattern), 0);
  }
}

TEST(BlockCyclic, a_column_comes_back_as_it_was) {
  if (ranks().size() == 1) GTEST_SKIP() << "one rank has no grid";
  const Grid grid(ranks(), Grid::squarest(ranks().size()));
  for (const std::size_t size : {1U, 63U, 64U, 65U, 1000U}) {
    BlockCyclic column(grid, size, 1);
    std::vector<double> values(size);
    std::iota(values.begin(), values.end(), 1.0);
    column.set_column(values);
    EXPECT_EQ(column.column(ranks()), values);
  }
}

TEST(BlockCyclic, what_32_bits_cannot_count_is_refused) {
  EXPECT_EQ(as_int(2147483647), 2147483647);
  EXPECT_THROW(as_int(2147483648), UsageError);
}

}  // namespace
}  // namespace rankwise::dense
