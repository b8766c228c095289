#pragma once

#include <cstddef>
#include <memory>
#include <span>

#include "rankwise/base/bytes.hpp"
#include "rankwise/storage/matrix_output.hpp"

namespace rankwise::matrices {

/// Makes the elements of a matrix, any region of it, any number of times.
class ElementMaker {
 public:
  /// What a thread keeps from one region to the next.
  struct Scratch {
    Scratch() = default;
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;
    virtual ~Scratch() = default;
  };

  ElementMaker() = default;
  ElementMaker(const ElementMaker&) = delete;
  ElementMaker& operator=(const ElementMaker&) = delete;
  virtual ~ElementMaker() = default;

  /// Nothing where nothing is kept.
  [[nodiscard]] virtual std::unique_ptr<Scratch> make_scratch() const { return nullptr; }
  /// Fills memory with the elements of `region`, in the shape's type and order (that of its contiguous dimension).
  /// Called by any thread of any rank.
  virtual void make(const storage::MatrixShape& shape, const storage::Region& region, Scratch* scratch,
                    std::span<std::byte> to) const = 0;
  /// What making so large a region takes beside its elements.
  [[nodiscard]] virtual Bytes bytes_needed(const storage::ChunkShape& region) const {
    (void)region;
    return {};
  }
  /// This region will be made soon: its input may begin to come. Never waits, never fails.
  virtual void announce(const storage::Region& region) const { (void)region; }
};

}  // namespace rankwise::matrices
