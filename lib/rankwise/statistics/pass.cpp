#include "rankwise/statistics/pass.hpp"

#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "rankwise/kernels/between.hpp"
#include "rankwise/kernels/value_types.hpp"

namespace rankwise::statistics {
namespace {

/// Values between which all those of an interval lie; a little wider where T is narrower than its keys.
template <class T>
std::pair<T, T> bounds_of(const Interval& interval) {
  if constexpr (std::is_floating_point_v<T>) {
    const double low = double_of_key(interval.low), high = double_of_key(interval.high);
    auto first = static_cast<T>(low), last = static_cast<T>(high);
    if (first > low) first = std::nextafter(first, -std::numeric_limits<T>::infinity());
    if (last < high) last = std::nextafter(last, std::numeric_limits<T>::infinity());
    return {first, last};
  } else if constexpr (std::is_signed_v<T>) {
    return {static_cast<T>(integer_of_key(interval.low)), static_cast<T>(integer_of_key(interval.high))};
  } else {
    return {static_cast<T>(interval.low), static_cast<T>(interval.high)};
  }
}

}  // namespace

InputError changed_meanwhile(const storage::MatrixInfo& info) {
  return InputError(
      fmt::format("{} was changed meanwhile: a pass over it does not find what the one before found", info.source));
}

engine::Identity Pass::identity_of(const std::string& method, const std::string& options) const {
  const auto& info = matrix_.info();
  return {.method = method,
          .version = 1,
          .input = info.fingerprint(),
          .seed = 0,
          .options = fmt::format("{} × {} {}", cut_.step_rows, cut_.lane_columns, options)};
}

template <class T>
std::span<const T> KeysInside<T>::keep(std::span<const T> values, const Interval& interval) {
  kept_.resize(std::max(kept_.size(), values.size()));
  const auto [low, high] = bounds_of<T>(interval);
  return {kept_.data(), kernels::keep_between(values.data(), values.size(), low, high, kept_.data()).inside};
}

#define RANKWISE_INSTANTIATE_KEYS_INSIDE(T) template class KeysInside<T>;
RANKWISE_FOR_EACH_VALUE_TYPE(RANKWISE_INSTANTIATE_KEYS_INSIDE)

}  // namespace rankwise::statistics
