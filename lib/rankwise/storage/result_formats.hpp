#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "rankwise/storage/result_table.hpp"
#include "rankwise/storage/temporary_file.hpp"

// For the sources of this folder alone.
namespace rankwise::storage {

/// Small writes go out together in pieces of about this size.
inline constexpr std::size_t output_piece_bytes = std::size_t{1} << 20;

std::size_t row_count(const ResultTable& table);

/// The columns' names as UTF-8, each once.
std::vector<std::string> distinct_names(const ResultTable& table);

/// Names of columns as HDF5 takes them for links, each once: UTF-8, with a division slash (U+2215) for a slash.
std::vector<std::string> link_names(std::vector<std::string> names);
/// The path of a group from the root, whether or not it begins there: `/a/b` for `a/b/` and the like.
std::string group_path(const std::string& name);

/// They write whole files; commit is left to the caller. @throws IoError
void write_hdf5(TemporaryFile& file, const std::string& group, const ResultTable& table, const std::string& record);
void write_csv(TemporaryFile& file, char separator, const ResultTable& table);
void write_json(TemporaryFile& file, const ResultTable& table, const std::string& record);
void write_npy(TemporaryFile& file, const ResultTable& table);

/// Gives a file that is written its name, together with the record of its run where that goes beside it.
/// @throws IoError; then neither is there, and what they would have replaced is as it was
void commit_result(TemporaryFile& file, const Destination& destination, const std::string& record);

}  // namespace rankwise::storage
