#include <cstdint>

#include "rankwise/kernels/between.hpp"
#include "rankwise/kernels/value_types.hpp"

namespace rankwise::kernels::reference {

template <class T>
Between keep_between(const T* values, std::size_t size, T low, T high, T* kept) {
  Between result;
  for (std::size_t i = 0; i < size; ++i) {
    if (values[i] < low) ++result.below;
    if (values[i] >= low && values[i] <= high) kept[result.inside++] = values[i];
  }
  return result;
}

template <class T>
std::size_t count_nan(const T* values, std::size_t size) {
  std::size_t nan = 0;
  for (std::size_t i = 0; i < size; ++i) nan += values[i] != values[i] ? 1 : 0;
  return nan;
}

#define RANKWISE_INSTANTIATE_BETWEEN(T)                              \
  template Between keep_between<T>(const T*, std::size_t, T, T, T*); \
  template std::size_t count_nan<T>(const T*, std::size_t);

RANKWISE_FOR_EACH_VALUE_TYPE(RANKWISE_INSTANTIATE_BETWEEN)

}  // namespace rankwise::kernels::reference
