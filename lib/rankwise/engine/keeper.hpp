#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "rankwise/engine/checkpoint.hpp"
#include "rankwise/engine/erased_job.hpp"
#include "rankwise/engine/forest.hpp"
#include "rankwise/engine/ledger.hpp"

namespace rankwise::engine {

/// Rank 0's keeping of one phase: what ranks have handed over, and earlier runs before them, merged as far as it goes,
/// and its way to the checkpoint.
class Keeper {
 public:
  /// Begins with what the checkpoint has of the phase. @pre `ledger` has handed out nothing
  Keeper(Checkpoint& checkpoint, PhaseRecord& phase, const AnyJob& job, Ledger& ledger);

  /// It is time to ask the ranks for what they have.
  [[nodiscard]] bool is_due() { return checkpoint_.is_due(); }
  /// Whether this run computes a part of the job alone.
  [[nodiscard]] bool is_shard() const { return checkpoint_.shard() != nullptr; }
  [[nodiscard]] std::uint64_t blocks_restored() const { return blocks_restored_; }
  /// That the phase has, or the shard of it.
  [[nodiscard]] std::uint64_t blocks() const;

  /// Nodes as HandOver encodes them.
  void take(std::span<const std::byte> handed_over);
  void save_soon();
  /// @throws IoError
  void save();
  /// Of those blocks, as far as they are written down.
  [[nodiscard]] double share_kept() const;
  /// The phase goes on to its end: all that is kept moves to rank 0's own forest.
  void move_to(Forest& forest);

 private:
  void put(const KeptNode& kept);
  void write_down();

  Checkpoint& checkpoint_;
  PhaseRecord& phase_;
  const AnyJob& job_;
  Ledger& ledger_;
  Forest forest_;
  std::uint64_t blocks_restored_ = 0;
};

}  // namespace rankwise::engine
