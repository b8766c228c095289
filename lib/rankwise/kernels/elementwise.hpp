#pragma once

#include <cstddef>
#include <cstdint>

namespace rankwise::kernels {

/// What can be done with numbers, element by element. Truth values are 1 and 0.
enum class Operation : std::uint8_t {
  // of one
  negate,
  absolute,
  square_root,
  exponential,
  logarithm,
  logarithm10,
  sine,
  cosine,
  tangent,
  hyperbolic_tangent,
  floor,
  ceiling,
  logical_not,
  // of two
  add,
  subtract,
  multiply,
  divide,
  power,
  minimum,
  maximum,
  less,
  less_equal,
  equal,
  not_equal,
  logical_and,
  logical_or,
  // of three
  where,
};
inline constexpr std::size_t operation_count = static_cast<std::size_t>(Operation::where) + 1;

/// How many numbers an operation takes: 1, 2 or 3.
constexpr int operands_of(Operation operation) {
  return operation < Operation::add ? 1 : operation < Operation::where ? 2 : 3;
}

/// Where an operation finds the numbers that it takes; those that it does not take are not looked at.
struct Operands {
  const double* first = nullptr;
  const double* second = nullptr;
  const double* third = nullptr;
};

/// result[i] = operation(first[i], second[i], third[i]) for i < size. `result` may be one of the operands.
///
/// The same bits on every processor (but NaN is NaN: its sign and payload are not told apart). In the tests nothing is
/// more than 1 ulp off the true value; NaN, infinities and zeros give what C99 says (Annex F). Minimum and maximum give
/// NaN where one is NaN, and -0 is less than +0. `where` takes the second where the first is not 0 (NaN is not), else
/// the third.
void apply(Operation operation, const Operands& operands, std::size_t size, double* result);

namespace reference {
/// The scalar twin, one number at a time.
void apply(Operation operation, const Operands& operands, std::size_t size, double* result);
}  // namespace reference

}  // namespace rankwise::kernels
