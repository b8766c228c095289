#include "rankwise/learning/support_vectors.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "rankwise/learning/fold.hpp"

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
                    const double* values) {
  double sums[4] = {};  // that do not wait for one another
  for (std::size_t i = 0; i < members.size(); ++i) sums[i % 4] += weights[i] * values[members[i]];
  return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

}  // namespace

SupportVectors::SupportVectors(const SvcOptions& options, const Training& training)
    : products_(training.products), kernel_(options.kernel) {
  kernel_.gamma = gamma_of(options, training);
  for (const std::uint32_t place : training.places) {
    for (; begins_.size() <= training.classes[place]; begins_.push_back(places_.size())) {
      first_runs_.push_back(runs_.size());
    }
    if (runs_.size() == first_runs_.back() || runs_.back().end != place) runs_.push_back({place, place});
    ++runs_.back().end;
    places_.push_back(place);
    squares_.push_back(products_.of(place, place));
  }
  begins_.push_back(places_.size());
  first_runs_.push_back(runs_.size());
  std::vector<double> diagonal(places_.size());
  for (std::size_t i = 0; i < places_.size(); ++i) {
    kernel_.take_arguments({&squares_[i], 1}, squares_[i], &squares_[i], &diagonal[i]);
  }
  kernel_.finish(diagonal);
  const auto diagonal_of = [&](std::uint32_t k) { return std::span(diagonal).subspan(begins_[k], size_of(k)); };
  const auto c_of = [&](std::uint32_t k) {
    return options.balanced ? options.c * balanced_weight(places_.size(), class_count(), size_of(k)) : options.c;
  };
  std::vector<KernelBlock> own(class_count());
  for (std::uint32_t a = class_count(); a-- > 0;) {
    std::vector<KernelBlock> blocks = blocks_of(a);
    own[a] = std::move(blocks[0]);
    for (std::uint32_t b = a + 1; b < class_count(); ++b) {
      const KernelBlock &across = blocks[b - a], back = turned(across);
      const Machine machine = separate(
          {.first = {&own[a], &across, diagonal_of(a), c_of(a)}, .second = {&back, &own[b], diagonal_of(b), c_of(b)}},
          options.tolerance);
      machines_.push_back({.first = a,
                           .second = b,
                           .of_first = Weights(machine.weights_first),
                           .of_second = Weights(machine.weights_second),
                           .offset = machine.offset});
    }
  }
}

SupportVectors::Weights::Weights(const std::vector<double>& all) {
  for (std::uint32_t i = 0; i < all.size(); ++i) {
    if (all[i] == 0) continue;
    members.push_back(i);
    values.push_back(all[i]);
  }
}

std::vector<KernelBlock> SupportVectors::blocks_of(std::uint32_t of_class) const {
  std::vector<KernelBlock> blocks;
  for (std::uint32_t k = of_class; k < class_count(); ++k) {
    blocks.push_back({.values = std::vector<float>(size_of(of_class) * size_of(k)), .columns = size_of(k)});
  }
  for (std::size_t row = 0; row < size_of(of_class); ++row) {
    const std::uint32_t place = places_[begins_[of_class] + row];
    const double* products = products_.row(place);
    for (std::uint32_t k = of_class; k < class_count(); ++k) {
      KernelBlock& block = blocks[k - of_class];
      float* to = block.values.data() + row * block.columns;
      const double* squares = &squares_[begins_[k]];
      for (const blocks::Range& run : runs_of(k)) {
        kernel_.take_values({products + run.begin, run.size()}, products[place], squares, to);
        to += run.size();
        squares += run.size();
      }
    }
  }
  return blocks;
}

std::vector<double> SupportVectors::values_with(std::uint64_t place) const {
  const double* products = products_.row(place);
  std::vector<double> values(places_.size());
  std::size_t done = 0;
  for (const blocks::Range& run : runs_) {
    kernel_.take_arguments({products + run.begin, run.size()}, products[place], &squares_[done], &values[done]);
    done += run.size();
  }
  kernel_.finish(values);
  return values;
}

std::uint32_t SupportVectors::predict(std::uint64_t place, std::span<double> scores) const {
  const std::vector<double> values = values_with(place);
  std::vector<std::uint32_t> votes(class_count());
  std::fill(scores.begin(), scores.end(), 0.0);
  for (const PairMachine& m : machines_) {
    const double decision = weighted_sum(m.of_first.members, m.of_first.values, &values[begins_[m.first]]) -
                            weighted_sum(m.of_second.members, m.of_second.values, &values[begins_[m.second]]) -
                            m.offset;
    ++votes[decision > 0 ? m.first : m.second];
    scores[m.first] += decision;
    scores[m.second] -= decision;
  }
  for (std::uint32_t k = 0; k < class_count() && class_count() > 2; ++k) {
    scores[k] = votes[k] + scores[k] / (3 * (std::abs(scores[k]) + 1));
  }
  return static_cast<std::uint32_t>(std::max_element(votes.begin(), votes.end()) - votes.begin());
}

}  // namespace rankwise::learning
