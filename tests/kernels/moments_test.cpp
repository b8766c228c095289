#include "rankwise/kernels/moments.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "rankwise/kernels/targets.hpp"

namespace rankwise::kernels {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();
using Sizes = std::initializer_list<std::size_t>;

constexpr double tiny = std::numeric_limits<double>::denorm_min();

std::uint64_t bits(double value) {
  return std::bit_cast<std::uint64_t>(value);
}
WideInteger bits(WideInteger value) {
  return value;
}

/// NaN may differ where they are not shown.
bool same_inside(double a, double b) {
  return bits(a) == bits(b) || (std::isnan(a) && std::isnan(b));
}

template <class Sum>
bool same_statistics(const Moments<Sum>& a, const Moments<Sum>& b) {
  return a.count == b.count && a.nan == b.nan && bits(a.sum) == bits(b.sum) && bits(a.m2) == bits(b.m2) &&
         bits(a.min) == bits(b.min) && bits(a.max) == bits(b.max);
}

template <class Sum>
testing::AssertionResult same_bits(const Moments<Sum>& a, const Moments<Sum>& b) {
  if (same_statistics(a, b) && same_inside(a.centre, b.centre) && same_inside(a.offset, b.offset)) {
    return testing::AssertionSuccess();
  }
  const auto number = [](auto value) { return static_cast<double>(value); };
  const auto told = [&](const Moments<Sum>& m) {
    return testing::Message() << std::hexfloat << "count " << m.count << " nan " << m.nan << " sum " << number(m.sum)
                              << " centre " << m.centre << " offset " << m.offset << " m2 " << m.m2 << " min "
                              << number(m.min) << " max " << number(m.max);
  };
  return testing::AssertionFailure() << told(a) << "\n" << told(b);
}

/// Values of a type, of several characters.
template <class T>
std::vector<std::vector<T>> samples(std::size_t size) {
  std::mt19937_64 random(size);
  const auto fill = [&](auto draw) {
    std::vector<T> values(size);
    for (T& value : values) value = static_cast<T>(draw());
    return values;
  };
  if constexpr (std::is_integral_v<T>) {
    const T few[] = {std::numeric_limits<T>::min(), std::numeric_limits<T>::max(), 0, 1};
    return {fill([&] { return static_cast<T>(random()); }), fill([&] { return few[random() % 4]; }),
            fill([] { return std::numeric_limits<T>::max(); }), fill([&] { return 100 + random() % 3; })};
  } else {
    std::normal_distribution<double> normal;
    std::uniform_real_distribution<double> exponent(-30, 30);
    const T small = std::numeric_limits<T>::denorm_min();
    const auto one_of = [&](std::vector<double> choices) {
      return [&random, choices] { return choices[random() % choices.size()]; };
    };
    return {fill([&] { return normal(random); }),
            fill([&] { return 1e8 + normal(random); }),
            fill([&] { return normal(random) * std::exp2(exponent(random)); }),
            fill([&] { return random() % 5 == 0 ? nan : normal(random); }),
            fill([&] { return random() % 400 == 0 ? nan : std::abs(normal(random)); }),
            fill([&] { return random() % 300 == 0   ? infinity
                              : random() % 300 == 0 ? -infinity
                                                    : normal(random); }),
            fill(one_of({0.0, -0.0})),
            fill(one_of({0.0, -0.0, nan, 1})),
            fill(one_of({0.0, -0.0, -nan, -1})),
            fill(one_of({0.0, small, -small, 3 * small, -0.0})),
            fill(one_of({double{std::numeric_limits<T>::max()}, -double{std::numeric_limits<T>::max()}})),
            fill(one_of({nan, -nan})),
            fill(one_of({0.1}))};
  }
}

template <class T>
class MomentsOfEachType : public testing::Test {};
using TenTypes = testing::Types<double, float, std::int8_t, std::int16_t, std::int32_t, std::int64_t, std::uint8_t,
                                std::uint16_t, std::uint32_t, std::uint64_t>;
TYPED_TEST_SUITE(MomentsOfEachType, TenTypes);

TYPED_TEST(MomentsOfEachType, every_target_equals_the_reference_on_runs) {
  const auto all = samples<TypeParam>(4100);
  for (std::size_t kind = 0; kind < all.size(); ++kind) {
    for (std::size_t size = 0; size <= 4096; size += size % 1024 > 70 && size % 1024 < 980 ? 101 : 1) {
      const TypeParam* values = all[kind].data() + size % 4;
      const auto expected = reference::moments_of_run(values, size);
      for_each_target([&](const std::string& target) {
        ASSERT_TRUE(same_bits(moments_of_run(values, size), expected))
            << target << " kind " << kind << " size " << size;
      });
    }
  }
}

TYPED_TEST(MomentsOfEachType, every_target_equals_the_reference_on_tiles) {
  using M = MomentsOf<TypeParam>;
  constexpr std::size_t stride = 530;
  const auto all = samples<TypeParam>(140 * stride);
  for (std::size_t kind = 0; kind < all.size(); ++kind) {
    for (std::size_t columns :
         Sizes{0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 64, 100, 248, 249, 255, 256, 257, 500, 529}) {
      for (std::size_t rows : Sizes{0, 1, 7, 8, 9, 63, 64, 65, 139}) {
        const TypeParam* values = all[kind].data() + rows % 3;
        const std::size_t row_stride = columns % 2 == 0 ? stride : columns;
        const std::size_t step_rows = columns % 3 == 0 ? 20 : 1000;  // up to seven steps, or one
        std::vector<M> expected(columns), moments(columns);
        reference::moments_of_columns<TypeParam>(values, rows, row_stride, step_rows, expected);
        for_each_target([&](const std::string& target) {
          std::fill(moments.begin(), moments.end(), M{.count = 1});
          moments_of_columns<TypeParam>(values, rows, row_stride, step_rows, moments);
          for (std::size_t i = 0; i < columns; ++i) {
            ASSERT_TRUE(same_bits(moments[i], expected[i]))
                << target << " kind " << kind << ", " << rows << " x " << columns << ", column " << i;
          }
        });
      }
    }
  }
}

/// The two passes in long double; sums of integers are exact.
template <class T>
void expect_near_the_truth(const MomentsOf<T>& moments, const std::vector<T>& values, double tolerance) {
  const auto count = static_cast<long double>(values.size());
  long double sum = 0, size = 0, deviations = 0, m2 = 0;
  WideInteger exact = 0;
  for (const T value : values) {
    if constexpr (std::is_integral_v<T>) exact += value;
    sum += static_cast<long double>(value);
    size += std::abs(static_cast<long double>(value));
  }
  for (const T value : values) {
    const long double deviation = static_cast<long double>(value) - sum / count;
    deviations += deviation;
    m2 += deviation * deviation;
  }
  m2 -= deviations * deviations / count;
  EXPECT_EQ(moments.count, values.size());
  EXPECT_EQ(moments.nan, 0U);
  if constexpr (std::is_integral_v<T>)
    EXPECT_TRUE(moments.sum == exact);
  else
    EXPECT_NEAR(moments.sum, static_cast<double>(sum), static_cast<double>(size) * 1e-14);
  EXPECT_NEAR(moments.m2, static_cast<double>(m2), static_cast<double>(m2) * tolerance);
  EXPECT_TRUE(moments.min == *std::min_element(values.begin(), values.end()));
  EXPECT_TRUE(moments.max == *std::max_element(values.begin(), values.end()));
}

template <class T>
MomentsOf<T> moments_of_column(const std::vector<T>& values) {
  MomentsOf<T> moments;
  moments_of_columns<T>(values.data(), values.size(), 1, values.size(), std::span(&moments, 1));
  return moments;
}

TEST(Moments, a_million_values_are_accurate_wherever_they_lie) {
  std::mt19937_64 random(7);
  std::normal_distribution<double> normal;
  for (const double shift : {0.0, 1.0, 1e4, 1e8, -1e8, 1e12}) {
    std::vector<double> values(1'000'000);
    for (double& value : values) value = shift + normal(random);
    expect_near_the_truth(moments_of_run(values.data(), values.size()), values, 1e-12);
    expect_near_the_truth(moments_of_column(values), values, 1e-12);
  }
}

TEST(Moments, sorted_values_and_outliers_are_accurate) {
  std::vector<double> values(300'000);
  std::iota(values.begin(), values.end(), -1e5);
  expect_near_the_truth(moments_of_run(values.data(), values.size()), values, 1e-12);
  values[0] = 1e9;  // what the first piece says of the mean is far off
  expect_near_the_truth(moments_of_run(values.data(), values.size()), values, 1e-12);
  expect_near_the_truth(moments_of_column(values), values, 1e-12);
}

TEST(Moments, a_first_value_far_from_all_others_costs_little_precision) {
  std::mt19937_64 random(7);
  std::normal_distribution<double> normal(1e6, 1);
  for (const double first : {1e6 + 1e3, 0.0, -1e9, 1e12}) {
    std::vector<double> values(4096);
    for (double& value : values) value = normal(random);
    values[0] = first;
    expect_near_the_truth(moments_of_run(values.data(), values.size()), values, 1e-12);
    expect_near_the_truth(moments_of_column(values), values, 1e-12);
  }
}

TEST(Moments, values_whose_sum_overflows_have_a_centre) {
  const std::vector<double> values(100, std::numeric_limits<double>::max());
  EXPECT_EQ(moments_of_run(values.data(), values.size()).m2, 0.0);
  std::vector<double> mixed(100, 1e300);
  mixed[99] = 2e300;
  EXPECT_TRUE(std::isinf(moments_of_run(mixed.data(), mixed.size()).m2)) << "its square is beyond float64";
}

TEST(Moments, equal_values_have_no_variance) {
  for (const double value : {0.1, -1e300, 1e8 / 3, tiny, -0.0}) {
    const std::vector<double> values(5000, value);
    auto moments = moments_of_run(values.data(), values.size());
    EXPECT_EQ(bits(moments.m2), bits(0.0)) << value;
    EXPECT_EQ(bits(moments_of_column(values).m2), bits(0.0)) << value;
    merge(moments, moments_of_run(values.data(), 77));
    EXPECT_EQ(bits(moments.m2), bits(0.0)) << value;
  }
  const std::vector<std::int64_t> integers(5000, INT64_MAX - 5);
  EXPECT_EQ(bits(moments_of_run(integers.data(), integers.size()).m2), bits(0.0));
}

TEST(Moments, no_variance_is_negative) {
  std::vector<double> values(2048, 1e-147);
  for (std::size_t i = 0; i < values.size(); i += 2) values[i] = std::nextafter(1e-147, 1);  // their squares underflow
  EXPECT_EQ(bits(moments_of_run(values.data(), values.size()).m2), bits(0.0));
  EXPECT_EQ(bits(moments_of_column(values).m2), bits(0.0));
}

template <class T>
void expect_exact_at_the_extremes() {
  std::mt19937_64 random(3);
  const T few[] = {std::numeric_limits<T>::min(), std::numeric_limits<T>::max(), std::numeric_limits<T>::max() - 1};
  std::vector<T> values(10007);
  for (T& value : values) value = few[random() % 3];
  expect_near_the_truth(moments_of_run(values.data(), values.size()), values, 1e-12);
  expect_near_the_truth(moments_of_column(values), values, 1e-12);
  std::fill(values.begin(), values.end(), std::numeric_limits<T>::max());
  EXPECT_TRUE(moments_of_run(values.data(), values.size()).sum == WideInteger{std::numeric_limits<T>::max()} * 10007);
  std::fill(values.begin(), values.end(), std::numeric_limits<T>::min());
  EXPECT_TRUE(moments_of_run(values.data(), values.size()).sum == WideInteger{std::numeric_limits<T>::min()} * 10007);
}

TYPED_TEST(MomentsOfEachType, sums_of_integers_are_exact) {
  if constexpr (std::is_integral_v<TypeParam>) expect_exact_at_the_extremes<TypeParam>();
}

TEST(Moments, a_nan_is_counted_and_skipped_wherever_it_stands) {
  std::vector<double> values(1100);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<double>(i % 7) + 1;
  const auto total = static_cast<double>(std::accumulate(values.begin(), values.end(), 0.0));
  for_each_target([&](const std::string& target) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      const double before = std::exchange(values[i], i % 2 == 0 ? nan : -nan);
      const auto run = moments_of_run(values.data(), values.size());
      const auto column = moments_of_column(values);
      ASSERT_TRUE(run.nan == 1 && run.count == 1099 && run.sum == total - before) << target << " at " << i;
      ASSERT_TRUE(column.nan == 1 && column.count == 1099 && column.sum == total - before) << target << " at " << i;
      ASSERT_TRUE(run.min == 1 && run.max == 7 && column.min == 1 && column.max == 7) << target << " at " << i;
      values[i] = before;
    }
  });
}

TEST(Moments, infinities_spoil_the_variance_alone) {
  for (const std::size_t place : Sizes{0, 500, 1023, 1024, 2999}) {
    std::vector<double> values(3000, 2.5);
    values[place] = -infinity;
    auto moments = moments_of_run(values.data(), values.size());
    EXPECT_EQ(moments.sum, -infinity);
    EXPECT_EQ(moments.min, -infinity);
    EXPECT_EQ(moments.max, 2.5);
    EXPECT_EQ(bits(moments.m2), bits(nan));
    EXPECT_TRUE(same_statistics(moments_of_column(values), moments));
    values[1] = infinity;
    EXPECT_EQ(bits(moments_of_run(values.data(), values.size()).sum), bits(nan));
    const double positive[] = {infinity, 1};
    merge(moments, moments_of_run(positive, 2));
    EXPECT_EQ(bits(moments.sum), bits(nan));
    EXPECT_EQ(bits(moments.m2), bits(nan));
    EXPECT_EQ(moments.max, infinity);
    EXPECT_EQ(moments.count, 3002U);
  }
}

TEST(Moments, minus_zero_is_less_than_zero_in_any_order) {
  for (const std::size_t place : Sizes{0, 5, 31, 1024, 1500, 1599}) {
    for (const double zero : {0.0, -0.0}) {
      std::vector<double> values(1600, zero);
      values[place] = -zero;
      for_each_target([&](const std::string& target) {
        for (const auto& moments : {moments_of_run(values.data(), 1600), moments_of_column(values)}) {
          EXPECT_EQ(bits(moments.min), bits(-0.0)) << target;
          EXPECT_EQ(bits(moments.max), bits(0.0)) << target;
          EXPECT_EQ(bits(moments.sum), bits(0.0)) << target;
        }
      });
      auto left = moments_of_run(&values[place], 1);
      merge(left, moments_of_run(&values[place == 0 ? 1 : 0], 1));
      EXPECT_EQ(bits(left.min), bits(-0.0));
      EXPECT_EQ(bits(left.max), bits(0.0));
    }
  }
}

TYPED_TEST(MomentsOfEachType, halves_merge_to_the_whole) {
  auto values = samples<TypeParam>(9000)[0];
  for (const std::size_t cut : Sizes{1, 100, 4500, 8999}) {
    auto merged = moments_of_run(values.data(), cut);
    merge(merged, moments_of_run(values.data() + cut, values.size() - cut));
    expect_near_the_truth(merged, values, 1e-12);
  }
}

TYPED_TEST(MomentsOfEachType, merging_with_nothing_changes_nothing) {
  for (const auto& values : samples<TypeParam>(100)) {
    const auto moments = moments_of_run(values.data(), values.size());
    auto left = moments, right = MomentsOf<TypeParam>{};
    merge(left, {});
    EXPECT_TRUE(same_bits(left, moments));
    merge(right, moments);
    EXPECT_TRUE(same_bits(right, moments));
    merge(right, {.nan = 3});
    EXPECT_EQ(right.nan, moments.nan + 3);
  }
  EXPECT_TRUE(same_bits(moments_of_run<TypeParam>(nullptr, 0), MomentsOf<TypeParam>{}));
}

TYPED_TEST(MomentsOfEachType, steps_are_merged_as_their_nodes_are) {
  using M = MomentsOf<TypeParam>;
  constexpr std::size_t columns = 20;
  const auto merged = [](M left, const M& right) {
    merge(left, right);
    return left;
  };
  for (const auto& values : samples<TypeParam>(64 * columns)) {
    const auto of_step = [&](std::size_t step, std::size_t rows) {
      std::vector<M> moments(columns);
      moments_of_columns<TypeParam>(&values[step * 10 * columns], rows, columns, rows, moments);
      return moments;
    };
    std::vector<M> moments(columns);
    moments_of_columns<TypeParam>(values.data(), 64, columns, 10, moments);  // 0 to 6, the last of four rows
    std::vector<std::vector<M>> steps;
    for (std::size_t step = 0; step < 7; ++step) steps.push_back(of_step(step, step == 6 ? 4 : 10));
    for (std::size_t c = 0; c < columns; ++c) {
      const M left = merged(merged(steps[0][c], steps[1][c]), merged(steps[2][c], steps[3][c]));
      EXPECT_TRUE(same_bits(moments[c], merged(left, merged(merged(steps[4][c], steps[5][c]), steps[6][c])))) << c;
    }
  }
}

TEST(Moments, parts_merge_accurately_wherever_they_lie) {
  std::mt19937_64 random(11);
  for (const double shift : {0.0, 1e8, -1e12}) {
    std::normal_distribution<double> normal(shift);
    std::vector<double> values(200'000);
    for (double& value : values) value = normal(random);
    for (const std::size_t part : Sizes{10, 300, 20'000}) {
      FloatMoments merged;
      for (std::size_t i = 0; i < values.size(); i += part) {
        merge(merged, moments_of_run(&values[i], std::min(part, values.size() - i)));
      }
      expect_near_the_truth(merged, values, 1e-12);
    }
  }
}

}  // namespace
}  // namespace rankwise::kernels
