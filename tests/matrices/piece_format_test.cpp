#include "rankwise/matrices/piece_format.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <string>

namespace rankwise::matrices {
namespace {

using storage::ElementType;
using storage::MatrixShape;
using storage::OutputFormat;

template <class T>
std::string csv(ElementType type, const std::vector<T>& values) {
  const MatrixShape shape{.rows = 1, .columns = values.size(), .type = type};
  const auto bytes = in_the_file(shape, {.file = "a.csv", .dataset = ""},
                                 {.rows = {0, 1}, .columns = {0, values.size()}}, std::as_bytes(std::span(values)));
  EXPECT_LE(bytes.size(), most_in_the_file(shape, OutputFormat::csv, values.size()).value);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

TEST(PieceFormat, no_line_of_csv_is_longer_than_told) {
  EXPECT_EQ(csv<double>(ElementType::float64, {-2.2250738585072014e-308, -1.7976931348623157e308}),
            "-2.2250738585072014e-308,-1.7976931348623157e+308\n");
  csv<double>(ElementType::float64, std::vector<double>(9, -std::numeric_limits<double>::quiet_NaN()));
  csv<float>(ElementType::float32,
             {-std::numeric_limits<float>::max(), -std::numeric_limits<float>::min(), -1.1754945e-38F});
  EXPECT_EQ(csv<std::int8_t>(ElementType::int8, {99, 0, 99}), "99,0,99\n");
}

TEST(PieceFormat, a_chunk_at_the_border_is_whole) {
  const MatrixShape shape{.rows = 3, .columns = 3, .type = ElementType::int8, .chunk = storage::ChunkShape{2, 2}};
  const std::vector<std::int8_t> corner{7};
  const auto bytes = in_the_file(shape, {.file = "a.h5", .dataset = ""}, {.rows = {2, 3}, .columns = {2, 3}},
                                 std::as_bytes(std::span(corner)));
  EXPECT_EQ(bytes, (std::vector<std::byte>{std::byte{7}, std::byte{0}, std::byte{0}, std::byte{0}}));
  EXPECT_EQ(bytes.size(), most_in_the_file(shape, OutputFormat::hdf5, 4).value);
}

}  // namespace
}  // namespace rankwise::matrices
