#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>

#include "rankwise/farm/crew.hpp"
#include "rankwise/farm/map_options.hpp"
#include "rankwise/farm/outbox.hpp"
#include "rankwise/farm/tally.hpp"
#include "rankwise/farm/task_book.hpp"

namespace rankwise::farm {

/// What becomes of tasks that have ended: they are counted, get their line of the job log, and go to the outbox. Who
/// stops a whole job, Slurm for one, sends a signal to tasks as to ranks: a task that failed is not taken for a failure
/// before it is clear that it was not that.
class Endings {
 public:
  static constexpr std::chrono::milliseconds time_to_doubt{250};

  /// @param drop lets a rank forget what a task has printed
  Endings(const MapOptions& options, int ranks, Outbox& outbox, std::function<void(int rank, std::uint64_t task)> drop);

  void set_rank(int rank, std::string host, std::uint64_t jobs);
  /// A try has ended; the task may be tried again.
  void count_try(int rank, const Outcome& outcome);
  /// It is tried again: nobody wants what it printed.
  void drop(int rank, const Outcome& outcome);
  /// The task is over, well or not. @throws IoError where what it printed cannot be kept
  void add(int rank, Task task, const Outcome& outcome);
  /// The rank's helper was killed, for the second time while it had this task.
  void add_lost(int rank, const Task& task);

  /// To be called again and again: doubts pass. @throws IoError
  void look();
  /// The whole job is being stopped: tasks in doubt have not failed.
  void forget_doubted();
  [[nodiscard]] bool has_doubts() const { return !doubted_.empty(); }
  /// Enough tasks have failed to end the run, if those in doubt have: nothing more should be begun.
  [[nodiscard]] bool may_be_enough() const;
  /// Why enough have failed to end the run, if so.
  [[nodiscard]] std::optional<std::string> enough() const;

  /// Of tasks that were handed to the outbox.
  [[nodiscard]] std::uint64_t finished() const { return tally_.done + tally_.failed; }
  [[nodiscard]] const Tally& tally() const { return tally_; }

 private:
  struct Doubted {
    std::chrono::steady_clock::time_point since;
    int rank;
    Task task;
    Outcome outcome;
  };
  void finish(int rank, const Task& task, const Outcome& outcome);
  [[nodiscard]] std::string log_line(int rank, const Task& task, const Outcome& outcome) const;

  const MapOptions& options_;
  Outbox& outbox_;
  std::function<void(int, std::uint64_t)> drop_;
  std::deque<Doubted> doubted_;
  Tally tally_;
};

}  // namespace rankwise::farm
