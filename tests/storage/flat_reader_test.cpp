#include "rankwise/storage/flat_reader.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <vector>

#include "tests/support/temporary_folder.hpp"

namespace rankwise::storage {
namespace {

template <class T>
std::string bytes_of(std::vector<T> values, bool swapped) {
  std::string bytes(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T));
  if (swapped) {
    for (std::size_t i = 0; i < bytes.size(); i += sizeof(T))
      std::reverse(bytes.begin() + static_cast<std::ptrdiff_t>(i),
                   bytes.begin() + static_cast<std::ptrdiff_t>(i + sizeof(T)));
  }
  return bytes;
}

TEST(FlatReader, every_region_of_either_layout_and_byte_order) {
  const test::TemporaryFolder folder;
  constexpr std::uint64_t rows = 5, columns = 4;
  for (const bool swapped : {false, true}) {
    for (const auto contiguous : {Contiguous::rows, Contiguous::columns}) {
      std::vector<std::int32_t> values(rows * columns);
      const auto at = [&](std::uint64_t r, std::uint64_t c) {
        return contiguous == Contiguous::rows ? r * columns + c : c * rows + r;
      };
      for (std::uint64_t r = 0; r < rows; ++r) {
        for (std::uint64_t c = 0; c < columns; ++c) values[at(r, c)] = static_cast<std::int32_t>(100 * r + c + 70000);
      }
      FlatFile file{.file = std::make_shared<InputFile>(folder.file("a", "head" + bytes_of(values, swapped)))};
      const auto reader = open_flat(file, {.offset = 4,
                                           .rows = rows,
                                           .columns = columns,
                                           .contiguous = contiguous,
                                           .type = ElementType::int32,
                                           .encoding = swapped ? Encoding::swapped : Encoding::native});
      Tile tile;
      for (std::uint64_t r0 = 0; r0 <= rows; ++r0) {
        for (std::uint64_t r1 = r0; r1 <= rows; ++r1) {
          for (std::uint64_t c0 = 0; c0 < columns; ++c0) {
            for (std::uint64_t c1 = c0; c1 <= columns; ++c1) {
              reader->read({{r0, r1}, {c0, c1}}, tile);
              for (std::uint64_t r = r0; r < r1; ++r) {
                for (std::uint64_t c = c0; c < c1; ++c) {
                  const auto value =
                      tile.data<std::int32_t>()[(r - r0) * tile.row_stride() + (c - c0) * tile.column_stride()];
                  ASSERT_EQ(value, static_cast<std::int32_t>(100 * r + c + 70000));
                }
              }
            }
          }
        }
      }
    }
  }
}

TEST(FlatReader, halves_are_widened_in_place) {
  const test::TemporaryFolder folder;
  std::vector<std::uint16_t> halves(1000);
  for (std::size_t i = 0; i < halves.size(); ++i) halves[i] = static_cast<std::uint16_t>(i * 31);
  for (const bool swapped : {false, true}) {
    FlatFile file{.file = std::make_shared<InputFile>(folder.file("a", bytes_of(halves, swapped)))};
    const auto reader = open_flat(file, {.rows = 1000,
                                         .columns = 1,
                                         .type = ElementType::float32,
                                         .encoding = swapped ? Encoding::half_swapped : Encoding::half});
    Tile tile;
    reader->read({{0, 1000}, {0, 1}}, tile);
    for (std::size_t i = 0; i < halves.size(); ++i) {
      EXPECT_EQ(std::bit_cast<std::uint32_t>(tile.data<float>()[i]),
                std::bit_cast<std::uint32_t>(half_to_float(halves[i])));
    }
  }
}

TEST(HalfToFloat, equals_the_definition_for_every_half) {
  for (std::uint32_t half = 0; half < 65536; ++half) {
    const double sign = (half & 0x8000U) != 0 ? -1 : 1;
    const int exponent = static_cast<int>(half >> 10 & 31U);
    const double mantissa = half & 1023U;
    const float value = half_to_float(static_cast<std::uint16_t>(half));
    if (exponent == 31 && mantissa != 0) {
      ASSERT_TRUE(std::isnan(value));
    } else if (exponent == 31) {
      ASSERT_TRUE(std::isinf(value) && std::signbit(value) == (sign < 0));
    } else {
      const double expected =
          exponent == 0 ? sign * std::ldexp(mantissa, -24) : sign * std::ldexp(1024 + mantissa, exponent - 25);
      ASSERT_EQ(static_cast<double>(value), expected);
      ASSERT_EQ(std::signbit(value), sign < 0);
    }
  }
}

TEST(FlatReader, an_end_beyond_64_bits_is_refused) {
  const test::TemporaryFolder folder;
  FlatFile file{.file = std::make_shared<InputFile>(folder.file("a", std::string(2560, '\0')))};
  for (const std::uint64_t offset : {std::uint64_t{0} - 256, std::uint64_t{0} - 8}) {
    EXPECT_THROW(open_flat(file, {.offset = offset, .rows = 64, .columns = 1}), InputError) << offset;
  }
}

TEST(FlatReader, matrices_of_one_file_share_its_mapping) {
  const test::TemporaryFolder folder;
  FlatFile file{.file = std::make_shared<InputFile>(folder.file("a", std::string(1 << 20, '\1')))};
  const auto first = open_flat(file, {.offset = 8, .rows = 1000, .columns = 8});
  const auto mapped = file.mapped;
  ASSERT_NE(mapped, nullptr);
  const auto second = open_flat(file, {.offset = 80000, .rows = 1000, .columns = 8});
  EXPECT_EQ(file.mapped, mapped);
  Tile one, other;
  first->read({{0, 1000}, {0, 8}}, one);
  second->read({{0, 1000}, {0, 8}}, other);
  EXPECT_EQ(one.data<double>() + 9999, other.data<double>());
}

}  // namespace
}  // namespace rankwise::storage
