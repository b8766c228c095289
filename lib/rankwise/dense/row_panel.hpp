#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "rankwise/base/bytes.hpp"
#include "rankwise/blocks/grid.hpp"
#include "rankwise/ranks/communicator.hpp"
#include "rankwise/storage/filled_file.hpp"
#include "rankwise/storage/matrix.hpp"

namespace rankwise::dense {

/// A matrix of which each rank has some rows, in rank order, as many as the others but for the last ones.
struct RowPanel {
  std::uint64_t rows = 0, columns = 0;  ///< of the whole
  blocks::Range mine = {};              ///< this rank's rows
  std::vector<double> values = {};      ///< of these, row by row; or nothing, if they are
  const double* in_place = nullptr;     ///< where their file is mapped, for as long as its reader is there

  RowPanel() = default;
  RowPanel(const ranks::Communicator& ranks, std::uint64_t all_rows, std::uint64_t all_columns);
  /// Of this rank's rows, row by row, wherever they are.
  [[nodiscard]] std::span<const double> elements() const {
    return in_place == nullptr ? std::span<const double>(values) : std::span(in_place, mine.size() * columns);
  }
  /// How many rows each rank has at most.
  static std::uint64_t height(const ranks::Communicator& ranks, std::uint64_t rows);
};

/// A matrix in a file.
struct Source {
  const storage::MatrixInfo& info;
  const storage::MatrixReader& reader;
  bool seen_by_all = true;  ///< otherwise rank 0 reads for all
};

/// Reads it, or takes it as it lies in its file, where it stays: no memory is filled with a copy of it. Whoever has
/// worked with it asks storage::check_mapped_files whether it was there all the time.
/// @param finite NaN and infinities are refused
/// @throws ranks::AgreedError
/// @note Collective
RowPanel read(const ranks::Communicator& ranks, const Source& source, bool finite);

/// Writes it where its elements begin in a file, which is that of all ranks, or, if `by_root`, that of rank 0.
/// @throws ranks::AgreedError
/// @note Collective
void write(const ranks::Communicator& ranks, const RowPanel& panel, const storage::FilledFile* file,
           std::uint64_t begin, bool by_root);

/// Its product with a matrix that every rank has as a whole, row by row; the result likewise.
/// @note Collective
std::vector<double> product(const ranks::Communicator& ranks, const RowPanel& a, std::span<const double> b,
                            std::uint64_t columns_of_b);

/// The sum of what all ranks have, on every rank.
/// @pre as many on each. @note Collective
std::vector<double> sum(const ranks::Communicator& ranks, std::vector<double> mine);

/// The largest sum of absolute values in a column.
/// @note Collective
double norm_1(const ranks::Communicator& ranks, const RowPanel& a);
/// The largest sum of absolute values in a row.
/// @note Collective
double norm_infinity(const ranks::Communicator& ranks, const RowPanel& a);

}  // namespace rankwise::dense
