#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "rankwise/blocks/grid.hpp"
#include "rankwise/engine/context.hpp"
#include "rankwise/learning/dataset.hpp"

namespace rankwise::learning {

/// Where samples stand: those of one class side by side, so that what is looked at together lies together; within a
/// class in their own order.
struct Places {
  std::vector<std::uint32_t> samples = {};  ///< at each place
  std::vector<std::uint64_t> begins = {};   ///< of each class; their number

  explicit Places(const Target& target);
  [[nodiscard]] std::uint32_t class_count() const { return static_cast<std::uint32_t>(begins.size() - 1); }
  [[nodiscard]] blocks::Range of_class(std::uint32_t k) const { return {begins[k], begins[k + 1]}; }
};

/// The products x·y of samples, known by their places: all of them in a matrix, or taken of the features whenever they
/// are asked for. The same bits in both ways.
class Products {
 public:
  Products() = default;
  /// @param matrix samples × samples
  static Products of_matrix(std::uint64_t samples, const double* matrix);
  /// @param strips as take_strips leaves them
  static Products of_strips(std::uint64_t samples, std::uint64_t features, const double* strips);

  [[nodiscard]] std::uint64_t samples() const { return samples_; }
  /// Of the sample at one place with those at others.
  /// @param room for them, if they are not there yet
  const double* with(std::uint64_t place, blocks::Range others, std::vector<double>& room) const;

 private:
  std::uint64_t samples_ = 0, features_ = 0;
  const double* matrix_ = nullptr;
  const double* strips_ = nullptr;
};

/// What a matrix of the products of so many samples takes; what their features take in strips.
Bytes bytes_of_matrix(std::uint64_t samples);
Bytes bytes_of_strips(std::uint64_t samples, std::uint64_t features);

/// The products of a data set as it is, once on each node.
class SharedProducts {
 public:
  /// @param order which sample stands at each place
  /// @param whole as a matrix
  /// @throws ranks::AgreedError @note Collective
  SharedProducts(const engine::Context& context, const Dataset& data, std::span<const std::uint32_t> order, bool whole);
  [[nodiscard]] const Products& products() const { return products_; }

 private:
  ranks::NodeMemory memory_;
  Products products_;
};

/// The same products with samples in another order. @pre they are a matrix
/// @param room for them
Products in_order(const Products& products, std::span<const std::uint32_t> order, std::vector<double>& room);

/// Those of any features (samples × `features`, row by row), by this thread. @param room for them
Products products_of(std::span<const double> values, std::uint64_t features, bool whole, std::vector<double>& room);

}  // namespace rankwise::learning
