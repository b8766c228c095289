#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "apps/rankwise/invocation.hpp"
#include "rankwise/statistics/correlation.hpp"
#include "rankwise/storage/matrix.hpp"

namespace rankwise::app {

/// Correlations or covariances of columns as people and programs read them. On rank 0.
class CorrelationReport {
 public:
  /// @param output where the matrix went, if anywhere
  CorrelationReport(const Invocation& invocation, const storage::MatrixInfo& info,
                    const statistics::CorrelationOptions& options, const statistics::Correlation& correlation,
                    const std::optional<std::string>& output);

  [[nodiscard]] std::string text() const;
  [[nodiscard]] std::string json() const;
  /// What is written beside the matrix: how it came about.
  [[nodiscard]] nlohmann::ordered_json record() const;

 private:
  [[nodiscard]] nlohmann::ordered_json head() const;
  [[nodiscard]] std::string remarks() const;
  [[nodiscard]] double pairs() const;

  const Invocation& invocation_;
  const storage::MatrixInfo& info_;
  const statistics::CorrelationOptions& options_;
  const statistics::Correlation& correlation_;
  const std::optional<std::string>& output_;
  double seconds_;
};

}  // namespace rankwise::app
