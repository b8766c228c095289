#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "rankwise/base/bytes.hpp"
#include "rankwise/blocks/grid.hpp"
#include "rankwise/tables/derivation.hpp"
#include "rankwise/tables/derived_rows.hpp"
#include "rankwise/tables/source_text.hpp"

namespace rankwise::tables {

/// A derived table as lines of CSV. What stays of a CSV stays as it stands there, numbers or not; what is computed has
/// as many digits as it needs to come back the same.
class TableText {
 public:
  /// @param source of a table that is a CSV itself; nullptr of any other. It and the derivation outlive this
  TableText(const Derivation& derivation, const SourceText* source, char separator)
      : derivation_(derivation), source_(source), separator_(separator) {}

  /// The line above all rows.
  [[nodiscard]] std::string header() const;
  /// Whether a column's elements are needed as numbers.
  [[nodiscard]] bool is_number(const Derivation::Column& column) const {
    return source_ == nullptr || derivation_.is_computed(column.value);
  }
  /// The lines of rows that have been computed.
  void append(blocks::Range rows, const DerivedRows& derived, std::string& text) const;
  /// What those of so many rows are at most.
  [[nodiscard]] Bytes most_in(std::uint64_t rows) const;

 private:
  void append_field(std::string_view field, std::string& text) const;

  const Derivation& derivation_;
  const SourceText* source_;
  char separator_;
};

}  // namespace rankwise::tables
