#include "rankwise/learning/support_vectors.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "rankwise/learning/fold.hpp"
#include "rankwise/learning/pair_solver.hpp"

namespace rankwise::learning {

KernelFunction SvcOptions::kernel_for(std::uint64_t features, double variance) const {
  KernelFunction function = kernel;
  const auto count = static_cast<double>(features);
  if (gamma == Gamma::automatic) function.gamma = 1 / count;
  if (gamma == Gamma::scale) function.gamma = variance > 0 ? 1 / (count * variance) : 1;
  // What does not count is the same, so that kernels which are the same are equal.
  using Kind = KernelFunction::Kind;
  const KernelFunction plain;
  if (function.kind == Kind::linear) function.gamma = plain.gamma;
  if (function.kind == Kind::linear || function.kind == Kind::rbf) function.coef0 = plain.coef0;
  if (function.kind != Kind::polynomial) function.degree = plain.degree;
  return function;
}

SupportVectors::SupportVectors(const SvcOptions& options, KernelRows& rows,
                               std::span<const std::vector<std::uint32_t>> training)
    : rows_(&rows) {
  std::uint64_t samples = 0;
  for (std::uint32_t k = 0; k < training.size(); ++k) {
    if (!training[k].empty()) classes_.push_back({.number = k});
    samples += training[k].size();
  }
  const auto side_of = [&](std::size_t place) {
    const std::uint32_t k = classes_[place].number;
    const double weight = options.balanced ? balanced_weight(samples, class_count(), training[k].size()) : 1;
    return PairSide{.of_class = k, .training = training[k], .c = options.c * weight};
  };
  // Of each class, what its samples weigh in the machines with each other one.
  std::vector<std::vector<std::vector<double>>> weights(class_count(), std::vector<std::vector<double>>(class_count()));
  for (std::size_t a = 0; a < class_count(); ++a) {
    for (std::size_t b = a + 1; b < class_count(); ++b) {
      Machine machine = separate(rows, side_of(a), side_of(b), options.tolerance);
      weights[a][b] = std::move(machine.weights_first);
      weights[b][a] = std::move(machine.weights_second);
      offsets_.push_back(machine.offset);
    }
    keep(classes_[a], weights[a]);
    weights[a].clear();
  }
}

void SupportVectors::keep(Class& of, std::span<const std::vector<double>> weights) const {
  const std::size_t size = rows_->places().of_class(of.number).size();
  for (std::uint32_t i = 0; i < size; ++i) {
    const auto has_it = [&](const std::vector<double>& in_machine) {
      return !in_machine.empty() && in_machine[i] != 0;
    };
    if (std::none_of(weights.begin(), weights.end(), has_it)) continue;
    of.members.push_back(i);
    of.squares.push_back(rows_->squares(of.number)[i]);
  }
  std::vector<double> values;
  for (const std::uint32_t i : of.members) {
    for (const auto& in_machine : weights) values.push_back(in_machine.empty() ? 0 : in_machine[i]);
  }
  const std::vector<double> zeros(class_count());
  kernels::take_deviations(kernels::TileView<double>{values.data(), of.members.size(), class_count(), 1}, zeros,
                           of.weights);
}

void SupportVectors::add_up(const Class& of, std::span<const std::uint64_t> places, std::span<double> sums) const {
  const std::size_t size = of.members.size();
  if (size == 0) return;
  std::vector<double> room, values(size * places.size());
  const Products& products = rows_->products();
  for (std::size_t i = 0; i < places.size(); ++i) {
    const double square = *products.with(places[i], {places[i], places[i] + 1}, room);
    const double* with_all = products.with(places[i], rows_->places().of_class(of.number), room);
    const std::span<double> with_members(&values[i * size], size);
    for (std::size_t m = 0; m < size; ++m) with_members[m] = with_all[of.members[m]];
    rows_->kernel().take_arguments(with_members, square, of.squares.data(), with_members.data());
    if (rows_->kernel().kind == KernelFunction::Kind::rbf) mend_distances(of, places[i], square, with_members);
  }
  rows_->kernel().finish(values);
  const std::vector<double> zeros(places.size());
  kernels::Deviations kernel_values;
  kernels::take_deviations(kernels::TileView<double>{values.data(), size, 1, size}, zeros, kernel_values);
  kernels::add_products(kernel_values, of.weights, kernels::Wanted::all, sums);
}

/// LIBSVM trains with |x|² + |y|² - 2 x·y, and predicts with Σ (x - y)²: the same but for samples that lie far from 0,
/// where the first one cancels.
void SupportVectors::mend_distances(const Class& of, std::uint64_t place, double square,
                                    std::span<double> arguments) const {
  const double gamma = rows_->kernel().gamma;
  for (std::size_t m = 0; m < arguments.size(); ++m) {
    constexpr double rounding = 0x1p-50, harmless = 1e-12;
    if (gamma * (square + of.squares[m]) * rounding < harmless) continue;
    const std::uint64_t member = rows_->places().of_class(of.number).begin + of.members[m];
    arguments[m] = -gamma * rows_->features().squared_distance(place, member);
  }
}

std::uint32_t SupportVectors::vote(const std::vector<std::vector<double>>& sums, std::size_t sample,
                                   std::span<double> scores) const {
  const std::size_t count = class_count(), width = kernels::whole_strips(count);
  const auto sum = [&](std::size_t of, std::size_t against) { return sums[of][sample * width + against]; };
  // scikit-learn's scores give a 0 to the first class, LIBSVM's predictions to the second.
  std::vector<std::uint32_t> votes(count), votes_of_scores(count);
  std::fill(scores.begin(), scores.end(), 0.0);
  const double* offset = offsets_.data();
  for (std::size_t a = 0; a < count; ++a) {
    for (std::size_t b = a + 1; b < count; ++b) {
      const double decision = sum(a, b) - sum(b, a) - *offset++;
      ++votes[decision > 0 ? a : b];
      ++votes_of_scores[decision < 0 ? b : a];
      scores[a] += decision;
      scores[b] -= decision;
    }
  }
  for (std::size_t k = 0; k < count && count > 2; ++k) {
    scores[k] = votes_of_scores[k] + scores[k] / (3 * (std::abs(scores[k]) + 1));
  }
  return static_cast<std::uint32_t>(std::max_element(votes.begin(), votes.end()) - votes.begin());
}

std::vector<std::uint32_t> SupportVectors::predict(std::span<const std::uint64_t> places,
                                                   std::span<double> scores) const {
  std::vector<std::uint32_t> classes;
  const std::size_t count = class_count();
  for (std::size_t begin = 0; begin < places.size(); begin += kernels::strip_columns) {
    const auto some = places.subspan(begin, std::min(kernels::strip_columns, places.size() - begin));
    std::vector<std::vector<double>> sums;
    for (const Class& of : classes_) {
      sums.emplace_back(kernels::strip_columns * kernels::whole_strips(count));
      add_up(of, some, sums.back());
    }
    for (std::size_t i = 0; i < some.size(); ++i)
      classes.push_back(vote(sums, i, scores.subspan((begin + i) * count, count)));
  }
  return classes;
}

}  // namespace rankwise::learning
