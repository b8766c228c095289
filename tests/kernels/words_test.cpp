#include "rankwise/kernels/words.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "rankwise/kernels/targets.hpp"

namespace rankwise::kernels {
namespace {

using random::Stream;
using random::StreamName;

void expect_reference(const Stream& stream, std::uint64_t first, std::size_t size) {
  constexpr std::uint64_t untouched = 42;
  std::vector<std::uint64_t> expected(size);
  reference::words(stream, first, expected);
  for_each_target([&](const std::string& target) {
    std::vector<std::uint64_t> found(size + 2, untouched);
    words(stream, first, std::span(found).subspan(1, size));
    EXPECT_TRUE(std::equal(expected.begin(), expected.end(), found.begin() + 1)) << target << " " << first;
    EXPECT_EQ(found.front(), untouched);
    EXPECT_EQ(found.back(), untouched);
  });
}

TEST(Words, every_target_equals_the_reference) {
  const Stream stream(std::uint64_t{3} << 40, StreamName::expressions, 5);
  for (std::size_t size = 0; size < 1500; size += 1 + size / 7) {
    for (std::uint64_t first = 0; first < 3; ++first) expect_reference(stream, first, size);
  }
  expect_reference(stream, (std::uint64_t{1} << 33) - 777, 2000);  // draw 2^32 in its middle
  expect_reference(stream, UINT64_MAX / 2 - 5000, 2000);
}

}  // namespace
}  // namespace rankwise::kernels
