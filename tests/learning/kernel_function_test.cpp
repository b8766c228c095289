#include "rankwise/learning/kernel_function.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace rankwise::learning {
namespace {

TEST(KernelFunction, is_what_its_formula_says) {
  using Kind = KernelFunction::Kind;
  const std::vector<double> products{1.5, -2, 0}, squares{4, 9, 1};
  const double square = 2.25;
  for (const Kind kind : {Kind::linear, Kind::polynomial, Kind::rbf, Kind::sigmoid}) {
    const KernelFunction kernel{.kind = kind, .gamma = 0.3, .coef0 = 0.7, .degree = 5};
    std::vector<double> values(products.size());
    kernel.take_arguments(products, square, squares.data(), values.data());
    kernel.finish(values);
    for (std::size_t i = 0; i < products.size(); ++i) {
      const long double p = products[i], distance = square + squares[i] - 2 * p;
      const long double expected = kind == Kind::linear       ? p
                                   : kind == Kind::polynomial ? std::pow(0.3L * p + 0.7L, 5)
                                   : kind == Kind::rbf        ? std::exp(-0.3L * distance)
                                                              : std::tanh(0.3L * p + 0.7L);
      EXPECT_NEAR(values[i], static_cast<double>(expected), 1e-15) << static_cast<int>(kind) << " " << i;
    }
  }
}

TEST(KernelFunction, of_degree_0_is_1) {
  std::vector<double> value{3};
  KernelFunction{.kind = KernelFunction::Kind::polynomial, .gamma = 1, .coef0 = 0, .degree = 0}.finish(value);
  EXPECT_EQ(value[0], 1);
}

}  // namespace
}  // namespace rankwise::learning
