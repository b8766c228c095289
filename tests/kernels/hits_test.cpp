#include "rankwise/kernels/hits.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "rankwise/kernels/targets.hpp"

namespace rankwise::kernels {
namespace {

using random::Stream;
using random::StreamName;

TEST(Hits, every_target_equals_the_reference_on_every_short_run) {
  const Stream stream(42, StreamName::pi);
  for_each_target([&](const std::string& target) {
    for (std::uint64_t begin = 0; begin < 5; ++begin) {
      for (std::uint64_t end = begin; end < 2000; end += 1 + end / 20) {
        ASSERT_EQ(count_hits(stream, begin, end), reference::count_hits(stream, begin, end))
            << target << " on [" << begin << ", " << end << ")";
      }
    }
  });
}

TEST(Hits, every_target_equals_the_reference_across_the_32_bit_border) {
  const Stream stream(std::uint64_t{5} << 40, StreamName::pi);
  const std::uint64_t border = std::uint64_t{1} << 33;  // draw 2^32
  const std::uint64_t expected = reference::count_hits(stream, border - 10001, border + 20002);
  for_each_target([&](const std::string& target) {
    EXPECT_EQ(count_hits(stream, border - 10001, border + 20002), expected) << target;
  });
}

TEST(Hits, runs_add_up) {
  const Stream stream(0, StreamName::pi);
  EXPECT_EQ(count_hits(stream, 0, 12345) + count_hits(stream, 12345, 1000000), count_hits(stream, 0, 1000000));
  EXPECT_EQ(count_hits(stream, 7, 7), 0U);
}

TEST(Hits, the_test_is_exact_to_the_last_bit) {
  // The reference against 128-bit arithmetic.
  const Stream stream(9, StreamName::pi);
  __extension__ typedef unsigned __int128 Wide;
  for (std::uint64_t point = 0; point < 100000; ++point) {
    const auto draw = stream.at(point / 2);
    const Wide x = draw[point % 2 * 2], y = draw[point % 2 * 2 + 1];
    const bool hit = x * x + y * y < (Wide{1} << 64);
    ASSERT_EQ(reference::count_hits(stream, point, point + 1), hit ? 1U : 0U);
  }
}

}  // namespace
}  // namespace rankwise::kernels
