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
  static constexpr AllMomentsKernels all{RANKWISE_FOR_EACH_VALUE_TYPE(RANKWISE_KERNELS_OF)};
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
void moments_of_columns(const T* values, std::size_t rows, std::size_t row_stride, std::size_t step_rows,
                        std::span<MomentsOf<T>> moments) {
  std::get<MomentsKernels<T>>(HWY_DYNAMIC_DISPATCH(MomentsTable)())
      .of_columns(values, rows, row_stride, step_rows, moments);
}

RANKWISE_FOR_EACH_VALUE_TYPE(RANKWISE_INSTANTIATE_MOMENTS)

}  // namespace rankwise::kernels
#endif
