#include "rankwise/learning/support_vectors.hpp"

#include <algorithm>

namespace rankwise::learning {
namespace {

double gamma_of(const SvcOptions& options, const Training& training) {
  const auto features = static_cast<double>(training.features);
  if (options.gamma == SvcOptions::Gamma::number) return options.kernel.gamma;
  if (options.gamma == SvcOptions::Gamma::automatic) return 1 / features;
  return training.variance > 0 ? 1 / (features * training.variance) : 1;
}

KernelBlock turned(const KernelBlock& block) {
  KernelBlock result{.values = std::vector<float>(block.values.size()), .columns = block.rows()};
  constexpr std::size_t side = 16;  // squares of cache lines
  for (std::size_t r = 0; r < block.rows(); r += side) {
    for (std::size_t c = 0; c < block.columns; c += side) {
      for (std::size_t i = r; i < std::min(block.rows(), r + side); ++i) {
        for (std::size_t j = c; j < std::min(block.columns, c + side); ++j) {
          result.values[j * result.columns + i] = block.values[i * block.columns + j];
        }
      }
    }
  }
  return result;
}

double weighted_sum(const std::vector<std::uint32_t>& members, const std::vector<double>& weights,
                    const std::vector<double>& values) {
  double sums[4] = {};  // that do not wait for one another
  for (std::size_t i = 0; i < members.size(); ++i) sums[i % 4] += weights[i] * values[members[i]];
  return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

}  // namespace

SupportVectors::SupportVectors(const SvcOptions& options, const Training& training)
    : products_(training.products),
      kernel_(options.kernel),
      members_(training.class_count),
      squares_(training.class_count) {
  kernel_.gamma = gamma_of(options, training);
  for (const std::uint32_t place : training.places) {
    members_[training.classes[place]].push_back(place);
    squares_[training.classes[place]].push_back(products_.of(place, place));
  }
  std::vector<KernelBlock> own;
  std::vector<std::vector<double>> diagonals;
  std::vector<double> c;
  for (std::uint32_t k = 0; k < training.class_count; ++k) {
    own.push_back(block(k, k));
    diagonals.push_back(squares_[k]);
    for (std::size_t i = 0; i < squares_[k].size(); ++i) {
      kernel_.apply({&diagonals[k][i], 1}, squares_[k][i], {&squares_[k][i], 1});
    }
    const auto all = static_cast<double>(training.places.size()), here = static_cast<double>(members_[k].size());
    c.push_back(options.balanced ? options.c * (all / (static_cast<double>(training.class_count) * here)) : options.c);
  }
  for (std::uint32_t a = 0; a < training.class_count; ++a) {
    for (std::uint32_t b = a + 1; b < training.class_count; ++b) {
      const KernelBlock across = block(a, b), back = turned(across);
      const Machine machine =
          separate({.first = {&own[a], &across, diagonals[a], c[a]}, .second = {&back, &own[b], diagonals[b], c[b]}},
                   options.tolerance);
      PairMachine& kept = machines_.emplace_back(PairMachine{.first = a, .second = b, .offset = machine.offset});
      const auto keep = [](const std::vector<double>& weights, Weights& to) {
        for (std::uint32_t i = 0; i < weights.size(); ++i) {
          if (weights[i] == 0) continue;
          to.members.push_back(i);
          to.values.push_back(weights[i]);
        }
      };
      keep(machine.weights_first, kept.of_first);
      keep(machine.weights_second, kept.of_second);
    }
  }
}

void SupportVectors::take_values(std::uint64_t place, std::uint32_t of_class, std::vector<double>& to) const {
  const double* products = products_.row(place);
  const std::vector<std::uint32_t>& members = members_[of_class];
  to.resize(members.size());
  for (std::size_t i = 0; i < members.size(); ++i) to[i] = products[members[i]];
  kernel_.apply(to, products[place], squares_[of_class]);
}

KernelBlock SupportVectors::block(std::uint32_t rows, std::uint32_t columns) const {
  KernelBlock block{.values = std::vector<float>(members_[rows].size() * members_[columns].size()),
                    .columns = members_[columns].size()};
  std::vector<double> values;
  float* next = block.values.data();
  for (const std::uint32_t place : members_[rows]) {
    take_values(place, columns, values);
    next = std::transform(values.begin(), values.end(), next, [](double value) { return static_cast<float>(value); });
  }
  return block;
}

std::uint32_t SupportVectors::predict(std::uint64_t place) const {
  std::vector<std::vector<double>> values(members_.size());
  for (std::uint32_t k = 0; k < members_.size(); ++k) take_values(place, k, values[k]);
  std::vector<std::uint32_t> votes(members_.size());
  for (const PairMachine& m : machines_) {
    const double decision = weighted_sum(m.of_first.members, m.of_first.values, values[m.first]) -
                            weighted_sum(m.of_second.members, m.of_second.values, values[m.second]) - m.offset;
    ++votes[decision > 0 ? m.first : m.second];
  }
  return static_cast<std::uint32_t>(std::max_element(votes.begin(), votes.end()) - votes.begin());
}

}  // namespace rankwise::learning
