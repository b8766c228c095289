#include "rankwise/kernels/products.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "rankwise/kernels/targets.hpp"

namespace rankwise::kernels {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

bool same_bits(double a, double b) {
  return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b) || (std::isnan(a) && std::isnan(b));
}

testing::AssertionResult same_bits(const Deviations& a, const Deviations& b) {
  if (a.rows != b.rows || a.columns != b.columns || a.lines.size() != b.lines.size()) {
    return testing::AssertionFailure() << "another shape";
  }
  for (std::size_t i = 0; i < a.lines.size(); ++i) {
    for (std::size_t c = 0; c < strip_columns; ++c) {
      const double mine = a.lines[i].values[c], other = b.lines[i].values[c];
      if (!same_bits(mine, other)) return testing::AssertionFailure() << "line " << i << ": " << mine << ", " << other;
    }
  }
  return testing::AssertionSuccess();
}

template <class T>
std::vector<T> some_values(std::size_t size) {
  std::mt19937_64 random(size);
  std::vector<T> values(size);
  for (T& value : values) {
    if constexpr (std::is_integral_v<T>) {
      value = static_cast<T>(random());
    } else {
      value = static_cast<T>(std::normal_distribution<double>(1e3, 1)(random));
    }
  }
  return values;
}

std::vector<double> some_centres(std::size_t columns) {
  std::vector<double> centres(columns);
  for (std::size_t c = 0; c < columns; ++c) centres[c] = 1e3 + 0.1 * static_cast<double>(c);
  return centres;
}

template <class T>
class DeviationsOfEachType : public testing::Test {};
using TenTypes = testing::Types<double, float, std::int8_t, std::int16_t, std::int32_t, std::int64_t, std::uint8_t,
                                std::uint16_t, std::uint32_t, std::uint64_t>;
TYPED_TEST_SUITE(DeviationsOfEachType, TenTypes);

TYPED_TEST(DeviationsOfEachType, every_target_takes_those_of_the_reference_from_any_layout) {
  constexpr std::size_t stride = 131;
  const auto values = some_values<TypeParam>(stride * stride);
  for (const std::size_t columns : {1U, 7U, 8U, 9U, 16U, 37U}) {
    const auto centres = some_centres(columns);
    for (const std::size_t rows : {0U, 1U, 5U, 128U}) {
      for (const bool by_rows : {true, false}) {
        const TileView<TypeParam> tile{values.data() + 1, rows, by_rows ? stride : 1, by_rows ? 1 : stride};
        Deviations expected;
        reference::take_deviations(tile, centres, expected);
        for_each_target([&](const std::string& target) {
          Deviations deviations;
          take_deviations(tile, centres, deviations);
          EXPECT_TRUE(same_bits(deviations, expected)) << target << ' ' << columns << " × " << rows;
        });
      }
    }
  }
}

Deviations some_deviations(std::size_t rows, std::size_t columns, std::size_t skip) {
  std::mt19937_64 random(rows + 1000 * columns + skip);
  std::normal_distribution<double> normal;
  std::vector<double> values(rows * columns);
  for (double& value : values) value = normal(random);
  if (columns > 4) values[values.size() / 2] = nan;
  if (columns > 8) values[values.size() / 3] = std::numeric_limits<double>::infinity();
  Deviations deviations;
  reference::take_deviations(TileView<double>{values.data(), rows, columns, 1}, std::vector<double>(columns),
                             deviations);
  return deviations;
}

/// Whether the elements that are wanted are the same; what fills up strips is anybody's.
testing::AssertionResult same_sums(const std::vector<double>& a, const std::vector<double>& b, std::size_t height,
                                   std::size_t width, Wanted wanted) {
  for (std::size_t i = 0; i < height; ++i) {
    for (std::size_t j = wanted == Wanted::upper ? i : 0; j < width; ++j) {
      const std::size_t at = i * whole_strips(width) + j;
      if (!same_bits(a[at], b[at])) {
        return testing::AssertionFailure() << std::hexfloat << i << ", " << j << ": " << a[at] << ", " << b[at];
      }
    }
  }
  return testing::AssertionSuccess();
}

TEST(Products, every_target_equals_the_reference) {
  for (const std::size_t height : {1U, 4U, 8U, 9U, 23U, 40U}) {
    for (const std::size_t width : {1U, 5U, 8U, 12U, 17U, 24U, 31U, 64U}) {
      for (const std::size_t rows : {1U, 2U, 77U, 128U}) {
        const Deviations left = some_deviations(rows, height, 0), right = some_deviations(rows, width, 1);
        const std::vector<double> before(whole_strips(height) * whole_strips(width), 0.1);
        auto expected = before;
        reference::add_products(left, right, Wanted::all, expected);
        for_each_target([&](const std::string& target) {
          auto sums = before;
          add_products(left, right, Wanted::all, sums);
          EXPECT_TRUE(same_sums(sums, expected, height, width, Wanted::all))
              << target << ' ' << height << " × " << width << ", " << rows << " rows";
        });
      }
    }
  }
}

TEST(Products, the_upper_half_has_the_bits_of_the_whole) {
  for (const std::size_t columns : {1U, 7U, 16U, 33U, 50U}) {
    const Deviations panel = some_deviations(100, columns, 0);
    std::vector<double> whole(whole_strips(columns) * whole_strips(columns)), reference = whole;
    add_products(panel, panel, Wanted::all, whole);
    reference::add_products(panel, panel, Wanted::upper, reference);
    EXPECT_TRUE(same_sums(reference, whole, columns, columns, Wanted::upper));
    for_each_target([&](const std::string& target) {
      std::vector<double> upper(whole.size());
      add_products(panel, panel, Wanted::upper, upper);
      EXPECT_TRUE(same_sums(upper, whole, columns, columns, Wanted::upper)) << target << ' ' << columns;
    });
  }
}

TEST(Products, are_those_of_long_double) {
  constexpr std::size_t rows = 128, columns = 11;
  const auto values = some_values<double>(rows * columns);
  const auto centres = some_centres(columns);
  Deviations panel;
  take_deviations(TileView<double>{values.data(), rows, columns, 1}, centres, panel);
  std::vector<double> sums(16 * 16);
  add_products(panel, panel, Wanted::all, sums);
  for (std::size_t i = 0; i < columns; ++i) {
    for (std::size_t j = 0; j < columns; ++j) {
      long double sum = 0, size = 0;
      for (std::size_t r = 0; r < rows; ++r) {
        const long double product =
            (0.0L + values[r * columns + i] - centres[i]) * (0.0L + values[r * columns + j] - centres[j]);
        sum += product;
        size += std::abs(product);
      }
      EXPECT_NEAR(sums[i * 16 + j], static_cast<double>(sum), static_cast<double>(size) * 1e-14);
      EXPECT_TRUE(same_bits(sums[i * 16 + j], sums[j * 16 + i])) << "symmetric";
    }
  }
}

}  // namespace
}  // namespace rankwise::kernels
