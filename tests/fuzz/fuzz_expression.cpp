#include <cstdint>
#include <string_view>
#include <vector>

#include "rankwise/base/errors.hpp"
#include "rankwise/expressions/evaluator.hpp"
#include "rankwise/expressions/formula.hpp"
#include "rankwise/expressions/program.hpp"
#include "rankwise/expressions/syntax.hpp"

namespace {

using namespace rankwise::expressions;

/// Every element that a program gives to a reader who has all operands in one array.
void run(const Program& program) {
  const std::vector<double> values(16, 1.5);
  std::vector<LeafView> views;
  for (const Leaf& leaf : program.leaves) views.push_back(view_of(leaf, values.data(), 4, 1));
  std::vector<double> result(program.shape.rows() * program.shape.columns());
  Evaluator(program, 1)
      .run({0, 0, program.shape.rows(), program.shape.columns()}, views, result.data(), program.shape.columns());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  static const Vocabulary vocabulary{.operands = {{"x", Shape::matrix(4, 3), Elements::reals},
                                                  {"y", Shape::matrix(3, 4), Elements::integers},
                                                  {"v", Shape::vector(4), Elements::truths}}};
  try {
    const Plan plan = compile(Formula(parse(text), vocabulary));
    for (const Pass& pass : plan.passes) run(pass.argument);
    run(plan.result);
  } catch (const rankwise::UsageError&) {
  } catch (const rankwise::InputError&) {  // integers beyond what float64 tells apart
  }
  try {
    (void)parse_assignment(text);
  } catch (const rankwise::UsageError&) {
  }
  return 0;
}
