#include "rankwise/statistics/pass.hpp"

#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "rankwise/kernels/between.hpp"

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

engine::Identity Pass::identity_of(const std::string& method, const std::string& options) const {
  const auto& info = matrix_.info();
  return {.method = method,
          .version = 1,
          .input = fmt::format("{} {} {} × {}", info.identity, info.dataset, info.rows, info.columns),
          .seed = 0,
          .options = fmt::format("{} × {} {}", cut_.step_rows, cut_.lane_columns, options)};
}

template <class T>
std::span<const T> KeysInside<T>::keep(std::span<const T> values, const Interval& interval) {
  kept_.resize(std::max(kept_.size(), values.size()));
  const auto [low, high] = bounds_of<T>(interval);
  return {kept_.data(), kernels::keep_between(values.data(), values.size(), low, high, kept_.data()).inside};
}

template class KeysInside<double>;
template class KeysInside<float>;
template class KeysInside<std::int8_t>;
template class KeysInside<std::int16_t>;
template class KeysInside<std::int32_t>;
template class KeysInside<std::int64_t>;
template class KeysInside<std::uint8_t>;
template class KeysInside<std::uint16_t>;
template class KeysInside<std::uint32_t>;
template class KeysInside<std::uint64_t>;

}  // namespace rankwise::statistics
