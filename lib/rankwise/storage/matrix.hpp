#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "rankwise/base/byte_encoding.hpp"
#include "rankwise/base/bytes.hpp"
#include "rankwise/blocks/grid.hpp"
#include "rankwise/storage/element_type.hpp"

namespace rankwise::storage {

/// Which elements lie side by side in the file: those of a row, or those of a column.
enum class Contiguous : std::uint8_t { rows, columns };

enum class Format : std::uint8_t { hdf5, npy, csv, concatenation };

/// A rectangle of a matrix.
struct Region {
  blocks::Range rows;
  blocks::Range columns;
  [[nodiscard]] std::uint64_t elements() const { return rows.size() * columns.size(); }
};

struct ChunkShape {
  std::uint64_t rows = 1;
  std::uint64_t columns = 1;
  friend bool operator==(const ChunkShape&, const ChunkShape&) = default;
};

/// A matrix or table in a file, as its reader sees it: R rows and C columns whatever way they are stored.
struct MatrixInfo {
  std::string source = {};                    ///< as the user named it
  std::string file = {};                      ///< the file's path
  std::vector<std::string> other_files = {};  ///< that elements are in beside it
  std::string dataset = {};                   ///< inside an HDF5 file; empty elsewhere
  Format format = Format::hdf5;
  std::uint64_t rows = 0;
  std::uint64_t columns = 0;
  bool is_vector = false;  ///< the file has one dimension, which is a column
  Contiguous contiguous = Contiguous::rows;
  std::optional<ChunkShape> chunk = {};  ///< where the file is stored, or indexed, in chunks
  std::vector<ElementType> types = {};   ///< of each column, or one for all of them
  std::vector<std::string> names = {};   ///< of the columns; empty: they are called 0, 1, 2, ...
  std::string description = {};          ///< `float64, columns contiguous`, for the user
  Bytes stored = {};                     ///< what has to be read for all of it
  std::string identity = {};             ///< the same for the same bytes of input, whatever the file is called
  std::string content = {};              ///< hash of all bytes of its files, where it was asked for
  std::vector<std::byte> index = {};     ///< what the format's reader wants to know again (where rows begin, say)

  [[nodiscard]] ElementType type_of(std::uint64_t column) const { return types.size() == 1 ? types[0] : types[column]; }
  [[nodiscard]] std::string name_of(std::uint64_t column) const;
  /// Of all that the elements depend on and how they lie in the file: the same matrix, laid out alike, has the same.
  /// The content's hash, where it is known, comes behind it.
  [[nodiscard]] std::string fingerprint() const;

  void encode(ByteWriter& out) const;
  static MatrixInfo decode(ByteReader& in);
};

/// Bytes of the widest element.
std::uint64_t widest_of(const MatrixInfo& info);

/// What it takes to read so many elements at once: their room, and that of chunks on the way from their file.
Bytes room_to_read(const MatrixInfo& info, std::uint64_t elements);

/// A region's elements in memory: in the tile's own room, which is kept from one region to the next, or where they lie
/// already.
class Tile {
 public:
  /// Room for `region` in elements of `type`, laid out with the given dimension contiguous.
  /// @return where to put them, size_of(type) * region.elements() bytes aligned for vectors
  std::span<std::byte> prepare(const Region& region, ElementType type, Contiguous contiguous);
  /// The elements are at `data`, aligned for their type: `stride` of them from row to row (or, with columns contiguous,
  /// from column to column). They stay there for as long as the tile is used.
  void view(const std::byte* data, std::uint64_t stride, const Region& region, ElementType type, Contiguous contiguous);

  /// Elements of any type become float64.
  void widen();
  /// Rows become columns; nothing moves.
  void transpose();

  [[nodiscard]] ElementType type() const { return type_; }
  [[nodiscard]] std::uint64_t rows() const { return rows_; }
  [[nodiscard]] std::uint64_t columns() const { return columns_; }
  [[nodiscard]] Contiguous contiguous() const { return contiguous_; }
  /// Element (row, column) is data()[row * row_stride() + column * column_stride()].
  [[nodiscard]] std::uint64_t row_stride() const { return contiguous_ == Contiguous::rows ? stride_ : 1; }
  [[nodiscard]] std::uint64_t column_stride() const { return contiguous_ == Contiguous::rows ? 1 : stride_; }
  template <class T>
  [[nodiscard]] const T* data() const {
    return reinterpret_cast<const T*>(data_);
  }
  /// Appends the elements to `out`, with nothing between them.
  void put_packed(ByteWriter& out) const;

 private:
  void describe(const Region& region, std::uint64_t stride, ElementType type, Contiguous contiguous);

  std::vector<std::byte> room_;
  const std::byte* data_ = nullptr;
  std::uint64_t stride_ = 0;
  ElementType type_ = ElementType::float64;
  Contiguous contiguous_ = Contiguous::rows;
  std::uint64_t rows_ = 0;
  std::uint64_t columns_ = 0;
};

/// Reads regions. Any thread may call it, several at once.
class MatrixReader {
 public:
  MatrixReader() = default;
  MatrixReader(const MatrixReader&) = delete;
  MatrixReader& operator=(const MatrixReader&) = delete;
  virtual ~MatrixReader() = default;

  /// Columns of several types come as float64.
  /// @pre the region lies in the matrix
  /// @throws InputError or IoError naming the file
  virtual void read(const Region& region, Tile& tile) const = 0;
  /// Whether tiles are views of the file: they take no room, however large.
  [[nodiscard]] virtual bool shows_in_place() const { return false; }
  /// This region will be read soon: what is on a disk may begin to come. Never waits, never fails.
  virtual void announce(const Region& region) const { (void)region; }
};

}  // namespace rankwise::storage
