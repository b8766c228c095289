#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "rankwise/base/bytes.hpp"
#include "rankwise/learning/fold.hpp"

namespace rankwise::learning {

/// scikit-learn's LogisticRegression, with its names; but it goes on to the minimum, where that stops after 100 steps.
struct LogisticOptions {
  double c = 1;
  bool intercept = true;
  bool balanced = false;  ///< class_weight
  double tolerance = 1e-8;
  std::uint64_t most_iterations = 10'000;
};

/// Multinomial logistic regression: class k is as likely as exp(w_k·x + b_k), and all of them together are certain. The
/// weights make C Σ log loss + ½ Σ w² least. Of two classes, the first has no weights of its own.
class LogisticRegression {
 public:
  /// @throws Stopped if a signal asks to stop
  LogisticRegression(const LogisticOptions& options, const Fold& fold);

  /// How likely each class is.
  [[nodiscard]] Predictions predict(const Fold& fold, std::span<const std::uint32_t> samples) const;

  /// Features × machines; machines are the classes, or one, for the second of two.
  [[nodiscard]] const std::vector<double>& coefficients() const { return coefficients_; }
  [[nodiscard]] const std::vector<double>& intercepts() const { return intercepts_; }
  /// Whether the minimum was found in as many iterations as there might be.
  [[nodiscard]] bool converged() const { return converged_; }

  /// What one is made in.
  static Bytes bytes_needed(std::uint64_t samples, std::uint64_t features, std::uint64_t classes);

 private:
  std::uint64_t machines_;
  std::vector<double> coefficients_, intercepts_;
  bool converged_ = false;
};

}  // namespace rankwise::learning
