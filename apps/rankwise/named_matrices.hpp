#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "rankwise/expressions/formula.hpp"
#include "rankwise/expressions/syntax.hpp"
#include "rankwise/storage/matrix.hpp"

namespace rankwise::app {

/// `x=a.h5:/x`
struct NamedMatrix {
  std::string name;
  std::string source;
  /// What it is in an expression. @param info of the source
  [[nodiscard]] expressions::Operand operand(const storage::MatrixInfo& info) const;
};

/// The matrices that a command line gives names to, for an expression.
class NamedMatrices {
 public:
  void add_to(CLI::App& app);
  /// @throws UsageError for what is no name and source, and for names that are there twice or not in the expression;
  ///         ExpressionError for names in the expression that are not there
  void check(const expressions::Syntax& syntax);
  [[nodiscard]] const std::vector<NamedMatrix>& all() const { return matrices_; }

 private:
  std::vector<std::string> words_;
  std::vector<NamedMatrix> matrices_;
};

}  // namespace rankwise::app
