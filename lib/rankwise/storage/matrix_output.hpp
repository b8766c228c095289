#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "rankwise/storage/filled_file.hpp"
#include "rankwise/storage/matrix.hpp"
#include "rankwise/storage/result_table.hpp"
#include "rankwise/storage/temporary_file.hpp"

namespace rankwise::storage {

/// A matrix that is to be written.
struct MatrixShape {
  std::uint64_t rows = 0;
  std::uint64_t columns = 0;
  ElementType type = ElementType::float64;
  Contiguous contiguous = Contiguous::rows;  ///< columns: stored as columns × rows, marked rankwise_layout = "columns"
  std::optional<ChunkShape> chunk = {};      ///< HDF5 only
  bool is_vector = false;                    ///< one column, rows contiguous, the only dimension in the file
  int gzip = 0;                              ///< HDF5 chunks only: shuffled and deflated at this level, 1 to 9

  [[nodiscard]] std::uint64_t elements() const { return rows * columns; }
};

/// Lays a matrix out in a new file without its values. A matrix without chunks is one run of elements in the order of
/// the layout, in a CSV its lines: whoever has the file fills it by offset.
/// @param names of the columns, for the header of a CSV and for HDF5; or none, and then no header
/// @pre a matrix in a CSV has columns: lines without any are none
/// @return the offset of the first element, or nothing where chunks have to be given to a ChunkWriter
/// @throws IoError
std::optional<std::uint64_t> lay_out_matrix(const std::string& path, const Destination& destination,
                                            const MatrixShape& shape, const std::vector<std::string>& names = {});

/// Writes whole chunks, as the filters leave them, into an HDF5 dataset that was laid out. One at a time.
class ChunkWriter {
 public:
  /// @throws IoError
  ChunkWriter(const std::string& path, const Destination& destination);
  ~ChunkWriter();
  /// @param row, column of the chunk's first element
  void write(std::uint64_t row, std::uint64_t column, std::span<const std::byte> filtered);
  /// Everything is in the file. @throws IoError
  void close();

 private:
  struct Handles;
  std::unique_ptr<Handles> handles_;
};

/// Shuffle and gzip, as HDF5's filters of these names do it: what a chunk looks like in the file.
std::vector<std::byte> shuffle_and_deflate(std::span<const std::byte> chunk, std::size_t element_bytes, int level);

/// Puts the record of the run beside the values (an attribute `rankwise_run` of an HDF5 dataset, FILE.run.json
/// elsewhere) and gives the file its final name. @throws IoError; then no file under a final name has changed
void commit_with_record(TemporaryFile& file, const Destination& destination, const std::string& record);

}  // namespace rankwise::storage
