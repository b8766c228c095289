#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "rankwise/engine/context.hpp"
#include "rankwise/engine/identity.hpp"
#include "rankwise/engine/plan.hpp"
#include "rankwise/engine/shared_matrix.hpp"
#include "rankwise/storage/result_table.hpp"
#include "rankwise/storage/table_output.hpp"
#include "rankwise/tables/column_reader.hpp"
#include "rankwise/tables/derivation.hpp"
#include "rankwise/tables/row_jobs.hpp"
#include "rankwise/tables/source_text.hpp"

namespace rankwise::tables {

/// Makes a table of another one, row by row, in a new file: in HDF5 a dataset for each column, in a CSV lines.
class Transform {
 public:
  struct Options {
    storage::Destination destination = {};
    bool overwrite = false;
    storage::WriteBy write_by = storage::WriteBy::automatic;
    bool copy = false;         ///< columns that stay are copied, where links to the source would do
    std::string options = {};  ///< what the values depend on beside the source and the seed
    std::uint64_t seed = 0;
    /// Tells which part of all work begins, such as from 0.25 to 1 of it.
    std::function<void(double begin, double end)> before_phase = {};
    /// The record of the run, given the digest and how many rows there are.
    std::function<std::string(const std::string& digest, std::uint64_t rows)> record = {};
  };
  struct Result {
    std::string digest;  ///< of names, types, and what is written
    std::uint64_t rows = 0;
  };

  /// @param source and derivation outlive this
  /// @throws ranks::AgreedError
  /// @note Collective
  Transform(const engine::Context& context, const engine::SharedMatrix& source, const Derivation& derivation,
            Options options);

  /// What the file depends on.
  [[nodiscard]] engine::Identity identity() const;
  /// Columns that become links to where they are.
  [[nodiscard]] std::size_t links() const;
  /// Those of them that are no numbers.
  [[nodiscard]] const std::vector<storage::TableShape::Other>& others() const { return shape_.others; }
  /// The names of the source's columns that are no numbers, would stay, and cannot.
  [[nodiscard]] const std::vector<std::string>& left_out() const { return left_out_; }
  /// How many bytes of the source are read, where they lie apart.
  [[nodiscard]] Bytes bytes_to_read() const;
  [[nodiscard]] std::vector<engine::PhasePlan> plan() const;
  /// @return on rank 0. @throws ranks::AgreedError; then no file under the final name has changed
  /// @note Collective
  Result run();

 private:
  [[nodiscard]] bool is_text() const;
  [[nodiscard]] bool links_columns_that_stay() const { return !is_text() && !options_.copy && !derivation_.where(); }
  void keep_others();
  [[nodiscard]] engine::Identity identity_of_phase(const std::string& phase) const;
  [[nodiscard]] RowWork work(const ColumnReader& reader, const std::string& phase) const;
  [[nodiscard]] WriteJob::Form form() const;
  [[nodiscard]] std::vector<std::uint64_t> count() const;
  [[nodiscard]] std::string digest_of(std::span<const std::array<std::uint64_t, 2>> hashes) const;
  [[nodiscard]] std::vector<std::uint64_t> lay_out(const std::string& path, std::uint64_t rows) const;

  const engine::Context& context_;
  const engine::SharedMatrix& source_;
  const Derivation& derivation_;
  Options options_;
  storage::TableShape shape_;                // its rows are those of the source
  std::vector<std::size_t> filled_;          // columns of the result that are no links
  std::vector<std::string> left_out_;        // would stay, but are no numbers
  std::optional<ColumnReader> conditioned_;  // what --where needs
  std::optional<ColumnReader> reader_;       // all that is needed
  std::optional<SourceText> text_;           // of a CSV that goes to a CSV
  std::uint64_t rows_at_once_ = 1;           // in a block
};

}  // namespace rankwise::tables
