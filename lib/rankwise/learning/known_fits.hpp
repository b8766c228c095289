#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "rankwise/engine/checkpoint.hpp"
#include "rankwise/learning/cross_validation.hpp"

// For the sources of this folder alone.
namespace rankwise::learning {

/// What a checkpoint holds of earlier searches among other candidates, by what tells these. On rank 0.
class KnownFits {
 public:
  /// @param candidates of a family
  /// @param phase in which fits are done, candidate after candidate
  KnownFits(engine::Checkpoint& checkpoint, const Candidates& candidates, std::string phase);

  /// Has the checkpoint hold them as the results of this phase, as far as they are among its candidates', and keep the
  /// others. Does nothing if it is the phase that the checkpoint has.
  void go_on(engine::PhaseRecord phase);

 private:
  using Fits = std::map<std::uint64_t, std::vector<std::byte>>;  ///< of one candidate, by fold and target

  void take_kept(const std::vector<std::byte>& state);
  void take_phase(const engine::PhaseRecord& old, std::uint64_t fits_of_each);
  [[nodiscard]] std::vector<std::byte> state() const;

  engine::Checkpoint& checkpoint_;
  const Candidates& candidates_;
  std::string phase_;
  std::vector<std::string> definition_;  // of the candidates that the checkpoint's phase has
  std::map<std::string, Fits> fits_;
};

}  // namespace rankwise::learning
