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
///
/// A checkpoint is rank 0's: spans that are in one are rank 0's, whoever computed them, and need not be computed again.
class Ledger {
 public:
  Ledger(const blocks::SpanCut& cut, int ranks);

  // Before the first span is handed out:
  /// Hands spans out one by one in this order: those of a job whose lanes differ much. All of them, each once.
  void set_order(std::vector<std::uint64_t> spans);
  /// No other spans are to be computed.
  void restrict_to(blocks::Range part);
  /// These have been computed before.
  void set_restored(blocks::Range spans);

  /// What each rank starts with; some may be empty. Once, before `next`.
  std::vector<blocks::Range> first_shares();
  /// More spans for a rank that runs dry; nothing when all are handed out.
  std::optional<blocks::Range> next(int rank);
  void set_done(blocks::Range spans);
  /// Rank 0 has their partial results now.
  void set_kept(blocks::Range spans);

  [[nodiscard]] bool all_done() const { return done_ == part_.size(); }
  /// Of the spans that are to be computed, also those that were restored.
  [[nodiscard]] std::uint64_t done() const { return done_; }
  /// What is to be computed.
  [[nodiscard]] blocks::Range part() const { return part_; }
  /// Which rank each span was handed to; -1 for none.
  [[nodiscard]] const std::vector<int>& owners() const { return owners_; }

 private:
  [[nodiscard]] std::uint64_t whole_trees(std::uint64_t most) const;
  [[nodiscard]] blocks::Range next_run();
  [[nodiscard]] blocks::Range next_in_order();

  std::vector<int> owners_;
  std::uint64_t per_lane_;
  std::uint64_t ranks_;
  std::uint64_t least_;  // spans in a run
  blocks::Range part_;
  std::uint64_t next_ = 0;
  std::vector<std::uint64_t> order_;  // what is left of it, from behind; nothing: the spans' own
  std::uint64_t left_;                // that nobody has
  std::uint64_t done_ = 0;
};

}  // namespace rankwise::engine
