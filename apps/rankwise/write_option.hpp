#pragma once

#include <CLI/CLI.hpp>

#include "rankwise/storage/filled_file.hpp"
#include "rankwise/storage/result_table.hpp"

namespace rankwise::app {

/// --write: how ranks fill a large output together.
class WriteOption {
 public:
  CLI::Option* add_to(CLI::App& app);
  /// @param chunked whether the file has chunks
  /// @throws UsageError if ranks cannot fill it together, and were told to
  void check(const storage::Destination& destination, bool chunked = false) const;
  [[nodiscard]] storage::WriteBy by() const { return by_; }
  [[nodiscard]] bool may_use_mpi_io(const storage::Destination& destination) const;

 private:
  storage::WriteBy by_ = storage::WriteBy::automatic;
};

}  // namespace rankwise::app
