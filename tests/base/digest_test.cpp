#include "rankwise/base/digest.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>

namespace rankwise {
namespace {

TEST(Digest, of_nothing_is_the_published_one) {
  // XXH3-128 of the empty input, seed 0, from xxHash's own test vectors.
  EXPECT_EQ(Digest().hex(), "99aa06d3014798d86001c324468d497f");
}

TEST(Digest, knows_one_nan) {
  Digest a, b;
  a.add(std::numeric_limits<double>::quiet_NaN());
  b.add(-std::nan("7"));
  EXPECT_EQ(a.hex(), b.hex());
}

TEST(Digest, tells_minus_zero_from_zero) {
  Digest a, b;
  a.add(0.0);
  b.add(-0.0);
  EXPECT_NE(a.hex(), b.hex());
}

TEST(Digest, of_texts_knows_where_they_end) {
  Digest a, b;
  a.add("ab");
  a.add("c");
  b.add("a");
  b.add("bc");
  EXPECT_NE(a.hex(), b.hex());
}

TEST(Digest, of_a_span_is_that_of_its_values) {
  const std::array values{1.0, 2.0, 3.0};
  Digest a, b;
  a.add(std::span<const double>(values));
  for (const double value : values) b.add(value);
  EXPECT_EQ(a.hex(), b.hex());
  EXPECT_EQ(a.hex().size(), 32U);
}

}  // namespace
}  // namespace rankwise
