#include "rankwise/kernels/elementwise.hpp"

#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "rankwise/kernels/elementwise.cpp"
#include <hwy/foreach_target.h>
// foreach_target comes first
#include <hwy/highway.h>

#include "rankwise/kernels/elementwise-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace rankwise::kernels::HWY_NAMESPACE {
namespace {

#ifdef RANKWISE_HAVE_LANES

HWY_INLINE Lanes load_some(const double* from, std::size_t count) {
  alignas(HWY_MAX_BYTES) double room[Lanes::count] = {};
  std::copy_n(from, count, room);
  return Lanes::load(room);
}

template <Operation operation>
void Apply(const Operands& operands, std::size_t size, double* result) {
  constexpr int count = operands_of(operation);
  const auto [first, second, third] = operands;
  std::size_t i = 0;
  Lanes b(0), c(0);
  for (; i + Lanes::count <= size; i += Lanes::count) {
    if constexpr (count > 1) b = Lanes::load(second + i);
    if constexpr (count > 2) c = Lanes::load(third + i);
    result_of<operation>(Lanes::load(first + i), b, c).store(result + i);
  }
  if (i == size) return;
  if constexpr (count > 1) b = load_some(second + i, size - i);
  if constexpr (count > 2) c = load_some(third + i, size - i);
  alignas(HWY_MAX_BYTES) double last[Lanes::count];
  result_of<operation>(load_some(first + i, size - i), b, c).store(last);
  std::copy_n(last, size - i, result + i);
}

#else

template <Operation operation>
void Apply(const Operands& operands, std::size_t size, double* result) {
  reference::apply(operation, operands, size, result);
}

#endif

}  // namespace

using ApplyOne = void (*)(const Operands&, std::size_t, double*);

ApplyOne ApplyOf(Operation operation) {
  static constexpr auto table = for_each_operation([](auto each) -> ApplyOne { return &Apply<decltype(each)::value>; },
                                                   std::make_index_sequence<operation_count>());
  return table[static_cast<std::size_t>(operation)];
}

}  // namespace rankwise::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace rankwise::kernels {

HWY_EXPORT(ApplyOf);

void apply(Operation operation, const Operands& operands, std::size_t size, double* result) {
  HWY_DYNAMIC_DISPATCH(ApplyOf)(operation)(operands, size, result);
}

}  // namespace rankwise::kernels
#endif
