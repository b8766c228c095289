#include "rankwise/kernels/transpose.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <vector>

#include "rankwise/kernels/targets.hpp"

namespace rankwise::kernels {
namespace {

/// Each element has bits of its own, among them those of signalling NaNs; what lies between lines stays as it is.
template <class T>
void expect_transposed(std::size_t rows, std::size_t columns, std::size_t gap, const std::string& target) {
  const std::size_t from_stride = rows + gap, to_stride = columns + 2 * gap;
  constexpr T untouched = 77;
  std::vector<T> from(from_stride * columns), to(to_stride * rows + 1, untouched);
  for (std::size_t i = 0; i < from.size(); ++i) from[i] = static_cast<T>(0x7FF0000000000001U + i * 257);
  transpose(from.data(), from_stride, rows, columns, to.data(), to_stride);
  std::size_t wrong = to.back() != untouched;
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t c = 0; c < to_stride; ++c) {
      wrong += to[r * to_stride + c] != (c < columns ? from[r + c * from_stride] : untouched);
    }
  }
  EXPECT_EQ(wrong, 0U) << fmt::format("{}: {} × {}, gaps of {}, {} bytes", target, rows, columns, gap, sizeof(T));
}

TEST(Transpose, every_target_puts_each_element_in_its_place) {
  for_each_target([](const std::string& target) {
    for (const std::size_t rows : {0U, 1U, 2U, 7U, 8U, 9U, 16U, 31U, 52U, 100U}) {
      for (const std::size_t columns : {0U, 1U, 3U, 8U, 15U, 40U, 511U, 512U, 513U, 1025U}) {
        for (const std::size_t gap : {0U, 3U}) {
          expect_transposed<std::uint64_t>(rows, columns, gap, target);
          expect_transposed<std::uint32_t>(rows, columns, gap, target);
          expect_transposed<std::uint8_t>(rows, columns, gap, target);
        }
      }
    }
  });
}

TEST(Transpose, bits_of_doubles_are_not_looked_at) {
  std::vector<double> from(64), to(64);
  const std::uint64_t signalling = 0x7FF0000000000001U;
  for (double& value : from) std::memcpy(&value, &signalling, sizeof(value));
  transpose(from.data(), 8, 8, 8, to.data(), 8);
  EXPECT_EQ(std::memcmp(from.data(), to.data(), sizeof(double) * 64), 0);
}

}  // namespace
}  // namespace rankwise::kernels
