#include "rankwise/kernels/between.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "rankwise/kernels/targets.hpp"

namespace rankwise::kernels {
namespace {

template <class T>
std::vector<T> some_values(std::size_t size) {
  std::mt19937_64 random(size);
  std::vector<T> values(size);
  for (auto& value : values) {
    if constexpr (std::is_floating_point_v<T>) {
      value = static_cast<T>(std::normal_distribution<>()(random));
      if (random() % 8 == 0) value = std::numeric_limits<T>::quiet_NaN();
      if (random() % 8 == 0) value = random() % 2 == 0 ? T{0} : -T{0};
    } else {
      value = static_cast<T>(random());
    }
  }
  return values;
}

template <class T>
void expect_same_as_reference(const std::vector<T>& values, T low, T high, const std::string& what) {
  std::vector<T> kept(values.size()), expected(values.size());
  const Between between = keep_between(values.data(), values.size(), low, high, kept.data());
  ASSERT_EQ(between, reference::keep_between(values.data(), values.size(), low, high, expected.data())) << what;
  const auto bytes_of = [&](const std::vector<T>& all) { return std::as_bytes(std::span(all).first(between.inside)); };
  ASSERT_TRUE(std::ranges::equal(bytes_of(kept), bytes_of(expected))) << what;
  ASSERT_EQ(count_nan(values.data(), values.size()), reference::count_nan(values.data(), values.size())) << what;
}

template <class T>
class BetweenOf : public testing::Test {};
using Types = testing::Types<double, float, std::int8_t, std::int16_t, std::int32_t, std::int64_t, std::uint8_t,
                             std::uint16_t, std::uint32_t, std::uint64_t>;
TYPED_TEST_SUITE(BetweenOf, Types);

TYPED_TEST(BetweenOf, every_target_equals_the_reference_at_every_size) {
  using T = TypeParam;
  using Limits = std::numeric_limits<T>;
  for_each_target([&](const std::string& target) {
    for (std::size_t size = 0; size < 1000; size += 1 + size / 20) {
      const auto values = some_values<T>(size);
      expect_same_as_reference<T>(values, Limits::lowest(), Limits::max(), target);
      expect_same_as_reference<T>(values, Limits::max(), Limits::lowest(), target);
      expect_same_as_reference<T>(values, T{0}, T{0}, target);
      for (std::size_t i = 0; i + 1 < size; i += 1 + size / 4) {
        expect_same_as_reference<T>(values, values[i], values[i + 1], target);
      }
    }
  });
}

TEST(Between, nan_are_nowhere_and_zeros_are_equal) {
  const double nan = std::numeric_limits<double>::quiet_NaN(), infinity = std::numeric_limits<double>::infinity();
  const std::vector<double> values{nan, -0.0, 3, 0.0, -infinity, infinity, -nan, -1};
  std::vector<double> kept(values.size());
  EXPECT_EQ(reference::keep_between(values.data(), values.size(), 0.0, 0.0, kept.data()), (Between{2, 2}));
  EXPECT_EQ(reference::keep_between(values.data(), values.size(), -infinity, infinity, kept.data()), (Between{0, 6}));
  EXPECT_EQ(reference::count_nan(values.data(), values.size()), 2U);
}

}  // namespace
}  // namespace rankwise::kernels
