#pragma once

#include "rankwise/engine/identity.hpp"
#include "rankwise/engine/shared_matrix.hpp"
#include "rankwise/matrices/element_maker.hpp"

namespace rankwise::matrices {

/// The elements of a matrix in a file, for another file, where they may lie in another order or be of another type.
class MatrixCopy final : public ElementMaker {
 public:
  /// @param matrix outlives this
  explicit MatrixCopy(const engine::SharedMatrix& matrix);

  [[nodiscard]] engine::Identity identity() const;
  /// How the copy is best cut: see tile_shape.
  [[nodiscard]] storage::ChunkShape tile(storage::Contiguous written) const;

  [[nodiscard]] std::unique_ptr<Scratch> make_scratch() const override;
  void make(const storage::MatrixShape& shape, const storage::Region& region, Scratch* scratch,
            std::span<std::byte> to) const override;
  [[nodiscard]] Bytes bytes_needed(const storage::ChunkShape& region) const override;
  void announce(const storage::Region& region) const override { matrix_.reader().announce(region); }

 private:
  struct CopyScratch;
  void make_columns(const storage::MatrixShape& shape, const storage::Region& region, CopyScratch& room,
                    std::span<std::byte> to) const;

  void need_exact(std::span<const double> values) const;

  const engine::SharedMatrix& matrix_;
  bool from_text_ = false;
};

}  // namespace rankwise::matrices
