#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace rankwise::storage {

/// A result as it goes to a file: named columns, as a rule of equal length.
struct ResultTable {
  using Values = std::variant<std::vector<std::string>, std::vector<std::uint64_t>, std::vector<std::int64_t>,
                              std::vector<double>>;
  struct Column {
    std::string name;
    Values values;
    bool padded = false;  ///< in HDF5, texts take as much room as the longest of them: HDF5 1.10 crashes where lists of
                          ///< texts that differ in length are damaged
  };
  std::vector<Column> columns;
};

/// Where a result goes: FILE[:DATASET], the format by the file's ending.
struct Destination {
  std::string file;
  std::string dataset;  ///< HDF5 only: the group (of a table) or dataset (of a matrix); empty: the file's root, or /x
};

enum class OutputFormat : std::uint8_t { hdf5, csv, json, npy };

/// Endings may be in capitals. A name's colons are its own, but for the last one after .h5 or .hdf5.
/// @throws UsageError if the ending is not .h5, .hdf5, .csv, .tsv, .json or .npy, or another format has a dataset named
Destination parse_destination(const std::string& text);
OutputFormat format_of(const Destination& destination);
/// Between the fields of a .csv or .tsv.
char separator_of(const Destination& destination);

/// The dataset of a matrix in an HDF5 file, from the root.
std::string path_of_dataset(const Destination& destination);

/// Where the record of a run goes that FILE itself has no place for: FILE.run.json for .csv, .tsv and .npy. It belongs
/// to FILE: an old one is replaced.
std::optional<std::string> record_beside(const Destination& destination);

/// What write_result would refuse before it writes: so that a run finds out before it works.
/// @throws IoError
void check_destination(const Destination& destination, bool overwrite);

/// Writes a result and the record of its run (a JSON object as text).
/// - .h5: one 1-D dataset per column in the destination's group, in that order for who asks for it, the record as
///   attribute `rankwise_run` of that group; texts are UTF-8; a slash in a name becomes a division slash (U+2215);
/// - .csv, .tsv: a header and a line per row, numbers with as many digits as they need to come back the same; the
///   record goes to FILE.run.json beside it;
/// - .json: one object: the record's keys, then `columns` {name: [values]}; NaN and infinities are null;
/// - .npy: a structured array with one field per column; the record goes to FILE.run.json. NumPy reads
///   some 300 columns unless told `max_header_size`.
/// Where names must differ (all but CSV), a second `a` is `a.1`, and one without a name has its number. What is not
/// UTF-8 becomes U+FFFD, but for CSV, which keeps its bytes.
/// @pre the columns are equally long, but for .h5, where each is a dataset by itself; the record has no key `columns`
/// @throws IoError; then no file under the final name has changed
void write_result(const Destination& destination, const ResultTable& table, const std::string& record, bool overwrite);

}  // namespace rankwise::storage
