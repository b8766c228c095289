#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "rankwise/expressions/shape.hpp"
#include "rankwise/expressions/syntax.hpp"
#include "rankwise/kernels/elementwise.hpp"

namespace rankwise::expressions {

/// What the elements of a part are. All of them are computed in float64; in arithmetic, truth values count as 1 and 0.
enum class Elements : std::uint8_t {
  truths,    ///< 1 and 0
  integers,  ///< of integers alone: exact as long as they are below 2^53
  reals,
};

/// Integers from here on are not all of float64's.
inline constexpr double most_exact = 0x1p53;

/// What a name stands for.
struct Operand {
  std::string name;
  Shape shape;
  Elements elements = Elements::reals;
};

/// What the names of one command's expressions are.
struct Vocabulary {
  std::string noun = "matrix";  ///< for messages: no matrix named 'y'
  std::vector<Operand> operands = {};
  std::vector<std::string> without_numbers = {};  ///< what is there, too, and no operand
  bool transposes = true;
  bool reductions = true;
  std::uint64_t drawn = 0;  ///< how many random() and normal() other expressions of the same job have before
};

/// What a reduction tells of the elements that it takes.
enum class Statistic : std::uint8_t { sum, mean, var, std, min, max };

struct Reduction {
  Statistic statistic = Statistic::sum;
  int axis = -1;  ///< 0: of each column; 1: of each row; -1: of all
  std::uint64_t ddof = 0;
  friend auto operator<=>(const Reduction&, const Reduction&) = default;
};

/// An expression whose names, arguments and shapes are right. What stands in it twice is there once, and an
/// operation on numbers is a number; but each random() is its own.
class Formula {
 public:
  enum class Kind : std::uint8_t { number, operand, uniform, normal, operation, reduction, transposed };
  struct Node {
    Kind kind = Kind::number;
    Shape shape = {};
    Elements elements = Elements::reals;
    kernels::Operation operation = kernels::Operation::add;
    std::array<std::size_t, 3> arguments = {};  ///< of an operation; the first of a reduction and of a transposition
    double number = 0;
    std::uint64_t index = 0;  ///< of an operand; of uniform and normal: the how-manyth of these in the text
    Reduction reduction = {};
  };

  /// @throws ExpressionError
  Formula(const Syntax& syntax, const Vocabulary& vocabulary);

  /// Each behind its arguments.
  [[nodiscard]] const std::vector<Node>& nodes() const { return nodes_; }
  [[nodiscard]] const Node& node(std::size_t index) const { return nodes_[index]; }
  /// How many random() and normal() there are, with those before.
  [[nodiscard]] std::uint64_t drawn() const { return drawn_; }
  /// The number of the whole expression's node.
  [[nodiscard]] std::size_t whole() const { return whole_; }

 private:
  std::vector<Node> nodes_;
  std::size_t whole_ = 0;
  std::uint64_t drawn_ = 0;
};

}  // namespace rankwise::expressions
