#include "rankwise/tables/table_text.hpp"

#include <cstring>
#include <span>

#include "rankwise/base/checked.hpp"
#include "rankwise/base/errors.hpp"
#include "rankwise/base/number_text.hpp"
#include "rankwise/storage/csv_fields.hpp"
#include "rankwise/storage/csv_lines.hpp"
#include "rankwise/storage/csv_output.hpp"
#include "rankwise/storage/element_type.hpp"
#include "rankwise/storage/matrix_names.hpp"

namespace rankwise::tables {
namespace {

/// A column's elements, which are printed one by one.
struct Numbers {
  storage::ElementType type = storage::ElementType::float64;
  std::vector<std::byte> bytes = {};

  void append(std::size_t row, std::string& text) const {
    storage::with_type(type, [&](auto value) {
      std::memcpy(&value, bytes.data() + row * sizeof(value), sizeof(value));
      append_number(text, value);
    });
  }
};

}  // namespace

std::string TableText::header() const {
  std::vector<std::string> names;
  for (const auto& column : derivation_.columns()) names.push_back(column.name);
  std::string text;
  for (const std::string& name : storage::header_names(names, names.size())) {
    storage::append_text(text, name, separator_);
    text += separator_;
  }
  text.back() = '\n';
  return text;
}

void TableText::append_field(std::string_view field, std::string& text) const {
  if (source_->separator() == separator_) {
    text += field;
  } else {
    storage::append_text(text, storage::unquote(field), separator_);
  }
}

void TableText::append(blocks::Range rows, const DerivedRows& derived, std::string& text) const {
  const auto& columns = derivation_.columns();
  std::vector<Numbers> numbers(columns.size());
  bool has_text = false;
  for (std::size_t c = 0; c < columns.size(); ++c) {
    if (!is_number(columns[c])) {
      has_text = true;
      continue;
    }
    numbers[c] = {.type = columns[c].type,
                  .bytes = std::vector<std::byte>(derived.size() * storage::size_of(columns[c].type))};
    derived.copy(columns[c], numbers[c].bytes);
  }
  std::vector<std::string_view> fields;
  std::size_t done = 0;
  const auto append_row = [&] {
    for (std::size_t c = 0; c < columns.size(); ++c) {
      if (c > 0) text += separator_;
      if (is_number(columns[c])) {
        numbers[c].append(done, text);
      } else {
        append_field(fields[columns[c].value], text);
      }
    }
    text += '\n';
    ++done;
  };
  if (!has_text) {
    while (done < derived.size()) append_row();
    return;
  }
  std::uint32_t row = 0;
  source_->read(rows, [&](std::string_view line) {
    const bool stays = !derived.selection() || (done < derived.size() && (*derived.selection())[done] == row);
    ++row;
    if (!stays) return;
    fields.clear();
    storage::for_each_field(line, source_->separator(), [&](std::string_view field) { fields.push_back(field); });
    if (fields.size() != derivation_.source_columns()) throw IoError("the source changed while it was read");
    append_row();
  });
}

Bytes TableText::most_in(std::uint64_t rows) const {
  std::uint64_t number = 1, fields = derivation_.columns().size();
  for (const auto& column : derivation_.columns()) {
    if (is_number(column)) number += storage::longest_number(column.type);
  }
  std::uint64_t bytes = checked_product(rows, number + fields, "a block of rows");
  if (source_ != nullptr) {
    // Between other separators every byte of a field may be a quote that is doubled.
    const std::uint64_t times = source_->separator() == separator_ ? 1 : 2;
    bytes = checked_sum(bytes, times * source_->most_in(rows).value, "a block of rows");
  }
  return {bytes};
}

}  // namespace rankwise::tables
