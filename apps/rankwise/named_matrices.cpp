#include "apps/rankwise/named_matrices.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "apps/rankwise/common_options.hpp"
#include "rankwise/base/errors.hpp"
#include "rankwise/storage/element_type.hpp"

namespace rankwise::app {
namespace {

using expressions::Elements;
using expressions::Operand;
using expressions::Shape;
using expressions::SyntaxNode;

NamedMatrix parse(const std::string& text) {
  const auto sign = text.find('=');
  if (sign == std::string::npos || sign + 1 == text.size() || !is_name(text.substr(0, sign))) {
    throw UsageError(fmt::format("a matrix is given as NAME=FILE[:DATASET], such as x=a.h5:/x, not '{}'", text));
  }
  return {.name = text.substr(0, sign), .source = text.substr(sign + 1)};
}

}  // namespace

Operand NamedMatrix::operand(const storage::MatrixInfo& info) const {
  const bool floating = std::any_of(info.types.begin(), info.types.end(), storage::is_floating);
  return {.name = name,
          .shape = info.is_vector ? Shape::vector(info.rows) : Shape::matrix(info.rows, info.columns),
          .elements = floating ? Elements::reals : Elements::integers};
}

void NamedMatrices::add_to(CLI::App& app) {
  app.add_option("matrices", words_, "NAME=FILE[:DATASET] for each name in it: HDF5, .npy, .csv or .tsv")
      ->type_name("NAME=SOURCE...");
}

void NamedMatrices::check(const expressions::Syntax& syntax) {
  expressions::Vocabulary vocabulary;
  for (const std::string& word : words_) {
    matrices_.push_back(parse(word));
    const std::string& name = matrices_.back().name;
    const auto same = [&](const Operand& operand) { return operand.name == name; };
    if (std::any_of(vocabulary.operands.begin(), vocabulary.operands.end(), same)) {
      throw UsageError(fmt::format("{}= is there twice", name));
    }
    // Of one element: fits everything. What the shapes are will be seen in the files.
    vocabulary.operands.push_back({.name = name, .shape = Shape::matrix(1, 1), .elements = Elements::truths});
  }
  const expressions::Formula formula(syntax, vocabulary);
  for (const NamedMatrix& matrix : matrices_) {
    const auto is_used = [&](const SyntaxNode& node) {
      return node.kind == SyntaxNode::Kind::name && node.word == matrix.name;
    };
    if (std::none_of(syntax.nodes.begin(), syntax.nodes.end(), is_used)) {
      throw UsageError(fmt::format("{}= is not in the expression: {}", matrix.name, syntax.text));
    }
  }
}

}  // namespace rankwise::app
