#pragma once

#include <cstddef>

namespace rankwise::kernels {

struct Between {
  std::size_t below = 0;   ///< values less than `low`
  std::size_t inside = 0;  ///< values in [low, high]
  friend bool operator==(const Between&, const Between&) = default;
};

/// Copies the values in [low, high] to `kept`, in their order, and counts those below. NaN are neither; -0.0 and 0.0
/// are equal. T is double, float or an integer of 8 to 64 bits.
/// @pre `kept` has room for `size` values and does not overlap `values`
/// @note Cheap where few values are kept.
template <class T>
Between keep_between(const T* values, std::size_t size, T low, T high, T* kept);

/// How many of the values are NaN; none of integers are.
template <class T>
std::size_t count_nan(const T* values, std::size_t size);

namespace reference {
/// The scalar twins, one value at a time.
template <class T>
Between keep_between(const T* values, std::size_t size, T low, T high, T* kept);
template <class T>
std::size_t count_nan(const T* values, std::size_t size);
}  // namespace reference

}  // namespace rankwise::kernels
