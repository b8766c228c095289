#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "rankwise/engine/context.hpp"
#include "rankwise/farm/crew.hpp"
#include "rankwise/farm/endings.hpp"
#include "rankwise/farm/map_options.hpp"
#include "rankwise/farm/outbox.hpp"
#include "rankwise/farm/printer.hpp"
#include "rankwise/farm/protocol.hpp"
#include "rankwise/farm/rank_watch.hpp"
#include "rankwise/farm/task_book.hpp"
#include "rankwise/farm/task_source.hpp"
#include "rankwise/farm/wait.hpp"

namespace rankwise::farm {

/// Rank 0's main thread while tasks are done: reads the list, hands out tasks, to its own crew as to others, hears how
/// they ended, and has what they printed and the log written.
class Foreman {
 public:
  /// @throws Error where the list, the log or the folder of results cannot be had
  Foreman(const engine::Context& context, Crew& crew, const MapOptions& options);

  /// Returns when all is done, or was stopped and what ran has ended, with what it was stopped for.
  ranks::Failure lead();
  [[nodiscard]] Tally tally() const;

 private:
  enum class Stop { no, soon, now };

  void read_list();
  void hear();
  void note(int rank, const Report& report);
  void note(int rank, const Outcome& outcome);
  void drop(int rank, std::uint64_t task);
  void keep_going(const std::function<void()>& act);
  void look_at_endings();
  void lose(int rank);
  void hand_out();
  void fetch(int rank, const PlacePrinted& place);
  void look_for_reasons_to_stop();
  void fail(ranks::Failure failure, Stop how);
  void cancel(bool running);
  void watch_ranks();
  void look_at_printer();
  [[nodiscard]] bool is_over() const;
  void show(bool last);
  void wait();
  void send(int rank, const Order& order) { context_.messenger().send(rank, order_subject, order.encode()); }

  const engine::Context& context_;
  Crew& crew_;
  const MapOptions& options_;
  RankWatch watch_;
  std::unique_ptr<FinishedTasks> finished_;  // by earlier runs, on its way from the log to the source
  Printer printer_;
  TaskSource source_;
  Outbox outbox_;
  Endings endings_;
  TaskBook book_;
  std::uint64_t done_ = 0;  // of those that have ended
  bool list_ended_ = false;
  bool crew_loss_noted_ = false;
  Stop stop_ = Stop::no;
  std::chrono::steady_clock::time_point stopped_since_ = std::chrono::steady_clock::now();
  ranks::Failure failure_;
  bool something_happened_ = false;
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
  Wait wait_;
};

/// After the end was sent to all other ranks: until they have said farewell.
void wait_for_farewells(const engine::Context& context);

}  // namespace rankwise::farm
