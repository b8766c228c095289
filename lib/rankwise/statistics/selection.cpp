#include "rankwise/statistics/selection.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>

#include "rankwise/kernels/between.hpp"
#include "rankwise/kernels/value_types.hpp"

namespace rankwise::statistics {
namespace {

constexpr std::size_t sample_size = 512;
constexpr std::size_t few_values = 2048;  // that no sample is worth while for

template <class T>
constexpr T lowest_value = std::is_floating_point_v<T> ? -std::numeric_limits<T>::infinity()
                                                       : std::numeric_limits<T>::min();
template <class T>
constexpr T highest_value = std::is_floating_point_v<T> ? std::numeric_limits<T>::infinity()
                                                        : std::numeric_limits<T>::max();

/// The zero of that rank among unordered values that have one there: -0.0 come first.
template <class T>
T zero_at(std::span<const T> values, std::size_t rank) {
  std::size_t before = 0;
  for (const T value : values) before += value < 0 || (value == 0 && std::signbit(value)) ? 1 : 0;
  return rank < before ? -T{0} : T{0};
}

/// Scatters what would otherwise be evenly spaced, so that no period of the values matches it. S. Vigna's splitmix64.
std::uint64_t scattered(std::uint64_t n) {
  n = (n + 1) * 0x9e3779b97f4a7c15U;
  n = (n ^ n >> 30) * 0xbf58476d1ce4e5b9U;
  n = (n ^ n >> 27) * 0x94d049bb133111ebU;
  return n ^ n >> 31;
}

}  // namespace

template <class T>
void Selection<T>::draw_sample(std::span<const T> values) {
  sample_.clear();
  const std::size_t stride = values.size() / sample_size;
  for (std::size_t i = 0; i < sample_size; ++i) {
    const T value = values[i * stride + scattered(i) % stride];
    if (value == value) sample_.push_back(value);
  }
  std::sort(sample_.begin(), sample_.end());
}

template <class T>
void Selection<T>::set_brackets(std::uint64_t count, std::span<const std::uint64_t> ranks) {
  brackets_.clear();
  const auto size = static_cast<double>(sample_.size());
  std::ptrdiff_t end_before = -1;
  for (std::size_t r = 0; r < ranks.size(); ++r) {
    const double share = (static_cast<double>(ranks[r]) + 0.5) / static_cast<double>(count);
    const double deviation = 3 * std::sqrt(size * share * (1 - share)) + 2;
    const auto begin = static_cast<std::ptrdiff_t>(std::floor(size * share - deviation));
    const auto end = static_cast<std::ptrdiff_t>(std::ceil(size * share + deviation));
    const T low = begin < 0 ? lowest_value<T> : sample_[static_cast<std::size_t>(begin)];
    const bool beyond = end >= static_cast<std::ptrdiff_t>(sample_.size());
    const T high = beyond ? highest_value<T> : sample_[static_cast<std::size_t>(end)];
    if (r > 0 && begin <= end_before) {
      brackets_.back().high = high;
      brackets_.back().last = r + 1;
    } else {
      brackets_.push_back({low, high, r, r + 1});
    }
    end_before = end;
  }
}

template <class T>
bool Selection<T>::search(std::span<const T> values, const Bracket& bracket, std::span<const std::uint64_t> ranks) {
  auto between = kernels::keep_between(values.data(), values.size(), bracket.low, bracket.high, kept_.data());
  if (ranks[bracket.first] < between.below || ranks[bracket.last - 1] >= between.below + between.inside) {
    between = kernels::keep_between(values.data(), values.size(), lowest_value<T>, highest_value<T>, kept_.data());
    if (ranks[bracket.last - 1] >= between.inside) return false;
  }
  const auto kept = kept_.begin(), end = kept + static_cast<std::ptrdiff_t>(between.inside);
  auto begin = kept;
  for (std::size_t r = bracket.first; r < bracket.last; ++r) {
    const auto place = kept + static_cast<std::ptrdiff_t>(ranks[r] - between.below);
    std::nth_element(begin, place, end);
    found_[r] = *place;
    if constexpr (std::is_floating_point_v<T>) {
      if (*place == 0) found_[r] = zero_at<T>({kept, end}, static_cast<std::size_t>(place - kept));
    }
    begin = place + 1;
  }
  return true;
}

template <class T>
std::span<const T> Selection<T>::find(std::span<const T> values, std::uint64_t nan,
                                      std::span<const std::uint64_t> ranks) {
  found_.resize(ranks.size());
  if (ranks.empty()) return found_;
  kept_.resize(std::max(kept_.size(), values.size()));
  sample_.clear();
  if (values.size() >= few_values) draw_sample(values);
  if (sample_.size() >= sample_size / 4) {
    set_brackets(values.size() - nan, ranks);
  } else {
    brackets_.assign(1, {lowest_value<T>, highest_value<T>, 0, ranks.size()});
  }
  for (const Bracket& bracket : brackets_) {
    if (!search(values, bracket, ranks)) return {};
  }
  return found_;
}

#define RANKWISE_INSTANTIATE_SELECTION(T) template class Selection<T>;
RANKWISE_FOR_EACH_VALUE_TYPE(RANKWISE_INSTANTIATE_SELECTION)

}  // namespace rankwise::statistics
