#include "rankwise/dense/factors.hpp"

#include <gtest/gtest.h>

#include "rankwise/ranks/agreement.hpp"
#include "tests/dense/panels.hpp"

namespace rankwise::dense {
namespace {

const auto& ranks() {
  return test::session().ranks();
}

constexpr std::uint64_t size = 150;

/// 2 on the diagonal, -1 below it: its inverse has 2^(c-r-1) at (r, c) for c <= r.
double difference_equation(std::uint64_t row, std::uint64_t column) {
  return row == column ? 2 : row == column + 1 ? -1 : 0;
}
double its_inverse(std::uint64_t row, std::uint64_t column) {
  return column > row ? 0 : std::ldexp(1, static_cast<int>(column) - static_cast<int>(row) - 1);
}

/// The factors that a program would use on so many ranks.
template <class Act>
void with_factors(const RowPanel& a, const Act& act) {
  if (ranks().size() == 1) {
    act(LocalFactors(ranks(), a, "A"));
  } else {
    const Grid grid(ranks(), Grid::squarest(ranks().size()));
    act(GridFactors(ranks(), grid, a, "A"));
  }
}

TEST(Factors, become_the_inverse) {
  const RowPanel a = test::panel_of(size, size, difference_equation);
  with_factors(a, [&](auto&& factors) {
    RowPanel inverse(ranks(), size, size);
    if constexpr (std::is_same_v<std::remove_cvref_t<decltype(factors)>, LocalFactors>) {
      inverse.values = factors.invert(ranks(), "A");
    } else {
      inverse = factors.invert("A");
    }
    EXPECT_LT(test::difference(inverse, its_inverse), 1e-15);
  });
}

TEST(Factors, solve_for_several_right_sides) {
  const RowPanel a = test::panel_of(size, size, difference_equation);
  const auto solution = [](std::uint64_t row, std::uint64_t column) { return static_cast<double>(row % 7 + column); };
  const auto right_side = [&](std::uint64_t row, std::uint64_t column) {
    return 2 * solution(row, column) - (row > 0 ? solution(row - 1, column) : 0);
  };
  const RowPanel b = test::panel_of(size, 3, right_side);
  with_factors(a, [&](const auto& factors) {
    RowPanel found(ranks(), size, 3);
    if constexpr (std::is_same_v<std::remove_cvref_t<decltype(factors)>, LocalFactors>) {
      found.values = factors.solve(b);
    } else {
      found = factors.solve(b);
    }
    EXPECT_LT(test::difference(found, solution), 1e-12);
  });
}

TEST(Factors, solve_also_the_transposed_equations) {
  const RowPanel a = test::panel_of(size, size, difference_equation);
  with_factors(a, [&](const auto& factors) {
    std::vector<double> x(size, 0.0);
    x[0] = 1;
    factors.solve('T', x);  // the first column of the inverse
    for (std::uint64_t r = 0; r < size; ++r) EXPECT_NEAR(x[r], its_inverse(r, 0), 1e-15);
    std::fill(x.begin(), x.end(), 0.0);
    x[size - 1] = 1;
    factors.solve('N', x);  // the last row
    for (std::uint64_t c = 0; c < size; ++c) EXPECT_NEAR(x[c], its_inverse(size - 1, c), 1e-15);
  });
}

TEST(Factors, a_singular_matrix_is_told_by_name) {
  const RowPanel zero = test::panel_of(3, 3, [](auto, auto) { return 0.0; });
  try {
    with_factors(zero, [](auto&&) {});
    FAIL();
  } catch (const ranks::AgreedError& error) {
    EXPECT_EQ(error.exit_code(), 3);
    EXPECT_NE(std::string(error.what()).find("A is singular"), std::string::npos);
  }
}

}  // namespace
}  // namespace rankwise::dense
