#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "rankwise/base/bytes.hpp"
#include "rankwise/ranks/messenger.hpp"
#include "rankwise/ranks/session.hpp"

namespace rankwise::engine {

struct Progress {
  std::uint64_t blocks_done = 0;  ///< also by the runs that this one goes on from
  std::uint64_t blocks = 0;
};

class Checkpoint;

/// Where and how the phases of one command run. Threads and memory decide how many blocks are in flight, never how a
/// problem is cut.
class Context {
 public:
  /// What to do when a phase stands still. 0: wait for ever.
  struct Watchdog {
    std::chrono::milliseconds patience{0};  ///< when no block is done anywhere for so long
    /// When the main thread of a rank says nothing for so long: it is dead or stopped. Also set where `patience` is.
    std::chrono::milliseconds silence{0};
    /// Ends all ranks. Called by one of them, where others may not answer.
    std::function<void(const std::string& who_sits_where)> give_up = {};
  };
  struct Options {
    int threads = 1;
    std::optional<Bytes> memory = {};                         ///< per rank; no limit where absent
    std::function<void(const Progress&)> show_progress = {};  ///< called on rank 0 alone, by the main thread
    Checkpoint* checkpoint = nullptr;                         ///< where finished work is kept, if anywhere
    Watchdog watchdog = {};
  };

  /// @note Collective
  Context(const ranks::Session& session, Options options)
      : options_(std::move(options)), messenger_(session.ranks().duplicate()) {}

  [[nodiscard]] const ranks::Communicator& ranks() const { return messenger_.ranks(); }
  [[nodiscard]] ranks::Messenger& messenger() const { return messenger_; }
  [[nodiscard]] const Options& options() const { return options_; }

 private:
  Options options_;
  mutable ranks::Messenger messenger_;
};

}  // namespace rankwise::engine
