#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "rankwise/engine/identity.hpp"
#include "rankwise/matrices/element_maker.hpp"
#include "rankwise/storage/matrix_output.hpp"

namespace rankwise::matrices {

enum class Distribution : std::uint8_t {
  uniform,   ///< in [0, 1)
  normal,    ///< mean 0, variance 1
  integers,  ///< 0 to 99
};

/// Random matrices. Element (r, c) of a matrix with C columns depends on the seed and on r · C + c alone: not on how
/// the matrix is stored, nor on who makes it.
struct RandomElements {
  Distribution distribution = Distribution::uniform;
  std::uint64_t seed = 0;
  double nan_fraction = 0;  ///< of elements that are NaN; floating-point types only

  /// Fills memory with the elements of `region`, in the shape's type and order (that of its contiguous dimension).
  void fill(const storage::MatrixShape& shape, const storage::Region& region, std::span<std::byte> to) const;
};

/// Makes them for a file.
class RandomMaker final : public ElementMaker {
 public:
  explicit RandomMaker(const RandomElements& elements) : elements_(elements) {}
  void make(const storage::MatrixShape& shape, const storage::Region& region, Scratch*,
            std::span<std::byte> to) const override {
    elements_.fill(shape, region, to);
  }
  [[nodiscard]] engine::Identity identity() const;

 private:
  RandomElements elements_;
};

}  // namespace rankwise::matrices
