#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "rankwise/storage/element_type.hpp"
#include "rankwise/storage/matrix.hpp"
#include "rankwise/storage/result_table.hpp"
#include "rankwise/storage/temporary_file.hpp"

namespace rankwise::storage {

/// A dataset of one dimension in an HDF5 file.
struct ColumnPlace {
  std::string file;
  std::string dataset;
};

/// Where a column of a table is, if it is a dataset of its own in an HDF5 file. @throws InputError
std::optional<ColumnPlace> place_of_column(const MatrixInfo& info, std::uint64_t column);

/// A table that is to be written to an HDF5 file: a group of datasets of one dimension.
struct TableShape {
  struct Column {
    std::string name;
    ElementType type = ElementType::float64;
    std::optional<ColumnPlace> link = {};  ///< it stays where it is; nothing: it is filled
  };
  /// A column that is no numbers: it stays where it is.
  struct Other {
    std::string name;
    ColumnPlace link;
    std::uint64_t before = 0;  ///< how many of `columns` come before it
  };
  std::uint64_t rows = 0;
  std::vector<Column> columns;
  std::vector<Other> others = {};  ///< in rising order of `before`
};

/// The datasets of a table in an HDF5 file that are no numbers, text mostly, as long as its columns.
std::vector<TableShape::Other> columns_without_numbers(const MatrixInfo& info);

/// Lays a table out in a new file without its values: its columns in their order, each one run of elements; those that
/// stay elsewhere as external links, which name a file in the same folder by its name alone and any other by its whole
/// path.
/// @param path of the file while it is written; links are those of its final name's folder
/// @return where each column's first element is; 0 for links
/// @throws IoError
std::vector<std::uint64_t> lay_out_table(const std::string& path, const Destination& destination,
                                         const TableShape& shape);

/// Lays one more column out in a new HDF5 file, beside what is in it, as one run of elements.
/// @param dataset its path
/// @return the offset of its first element
/// @throws IoError
std::uint64_t add_column(const std::string& path, const Destination& destination, const std::string& dataset,
                         ElementType type, std::uint64_t rows);

/// Puts the record of the run beside the columns (an attribute `rankwise_run` of their group, FILE.run.json elsewhere)
/// and gives the file its final name. @throws IoError; then no file under a final name has changed
void commit_table(TemporaryFile& file, const Destination& destination, const std::string& record);

}  // namespace rankwise::storage
