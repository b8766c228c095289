#include "rankwise/dense/routines.hpp"

#include <gtest/gtest.h>

#include <array>

namespace rankwise::dense {
namespace {

TEST(Routines, are_those_of_the_libraries) {
  const std::array a{1.0, 2.0, 3.0, 4.0};  // column by column
  const std::array b{5.0, 6.0};
  std::array<double, 2> c{};
  const int two = 2, one = 1;
  const double alpha = 1, beta = 0;
  routines().dgemm("N", "N", &two, &one, &two, &alpha, a.data(), &two, b.data(), &two, &beta, c.data(), &two);
  EXPECT_EQ(c, (std::array{23.0, 34.0}));
}

TEST(Routines, others_are_found_by_name_or_not_at_all) {
  EXPECT_NE(find_routine("dgemm_"), nullptr);
  EXPECT_EQ(find_routine("no_such_routine_"), nullptr);
}

}  // namespace
}  // namespace rankwise::dense
