#include "rankwise/storage/source.hpp"

#include <fmt/format.h>

#include <array>
#include <filesystem>
#include <string_view>
#include <utility>

#include "rankwise/base/errors.hpp"
#include "rankwise/storage/concatenation.hpp"
#include "rankwise/storage/csv.hpp"
#include "rankwise/storage/hdf5_matrix.hpp"
#include "rankwise/storage/input_file.hpp"
#include "rankwise/storage/npy.hpp"

namespace rankwise::storage {
namespace {

bool ends_with(const std::string& path, std::string_view ending) {
  if (path.size() < ending.size()) return false;
  const std::string_view end = std::string_view(path).substr(path.size() - ending.size());
  return std::equal(end.begin(), end.end(), ending.begin(),
                    [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a + 32 : a) == b; });
}

/// The first bytes of a file; shorter if the file is.
std::string beginning(const InputFile& file) {
  std::string text(std::min<std::uint64_t>(file.size(), 512), '\0');
  file.read(0, std::as_writable_bytes(std::span(text)));
  return text;
}

bool ends_in(const InputFile& file, std::string_view ending) {
  std::string end(std::min<std::uint64_t>(file.size(), ending.size()), '\0');
  file.read(file.size() - end.size(), std::as_writable_bytes(std::span(end)));
  return end == ending;
}

/// HDF5's signature stands at byte 0, 512, 1024, 2048, ... (behind a user block).
bool has_hdf5_signature(const InputFile& file) {
  constexpr std::string_view signature("\x89HDF\r\n\x1a\n", 8);
  std::array<char, 8> bytes{};
  for (std::uint64_t at = 0; at + bytes.size() <= file.size(); at = at == 0 ? 512 : 2 * at) {
    file.read(at, std::as_writable_bytes(std::span(bytes)));
    if (std::string_view(bytes.data(), bytes.size()) == signature) return true;
  }
  return false;
}

/// Formats that others read: what to type to have it in one of ours.
void refuse_foreign(const InputFile& file, const std::string& start) {
  const std::string& path = file.path();
  const auto refuse = [&](std::string_view what, std::string_view mend) {
    throw InputError(fmt::format("{} is {}, which rankwise does not read; convert it with: {}", path, what, mend));
  };
  if (start.starts_with("PAR1") && ends_in(file, "PAR1")) {  // the name of a column begins so, too
    refuse("a Parquet file",
           fmt::format("python3 -c \"import pandas; pandas.read_parquet('{}').to_csv('converted.csv', index=False)\"",
                       path));
  }
  if (start.starts_with("MATLAB 5.0 MAT-file") || start.starts_with("MATLAB 6")) {
    refuse("a MATLAB file older than 7.3",
           fmt::format(
               "python3 -c \"import numpy, scipy.io; numpy.save('converted.npy', scipy.io.loadmat('{}')['NAME'])\"",
               path));
  }
  if (start.starts_with("CDF\x01") || start.starts_with("CDF\x02") || start.starts_with("CDF\x05")) {
    refuse("a NetCDF-3 file", fmt::format("nccopy -k nc4 {} converted.nc", path));
  }
  if (start.starts_with("\x1f\x8b")) refuse("compressed with gzip", fmt::format("gzip -dk {}", path));
  if (start.starts_with("PK\x03\x04"))
    refuse("a zip archive (.npz or .xlsx, perhaps)", "unzip it, or save the array alone");
}

char separator_of(const std::string& path) {
  return ends_with(path, ".tsv") || ends_with(path, ".tab") ? '\t' : ',';
}

MatrixInfo inspect_file(const SourceName& name, const CsvInspection& how) {
  const Format format = detect_format(name.file);
  if (format != Format::hdf5 && !name.dataset.empty()) {
    throw InputError(fmt::format("{} is no HDF5 file: it has no datasets to choose from", name.file));
  }
  if (format == Format::hdf5) return inspect_hdf5(name.file, name.dataset);
  return format == Format::npy ? inspect_npy(name.file) : inspect_csv(name.file, separator_of(name.file), how);
}

class TransposedReader final : public MatrixReader {
 public:
  TransposedReader(std::unique_ptr<const MatrixReader> reader, ElementType type)
      : reader_(std::move(reader)), type_(type) {}
  void read(const Region& region, Tile& tile) const override {
    reader_->read({.rows = region.columns, .columns = region.rows}, tile);
    if (tile.type() != type_) tile.widen();  // of columns of several types
    tile.transpose();
  }
  [[nodiscard]] bool shows_in_place() const override { return reader_->shows_in_place(); }
  void announce(const Region& region) const override {
    reader_->announce({.rows = region.columns, .columns = region.rows});
  }

 private:
  std::unique_ptr<const MatrixReader> reader_;
  ElementType type_;
};

}  // namespace

SourceName split_source(const std::string& source) {
  std::error_code ignored;
  const auto colon = source.rfind(':');
  if (colon == std::string::npos || colon == 0 || std::filesystem::exists(source, ignored)) return {source, ""};
  return {source.substr(0, colon), source.substr(colon + 1)};
}

Format detect_format(const std::string& path) {
  const InputFile file(path);
  const std::string start = beginning(file);
  if (has_hdf5_signature(file)) return Format::hdf5;
  if (start.starts_with("\x93NUMPY")) return Format::npy;
  refuse_foreign(file, start);
  if (ends_with(path, ".npy")) return Format::npy;  // its own error says what is wrong with it
  for (const char* ending : {".h5", ".hdf5", ".nc", ".mat", ".he5"}) {
    if (ends_with(path, ending)) throw InputError(fmt::format("{} is no HDF5 file, although it is called one", path));
  }
  for (const char* ending : {".csv", ".tsv", ".tab", ".txt"}) {
    if (ends_with(path, ending)) return Format::csv;
  }
  throw InputError(fmt::format("{} is neither HDF5 nor .npy, and its name does not end in .csv or .tsv", path));
}

MatrixInfo inspect_matrix(const std::string& source, const CsvInspection& how) {
  const SourceName name = split_source(source);
  MatrixInfo info;
  if (const auto files = matching_files(name.file); !files.empty()) {
    std::vector<MatrixInfo> parts;
    for (const auto& file : files) parts.push_back(inspect_file({file, name.dataset}, how));
    info = concatenate(parts);
  } else {
    info = inspect_file(name, how);
  }
  info.source = source;
  return info;
}

std::vector<std::string> files_of(const MatrixInfo& info) {
  std::vector<std::string> files;
  const auto add = [&files](const MatrixInfo& part) {
    files.push_back(part.file);
    files.insert(files.end(), part.other_files.begin(), part.other_files.end());
  };
  if (info.format == Format::concatenation) {
    for (const MatrixInfo& part : parts_of(info)) add(part);
  } else {
    add(info);
  }
  return files;
}

std::unique_ptr<const MatrixReader> open_matrix(const MatrixInfo& info) {
  if (info.format == Format::concatenation) return open_concatenation(info, open_matrix);
  if (identity_of(info.file, info.other_files) != info.identity) {
    throw IoError(fmt::format("{} is not the file that rank 0 sees under this name", info.file));
  }
  if (info.format == Format::hdf5) return open_hdf5(info);
  return info.format == Format::npy ? open_npy(info) : open_csv(info);
}

MatrixInfo transposed(MatrixInfo info) {
  std::swap(info.rows, info.columns);
  info.is_vector = false;
  info.contiguous = info.contiguous == Contiguous::rows ? Contiguous::columns : Contiguous::rows;
  if (info.chunk) std::swap(info.chunk->rows, info.chunk->columns);
  info.names.clear();
  if (info.types.size() > 1) info.types = {ElementType::float64};
  return info;
}

std::unique_ptr<const MatrixReader> transposed(std::unique_ptr<const MatrixReader> reader, const MatrixInfo& info) {
  return std::make_unique<TransposedReader>(std::move(reader), info.type_of(0));
}

}  // namespace rankwise::storage
