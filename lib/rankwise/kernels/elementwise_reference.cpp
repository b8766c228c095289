#include "rankwise/kernels/elementwise-inl.hpp"

namespace rankwise::kernels::reference {

void apply(Operation operation, const Operands& operands, std::size_t size, double* result) {
  using One = double (*)(double, double, double);
  static constexpr auto table = HWY_NAMESPACE::for_each_operation(
      [](auto each) -> One { return &HWY_NAMESPACE::result_of<decltype(each)::value, double>; },
      std::make_index_sequence<operation_count>());
  const One one = table[static_cast<std::size_t>(operation)];
  const int count = operands_of(operation);
  for (std::size_t i = 0; i < size; ++i) {
    result[i] = one(operands.first[i], count > 1 ? operands.second[i] : 0, count > 2 ? operands.third[i] : 0);
  }
}

}  // namespace rankwise::kernels::reference
