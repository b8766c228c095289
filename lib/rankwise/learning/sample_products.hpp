#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "rankwise/engine/context.hpp"
#include "rankwise/learning/dataset.hpp"

namespace rankwise::learning {

/// The products x·y of all pairs of samples, as a symmetric matrix. Samples of one class stand side by side, so that
/// what is looked at together lies together.
struct Products {
  std::uint64_t samples = 0;
  const double* values = nullptr;
  [[nodiscard]] double of(std::uint64_t a, std::uint64_t b) const { return values[a * samples + b]; }
  [[nodiscard]] const double* row(std::uint64_t sample) const { return values + sample * samples; }
};

/// The samples by class, within a class in their own order.
std::vector<std::uint32_t> by_class(std::span<const std::uint32_t> classes);

/// What so many samples take.
Bytes bytes_of_products(std::uint64_t samples);

/// Those of a data set as it is: once on each node.
class SharedProducts {
 public:
  /// @param order which sample stands at each place
  /// @throws ranks::AgreedError @note Collective
  SharedProducts(const engine::Context& context, const Dataset& data, std::span<const std::uint32_t> order);
  [[nodiscard]] Products products() const { return {samples_, memory_.as<const double>()}; }

 private:
  std::uint64_t samples_ = 0;
  ranks::NodeMemory memory_;
};

/// The same products with samples in another order.
/// @param room for them
Products in_order(const Products& products, std::span<const std::uint32_t> order, std::vector<double>& room);

/// Those of any features (samples × `features`, row by row), by this thread.
void take_products(std::span<const double> values, std::uint64_t features, std::span<double> products);

}  // namespace rankwise::learning
