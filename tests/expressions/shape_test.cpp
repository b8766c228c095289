#include "rankwise/expressions/shape.hpp"

#include <gtest/gtest.h>

namespace rankwise::expressions {
namespace {

TEST(Shape, broadcasts_from_the_last_extent_on_as_numpy) {
  const Shape number = Shape::number(), vector = Shape::vector(4), matrix = Shape::matrix(3, 4);
  EXPECT_EQ(broadcast(number, number), number);
  EXPECT_EQ(broadcast(number, vector), vector);
  EXPECT_EQ(broadcast(vector, matrix), matrix);
  EXPECT_EQ(broadcast(matrix, number), matrix);
  EXPECT_EQ(broadcast(Shape::matrix(3, 1), vector), matrix);
  EXPECT_EQ(broadcast(Shape::matrix(1, 4), Shape::matrix(3, 1)), matrix);
  EXPECT_EQ(broadcast(Shape::vector(1), vector), vector);
  EXPECT_EQ(broadcast(Shape::vector(1), number), Shape::vector(1));
  EXPECT_EQ(broadcast(Shape::matrix(0, 4), Shape::matrix(1, 1)), Shape::matrix(0, 4));
  EXPECT_EQ(broadcast(Shape::matrix(1, 1), Shape::vector(0)), Shape::matrix(1, 0));
  EXPECT_FALSE(broadcast(Shape::vector(3), matrix));
  EXPECT_FALSE(broadcast(matrix, matrix.transposed()));
  EXPECT_FALSE(broadcast(Shape::matrix(0, 4), Shape::matrix(2, 4)));
  constexpr std::uint64_t huge = std::uint64_t{1} << 40;
  EXPECT_FALSE(broadcast(Shape::matrix(huge, 1), Shape::vector(huge)));
}

TEST(Shape, is_told_as_numpy_tells_it) {
  EXPECT_EQ(Shape::number().text(), "()");
  EXPECT_EQ(Shape::vector(5).text(), "(5,)");
  EXPECT_EQ(Shape::matrix(5, 6).text(), "(5, 6)");
}

TEST(Shape, a_vector_is_a_row_and_its_own_other_side) {
  EXPECT_EQ(Shape::vector(5).rows(), 1U);
  EXPECT_EQ(Shape::vector(5).columns(), 5U);
  EXPECT_EQ(Shape::vector(5).transposed(), Shape::vector(5));
  EXPECT_EQ(Shape::matrix(5, 6).transposed(), Shape::matrix(6, 5));
}

}  // namespace
}  // namespace rankwise::expressions
