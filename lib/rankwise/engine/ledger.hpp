#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "rankwise/blocks/grid.hpp"

namespace rankwise::engine {

/// Who has which span: the root's book. The first shares are contiguous runs for all ranks; then ranks that run dry get
/// more, guided: large runs first, small ones at the end (Polychronopoulos and Kuck 1987).
class Ledger {
 public:
  Ledger(std::uint64_t spans, int ranks);

  /// What each rank starts with; some may be empty. Once, before `next`.
  std::vector<blocks::Range> first_shares();
  /// More spans for a rank that runs dry: max(1, left / (4 · ranks)); nothing when all are handed out.
  std::optional<blocks::Range> next(int rank);
  void set_done(blocks::Range spans);

  [[nodiscard]] bool all_done() const { return done_ == owners_.size(); }
  [[nodiscard]] std::uint64_t done() const { return done_; }
  /// Which rank each span was handed to; -1 for none.
  [[nodiscard]] const std::vector<int>& owners() const { return owners_; }

 private:
  blocks::Range hand_out(std::uint64_t count, int rank);

  std::vector<int> owners_;
  std::uint64_t ranks_;
  std::uint64_t next_ = 0;
  std::uint64_t done_ = 0;
};

}  // namespace rankwise::engine
