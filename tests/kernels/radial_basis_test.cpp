#include "rankwise/kernels/radial_basis.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "rankwise/kernels/targets.hpp"
#include "rankwise/random/philox.hpp"

namespace rankwise::kernels {
namespace {

std::vector<double> drawn(std::size_t size, std::uint64_t seed, double range) {
  const random::Stream stream(seed, random::StreamName::classification);
  std::vector<double> values;
  for (std::size_t i = 0; i < size; ++i) values.push_back(range * (random::unit_interval(stream.word64(i)) - 0.5));
  return values;
}

TEST(RadialBasis, is_what_its_formula_says_on_every_target) {
  for (std::size_t size = 0; size < 100; size += 1 + size / 7) {
    const auto products = drawn(size, 1, 3);
    std::vector<double> squares;
    for (const double x : drawn(size, 2, 4)) squares.push_back(2 + x);
    std::vector<float> expected(size);
    reference::radial_basis(products.data(), 1.5, squares.data(), 0.7, size, expected.data());
    for (std::size_t i = 0; i < size; ++i) {
      const long double exact = std::exp(-0.7L * (1.5L + squares[i] - 2.0L * products[i]));
      EXPECT_NEAR(expected[i], static_cast<double>(exact), 1e-6);
    }
    for_each_target([&](const std::string& target) {
      std::vector<float> found(size + 1, 42);
      radial_basis(products.data(), 1.5, squares.data(), 0.7, size, found.data());
      EXPECT_EQ(found.back(), 42);
      found.pop_back();
      EXPECT_EQ(found, expected) << target << " " << size;
    });
  }
}

TEST(RadialBasis, is_libms_exponential_as_a_float32) {
  // From numbers that float32 does not hold to those that vanish there.
  std::vector<double> products, arguments;
  for (const double x : drawn(200'000, 5, 260)) arguments.push_back(x);
  for (const double x : drawn(200'000, 6, 4)) arguments.push_back(x);
  for (const double x : {0.0, 1e300, -1e300, 88.7, -103.9, 150.0, -150.0}) arguments.push_back(x);
  for (const double x : arguments) products.push_back(x / 2);
  const std::vector<double> zeros(products.size());
  std::vector<float> found(products.size());
  std::size_t others = 0;
  for_each_target([&](const std::string& target) {
    radial_basis(products.data(), 0, zeros.data(), 1, products.size(), found.data());
    for (std::size_t i = 0; i < products.size(); ++i) {
      const auto expected = static_cast<float>(std::exp(arguments[i]));
      if (found[i] != expected) ++others;
      EXPECT_TRUE(found[i] == expected || std::abs(found[i] / expected - 1) < 2e-7) << target << " " << arguments[i];
    }
  });
  EXPECT_LE(others, 1U);  // where libm's last bit decides
}

TEST(RadialBasis, scaled_values_are_subtracted_on_every_target) {
  for (std::size_t size = 0; size < 100; size += 1 + size / 7) {
    std::vector<float> values;
    for (const double x : drawn(size, 3, 2)) values.push_back(static_cast<float>(x));
    std::vector<double> expected = drawn(size, 4, 2);
    for (std::size_t i = 0; i < size; ++i) expected[i] -= 0.3 * static_cast<double>(values[i]);
    for_each_target([&](const std::string& target) {
      std::vector<double> found = drawn(size, 4, 2);
      subtract_scaled(values.data(), 0.3, size, found.data());
      EXPECT_EQ(found, expected) << target << " " << size;
    });
  }
}

}  // namespace
}  // namespace rankwise::kernels
