#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "rankwise/statistics/correlation.hpp"
#include "rankwise/storage/filled_file.hpp"
#include "rankwise/storage/left_output.hpp"
#include "rankwise/storage/matrix_output.hpp"
#include "rankwise/storage/temporary_file.hpp"

namespace rankwise::statistics {

/// A symmetric float64 matrix that goes to a new file block by block, never whole in memory. On rank 0. What is not
/// committed leaves nothing behind.
/// - .h5: one dataset (/x unless the destination names another), its columns and rows named by a dimension scale;
/// - .npy: the values alone;
/// - .csv, .tsv: a header and a line per row, which come last, by way of a file of the same size as the .npy.
class SymmetricFile {
 public:
  /// @param names one per column, or none; then the header of a CSV has x0, x1, ...
  /// @throws IoError if the file cannot be written, or the disk has no room for it
  SymmetricFile(const storage::Destination& destination, bool overwrite, std::uint64_t columns,
                std::vector<std::string> names);
  /// Goes on with what an earlier run left. @throws IoError if that is not there any more
  SymmetricFile(const storage::Destination& destination, bool overwrite, std::uint64_t columns,
                std::vector<std::string> names, const storage::LeftOutput& left);
  /// How a later run takes it up.
  [[nodiscard]] storage::LeftOutput left() const;
  /// As it was laid out, it is there for that run even after a loss of power. @throws IoError
  void make_layout_durable();
  /// Unless it is committed, it stays for that run.
  void leave();
  /// What was written is durable. @throws IoError
  void make_durable() const { values_->sync(); }
  /// Writes a block of the upper triangle and its mirror image. @throws IoError
  void write(const CorrelationBlock& block);
  /// Puts the record of the run beside the values and gives the file its name. @throws IoError
  void commit(const std::string& record);

 private:
  void write_text();

  storage::Destination destination_;
  std::uint64_t columns_;
  std::vector<std::string> names_;
  storage::TemporaryFile file_;
  std::optional<storage::TemporaryFile> values_of_text_;
  std::optional<storage::FilledFile> values_;
  std::uint64_t offset_ = 0;
  std::vector<double> mirrored_;
};

}  // namespace rankwise::statistics
