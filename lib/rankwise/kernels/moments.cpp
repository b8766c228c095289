#include "rankwise/kernels/moments.hpp"

#include <algorithm>

#include "rankwise/kernels/moments-lanes.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "rankwise/kernels/moments.cpp"
#include <hwy/foreach_target.h>
// foreach_target comes first
#include <hwy/highway.h>

#include "rankwise/kernels/moments-panel-inl.hpp"
#include "rankwise/kernels/moments-run-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace rankwise::kernels::HWY_NAMESPACE {
namespace {

template <class T>
constexpr MomentsKernels<T> KernelsOf() {
#if !HWY_NATIVE_FMA  // a square would be rounded twice: the twin has one that is rounded once
  return {&reference::moments_of_run<T>, &reference::moments_of_columns<T>};
#else
  return {&MomentsOfRun<T>, &MomentsOfColumns<T>};
#endif
}

}  // namespace

const AllMomentsKernels& MomentsTable() {
  static constexpr AllMomentsKernels all{
      KernelsOf<double>(),        KernelsOf<float>(),         KernelsOf<std::int8_t>(),  KernelsOf<std::int16_t>(),
      KernelsOf<std::int32_t>(),  KernelsOf<std::int64_t>(),  KernelsOf<std::uint8_t>(), KernelsOf<std::uint16_t>(),
      KernelsOf<std::uint32_t>(), KernelsOf<std::uint64_t>(),
  };
  return all;
}

}  // namespace rankwise::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace rankwise::kernels {

HWY_EXPORT(MomentsTable);

template <class T>
MomentsOf<T> moments_of_run(const T* values, std::size_t size) {
  return std::get<MomentsKernels<T>>(HWY_DYNAMIC_DISPATCH(MomentsTable)()).of_run(values, size);
}

template <class T>
void moments_of_columns(const T* values, std::size_t rows, std::size_t row_stride, std::span<MomentsOf<T>> moments) {
  std::get<MomentsKernels<T>>(HWY_DYNAMIC_DISPATCH(MomentsTable)()).of_columns(values, rows, row_stride, moments);
}

RANKWISE_INSTANTIATE_MOMENTS()

}  // namespace rankwise::kernels
#endif
