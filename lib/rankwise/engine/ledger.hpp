#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "rankwise/blocks/grid.hpp"
#include "rankwise/blocks/span.hpp"

namespace rankwise::engine {

/// Who has which span: the root's book. Each rank starts with a run of spans; then ranks that run dry get more, large
/// runs first, small ones at the end: about left / (2 · ranks), half of what is left in a round (S. F. Hummel, E.
/// Schonberg, L. E. Flynn, "Factoring: a method for scheduling parallel loops", 1992). Runs are whole subtrees or whole
/// lanes, so that what a rank computes merges where it is, and a run sends one partial result home. They do not get
/// shorter than 1/256 of a rank's part of all.
class Ledger {
 public:
  Ledger(const blocks::SpanCut& cut, int ranks);

  /// What each rank starts with; some may be empty. Once, before `next`.
  std::vector<blocks::Range> first_shares();
  /// More spans for a rank that runs dry; nothing when all are handed out.
  std::optional<blocks::Range> next(int rank);
  void set_done(blocks::Range spans);

  [[nodiscard]] bool all_done() const { return done_ == owners_.size(); }
  [[nodiscard]] std::uint64_t done() const { return done_; }
  /// Which rank each span was handed to; -1 for none.
  [[nodiscard]] const std::vector<int>& owners() const { return owners_; }

 private:
  [[nodiscard]] std::uint64_t whole_trees(std::uint64_t most) const;

  std::vector<int> owners_;
  std::uint64_t per_lane_;
  std::uint64_t ranks_;
  std::uint64_t least_;  // spans in a run
  std::uint64_t next_ = 0;
  std::uint64_t done_ = 0;
};

}  // namespace rankwise::engine
