#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "rankwise/base/bytes.hpp"
#include "rankwise/engine/context.hpp"
#include "rankwise/learning/dataset.hpp"
#include "rankwise/learning/kernel_rows.hpp"
#include "rankwise/learning/sample_products.hpp"
#include "rankwise/learning/support_vectors.hpp"

// For the sources of this folder alone.
namespace rankwise::learning {

/// What all folds of support vector machines share, once on each node, and what each thread may have of its own.
struct SharedBySvc {
  bool scale = false;
  std::vector<Places> places = {};  ///< for each target
  bool whole = true;                ///< products are matrices
  Bytes rows = {};                  ///< room for kernel values
  /// Of samples as they are, where features are not scaled: at the one target's places, or, of several, in their own
  /// order.
  std::optional<SharedProducts> products = {};

  /// @throws ranks::AgreedError @note Collective
  SharedBySvc(const engine::Context& context, const Dataset& data, bool scale);
  /// What a fold needs for each thread, at least.
  static Bytes least_bytes(const Dataset& data, bool scale);
};

/// What a model is trained on, of one target, in one fold.
struct TrainingFold {
  std::size_t target = 0;
  std::uint32_t number = 0;
  std::span<const std::uint32_t> samples = {};            ///< in rising order
  std::vector<std::vector<std::uint32_t>> by_class = {};  ///< of each class, which of its samples
};

/// The kernel's values for one fold after another, in one thread: they stay for the next fold if they are the same.
class FoldKernel {
 public:
  KernelRows& rows_for(const Dataset& data, const SharedBySvc& shared, const SvcOptions& options,
                       const TrainingFold& fold);

 private:
  /// What products depend on.
  struct Source {
    std::size_t target = 0;
    std::optional<std::uint32_t> scaled_for = {};
    friend bool operator==(const Source&, const Source&) = default;
  };
  void take_products(const Dataset& data, const SharedBySvc& shared, const TrainingFold& fold);
  [[nodiscard]] double variance(const Dataset& data, const SharedBySvc& shared, const TrainingFold& fold) const;

  std::optional<Source> source_;
  std::vector<double> features_, room_;
  Products products_;
  std::optional<KernelFunction> kernel_;
  KernelRows rows_;
};

}  // namespace rankwise::learning
