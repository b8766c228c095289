#include "rankwise/storage/matrix_output.hpp"
#include "rankwise/storage/csv_output.hpp"

#include <fmt/format.h>
#include <libdeflate.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include "rankwise/base/checked.hpp"
#include "rankwise/storage/chunk_filters.hpp"
#include "rankwise/storage/hdf5_handle.hpp"
#include "rankwise/storage/hdf5_types.hpp"
#include "rankwise/storage/matrix_names.hpp"
#include "rankwise/storage/result_formats.hpp"

namespace rankwise::storage {
namespace {

[[noreturn]] void fail(const std::string& path) {
  throw IoError(fmt::format("{} cannot be written: {}", path, hdf5_reason()));
}

/// Dimensions as they are stored.
std::array<hsize_t, 2> stored(Contiguous contiguous, std::uint64_t rows, std::uint64_t columns) {
  if (contiguous == Contiguous::columns) return {columns, rows};
  return {rows, columns};
}

// HDF5 1.10 cannot close a file on a full disk, and crashes when the program ends: it is only ever given room that is
// reserved. What it does not use in the end, it cuts off.
constexpr std::uint64_t room_for_headers = std::uint64_t{1} << 20;

std::optional<std::uint64_t> lay_out_hdf5(const std::string& path, const Destination& destination,
                                          const MatrixShape& shape) {
  const Hdf5Lock lock;
  const FilledFile disk(path, destination.file);
  disk.reserve(room_for_headers);
  Hdf5File file(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT));
  if (!file.valid()) fail(destination.file);
  disk.reserve(room_for_headers + (shape.chunk ? 0 : shape.elements() * size_of(shape.type)));
  const int dimensions = shape.is_vector ? 1 : 2;
  const auto extent = stored(shape.contiguous, shape.rows, shape.columns);
  const Hdf5Space space(H5Screate_simple(dimensions, extent.data(), nullptr));
  const Hdf5Properties creation(H5Pcreate(H5P_DATASET_CREATE));
  const Hdf5Properties links(H5Pcreate(H5P_LINK_CREATE));
  H5Pset_create_intermediate_group(links.get(), 1);
  H5Pset_fill_time(creation.get(), H5D_FILL_TIME_NEVER);
  if (shape.chunk) {
    const auto chunk = stored(shape.contiguous, shape.chunk->rows, shape.chunk->columns);
    H5Pset_chunk(creation.get(), dimensions, chunk.data());
    if (shape.gzip > 0) {
      H5Pset_shuffle(creation.get());
      H5Pset_deflate(creation.get(), static_cast<unsigned>(shape.gzip));
    }
  } else {
    H5Pset_alloc_time(creation.get(), H5D_ALLOC_TIME_EARLY);
  }
  Hdf5Dataset dataset(H5Dcreate2(file.get(), path_of_dataset(destination).c_str(), memory_type(shape.type), space.get(),
                                 links.get(), creation.get(), H5P_DEFAULT));
  if (!dataset.valid()) fail(destination.file);
  if (shape.contiguous == Contiguous::columns)
    write_text_attribute(dataset.get(), "rankwise_layout", "columns", destination.file);
  const haddr_t offset = H5Dget_offset(dataset.get());
  if (!dataset.close() || !file.close()) fail(destination.file);
  H5Eclear2(H5E_DEFAULT);
  if (shape.chunk) return std::nullopt;
  return offset == HADDR_UNDEF ? 0 : offset;  // no elements, no place
}

std::uint64_t lay_out_npy(const std::string& path, const Destination& destination, const MatrixShape& shape) {
  const char kind = is_floating(shape.type) ? 'f' : name_of(shape.type)[0] == 'u' ? 'u' : 'i';
  const std::size_t size = size_of(shape.type);
  const std::string extent =
      shape.is_vector ? fmt::format("{},", shape.rows) : fmt::format("{}, {}", shape.rows, shape.columns);
  std::string header = fmt::format("{{'descr': '{}{}{}', 'fortran_order': {}, 'shape': ({}), }}", size == 1 ? '|' : '<',
                                   kind, size, shape.contiguous == Contiguous::columns ? "True" : "False", extent);
  constexpr std::size_t alignment = 64, start = 10;
  header.append(alignment - (start + header.size() + 1) % alignment, ' ');
  header += '\n';
  std::string bytes("\x93NUMPY\x01\x00", 8);
  bytes += static_cast<char>(header.size() & 0xFFU);
  bytes += static_cast<char>(header.size() >> 8);
  bytes += header;
  const FilledFile file(path, destination.file);
  file.reserve(bytes.size() + shape.elements() * size);
  file.write(0, std::as_bytes(std::span(bytes)));
  return bytes.size();
}

/// A CSV without rows has a header in any case: it alone tells the columns then.
std::uint64_t lay_out_csv(const std::string& path, const Destination& destination, const MatrixShape& shape,
                          const std::vector<std::string>& names) {
  const FilledFile file(path, destination.file);
  if (names.empty() && shape.rows > 0) return 0;
  std::uint64_t offset = 0;
  std::string text;
  const auto write = [&] {
    file.write(offset, std::as_bytes(std::span(text)));
    offset += text.size();
    text.clear();
  };
  const auto header = header_names(names, shape.columns);
  for (std::size_t c = 0; c < header.size(); ++c) {
    append_text(text, header[c], separator_of(destination));
    text += c + 1 < header.size() ? separator_of(destination) : '\n';
    if (text.size() >= output_piece_bytes) write();
  }
  write();
  return offset;
}

void write_record(const std::string& path, const Destination& destination, const std::string& record) {
  const Hdf5Lock lock;
  const FilledFile disk(path, destination.file);
  disk.reserve(std::filesystem::file_size(path) + room_for_headers + record.size());
  Hdf5File file(H5Fopen(path.c_str(), H5F_ACC_RDWR, H5P_DEFAULT));
  Hdf5Dataset dataset(H5Dopen2(file.get(), path_of_dataset(destination).c_str(), H5P_DEFAULT));
  if (!dataset.valid()) fail(destination.file);
  write_text_attribute(dataset.get(), "rankwise_run", record, destination.file);
  if (!dataset.close() || !file.close()) fail(destination.file);
}

}  // namespace

std::optional<std::uint64_t> lay_out_matrix(const std::string& path, const Destination& destination,
                                            const MatrixShape& shape, const std::vector<std::string>& names) {
  checked_product(checked_product(shape.rows, shape.columns, "the matrix"), size_of(shape.type), "the matrix");
  if (format_of(destination) == OutputFormat::npy) return lay_out_npy(path, destination, shape);
  if (format_of(destination) == OutputFormat::csv) return lay_out_csv(path, destination, shape, names);
  const auto offset = lay_out_hdf5(path, destination, shape);
  const bool by_rows = shape.contiguous == Contiguous::rows;
  if (!names.empty() && !shape.is_vector) {
    name_dimensions(path, destination, names, {.first = !by_rows, .second = by_rows});
  }
  return offset;
}

struct ChunkWriter::Handles {
  Handles(const std::string& path, const std::string& shown_as)
      : disk(path, shown_as), name(shown_as), used(std::filesystem::file_size(path) + room_for_headers) {}
  FilledFile disk;
  std::string name;
  std::uint64_t used;  // with what was there before
  std::uint64_t reserved = 0;
  Hdf5File file;
  Hdf5Dataset dataset;
  bool holds_columns = false;
};

ChunkWriter::ChunkWriter(const std::string& path, const Destination& destination)
    : handles_(std::make_unique<Handles>(path, destination.file)) {
  const Hdf5Lock lock;
  handles_->file = Hdf5File(H5Fopen(path.c_str(), H5F_ACC_RDWR, H5P_DEFAULT));
  handles_->dataset = Hdf5Dataset(H5Dopen2(handles_->file.get(), path_of_dataset(destination).c_str(), H5P_DEFAULT));
  if (!handles_->dataset.valid()) fail(destination.file);
  handles_->holds_columns = text_attribute(handles_->dataset.get(), "rankwise_layout") == "columns";
}

ChunkWriter::~ChunkWriter() {
  const Hdf5Lock lock;
  handles_.reset();
}

void ChunkWriter::write(std::uint64_t row, std::uint64_t column, std::span<const std::byte> filtered) {
  constexpr std::uint64_t index_entry = 512, step = std::uint64_t{32} << 20;
  handles_->used += filtered.size() + index_entry;
  if (handles_->used > handles_->reserved) {
    handles_->reserved = handles_->used + step;
    handles_->disk.reserve(handles_->reserved);
  }
  const Hdf5Lock lock;
  const auto offset = stored(handles_->holds_columns ? Contiguous::columns : Contiguous::rows, row, column);
  if (H5Dwrite_chunk(handles_->dataset.get(), H5P_DEFAULT, 0, offset.data(), filtered.size(), filtered.data()) < 0) {
    fail(handles_->name);
  }
}

void ChunkWriter::close() {
  const Hdf5Lock lock;
  if (!handles_->dataset.close() || !handles_->file.close()) fail(handles_->name);
}

std::vector<std::byte> shuffle_and_deflate(std::span<const std::byte> chunk, std::size_t element_bytes, int level) {
  std::vector<std::byte> shuffled(chunk.size());
  shuffle_bytes(chunk, element_bytes, shuffled.data());
  struct Free {
    void operator()(libdeflate_compressor* compressor) const { libdeflate_free_compressor(compressor); }
  };
  const std::unique_ptr<libdeflate_compressor, Free> compressor(libdeflate_alloc_compressor(level));
  if (!compressor) throw std::bad_alloc();
  std::vector<std::byte> deflated(libdeflate_zlib_compress_bound(compressor.get(), shuffled.size()));
  deflated.resize(
      libdeflate_zlib_compress(compressor.get(), shuffled.data(), shuffled.size(), deflated.data(), deflated.size()));
  return deflated;
}

void commit_with_record(TemporaryFile& file, const Destination& destination, const std::string& record) {
  if (format_of(destination) == OutputFormat::hdf5) write_record(file.path(), destination, record);
  commit_result(file, destination, record);
}

}  // namespace rankwise::storage
