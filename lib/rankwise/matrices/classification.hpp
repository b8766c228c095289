#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "rankwise/engine/identity.hpp"
#include "rankwise/matrices/element_maker.hpp"
#include "rankwise/random/permutation.hpp"
#include "rankwise/random/philox.hpp"
#include "rankwise/storage/result_table.hpp"

namespace rankwise::matrices {

/// A problem for classifiers, as scikit-learn's make_classification means it (Guyon, "Design of experiments of the NIPS
/// 2003 variable selection benchmark"): clusters of samples around vertices of a hypercube of informative features,
/// each drawn from a normal distribution with a covariance of its own; redundant features are combinations of these;
/// the rest is noise. Samples and features are in random order.
struct ClassificationOptions {
  std::uint64_t samples = 0;
  std::uint64_t features = 0;
  std::uint64_t informative = 2;
  std::uint64_t redundant = 2;
  std::uint64_t classes = 2;
  std::uint64_t clusters_per_class = 2;
  double class_sep = 1;  ///< vertices have the coordinates ± class_sep
  double flip_y = 0.01;  ///< share of the labels that are drawn anew
  std::uint64_t seed = 0;

  /// @throws UsageError if there is no such problem
  void check() const;
};

/// Makes its features, and, as one more column behind them, the labels.
class Classification final : public ElementMaker {
 public:
  /// @pre the options are checked
  explicit Classification(const ClassificationOptions& options);

  /// From 0 to classes - 1.
  [[nodiscard]] std::uint64_t label(std::uint64_t sample) const;
  /// Adds the labels of all samples, as dataset /y, to an HDF5 file that is laid out. @throws IoError
  void write_labels(const std::string& path, const storage::Destination& destination) const;
  /// The columns of informative (redundant) features.
  [[nodiscard]] std::vector<std::uint64_t> informative() const;
  [[nodiscard]] std::vector<std::uint64_t> redundant() const;
  [[nodiscard]] engine::Identity identity() const;

  [[nodiscard]] std::unique_ptr<Scratch> make_scratch() const override;
  /// @pre the shape's type is a floating-point type
  void make(const storage::MatrixShape& shape, const storage::Region& region, Scratch* scratch,
            std::span<std::byte> to) const override;
  [[nodiscard]] Bytes bytes_needed(const storage::ChunkShape& region) const override;

 private:
  struct RowScratch;
  [[nodiscard]] std::uint64_t clusters() const { return options_.classes * options_.clusters_per_class; }
  [[nodiscard]] std::uint64_t useful() const { return options_.informative + options_.redundant; }
  [[nodiscard]] std::uint64_t cluster_of(std::uint64_t sample) const;
  [[nodiscard]] std::vector<std::uint64_t> columns_of(std::uint64_t begin, std::uint64_t end) const;
  void make_useful(std::uint64_t sample, RowScratch& row) const;
  void make_row(std::uint64_t sample, const blocks::Range& columns, RowScratch& row) const;

  ClassificationOptions options_;
  random::Permutation order_;
  random::Stream normals_, noise_, flips_;
  std::vector<double> covariances_;     // clusters × informative × informative
  std::vector<double> centroids_;       // clusters × informative
  std::vector<double> combinations_;    // informative × redundant
  std::vector<std::uint64_t> feature_;  // which one a column is: informative ones first, then redundant ones
};

}  // namespace rankwise::matrices
