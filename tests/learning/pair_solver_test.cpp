#include "rankwise/learning/pair_solver.hpp"

#include <gtest/gtest.h>
#include <svm.h>

#include <algorithm>
#include <cmath>
#include <span>
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

Machine ours(const Clouds& clouds, double gamma, Cost c, double tolerance) {
  std::vector<double> diagonal;
  for (std::size_t i = 0; i < clouds.size(); ++i) diagonal.push_back(clouds.kernel(i, i, gamma));
  const auto block = [&](std::size_t begin, std::size_t end, std::size_t column, std::size_t last) {
    KernelBlock made{.columns = last - column};
    for (std::size_t i = begin; i < end; ++i) {
      for (std::size_t j = column; j < last; ++j) made.values.push_back(static_cast<float>(clouds.kernel(i, j, gamma)));
    }
    return made;
  };
  const std::size_t n = clouds.first, all = clouds.size();
  const KernelBlock aa = block(0, n, 0, n), ab = block(0, n, n, all), ba = block(n, all, 0, n),
                    bb = block(n, all, n, all);
  const std::span whole(diagonal);
  return separate({.first = {&aa, &ab, whole.first(n), c.first}, .second = {&ba, &bb, whole.subspan(n), c.second}},
                  tolerance);
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

TEST(PairSolver, reaches_the_optimum) {
  // Of two points a unit apart, the machine lies between them: weights of 2 / |x - y|².
  const KernelBlock one{.values = {0}, .columns = 1}, other{.values = {1}, .columns = 1},
      none{.values = {0}, .columns = 1};
  const std::vector<double> zero{0}, unit{1};
  const Machine machine = separate({.first = {&one, &none, zero, 10}, .second = {&none, &other, unit, 10}}, 1e-6);
  EXPECT_DOUBLE_EQ(machine.weights_first[0], 2);
  EXPECT_DOUBLE_EQ(machine.weights_second[0], 2);
  EXPECT_DOUBLE_EQ(machine.offset, -1);
}

}  // namespace
}  // namespace rankwise::learning
