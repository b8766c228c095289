#include "rankwise/kernels/uniform.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "rankwise/kernels/targets.hpp"

namespace rankwise::kernels {
namespace {

using random::Stream;
using random::StreamName;

void expect_reference(const Stream& stream, std::uint64_t first, std::size_t size) {
  std::vector<double> expected(size);
  reference::uniform(stream, first, expected);
  for_each_target([&](const std::string& target) {
    std::vector<double> values(size + 2, -1);
    uniform(stream, first, std::span(values).subspan(1, size));
    EXPECT_TRUE(std::equal(expected.begin(), expected.end(), values.begin() + 1)) << target << " " << first;
    EXPECT_EQ(values.front(), -1);
    EXPECT_EQ(values.back(), -1);
  });
}

TEST(Uniform, every_target_equals_the_reference) {
  const Stream stream(std::uint64_t{3} << 40, StreamName::expressions, 5);
  for (std::size_t size = 0; size < 1500; size += 1 + size / 7) {
    for (std::uint64_t first = 0; first < 3; ++first) expect_reference(stream, first, size);
  }
  expect_reference(stream, (std::uint64_t{1} << 33) - 777, 2000);  // draw 2^32 in its middle
  expect_reference(stream, UINT64_MAX / 2 - 5000, 2000);
}

TEST(Uniform, is_what_the_stream_has) {
  const Stream stream(7, StreamName::expressions);
  std::vector<double> values(1000);
  uniform(stream, 100, values);
  for (std::size_t i = 0; i < values.size(); ++i) {
    ASSERT_EQ(values[i], static_cast<double>(stream.word64(100 + i) >> 11) * 0x1p-53);
  }
}

}  // namespace
}  // namespace rankwise::kernels
