#include "rankwise/base/checked.hpp"

#include <gtest/gtest.h>

namespace rankwise {
namespace {

TEST(Checked, a_count_that_does_not_fit_names_the_quantity) {
  EXPECT_EQ((checked_cast<int>(std::uint64_t{7}, "ranks")), 7);
  try {
    checked_cast<int>(std::uint64_t{1} << 40, "the number of columns");
    FAIL();
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("the number of columns"), std::string::npos);
  }
}

TEST(Checked, products_do_not_wrap) {
  EXPECT_EQ(checked_product(std::uint64_t{1} << 32, std::uint64_t{1} << 31, "x"), std::uint64_t{1} << 63);
  EXPECT_THROW(checked_product(std::uint64_t{1} << 32, std::uint64_t{1} << 32, "x"), InputError);
}

TEST(Checked, sums_do_not_wrap) {
  EXPECT_EQ(checked_sum(UINT64_MAX - 1, 1, "x"), UINT64_MAX);
  EXPECT_THROW(checked_sum(UINT64_MAX, 1, "x"), InputError);
}

TEST(Checked, division_rounds_up_without_overflow) {
  EXPECT_EQ(divide_up(0, 4), 0U);
  EXPECT_EQ(divide_up(1, 4), 1U);
  EXPECT_EQ(divide_up(8, 4), 2U);
  EXPECT_EQ(divide_up(UINT64_MAX, 2), std::uint64_t{1} << 63);
}

}  // namespace
}  // namespace rankwise
