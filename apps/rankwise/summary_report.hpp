#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "apps/rankwise/invocation.hpp"
#include "rankwise/statistics/summary.hpp"
#include "rankwise/storage/matrix.hpp"
#include "rankwise/storage/result_table.hpp"

namespace rankwise::app {

/// Statistics of columns or rows as people and programs read them. On rank 0.
class SummaryReport {
 public:
  /// @param thing `column` or `row`: what the statistics are of
  SummaryReport(const Invocation& invocation, const storage::MatrixInfo& info, const statistics::Summary& summary,
                std::string thing);

  struct TextOptions {
    std::optional<std::uint64_t> top;  ///< how many to print
    bool can_write_all = true;         ///< say that --out writes what is not printed
  };
  [[nodiscard]] std::string text(const TextOptions& options) const;
  [[nodiscard]] std::string json() const;
  [[nodiscard]] storage::ResultTable table() const;
  /// What is written beside a result: how it came about.
  [[nodiscard]] nlohmann::ordered_json record() const;

 private:
  [[nodiscard]] nlohmann::ordered_json head() const;

  const Invocation& invocation_;
  const storage::MatrixInfo& info_;
  const statistics::Summary& summary_;
  std::string thing_;
  double seconds_;
  std::string digest_;
};

}  // namespace rankwise::app
