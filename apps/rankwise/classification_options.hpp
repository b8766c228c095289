#pragma once

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "rankwise/matrices/classification.hpp"
#include "rankwise/storage/matrix_output.hpp"

namespace rankwise::app {

/// What `generate classification` takes beside the options of all kinds.
class ClassificationOptions {
 public:
  void add_to(CLI::App& app);
  /// @throws UsageError if one of them was given for another kind
  void refuse_for(const std::string& kind) const;
  /// @throws UsageError if there is no such problem
  [[nodiscard]] matrices::ClassificationOptions problem(const storage::MatrixShape& features, std::uint64_t seed) const;

 private:
  void add_count(CLI::App& app, const std::string& name, const std::string& description, std::uint64_t& count);

  matrices::ClassificationOptions chosen_;
  std::vector<std::string> given_;
};

/// What a record tells of a problem.
void describe(const matrices::ClassificationOptions& problem, const matrices::Classification& classification,
              nlohmann::ordered_json& json);

}  // namespace rankwise::app
