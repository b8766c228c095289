#pragma once

#include <cstdint>
#include <memory>

#include "rankwise/storage/input_file.hpp"
#include "rankwise/storage/mapped_file.hpp"
#include "rankwise/storage/matrix.hpp"

namespace rankwise::storage {

/// How a file stores one element.
enum class Encoding : std::uint8_t { native, swapped, half, half_swapped };

/// A matrix that lies in a file as one run of elements, without chunks or filters: .npy, and contiguous HDF5.
struct FlatLayout {
  std::uint64_t offset = 0;  ///< of the first element, in bytes
  std::uint64_t rows = 0;
  std::uint64_t columns = 0;
  Contiguous contiguous = Contiguous::rows;
  ElementType type = ElementType::float64;  ///< in memory
  Encoding encoding = Encoding::native;

  [[nodiscard]] std::uint64_t stored_bytes_per_element() const;
  /// Of the whole matrix. @throws InputError naming it as `what` if that is beyond 64 bits
  [[nodiscard]] std::uint64_t bytes(std::string_view what) const;

  void encode(ByteWriter& out) const;
  static FlatLayout decode(ByteReader& in);
};

/// A file that several matrices lie in, and its mapping, which they share.
struct FlatFile {
  std::shared_ptr<const InputFile> file;
  std::shared_ptr<const MappedFile> mapped = {};  ///< made by the first one that can be viewed there
};

/// @throws InputError if the layout's end is beyond 64 bits
std::unique_ptr<const MatrixReader> open_flat(FlatFile& file, const FlatLayout& layout);

/// IEEE 754 binary16 to binary32, exactly.
float half_to_float(std::uint16_t half);

}  // namespace rankwise::storage
