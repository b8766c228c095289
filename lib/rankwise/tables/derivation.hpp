#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "rankwise/expressions/program.hpp"
#include "rankwise/storage/matrix.hpp"

namespace rankwise::tables {

/// What a table becomes, row by row: columns that stay, columns that are computed, perhaps some rows only. A value is
/// one of the source's columns, or what an assignment makes; values are numbered in that order.
class Derivation {
 public:
  struct Computed {
    expressions::Program program;            ///< of one row of numbers, one for each row of the table
    std::vector<std::size_t> operands = {};  ///< the values that its operands are
  };
  struct Column {
    std::string name;
    std::size_t value = 0;
    storage::ElementType type = storage::ElementType::float64;
  };
  struct Options {
    std::vector<std::string> assignments = {};      ///< `name = expression`: later ones see what earlier ones made
    std::optional<std::string> where = {};          ///< on the source's columns: rows for which it is true
    bool only_new = false;                          ///< leave out columns that stay
    std::vector<std::string> without_numbers = {};  ///< other columns that the source has; nothing is made of them
  };

  /// @param names and types of the source's columns
  /// @throws ExpressionError, also if the result of `where` is no truth value
  Derivation(const std::vector<std::string>& names, const std::vector<storage::ElementType>& types,
             const Options& options);

  [[nodiscard]] bool only_new() const { return only_new_; }
  [[nodiscard]] std::size_t source_columns() const { return source_columns_; }
  [[nodiscard]] bool is_computed(std::size_t value) const { return value >= source_columns_; }
  /// One for each assignment.
  [[nodiscard]] const std::vector<Computed>& computed() const { return computed_; }
  [[nodiscard]] const std::optional<Computed>& where() const { return where_; }
  /// Of the result.
  [[nodiscard]] const std::vector<Column>& columns() const { return columns_; }
  /// The source's columns that are needed to compute.
  [[nodiscard]] std::vector<std::size_t> needed() const;
  /// Those that `where` takes.
  [[nodiscard]] std::vector<std::size_t> needed_by_where() const;

 private:
  void add_needed(const Computed& computed, std::set<std::size_t>& needed) const;

  bool only_new_;
  std::size_t source_columns_;
  std::vector<Computed> computed_;
  std::optional<Computed> where_;
  std::vector<Column> columns_;
};

/// What columns are called in expressions: their names, each once (a second `a` is `a.1`, as with pandas); where they
/// have none, col0, col1, ..., but a 1-D dataset of HDF5 is called as it is.
std::vector<std::string> column_names(const storage::MatrixInfo& info);

}  // namespace rankwise::tables
