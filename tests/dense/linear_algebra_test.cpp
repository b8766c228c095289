#include "rankwise/dense/linear_algebra.hpp"

#include <gtest/gtest.h>

#include "rankwise/base/errors.hpp"
#include "rankwise/ranks/agreement.hpp"
#include "tests/dense/panels.hpp"

namespace rankwise::dense {
namespace {

const auto& ranks() {
  return test::session().ranks();
}

/// 1, 2, 3, ... on the diagonal.
double scale(std::uint64_t row, std::uint64_t column) {
  return row == column ? static_cast<double>(row + 1) : 0;
}

TEST(LinearAlgebra, a_product_with_scales_scales_rows) {
  const RowPanel a = test::panel_of(100, 100, scale), b = test::panel_of(100, 30, test::element_without_pattern);
  const Answer answer = multiply(ranks(), a, b);
  const auto expected = [](std::uint64_t r, std::uint64_t c) {
    return static_cast<double>(r + 1) * test::element_without_pattern(r, c);
  };
  EXPECT_LT(test::difference(answer.panel, expected), 1e-12);
  EXPECT_LT(answer.residual, 1e-14);
  EXPECT_FALSE(answer.condition);
}

TEST(LinearAlgebra, an_inverse_tells_its_condition) {
  const Answer answer = invert(ranks(), test::panel_of(100, 100, scale), "A");
  EXPECT_LT(test::difference(answer.panel, [](auto r, auto c) { return r == c ? 1 / scale(r, c) : 0; }), 1e-15);
  EXPECT_LT(answer.residual, 1e-13);
  EXPECT_NEAR(*answer.condition, 100, 1e-9);
}

TEST(LinearAlgebra, a_solution_tells_its_condition) {
  const RowPanel a = test::panel_of(100, 100, scale);
  const Answer answer = solve(ranks(), a, test::panel_of(100, 2, [](auto r, auto) { return 3 * scale(r, r); }), "A");
  EXPECT_LT(test::difference(answer.panel, [](auto, auto) { return 3; }), 1e-14);
  EXPECT_LT(answer.residual, 1e-14);
  EXPECT_NEAR(*answer.condition, 100, 1e-9);
}

TEST(LinearAlgebra, residuals_see_columns_that_are_few) {
  const RowPanel a = test::panel_of(2, 2, scale), b = test::panel_of(2, 1, [](auto r, auto) { return scale(r, r); });
  EXPECT_EQ(multiply(ranks(), a, b).residual, 0);
  EXPECT_EQ(solve(ranks(), a, b, "A").residual, 0);
}

TEST(LinearAlgebra, says_what_it_takes) {
  constexpr std::uint64_t matrix = std::uint64_t{500} * 500 * sizeof(double);
  EXPECT_EQ(bytes_to_invert(500, 1).value, 3 * matrix);
  EXPECT_EQ(bytes_to_invert(500, 4).value, 3 * matrix / 4);
  EXPECT_EQ(bytes_to_multiply(500, 500, 500, 1).value, 3 * matrix);
  EXPECT_GE(bytes_to_solve(500, 1, 1).value, 2 * matrix);
  EXPECT_NO_THROW(check_size(40'000, 40'000, 1));
  EXPECT_NO_THROW(check_size(40'000, 40'000, 16));
  EXPECT_THROW(check_size(40'000, 40'000, 2), UsageError);
  EXPECT_THROW(check_size(3'000'000'000, 1, 1), UsageError);
}

}  // namespace
}  // namespace rankwise::dense
