#include "rankwise/storage/result_table.hpp"
#include "rankwise/storage/matrix_names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <optional>
#include <string_view>
#include <utility>

#include "rankwise/base/errors.hpp"
#include "rankwise/base/utf8.hpp"
#include "rankwise/storage/result_formats.hpp"

namespace rankwise::storage {
namespace {

bool ends_with(std::string_view text, std::string_view ending) {
  const auto same = [](char small, char any) { return small == (any >= 'A' && any <= 'Z' ? any - 'A' + 'a' : any); };
  return text.size() >= ending.size() && std::equal(ending.rbegin(), ending.rend(), text.rbegin(), same);
}

std::optional<OutputFormat> format_by_ending(std::string_view file) {
  constexpr std::array<std::pair<std::string_view, OutputFormat>, 6> known{{{".h5", OutputFormat::hdf5},
                                                                            {".hdf5", OutputFormat::hdf5},
                                                                            {".csv", OutputFormat::csv},
                                                                            {".tsv", OutputFormat::csv},
                                                                            {".json", OutputFormat::json},
                                                                            {".npy", OutputFormat::npy}}};
  for (const auto& [ending, format] : known) {
    if (ends_with(file, ending)) return format;
  }
  return std::nullopt;
}

void write_format(TemporaryFile& file, const Destination& destination, const ResultTable& table,
                  const std::string& record) {
  switch (format_of(destination)) {
    case OutputFormat::hdf5:
      return write_hdf5(file, destination.dataset, table, record);
    case OutputFormat::csv:
      return write_csv(file, separator_of(destination), table);
    case OutputFormat::json:
      return write_json(file, table, record);
    case OutputFormat::npy:
      return write_npy(file, table);
  }
}

}  // namespace

Destination parse_destination(const std::string& text) {
  const auto colon = std::min(text.rfind(':'), text.size());
  const std::string before = text.substr(0, colon);
  const auto format_before = format_by_ending(before);
  if (colon < text.size() && format_before == OutputFormat::hdf5) return {before, text.substr(colon + 1)};
  if (format_by_ending(text)) return {text, ""};
  if (format_before) throw UsageError(fmt::format("{}: only .h5 and .hdf5 files have datasets to name", text));
  throw UsageError(
      fmt::format("'{}' tells no format: results go to files that end in .h5, .hdf5, .csv, .tsv, .json or .npy", text));
}

OutputFormat format_of(const Destination& destination) {
  const auto format = format_by_ending(destination.file);
  assert(format && "parse_destination makes no other");
  return *format;
}

char separator_of(const Destination& destination) {
  return ends_with(destination.file, ".tsv") ? '\t' : ',';
}

std::string path_of_dataset(const Destination& destination) {
  if (destination.dataset.empty()) return "/x";
  return destination.dataset[0] == '/' ? destination.dataset : "/" + destination.dataset;
}

std::optional<std::string> record_beside(const Destination& destination) {
  const OutputFormat format = format_of(destination);
  if (format != OutputFormat::csv && format != OutputFormat::npy) return std::nullopt;
  return destination.file + ".run.json";
}

void check_destination(const Destination& destination, bool overwrite) {
  const TemporaryFile file(destination.file, overwrite);
  if (const auto path = record_beside(destination)) const TemporaryFile record(*path, true);
}

void write_result(const Destination& destination, const ResultTable& table, const std::string& record, bool overwrite) {
  TemporaryFile file(destination.file, overwrite);
  write_format(file, destination, table, record);
  commit_result(file, destination, record);
}

void commit_result(TemporaryFile& file, const Destination& destination, const std::string& record) {
  const auto path = record_beside(destination);
  if (!path) return file.commit();
  TemporaryFile beside(*path, true);
  beside.write(record + '\n');
  file.commit_with(beside);
}

std::size_t row_count(const ResultTable& table) {
  const auto rows_of = [](const ResultTable::Column& column) {
    return std::visit([](const auto& values) { return values.size(); }, column.values);
  };
  if (table.columns.empty()) return 0;
  const std::size_t rows = rows_of(table.columns.front());
  assert(std::all_of(table.columns.begin(), table.columns.end(), [&](const auto& c) { return rows_of(c) == rows; }));
  return rows;
}

std::vector<std::string> distinct_names(const ResultTable& table) {
  std::vector<std::string> names;
  for (const auto& column : table.columns) names.push_back(valid_utf8(column.name));
  return distinct(std::move(names));
}

}  // namespace rankwise::storage
