#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <optional>
#include <string>

#include "apps/rankwise/checkpoint_options.hpp"
#include "apps/rankwise/write_option.hpp"
#include "rankwise/matrices/write_matrix.hpp"
#include "rankwise/storage/matrix_output.hpp"

namespace rankwise::app {

/// Where a command writes a matrix to, and how it lies there.
class MatrixOutputOptions {
 public:
  /// --layout, --dtype, --chunk, --gzip, --write, --overwrite; the file itself is the command's own option or argument.
  struct Defaults {  ///< in words
    std::string type = {};
    std::string layout = "rows";
  };
  /// @param destination the option that names the file, where a command can do without: the others need it
  void add_to(CLI::App& app, const Defaults& defaults, CLI::Option* destination = nullptr);
  void set_destination(const std::string& text) { destination_ = storage::parse_destination(text); }

  /// @throws UsageError for what no matrix can be written with
  void check(const std::string& command, const CheckpointOptions& checkpoint) const;
  [[nodiscard]] bool has_destination() const { return destination_.has_value(); }
  [[nodiscard]] const storage::Destination& destination() const { return *destination_; }
  [[nodiscard]] bool overwrite() const { return overwrite_; }
  [[nodiscard]] storage::WriteBy write_by() const { return write_.by(); }
  [[nodiscard]] bool may_use_mpi_io() const { return destination_ && write_.may_use_mpi_io(*destination_); }

  /// The extents and type that are to be written, and how they lie in the file.
  struct Extents {
    std::uint64_t rows = 0;
    std::uint64_t columns = 0;
    bool is_vector = false;
    storage::Contiguous contiguous = storage::Contiguous::rows;  ///< unless the user chose
  };
  /// @throws UsageError if they cannot be
  [[nodiscard]] storage::MatrixShape shape(const Extents& extents, storage::ElementType type) const;

 private:
  [[nodiscard]] bool is_chunked() const { return chunk_ || gzip_ > 0; }
  void take_chunk(const std::string& text);
  void take_gzip(const std::string& text);

  std::optional<storage::Destination> destination_;
  bool overwrite_ = false;
  std::optional<storage::Contiguous> contiguous_;
  std::optional<storage::ElementType> type_;
  std::optional<storage::ChunkShape> chunk_;
  int gzip_ = 0;
  WriteOption write_;
};

}  // namespace rankwise::app
