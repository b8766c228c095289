#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "apps/rankwise/common_options.hpp"
#include "apps/rankwise/invocation.hpp"
#include "rankwise/engine/delivery.hpp"
#include "rankwise/learning/dataset.hpp"

namespace rankwise::app {

/// The samples that models learn from, and what is to be told of them: columns of the same table, or another file.
class SampleOptions {
 public:
  struct Added {
    CLI::Option *target, *labels;
  };
  /// --target, --labels, --deliver. @param target, labels what their help says @param names what a target is given as
  Added add_to(CLI::App& app, const std::string& target, const std::string& labels, const std::string& names);
  [[nodiscard]] engine::Deliver deliver() const { return deliver_; }
  void set_source(const std::string& source) { source_ = source; }
  /// @throws UsageError unless one of the two is given
  void check() const;

  /// The files with samples and their classes.
  struct Sources {
    engine::SharedMatrix samples;
    std::optional<engine::SharedMatrix> labels;
    std::optional<std::vector<std::string>> texts = {};  ///< labels that are no matrix; those themselves on rank 0
    [[nodiscard]] const storage::MatrixInfo& info() const { return samples.info(); }
  };
  /// @throws ranks::AgreedError @note Collective
  [[nodiscard]] Sources open(const Invocation& invocation, const engine::Context& context) const;
  /// @throws ranks::AgreedError @note Collective
  [[nodiscard]] learning::Dataset read(const engine::Context& context, const Sources& sources) const;
  /// A data set of these extents with nothing in it, to plan with. @throws InputError
  [[nodiscard]] learning::Dataset sizes(const Sources& sources) const;

  /// `digits.csv · 1797 samples × 64 features, 10 classes`
  static std::string in_words(const storage::MatrixInfo& info, const learning::Dataset& data);
  /// What JSON says of all this.
  void add_to(nlohmann::ordered_json& json, const storage::MatrixInfo& info, const learning::Dataset& data) const;

 private:
  std::string source_, target_, labels_;
  engine::Deliver deliver_ = engine::Deliver::automatic;
};

}  // namespace rankwise::app
