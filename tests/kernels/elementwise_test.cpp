#include "rankwise/kernels/elementwise.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "rankwise/kernels/targets.hpp"
#include "rankwise/random/normal.hpp"

namespace rankwise::kernels {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN(), infinity = std::numeric_limits<double>::infinity();

const std::vector<double>& special_values() {
  static const std::vector<double> values = [] {
    std::vector<double> positive{0,
                                 5e-324,
                                 0x1p-1022,
                                 0x1.fffffffffffffp-1023,
                                 1e-300,
                                 0x1p-28,
                                 1e-9,
                                 0.25,
                                 0.5,
                                 0.75,
                                 0x1.fffffffffffffp-1,
                                 1,
                                 0x1.0000000000001p+0,
                                 1.5,
                                 2,
                                 3,
                                 7,
                                 22,
                                 100,
                                 709,
                                 710,
                                 745,
                                 746,
                                 1e5,
                                 999999,
                                 1e6,
                                 1e6 + 1,
                                 1e22,
                                 0x1p52,
                                 0x1p53,
                                 0x1p53 + 2,
                                 1e300,
                                 std::numeric_limits<double>::max(),
                                 infinity};
    // Multiples of π/2 as they are rounded, and the worst of all doubles: W. Kahan's 6381956970095103 · 2^797.
    for (const double k : {1., 2., 3., 4., 5., 1000., 1e9}) positive.push_back(k * 0x1.921fb54442d18p+0);
    positive.push_back(std::ldexp(6381956970095103.0, 797));
    std::vector<double> all{nan};
    for (const double value : positive) {
      all.push_back(value);
      all.push_back(-value);
    }
    return all;
  }();
  return values;
}

/// Numbers of all sizes, and as many near 1.
std::vector<double> some_numbers(std::size_t size, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::normal_distribution<double> near(0, 3);
  std::vector<double> numbers(size);
  for (std::size_t i = 0; i < size; ++i) numbers[i] = i % 2 == 0 ? std::bit_cast<double>(random()) : near(random);
  return numbers;
}

bool same_bits(double a, double b) {
  return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b) || (std::isnan(a) && std::isnan(b));
}

template <class Act>
void for_each_operation(Act act) {
  for (std::size_t i = 0; i < operation_count; ++i) act(static_cast<Operation>(i));
}

void expect_same_bits_everywhere(const std::vector<double>& a, const std::vector<double>& b,
                                 const std::vector<double>& c) {
  std::vector<double> expected(a.size()), result(a.size());
  for_each_operation([&](Operation operation) {
    const Operands operands{a.data(), b.data(), c.data()};
    reference::apply(operation, operands, a.size(), expected.data());
    for_each_target([&](const std::string& target) {
      apply(operation, operands, a.size(), result.data());
      for (std::size_t i = 0; i < a.size(); ++i) {
        ASSERT_TRUE(same_bits(result[i], expected[i]))
            << target << ", operation " << static_cast<int>(operation) << std::hexfloat << " of " << a[i] << ", "
            << b[i] << ": " << result[i] << ", " << expected[i];
      }
    });
  });
}

TEST(Elementwise, every_target_equals_the_reference) {
  expect_same_bits_everywhere(some_numbers(100'001, 1), some_numbers(100'001, 2), some_numbers(100'001, 3));
  std::vector<double> a, b, c;
  for (const double first : special_values()) {
    for (const double second : special_values()) {
      a.push_back(first);
      b.push_back(second);
      c.push_back(second - first);
    }
  }
  expect_same_bits_everywhere(a, b, c);
}

TEST(Elementwise, any_number_of_elements_is_done_and_none_beyond) {
  const auto a = some_numbers(80, 1), b = some_numbers(80, 2), c = some_numbers(80, 3);
  for_each_operation([&](Operation operation) {
    for (std::size_t size = 0; size < 40; ++size) {
      std::vector<double> expected(41, -7), result(41, -7);
      const Operands operands{a.data() + 1, b.data() + 2, c.data() + 3};
      reference::apply(operation, operands, size, expected.data() + 1);
      apply(operation, operands, size, result.data() + 1);
      for (std::size_t i = 0; i < result.size(); ++i) ASSERT_TRUE(same_bits(result[i], expected[i])) << size;
    }
  });
}

TEST(Elementwise, the_result_may_replace_an_operand) {
  const auto a = some_numbers(37, 1), b = some_numbers(37, 2), c = some_numbers(37, 3);
  for_each_operation([&](Operation operation) {
    std::vector<double> expected(a.size());
    apply(operation, {a.data(), b.data(), c.data()}, a.size(), expected.data());
    for (int replaced = 0; replaced < operands_of(operation); ++replaced) {
      std::vector<std::vector<double>> own{a, b, c};
      double* result = own[static_cast<std::size_t>(replaced)].data();
      apply(operation, {own[0].data(), own[1].data(), own[2].data()}, a.size(), result);
      for (std::size_t i = 0; i < a.size(); ++i) ASSERT_TRUE(same_bits(result[i], expected[i]));
    }
  });
}

// How far off, in units of the spacing of doubles around the true value.
double ulps_off(double result, long double truth) {
  if (std::isnan(result) || std::isnan(truth)) return std::isnan(result) && std::isnan(truth) ? 0 : infinity;
  const auto rounded = static_cast<double>(truth);
  if (std::isinf(rounded) || std::isinf(result)) return rounded == result ? 0 : infinity;
  int exponent = 0;
  std::frexp(rounded, &exponent);
  const long double ulp = std::ldexp(1.0L, std::max(exponent - 53, -1074));
  return static_cast<double>(std::abs(static_cast<long double>(result) - truth) / ulp);
}

struct Function {
  const char* name;
  Operation operation;
  long double (*truth)(long double);
  double low, high;  ///< where most of its arguments are
};

const std::vector<Function>& functions() {
  static const std::vector<Function> all{
      {"sqrt", Operation::square_root, [](long double x) { return std::sqrt(x); }, 0, 10},
      {"exp", Operation::exponential, [](long double x) { return std::exp(x); }, -750, 712},
      {"log", Operation::logarithm, [](long double x) { return std::log(x); }, 0.5, 2},
      {"log10", Operation::logarithm10, [](long double x) { return std::log10(x); }, 0.5, 2},
      {"sin", Operation::sine, [](long double x) { return std::sin(x); }, -10, 10},
      {"cos", Operation::cosine, [](long double x) { return std::cos(x); }, -10, 10},
      {"tan", Operation::tangent, [](long double x) { return std::tan(x); }, -10, 10},
      {"tanh", Operation::hyperbolic_tangent, [](long double x) { return std::tanh(x); }, -3, 3}};
  return all;
}

struct Worst {
  double ulps = 0, argument = 0;
};

Worst worst_of(const Function& function, const std::vector<double>& arguments) {
  std::vector<double> results(arguments.size());
  apply(function.operation, {arguments.data()}, arguments.size(), results.data());
  Worst worst;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const double off = ulps_off(results[i], function.truth(arguments[i]));
    if (off > worst.ulps) worst = {off, arguments[i]};
  }
  return worst;
}

class ElementaryFunction : public testing::TestWithParam<Function> {};

TEST_P(ElementaryFunction, is_at_most_one_ulp_off) {
  const Function& function = GetParam();
  auto arguments = some_numbers(500'000, 5);
  std::mt19937_64 random(6);
  std::uniform_real_distribution<double> usual(function.low, function.high);
  for (int i = 0; i < 500'000; ++i) arguments.push_back(usual(random));
  for (const double special : special_values()) arguments.push_back(special);
  const Worst worst = worst_of(function, arguments);
  EXPECT_LE(worst.ulps, 1) << std::hexfloat << "at " << worst.argument;
}
INSTANTIATE_TEST_SUITE_P(Elementwise, ElementaryFunction, testing::ValuesIn(functions()),
                         [](const auto& info) { return std::string(info.param.name); });

TEST(Elementwise, angles_next_to_multiples_of_a_right_angle_lose_no_digits) {
  constexpr long double right_angle = 1.57079632679489661923132169163975144L;
  std::vector<double> angles;
  for (int k = 1; k < 700'000; ++k) angles.push_back(static_cast<double>(k * right_angle));  // to both sides of 1e6
  for (const Function& function : functions()) {
    if (function.operation < Operation::sine || function.operation > Operation::tangent) continue;
    EXPECT_LE(worst_of(function, angles).ulps, 1) << function.name;
  }
}

TEST(Elementwise, a_logarithm_has_the_bits_of_the_one_that_normal_deviates_take) {
  for (const double x : some_numbers(100'000, 7)) {
    if (!(x >= 0x1p-1022) || std::isinf(x)) continue;
    double result = 0;
    apply(Operation::logarithm, {&x}, 1, &result);
    ASSERT_TRUE(same_bits(result, random::natural_logarithm(x))) << std::hexfloat << x;
  }
}

struct PowerRange {
  const char* name;
  double least_base, most_base, least_exponent, most_exponent;
};

TEST(Elementwise, a_power_is_at_most_one_ulp_off) {
  constexpr std::size_t size = 300'000;
  std::vector<double> x = some_numbers(size, 8), y = some_numbers(size, 9);
  const auto check = [&](const char* name) {
    std::vector<double> results(x.size());
    apply(Operation::power, {x.data(), y.data()}, x.size(), results.data());
    for (std::size_t i = 0; i < x.size(); ++i) {
      const long double truth = std::pow(static_cast<long double>(x[i]), static_cast<long double>(y[i]));
      ASSERT_LE(ulps_off(results[i], truth), 1) << name << std::hexfloat << ' ' << x[i] << " ** " << y[i];
    }
  };
  check("of any size");
  std::mt19937_64 random(6);
  for (const PowerRange& range :
       {PowerRange{"usual", 0, 20, -40, 40}, PowerRange{"below the normal ones", 0.4, 0.6, 1000, 1100},
        PowerRange{"nearly too large", 1.9, 2.1, 900, 1030}}) {
    std::uniform_real_distribution<double> base(range.least_base, range.most_base);
    std::uniform_real_distribution<double> exponent(range.least_exponent, range.most_exponent);
    for (std::size_t i = 0; i < size; ++i) {
      x[i] = base(random);
      y[i] = exponent(random);
    }
    check(range.name);
  }
  std::uniform_real_distribution<double> logarithm(-740, 709);
  for (std::size_t i = 0; i < size; ++i) {  // next to 1, with exponents that lead anywhere
    const auto steps = static_cast<double>(1 + random() % 1000);
    x[i] = 1 + (i % 2 == 0 ? steps * 0x1p-52 : -steps * 0x1p-53);
    y[i] = logarithm(random) / std::log1p(x[i] - 1);
  }
  check("next to 1");
}

TEST(Elementwise, powers_that_are_doubles_are_exact) {
  for (double base = -20; base <= 20; ++base) {
    for (double exponent = 0; exponent <= 12; ++exponent) {
      double power = 1, result = 0;
      for (double i = 0; i < exponent; ++i) power *= base;
      apply(Operation::power, {&base, &exponent}, 1, &result);
      if (std::abs(power) <= 0x1p53) {
        EXPECT_EQ(result, power) << base << " ** " << exponent;
      }
    }
  }
}

/// C99, Annex F: what the math library gives where it is NaN, infinite or 0.
TEST(Elementwise, special_values_are_those_of_the_math_library) {
  for (const double x : special_values()) {
    double result = 0;
    for (const Function& function : functions()) {
      apply(function.operation, {&x}, 1, &result);
      const auto truth = static_cast<double>(function.truth(x));
      if (std::isfinite(truth) && truth != 0) continue;
      EXPECT_TRUE(same_bits(result, truth)) << function.name << std::hexfloat << ' ' << x << ": " << result;
    }
    for (const double y : special_values()) {
      apply(Operation::power, {&x, &y}, 1, &result);
      const double truth = std::pow(x, y);
      if (std::isfinite(truth) && truth != 0 && truth != 1) continue;
      EXPECT_TRUE(same_bits(result, truth)) << std::hexfloat << x << " ** " << y << ": " << result << ", " << truth;
    }
  }
}

struct Case {
  Operation operation;
  double a, b, c, result;
};

TEST(Elementwise, the_rest_is_what_its_name_says) {
  using O = Operation;
  const std::vector<Case> cases{{O::negate, 0, 0, 0, -0.0},     {O::negate, 2, 0, 0, -2},
                                {O::absolute, -3, 0, 0, 3},     {O::absolute, -0.0, 0, 0, 0},
                                {O::floor, -1.5, 0, 0, -2},     {O::floor, -0.0, 0, 0, -0.0},
                                {O::ceiling, 1.25, 0, 0, 2},    {O::ceiling, -0.5, 0, 0, -0.0},
                                {O::logical_not, 0, 0, 0, 1},   {O::logical_not, 3, 0, 0, 0},
                                {O::logical_not, nan, 0, 0, 0}, {O::add, 1, 2, 0, 3},
                                {O::subtract, 1, 2, 0, -1},     {O::multiply, 3, 2, 0, 6},
                                {O::divide, 1, 4, 0, 0.25},     {O::divide, 1, -0.0, 0, -infinity},
                                {O::minimum, 1, 2, 0, 1},       {O::minimum, 0, -0.0, 0, -0.0},
                                {O::minimum, -0.0, 0, 0, -0.0}, {O::minimum, nan, 1, 0, nan},
                                {O::minimum, 1, nan, 0, nan},   {O::minimum, -infinity, 1, 0, -infinity},
                                {O::maximum, 1, 2, 0, 2},       {O::maximum, 0, -0.0, 0, 0},
                                {O::maximum, -0.0, 0, 0, 0},    {O::maximum, -0.0, -0.0, 0, -0.0},
                                {O::maximum, nan, 1, 0, nan},   {O::maximum, 1, nan, 0, nan},
                                {O::less, 1, 2, 0, 1},          {O::less, 2, 2, 0, 0},
                                {O::less, nan, 2, 0, 0},        {O::less_equal, 2, 2, 0, 1},
                                {O::less_equal, 3, 2, 0, 0},    {O::equal, 0, -0.0, 0, 1},
                                {O::equal, nan, nan, 0, 0},     {O::not_equal, nan, nan, 0, 1},
                                {O::not_equal, 1, 1, 0, 0},     {O::logical_and, 1, 0, 0, 0},
                                {O::logical_and, 2, nan, 0, 1}, {O::logical_or, 0, 0, 0, 0},
                                {O::logical_or, 0, 5, 0, 1},    {O::where, 1, 2, 3, 2},
                                {O::where, 0, 2, 3, 3},         {O::where, nan, 2, 3, 2},
                                {O::where, -0.0, 2, 3, 3}};
  for (const Case& each : cases) {
    double result = -99;
    apply(each.operation, {&each.a, &each.b, &each.c}, 1, &result);
    EXPECT_TRUE(same_bits(result, each.result))
        << static_cast<int>(each.operation) << " of " << each.a << ", " << each.b;
  }
}

}  // namespace
}  // namespace rankwise::kernels
