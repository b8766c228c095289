#include "rankwise/storage/convert_elements.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "rankwise/base/errors.hpp"

namespace rankwise::storage {
namespace {

template <class To, class From>
To converted(ElementType from, From value, ElementType to) {
  To result{};
  EXPECT_EQ(convert_elements(from, reinterpret_cast<const std::byte*>(&value), to,
                             std::as_writable_bytes(std::span(&result, 1))),
            1U);
  return result;
}

TEST(ConvertElements, integer_types_take_what_they_hold_and_nothing_else) {
  const auto fits = [](double value, ElementType to) {
    std::int64_t room = 0;
    const auto bytes = std::as_writable_bytes(std::span(&room, 1)).first(size_of(to));
    return convert_elements(ElementType::float64, reinterpret_cast<const std::byte*>(&value), to, bytes) == 1;
  };
  EXPECT_TRUE(fits(127, ElementType::int8));
  EXPECT_TRUE(fits(-128, ElementType::int8));
  EXPECT_FALSE(fits(128, ElementType::int8));
  EXPECT_FALSE(fits(-129, ElementType::int8));
  EXPECT_TRUE(fits(255, ElementType::uint8));
  EXPECT_FALSE(fits(-1, ElementType::uint8));
  EXPECT_TRUE(fits(-0.0, ElementType::uint8));
  EXPECT_FALSE(fits(0.5, ElementType::int64));
  EXPECT_FALSE(fits(std::nan(""), ElementType::int64));
  EXPECT_FALSE(fits(HUGE_VAL, ElementType::int64));
  EXPECT_TRUE(fits(-0x1p63, ElementType::int64));
  EXPECT_FALSE(fits(0x1p63, ElementType::int64));
  EXPECT_TRUE(fits(0x1.fffffffffffffp62, ElementType::int64));
  EXPECT_FALSE(fits(0x1p64, ElementType::uint64));
  EXPECT_TRUE(fits(0x1p63, ElementType::uint64));
}

TEST(ConvertElements, float32_takes_infinities_but_makes_none) {
  const double most = std::numeric_limits<float>::max();
  const std::vector<double> good{0, -most, most * (1 + 0x1p-26), HUGE_VAL, -HUGE_VAL, std::nan("")};
  std::vector<float> room(good.size());
  const auto fit = [&](const std::vector<double>& values) {
    return convert_elements(ElementType::float64, reinterpret_cast<const std::byte*>(values.data()),
                            ElementType::float32, std::as_writable_bytes(std::span(room).first(values.size())));
  };
  EXPECT_EQ(fit(good), good.size());
  EXPECT_EQ(room[2], std::numeric_limits<float>::max());
  EXPECT_EQ(room[3], std::numeric_limits<float>::infinity());
  EXPECT_EQ(fit({1, 2, -1e39, 1e300}), 2U);
}

TEST(ConvertElements, wide_integers_stay_what_they_are) {
  const std::int64_t odd = (std::int64_t{1} << 62) + 1;
  EXPECT_EQ(converted<std::int64_t>(ElementType::int64, odd, ElementType::int64), odd);
  EXPECT_EQ(converted<std::uint64_t>(ElementType::int64, odd, ElementType::uint64), static_cast<std::uint64_t>(odd));
  std::int64_t room = 0;
  const std::uint64_t most = UINT64_MAX;
  EXPECT_EQ(convert_elements(ElementType::uint64, reinterpret_cast<const std::byte*>(&most), ElementType::int64,
                             std::as_writable_bytes(std::span(&room, 1))),
            0U);
  double real = 0;
  const auto to_double = [&](auto value, ElementType type) {
    return convert_elements(type, reinterpret_cast<const std::byte*>(&value), ElementType::float64,
                            std::as_writable_bytes(std::span(&real, 1))) == 1;
  };
  EXPECT_FALSE(to_double(odd, ElementType::int64));
  EXPECT_TRUE(to_double(odd - 1, ElementType::int64));
  EXPECT_EQ(real, 0x1p62);
  EXPECT_TRUE(to_double(INT64_MIN, ElementType::int64));
  EXPECT_EQ(real, -0x1p63);
  EXPECT_FALSE(to_double(INT64_MAX, ElementType::int64));
  EXPECT_FALSE(to_double(UINT64_MAX, ElementType::uint64));
  EXPECT_TRUE(to_double(std::int64_t{0}, ElementType::int64));
}

TEST(ConvertElements, floating_point_types_round_and_have_one_nan) {
  EXPECT_EQ(converted<float>(ElementType::float64, 0.1, ElementType::float32), 0.1F);
  EXPECT_TRUE(std::signbit(converted<double>(ElementType::float64, -0.0, ElementType::float64)));
  const double negative_nan = -std::numeric_limits<double>::quiet_NaN();
  EXPECT_FALSE(std::signbit(converted<double>(ElementType::float64, negative_nan, ElementType::float64)));
  EXPECT_FALSE(std::signbit(converted<float>(ElementType::float64, negative_nan, ElementType::float32)));
}

TEST(ConvertElements, of_a_region_that_do_not_fit_are_told_by_their_place) {
  const std::vector<double> values{1, 2, 3, 4, 5.5, 6};
  std::vector<std::int16_t> room(6);
  const Region region{.rows = {10, 12}, .columns = {20, 23}};
  for (const auto& [contiguous, place] : {std::pair(Contiguous::rows, "row 11, column 21 is 5.5"),
                                          std::pair(Contiguous::columns, "row 10, column 22 is 5.5")}) {
    const MatrixShape shape{.rows = 100, .columns = 100, .type = ElementType::int16, .contiguous = contiguous};
    try {
      convert_region(ElementType::float64, reinterpret_cast<const std::byte*>(values.data()), shape, region,
                     std::as_writable_bytes(std::span(room)));
      ADD_FAILURE();
    } catch (const InputError& error) {
      EXPECT_NE(std::string(error.what()).find(place), std::string::npos) << error.what();
      EXPECT_NE(std::string(error.what()).find("int16"), std::string::npos) << error.what();
    }
  }
}

}  // namespace
}  // namespace rankwise::storage
