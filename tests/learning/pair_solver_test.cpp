#include "rankwise/learning/pair_solver.hpp"

#include <gtest/gtest.h>
#include <svm.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>
#include <vector>

#include "rankwise/random/normal.hpp"
#include "rankwise/random/philox.hpp"

namespace rankwise::learning {
namespace {

/// Two overlapping clouds; the first half of the samples are of the first class.
struct Clouds {
  std::size_t first, second, features = 3;
  std::vector<double> values;

  Clouds(std::size_t of_first, std::size_t of_second, double apart, std::uint64_t seed)
      : first(of_first), second(of_second) {
    const random::Stream stream(seed, random::StreamName::classification);
    for (std::size_t i = 0; i < (first + second) * features; ++i) {
      values.push_back(random::normal_deviate(stream.word64(i)) + (i < first * features ? apart : 0));
    }
  }
  [[nodiscard]] std::size_t size() const { return first + second; }
  [[nodiscard]] double kernel(std::size_t a, std::size_t b, double gamma) const {
    const auto dot = [&](std::size_t i, std::size_t j) {
      double sum = 0;
      for (std::size_t f = 0; f < features; ++f) sum += values[i * features + f] * values[j * features + f];
      return sum;
    };
    return gamma > 0 ? std::exp(-gamma * (dot(a, a) + dot(b, b) - 2 * dot(a, b))) : dot(a, b);
  }
};

struct Cost {
  double first = 1, second = 1;
};

/// What a solver has of two classes with products in a matrix.
struct Problem {
  Places places;
  Products products;
  std::vector<double> matrix;
  KernelRows rows;

  /// @param kernel_values of samples with one another, or their products
  Problem(std::size_t first, std::size_t second, std::vector<double> products_of_all, const KernelFunction& kernel,
          Bytes room)
      : places(Target("t", labels(first, second))), matrix(std::move(products_of_all)) {
    products = Products::of_matrix(first + second, matrix.data());
    rows.begin(products, places, {}, kernel, room);
  }
  static std::vector<double> labels(std::size_t first, std::size_t second) {
    std::vector<double> of_all(first, 0);
    of_all.resize(first + second, 1);
    return of_all;
  }
};

std::vector<std::uint32_t> numbers(std::size_t count) {
  std::vector<std::uint32_t> all(count);
  std::iota(all.begin(), all.end(), 0U);
  return all;
}

Machine ours(const Clouds& clouds, double gamma, Cost c, double tolerance, Bytes room = mebibytes(1)) {
  std::vector<double> products;
  for (std::size_t i = 0; i < clouds.size(); ++i) {
    for (std::size_t j = 0; j < clouds.size(); ++j) products.push_back(clouds.kernel(i, j, 0));
  }
  const KernelFunction kernel{.kind = gamma > 0 ? KernelFunction::Kind::rbf : KernelFunction::Kind::linear,
                              .gamma = gamma};
  Problem problem(clouds.first, clouds.second, std::move(products), kernel, room);
  const auto first = numbers(clouds.first), second = numbers(clouds.second);
  return separate(problem.rows, {0, first, c.first}, {1, second, c.second}, tolerance);
}

/// LIBSVM's weights of all samples, and its offset.
struct Theirs {
  std::vector<double> weights;
  double offset = 0;
};
Theirs by_libsvm(const Clouds& clouds, double gamma, Cost c, double tolerance) {
  const std::size_t n = clouds.size(), f = clouds.features;
  std::vector<svm_node> nodes(n * (f + 1));
  std::vector<svm_node*> rows(n);
  std::vector<double> labels(n);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < f; ++j) nodes[i * (f + 1) + j] = {static_cast<int>(j) + 1, clouds.values[i * f + j]};
    nodes[i * (f + 1) + f] = {-1, 0};
    rows[i] = &nodes[i * (f + 1)];
    labels[i] = i < clouds.first ? 1 : -1;
  }
  svm_problem problem{.l = static_cast<int>(n), .y = labels.data(), .x = rows.data()};
  std::vector<int> weight_labels{1, -1};
  std::vector<double> weights{c.first, c.second};
  svm_parameter parameter{};
  parameter.svm_type = C_SVC;
  parameter.kernel_type = gamma > 0 ? RBF : LINEAR;
  parameter.gamma = gamma;
  parameter.cache_size = 100;
  parameter.eps = tolerance;
  parameter.C = 1;
  parameter.nr_weight = 2;
  parameter.weight_label = weight_labels.data();
  parameter.weight = weights.data();
  parameter.shrinking = 1;
  svm_set_print_string_function([](const char*) {});
  svm_model* model = svm_train(&problem, &parameter);
  Theirs found{.weights = std::vector<double>(n)};
  std::vector<int> places(static_cast<std::size_t>(svm_get_nr_sv(model)));
  svm_get_sv_indices(model, places.data());
  for (std::size_t i = 0; i < places.size(); ++i) {
    found.weights[static_cast<std::size_t>(places[i]) - 1] = std::abs(model->sv_coef[0][i]);
  }
  found.offset = model->rho[0];
  svm_free_and_destroy_model(&model);
  return found;
}

void expect_libsvm(const Clouds& clouds, double gamma, Cost c) {
  const double tolerance = 1e-3;
  const Machine machine = ours(clouds, gamma, c, tolerance);
  const Theirs theirs = by_libsvm(clouds, gamma, c, tolerance);
  EXPECT_NEAR(machine.offset, theirs.offset, 1e-9) << gamma << " " << c.first << " after " << machine.iterations;
  double worst = 0;
  for (std::size_t i = 0; i < clouds.size(); ++i) {
    const double weight = i < clouds.first ? machine.weights_first[i] : machine.weights_second[i - clouds.first];
    worst = std::max(worst, std::abs(weight - theirs.weights[i]));
  }
  EXPECT_LT(worst, 1e-9 * std::max(c.first, c.second)) << gamma << " after " << machine.iterations;
}

TEST(PairSolver, takes_libsvms_steps_also_where_it_shrinks) {
  for (const double c : {0.01, 1.0, 10.0, 100.0}) {
    for (const double gamma : {0.05, 0.5, 5.0, 0.0}) {
      for (const double apart : {0.1, 1.0}) {
        expect_libsvm(Clouds(120, 97, apart, 3), gamma, {c, c});
        expect_libsvm(Clouds(31, 150, apart, 5), gamma, {c, 3 * c});
        expect_libsvm(Clouds(1, 9, apart, 7), gamma, {c, c});
      }
    }
  }
}

TEST(PairSolver, takes_the_same_steps_where_rows_come_and_go) {
  const Clouds clouds(120, 97, 0.1, 3);
  const Machine all = ours(clouds, 0.5, {10, 10}, 1e-3), few = ours(clouds, 0.5, {10, 10}, 1e-3, Bytes{0});
  EXPECT_EQ(all.iterations, few.iterations);
  EXPECT_EQ(all.weights_first, few.weights_first);
  EXPECT_EQ(all.weights_second, few.weights_second);
  EXPECT_EQ(all.offset, few.offset);
}

TEST(PairSolver, leaves_samples_alone_that_are_not_trained_on) {
  const Clouds clouds(40, 60, 0.3, 3);
  std::vector<double> products;
  for (std::size_t i = 0; i < 100; ++i) {
    for (std::size_t j = 0; j < 100; ++j) products.push_back(clouds.kernel(i, j, 0));
  }
  Problem problem(40, 60, products, {.gamma = 0.5}, mebibytes(1));
  std::vector<std::uint32_t> first, second;
  Clouds fewer = clouds;
  fewer.values.clear();
  for (std::uint32_t i = 0; i < 100; ++i) {
    if (i >= 5 && i < 30) continue;
    (i < 40 ? first : second).push_back(i < 40 ? i : i - 40);
    fewer.values.insert(fewer.values.end(), &clouds.values[i * 3], &clouds.values[i * 3] + 3);
  }
  fewer.first = first.size();
  const Machine machine = separate(problem.rows, {0, first, 1}, {1, second, 1}, 1e-3);
  const Machine alone = ours(fewer, 0.5, {1, 1}, 1e-3);
  EXPECT_EQ(machine.offset, alone.offset);
  EXPECT_EQ(machine.iterations, alone.iterations);
  for (std::uint32_t i = 0; i < 40; ++i) {
    const double expected = i < 5 ? alone.weights_first[i] : i < 30 ? 0 : alone.weights_first[i - 25];
    EXPECT_EQ(machine.weights_first[i], expected) << i;
  }
  EXPECT_EQ(machine.weights_second, alone.weights_second);
}

TEST(PairSolver, reaches_the_optimum) {
  // Of two points a unit apart, the machine lies between them: weights of 2 / |x - y|².
  Problem problem(1, 1, {0, 0, 0, 1}, {.kind = KernelFunction::Kind::linear}, mebibytes(1));
  const auto one = numbers(1);
  const Machine machine = separate(problem.rows, {0, one, 10}, {1, one, 10}, 1e-6);
  EXPECT_DOUBLE_EQ(machine.weights_first[0], 2);
  EXPECT_DOUBLE_EQ(machine.weights_second[0], 2);
  EXPECT_DOUBLE_EQ(machine.offset, -1);
}

}  // namespace
}  // namespace rankwise::learning
