#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "rankwise/expressions/formula.hpp"
#include "rankwise/expressions/shape.hpp"
#include "rankwise/kernels/elementwise.hpp"

namespace rankwise::expressions {

/// Where a program takes numbers from: a matrix, as every operand is one (a vector is one row of it).
struct Leaf {
  enum class Kind : std::uint8_t {
    operand,  ///< `index`: of the vocabulary
    reduced,  ///< what an earlier pass gave; `index`: of the pass
    uniform,  ///< drawn; `index`: the how-manyth random() or normal() of the text
    normal,
  };
  Kind kind = Kind::operand;
  std::uint64_t index = 0;
  Reduction reduction = {};  ///< what of a pass is meant
  bool exact = false;        ///< its numbers have to be integers below 2^53, which float64 tells from their neighbours

  /// Element (r, c) of what the program makes takes element (c, r) of the leaf.
  bool swapped = false;
  /// The leaf has one row (one column), which all take.
  bool one_row = false, one_column = false;
  friend bool operator==(const Leaf&, const Leaf&) = default;
};

/// register[result] = operation(register[operands[0]], ...). The first registers are the leaves, then the constants.
struct Step {
  kernels::Operation operation = kernels::Operation::add;
  std::array<std::uint32_t, 3> operands = {};
  std::uint32_t result = 0;
  bool exact = false;  ///< what it makes has to be integers below 2^53
};

/// How the elements of one shape are made, without a temporary: all steps for some elements at a time.
struct Program {
  Shape shape;
  Elements elements = Elements::reals;
  std::vector<Leaf> leaves;
  std::vector<double> constants;
  std::vector<Step> steps;
  std::uint32_t registers = 0;
  std::uint32_t result = 0;  ///< the register that it ends in
};

/// What a reduction takes, and along what: all statistics of it come from one pass.
struct Pass {
  Program argument;
  int axis = -1;  ///< 0: of each column; 1: of each row; -1: of all
};

/// An expression as it is computed: passes in their order, of which later ones may take what earlier ones gave; then
/// the result.
struct Plan {
  std::vector<Pass> passes;
  Program result;
};

/// @throws UsageError for a constant that has to be an integer and is none of float64's
/// @param result_swapped the result's program makes the transposed matrix
/// @pre a swapped result has two dimensions
Plan compile(const Formula& formula, bool result_swapped = false);

}  // namespace rankwise::expressions
