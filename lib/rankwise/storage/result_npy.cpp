#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "rankwise/base/utf8.hpp"
#include "rankwise/storage/result_formats.hpp"

// The format: numpy/lib/format.py, "A simple file format for NumPy arrays".
namespace rankwise::storage {
namespace {

constexpr char byte_order = std::endian::native == std::endian::little ? '<' : '>';

struct Field {
  std::string type;
  /// Of each row, for texts; they are padded with zeros.
  std::size_t characters = 0;
};

Field field_of(const ResultTable::Values& values) {
  const auto number = [](std::string_view code) { return Field{fmt::format("{}{}", byte_order, code)}; };
  if (std::holds_alternative<std::vector<std::uint64_t>>(values)) return number("u8");
  if (std::holds_alternative<std::vector<std::int64_t>>(values)) return number("i8");
  if (std::holds_alternative<std::vector<double>>(values)) return number("f8");
  std::size_t most = 1;
  for (const auto& text : std::get<std::vector<std::string>>(values)) most = std::max(most, characters(text).size());
  return {fmt::format("{}U{}", byte_order, most), most};
}

/// A Python literal.
std::string quoted(const std::string& name) {
  std::string text = "'";
  for (const char c : name) {
    if (c == '\'' || c == '\\') {
      text += {'\\', c};
    } else if (static_cast<unsigned char>(c) < ' ' || c == '\x7f') {
      text += fmt::format("\\x{:02x}", static_cast<unsigned>(c));
    } else {
      text += c;
    }
  }
  return text + '\'';
}

/// Magic, version, the length of the header, and the header, filled up to a multiple of 64 bytes. Version 1 holds
/// Latin-1 and has 2 bytes for the length, version 2 has 4, version 3 holds UTF-8.
std::string file_begin(const std::string& dictionary) {
  const std::u32string text = characters(dictionary);
  const bool latin1 = std::all_of(text.begin(), text.end(), [](char32_t c) { return c < 0x100; });
  const std::string header = latin1 ? std::string(text.begin(), text.end()) : dictionary;
  const auto padded = [&](std::size_t before) { return (before + header.size() + 1 + 63) / 64 * 64 - before; };
  const std::size_t short_begin = 10, long_begin = 12;
  const bool is_short = latin1 && padded(short_begin) <= 0xffff;
  const std::size_t size = padded(is_short ? short_begin : long_begin);

  std::string begin = "\x93NUMPY";
  begin += {is_short ? '\1' : latin1 ? '\2' : '\3', '\0'};
  for (std::size_t i = 0; i < (is_short ? 2U : 4U); ++i) begin += static_cast<char>(size >> (8 * i) & 0xff);
  begin += header + std::string(size - 1 - header.size(), ' ') + '\n';
  return begin;
}

void append_bytes(std::string& out, const void* bytes, std::size_t size) {
  out.append(static_cast<const char*>(bytes), size);
}

void append_value(std::string& out, const ResultTable::Values& values, const Field& field, std::size_t row) {
  std::visit(
      [&](const auto& elements) {
        const auto& value = elements[row];
        if constexpr (std::is_same_v<std::decay_t<decltype(value)>, std::string>) {
          std::u32string text = characters(value);
          text.resize(field.characters);
          append_bytes(out, text.data(), text.size() * sizeof(char32_t));
        } else {
          append_bytes(out, &value, sizeof value);
        }
      },
      values);
}

}  // namespace

void write_npy(TemporaryFile& file, const ResultTable& table) {
  const std::size_t rows = row_count(table);
  const std::vector<std::string> names = distinct_names(table);
  std::vector<Field> fields;
  std::string types;
  for (std::size_t i = 0; i < names.size(); ++i) {
    fields.push_back(field_of(table.columns[i].values));
    types += fmt::format("{}({}, '{}')", i > 0 ? ", " : "", quoted(names[i]), fields.back().type);
  }
  std::string out = file_begin(fmt::format("{{'descr': [{}], 'fortran_order': False, 'shape': ({},), }}", types, rows));
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t i = 0; i < fields.size(); ++i) append_value(out, table.columns[i].values, fields[i], row);
    if (out.size() < output_piece_bytes) continue;
    file.write(out);
    out.clear();
  }
  file.write(out);
}

}  // namespace rankwise::storage
