#include "rankwise/kernels/uniform.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "rankwise/kernels/normal.hpp"
#include "rankwise/kernels/targets.hpp"

namespace rankwise::kernels {
namespace {

using random::Stream;
using random::StreamName;

using Draw = void(const Stream&, std::uint64_t, std::span<double>);

void expect_twin(Draw draw, Draw twin, const Stream& stream, std::uint64_t first, std::size_t size) {
  std::vector<double> expected(size);
  twin(stream, first, expected);
  for_each_target([&](const std::string& target) {
    std::vector<double> values(size + 2, -1);
    draw(stream, first, std::span(values).subspan(1, size));
    EXPECT_TRUE(std::equal(expected.begin(), expected.end(), values.begin() + 1)) << target << " " << first;
    EXPECT_EQ(values.front(), -1);
    EXPECT_EQ(values.back(), -1);
  });
}

void expect_twin_everywhere(Draw draw, Draw twin) {
  const Stream stream(std::uint64_t{3} << 40, StreamName::expressions, 5);
  for (std::size_t size = 0; size < 1500; size += 1 + size / 7) {
    for (std::uint64_t first = 0; first < 3; ++first) expect_twin(draw, twin, stream, first, size);
  }
  expect_twin(draw, twin, stream, (std::uint64_t{1} << 33) - 777, 2000);  // draw 2^32 in its middle
  expect_twin(draw, twin, stream, UINT64_MAX / 2 - 5000, 2000);
}

TEST(Uniform, every_target_equals_the_reference) {
  expect_twin_everywhere(uniform, reference::uniform);
}

TEST(Normal, every_target_equals_the_reference) {
  expect_twin_everywhere(normal, reference::normal);
}

TEST(Normal, rare_deviates_are_the_references_too) {
  // Of ten million, a handful lie beyond where the far tail begins.
  const Stream stream(1, StreamName::expressions);
  expect_twin(normal, reference::normal, stream, 12345, 1 << 22);
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
