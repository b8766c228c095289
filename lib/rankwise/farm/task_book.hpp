#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <unordered_map>
#include <vector>

#include "rankwise/farm/job_log.hpp"
#include "rankwise/processes/messages.hpp"

namespace rankwise::farm {

/// A command to be run, and what has become of it so far.
struct Task {
  std::uint64_t number = 0;  ///< in this run, from 1
  TaskId id{};
  processes::Command command = {};
  std::string name = {};            ///< of its results
  std::uint64_t tries = 0;          ///< that have ended
  std::vector<int> failed_on = {};  ///< ranks
  int losses = 0;                   ///< ranks that were lost while they had it
  bool again = false;               ///< an earlier run has logged it as failed

  [[nodiscard]] std::size_t bytes() const;
};

/// Which task waits, and which rank has it: rank 0's book. A rank gets a task when it has a free place for it; where
/// tasks take but milliseconds, some more, so that it does not wait for the next. A task that failed goes first, and to
/// a rank on which it has not failed yet, while there is one.
class TaskBook {
 public:
  /// @param most_tries of a task in all
  TaskBook(int ranks, std::uint64_t most_tries);

  void set_jobs(int rank, std::uint64_t jobs);
  /// A rank can do nothing more; what it has waits again. @return but for tasks that have been there before when a rank
  /// was lost: they may be what it is lost by
  std::vector<Task> remove(int rank);
  /// Or may have them: some have not said yet how many tasks they run.
  [[nodiscard]] bool has_ranks() const;

  /// Whether there is use for another task of the list.
  [[nodiscard]] bool has_room() const;
  void add(Task task);

  /// What to send to a rank now. @param list_has_ended no more will be added
  std::vector<const Task*> next(int rank, bool list_has_ended);

  /// A task was begun and has ended. @return it, unless it is to be tried again
  std::optional<Task> end(std::uint64_t number, bool failed, double seconds);
  /// A task was not begun, or ended by us: it waits again, as if it had not been handed out.
  void give_back(std::uint64_t number);
  /// No more are to be handed out.
  void forget_waiting();

  [[nodiscard]] std::uint64_t in_flight() const { return in_flight_.size(); }
  /// Of those in flight, as many as can run at a time.
  [[nodiscard]] std::uint64_t running() const;
  [[nodiscard]] std::uint64_t waiting() const { return fresh_.size() + again_.size(); }
  /// Tries that failed and were followed by another.
  [[nodiscard]] std::uint64_t retried() const { return retried_; }

 private:
  struct RankBook {
    bool is_known = false;
    std::uint64_t jobs = 0;
    std::uint64_t in_flight = 0;
  };
  struct Held {
    Task task;
    int rank;
  };
  [[nodiscard]] std::uint64_t ahead(std::uint64_t jobs, bool list_has_ended) const;
  std::optional<Task> take_for(int rank);
  Held take(std::uint64_t number);
  [[nodiscard]] bool has_failed_everywhere(const Task& task) const;

  std::vector<RankBook> ranks_;
  std::uint64_t most_tries_;
  std::deque<Task> fresh_;
  std::deque<Task> again_;
  std::size_t fresh_bytes_ = 0;
  std::unordered_map<std::uint64_t, Held> in_flight_;
  double mean_seconds_;
  std::uint64_t retried_ = 0;
};

}  // namespace rankwise::farm
