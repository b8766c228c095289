#include "apps/rankwise/matrix_output_options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "apps/rankwise/common_options.hpp"
#include "rankwise/base/parse_number.hpp"

namespace rankwise::app {
namespace {

using storage::Contiguous;
using storage::ElementType;
using storage::OutputFormat;

/// About 1 MiB along the contiguous dimension.
storage::ChunkShape default_chunk(const storage::MatrixShape& shape) {
  const std::uint64_t room = (std::uint64_t{1} << 20) / storage::size_of(shape.type);
  const bool by_rows = shape.contiguous == Contiguous::rows;
  const std::uint64_t inner = std::min(room, by_rows ? shape.columns : shape.rows);
  const std::uint64_t outer = std::max<std::uint64_t>(1, room / inner);
  return by_rows ? storage::ChunkShape{outer, inner} : storage::ChunkShape{inner, outer};
}

}  // namespace

void MatrixOutputOptions::add_to(CLI::App& app, const Defaults& defaults, CLI::Option* destination) {
  const std::array options{
      add_choice<std::optional<Contiguous>>(
          app, "--layout", fmt::format("which dimension lies together in the file (default: {})", defaults.layout),
          {{"rows", Contiguous::rows}, {"columns", Contiguous::columns}}, contiguous_),
      add_choice<std::optional<ElementType>>(app, "--dtype",
                                             fmt::format("the type of the elements (default: {})", defaults.type),
                                             {{"f8", ElementType::float64},
                                              {"f4", ElementType::float32},
                                              {"i8", ElementType::int64},
                                              {"i4", ElementType::int32},
                                              {"i2", ElementType::int16},
                                              {"i1", ElementType::int8},
                                              {"u1", ElementType::uint8}},
                                             type_),
      add_value(app, "--chunk", "RxC", "HDF5: store in chunks of R × C",
                [this](const std::string& t) { take_chunk(t); }),
      add_value(app, "--gzip", "0..9", "HDF5: shuffle and compress chunks at this level (default: 0, not at all)",
                [this](const std::string& t) { take_gzip(t); }),
      write_.add_to(app),
      app.add_flag("--overwrite", overwrite_, "replace the file if it exists")};
  if (destination == nullptr) return;
  for (CLI::Option* option : options) option->needs(destination);
}

void MatrixOutputOptions::take_chunk(const std::string& text) {
  const auto x = text.find('x');
  if (x == std::string::npos || x == 0 || x + 1 == text.size())
    throw UsageError(fmt::format("--chunk takes rows and columns such as 1000x100, not '{}'", text));
  chunk_ = {parse_count(text.substr(0, x), "--chunk"), parse_count(text.substr(x + 1), "--chunk")};
  if (chunk_->rows == 0 || chunk_->columns == 0) throw UsageError("--chunk takes at least 1x1");
}

void MatrixOutputOptions::take_gzip(const std::string& text) {
  const std::uint64_t level = parse_count(text, "--gzip");
  if (level > 9) throw UsageError(fmt::format("--gzip takes 0 to 9, not {}", text));
  gzip_ = static_cast<int>(level);
}

void MatrixOutputOptions::check(const std::string& command, const CheckpointOptions& checkpoint) const {
  checkpoint.refuse_as_output(destination_, command == "convert" ? "DEST" : "--out");
  if (!destination_) return;
  const auto format = storage::format_of(*destination_);
  if (checkpoint.wanted() && is_chunked()) {
    throw UsageError("--checkpoint takes a file without --chunk and --gzip");
  }
  const std::string& dataset = destination_->dataset;
  if (!dataset.empty() && dataset.find_first_not_of("/.") == std::string::npos) {
    throw UsageError(fmt::format("'{}' is no name for a dataset: FILE:/x", dataset));
  }
  write_.check(*destination_, is_chunked());
  if (format == OutputFormat::json) throw UsageError(fmt::format("{} writes .h5, .npy or .csv, not .json", command));
  if (format != OutputFormat::hdf5 && is_chunked()) throw UsageError("--chunk and --gzip are for .h5 files");
  if (format == OutputFormat::csv && contiguous_ == Contiguous::columns) {
    throw UsageError("a CSV is written row by row: --layout columns is for .h5 and .npy files");
  }
}

storage::MatrixShape MatrixOutputOptions::shape(const Extents& extents, ElementType type) const {
  const auto format = storage::format_of(*destination_);
  const bool by_rows = extents.is_vector || format == OutputFormat::csv;
  storage::MatrixShape shape{.rows = extents.rows,
                             .columns = extents.columns,
                             .type = type_.value_or(type),
                             .contiguous = by_rows ? Contiguous::rows : contiguous_.value_or(extents.contiguous),
                             .is_vector = extents.is_vector,
                             .gzip = gzip_};
  constexpr std::uint64_t most_bytes = std::uint64_t{1} << 63;  // of any file
  const std::uint64_t row_most = most_bytes / storage::size_of(shape.type) / std::max<std::uint64_t>(1, shape.rows);
  if (shape.columns > row_most) {
    throw UsageError(fmt::format("a matrix of {} × {} is too large for any file", shape.rows, shape.columns));
  }
  if (format == OutputFormat::csv && shape.columns == 0) {
    throw UsageError("a CSV cannot hold a matrix without columns: .h5 and .npy files can");
  }
  if (!is_chunked()) return shape;
  if (shape.rows == 0 || shape.columns == 0) throw UsageError("a matrix without elements has no chunks");
  shape.chunk = chunk_.value_or(default_chunk(shape));
  shape.chunk =
      storage::ChunkShape{std::min(shape.chunk->rows, shape.rows), std::min(shape.chunk->columns, shape.columns)};
  constexpr std::uint64_t most = std::uint64_t{1} << 32;  // HDF5's own limit, in bytes
  if (shape.chunk->rows >= most || shape.chunk->columns >= most ||
      shape.chunk->rows * shape.chunk->columns >= most / storage::size_of(shape.type)) {
    throw UsageError("--chunk: a chunk of HDF5 holds less than 4 GiB");
  }
  return shape;
}

}  // namespace rankwise::app
