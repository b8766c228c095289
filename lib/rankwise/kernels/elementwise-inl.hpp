// What each operation makes of numbers N of numbers-inl.hpp. Included once for each target; hence no #pragma once.

#if defined(RANKWISE_ELEMENTWISE_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef RANKWISE_ELEMENTWISE_INL
#undef RANKWISE_ELEMENTWISE_INL
#else
#define RANKWISE_ELEMENTWISE_INL
#endif

#include <hwy/highway.h>

#include <array>
#include <type_traits>
#include <utility>

#include "rankwise/kernels/elementwise.hpp"
#include "rankwise/kernels/trigonometric-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace rankwise::kernels::HWY_NAMESPACE {
namespace {

template <class N, class Truth>
HWY_INLINE N number_of(Truth truth) {
  return select(truth, N(1), N(0));
}

template <Operation operation, class N>
HWY_INLINE N result_of([[maybe_unused]] N a, [[maybe_unused]] N b, [[maybe_unused]] N c) {
  using O = Operation;
  const N zero(0);
  if constexpr (operation == O::negate) return -a;
  if constexpr (operation == O::absolute) return absolute(a);
  if constexpr (operation == O::square_root) return square_root(a);
  if constexpr (operation == O::exponential) return exponential(a);
  if constexpr (operation == O::logarithm) return logarithm(a);
  if constexpr (operation == O::logarithm10) return logarithm10(a);
  if constexpr (operation == O::sine) return sine(a);
  if constexpr (operation == O::cosine) return cosine(a);
  if constexpr (operation == O::tangent) return tangent(a);
  if constexpr (operation == O::hyperbolic_tangent) return hyperbolic_tangent(a);
  if constexpr (operation == O::floor) return round_down(a);
  if constexpr (operation == O::ceiling) return round_up(a);
  if constexpr (operation == O::logical_not) return number_of<N>(a == zero);
  if constexpr (operation == O::add) return a + b;
  if constexpr (operation == O::subtract) return a - b;
  if constexpr (operation == O::multiply) return a * b;
  if constexpr (operation == O::divide) return a / b;
  if constexpr (operation == O::power) return power(a, b);
  // Zeros are equal whatever their signs; what is neither less nor equal nor greater is NaN.
  if constexpr (operation == O::minimum) {
    return select(a < b, a, select(b < a, b, select(a == b, either_sign(a, b), a + b)));
  }
  if constexpr (operation == O::maximum) {
    return select(b < a, a, select(a < b, b, select(a == b, both_signs(a, b), a + b)));
  }
  if constexpr (operation == O::less) return number_of<N>(a < b);
  if constexpr (operation == O::less_equal) return number_of<N>(a <= b);
  if constexpr (operation == O::equal) return number_of<N>(a == b);
  if constexpr (operation == O::not_equal) return number_of<N>(!(a == b));
  if constexpr (operation == O::logical_and) return number_of<N>(both(!(a == zero), !(b == zero)));
  if constexpr (operation == O::logical_or) return number_of<N>(either(!(a == zero), !(b == zero)));
  if constexpr (operation == O::where) return select(a == zero, c, b);
}

/// What act(operation), given each of them as a constant, makes of it: a table.
template <class Act, std::size_t... number>
constexpr auto for_each_operation(Act act, std::index_sequence<number...>) {
  return std::array{act(std::integral_constant<Operation, static_cast<Operation>(number)>())...};
}

}  // namespace
}  // namespace rankwise::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
