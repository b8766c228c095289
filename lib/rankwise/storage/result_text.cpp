#include <fmt/format.h>

#include <cmath>
#include <iterator>
#include <nlohmann/json.hpp>
#include <type_traits>

#include "rankwise/base/number_text.hpp"
#include "rankwise/base/utf8.hpp"
#include "rankwise/storage/csv_output.hpp"
#include "rankwise/storage/result_formats.hpp"

namespace rankwise::storage {

namespace {

void append_value(std::string& out, const ResultTable::Values& values, std::size_t row, char separator) {
  std::visit(
      [&](const auto& elements) {
        using Element = typename std::decay_t<decltype(elements)>::value_type;
        if constexpr (std::is_same_v<Element, std::string>) {
          append_text(out, elements[row], separator);
        } else if constexpr (std::is_same_v<Element, double>) {
          append_number(out, elements[row]);
        } else {
          fmt::format_to(std::back_inserter(out), "{}", elements[row]);
        }
      },
      values);
}

}  // namespace

void write_csv(TemporaryFile& file, char separator, const ResultTable& table) {
  std::string out;
  const auto append_line = [&](auto append_field) {
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
      if (i > 0) out += separator;
      append_field(table.columns[i]);
    }
    out += '\n';
    if (out.size() < output_piece_bytes) return;
    file.write(out);
    out.clear();
  };
  append_line([&](const ResultTable::Column& column) { append_text(out, column.name, separator); });
  const std::size_t rows = row_count(table);
  for (std::size_t row = 0; row < rows; ++row) {
    append_line([&](const ResultTable::Column& column) { append_value(out, column.values, row, separator); });
  }
  file.write(out);
}

void write_json(TemporaryFile& file, const ResultTable& table, const std::string& record) {
  using Json = nlohmann::ordered_json;
  const auto text_of = [](const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); };
  Json run = Json::parse(valid_utf8(record));
  run.erase("columns");
  std::string out = text_of(run);
  out.back() = ',';  // in place of the brace
  file.write(run.empty() ? "{" : out);
  file.write("\"columns\":{");
  const std::vector<std::string> names = distinct_names(table);
  for (std::size_t i = 0; i < names.size(); ++i) {
    const Json values = std::visit([](const auto& elements) { return Json(elements); }, table.columns[i].values);
    file.write((i > 0 ? "," : "") + text_of(names[i]) + ':' + text_of(values));
  }
  file.write("}}\n");
}

}  // namespace rankwise::storage
