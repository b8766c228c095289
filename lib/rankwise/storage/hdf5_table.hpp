#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "rankwise/storage/hdf5_reader.hpp"

// For the sources of this folder alone.
namespace rankwise::storage {

/// A table made of columns of several datasets of one file.
struct Hdf5Table {
  struct Column {
    std::string name = {};
    std::uint64_t place = 0;   ///< which dataset
    std::uint64_t column = 0;  ///< in that dataset
  };
  /// A dataset that is no numbers, text mostly.
  struct Other {
    std::string name = {};
    std::string file = {};  ///< if that is another than the table's
    std::string path = {};
    std::uint64_t before = 0;  ///< how many of the columns come before it
    std::uint64_t rows = 0;
  };
  std::uint64_t rows = 0;
  std::vector<Hdf5Place> places = {};
  std::vector<Column> columns = {};
  std::vector<Other> others = {};
  std::uint64_t left_out = 0;  ///< columns that are no numbers, of a pandas frame
  std::uint64_t stored_bytes = 0;
  std::set<std::string> other_files = {};  ///< of any column, as in Hdf5Entry
  std::set<std::string> not_applied = {};  ///< likewise
  std::string damage = {};                 ///< what would be a column cannot be read, and why; empty where all is well

  /// Takes a dataset in, its columns under these names.
  /// @param other_file the one that it is in, if that is another than the table's
  void add(hid_t file, const Hdf5Entry& entry, const std::vector<std::string>& names,
           const std::string& other_file = {});
  void add_other(const Hdf5Entry& entry, const std::string& name, const std::string& other_file = {});
  void encode(ByteWriter& out) const;  ///< without names of columns
  static Hdf5Table decode(ByteReader& in);
};

/// The group as a table of its 1-D datasets and of external links to such, in the order of their making where the group
/// keeps it, of their names elsewhere; nothing if it is none: fewer than one, or not equally long.
std::optional<Hdf5Table> table_of_group(hid_t file, const std::string& group);

std::unique_ptr<const MatrixReader> open_table(Hdf5Readers& readers, const Hdf5Table& table);

}  // namespace rankwise::storage
