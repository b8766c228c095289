#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <variant>
#include <vector>

#include "rankwise/base/byte_encoding.hpp"
#include "rankwise/base/bytes.hpp"
#include "rankwise/blocks/grid.hpp"
#include "rankwise/engine/identity.hpp"
#include "rankwise/learning/cross_validation.hpp"
#include "rankwise/learning/dataset.hpp"
#include "rankwise/learning/fit_order.hpp"
#include "rankwise/learning/fold.hpp"
#include "rankwise/learning/fold_kernel.hpp"
#include "rankwise/learning/ranked_features.hpp"

// For the sources of this folder alone.
namespace rankwise::learning {

template <class Options>
bool are(const Candidates& candidates) {
  return std::holds_alternative<Options>(candidates.at(0));
}

/// What all folds need, once on each node.
struct SharedByFolds {
  std::optional<SharedBySvc> svc = {};
  std::optional<RankedFeatures> ranked = {};  ///< for forests
};

/// Trains a candidate for a target on all folds but one, and scores it on that. A lane is a candidate, a fold and a
/// target.
class FoldJob {
 public:
  struct Partial {
    double score = 0;
    std::vector<std::uint8_t> right = {};  ///< whether each test sample was told right, where there are several targets
  };
  struct Scratch {
    std::vector<double> scaled;
    FoldKernel kernel;
  };

  FoldJob(const Dataset& data, const Candidates& candidates, const CrossValidationOptions& options,
          std::span<const std::uint32_t> fold_of, const SharedByFolds& shared)
      : data_(data), candidates_(candidates), options_(options), fold_of_(fold_of), shared_(shared) {}

  [[nodiscard]] engine::Identity identity() const;
  [[nodiscard]] blocks::Grid grid() const;
  [[nodiscard]] Bytes partial_bytes() const { return {sizeof(Partial) + (has_several() ? data_.samples() : 0)}; }
  [[nodiscard]] Bytes block_bytes() const;
  [[nodiscard]] std::vector<std::uint64_t> lanes_in_order() const {
    return fits_in_order(data_, candidates_, options_);
  }
  [[nodiscard]] Partial run(blocks::Block block, Scratch& scratch) const;
  void merge(Partial&, const Partial&) const {}  // lanes have one step
  [[nodiscard]] bool fits(const Partial& partial, std::uint64_t lane) const;
  static double told(const Partial& partial) { return partial.score; }
  static void encode(const Partial& partial, ByteWriter& out) {
    out.put(partial.score);
    out.put_vector(partial.right);
  }
  static Partial decode(ByteReader& in) {
    const auto score = in.get<double>();
    return {score, in.get_vector<std::uint8_t>()};
  }

 private:
  [[nodiscard]] bool has_several() const { return data_.targets().size() > 1; }
  [[nodiscard]] double score(const Target& target, std::span<const std::uint32_t> truths,
                             const Predictions& predictions) const;
  // What a model trained on the fold says of its test samples. `which` target it is for.
  [[nodiscard]] Predictions predict(const LogisticOptions& options, Fold fold, std::size_t which,
                                    Scratch& scratch) const;
  [[nodiscard]] Predictions predict(const ForestOptions& options, const Fold& fold, std::size_t which,
                                    Scratch& scratch) const;
  [[nodiscard]] Predictions predict(const SvcOptions& options, const Fold& fold, std::size_t which,
                                    Scratch& scratch) const;

  const Dataset& data_;
  const Candidates& candidates_;
  const CrossValidationOptions& options_;
  std::span<const std::uint32_t> fold_of_;
  const SharedByFolds& shared_;
};

}  // namespace rankwise::learning
