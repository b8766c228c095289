#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>

#include "apps/rankwise/invocation.hpp"
#include "rankwise/storage/result_table.hpp"

namespace rankwise::app {

/// Where a command's result goes: a table or one JSON object on standard output, and a file.
class OutputOptions {
 public:
  void add_to(CLI::App& app);
  [[nodiscard]] bool json() const { return json_; }
  [[nodiscard]] bool to_file() const { return destination_.has_value(); }
  [[nodiscard]] const std::optional<storage::Destination>& destination() const { return destination_; }

  /// Finds out, before any work, whether the file can be written. @throws UsageError, IoError
  void check(const Invocation& invocation) const;
  /// Writes the file on rank 0, if one was asked for, with the record of the run. @note Collective
  void write(const Invocation& invocation, const storage::ResultTable& table,
             const nlohmann::ordered_json& record) const;

 private:
  std::optional<storage::Destination> destination_;
  bool overwrite_ = false;
  bool json_ = false;
};

}  // namespace rankwise::app
