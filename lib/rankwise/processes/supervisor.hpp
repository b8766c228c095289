#pragma once

#include <chrono>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "rankwise/processes/channel.hpp"
#include "rankwise/processes/child.hpp"
#include "rankwise/processes/messages.hpp"

namespace rankwise::processes {

/// The work of the helper process: starts what it is asked to, so many at a time, looks after what runs, tells how it
/// ended, and leaves no process behind.
class Supervisor {
 public:
  /// From a polite signal (SIGTERM) to SIGKILL.
  static constexpr std::chrono::seconds time_to_end{5};
  /// For processes that a task leaves behind, with its standard output or error open: to close them.
  static constexpr std::chrono::seconds time_to_close{1};
  /// A task that waits longer for its turn is given back: others may be idle.
  static constexpr std::chrono::milliseconds longest_turn{250};

  /// @pre this process has no children but those that this starts
  Supervisor(Channel channel, Surroundings surroundings);
  Supervisor(const Supervisor&) = delete;
  Supervisor& operator=(const Supervisor&) = delete;
  ~Supervisor();
  /// Returns when the other end of the channel is closed, and every process that it started, or that those started, is
  /// gone.
  void serve();

 private:
  using Clock = Child::Clock;
  struct Running;
  struct Waiting {
    Request request;
    Clock::time_point since;
  };

  void take_requests();
  void set_up(const Request& request);
  void cancel(bool running);
  void start_what_fits();
  bool start(const Request& request);
  void read(Running& running, std::size_t stream);
  void close(Running& running, std::size_t stream);
  void see_who_ended();
  void look_at_clock();
  void end_politely(Running& running, Ended::How how);
  void finish(Running& running);
  void give_back(std::uint64_t task);
  void tell();
  [[nodiscard]] int milliseconds_to_wait() const;
  Running* find(pid_t process);
  Running* find_number(std::uint64_t number);

  Channel channel_;
  Surroundings surroundings_;
  Descriptor events_, ends_;  // epoll; signalfd of SIGCHLD
  std::uint64_t jobs_ = 1;
  std::deque<Waiting> waiting_;
  std::vector<std::unique_ptr<Running>> running_;
  std::uint64_t begun_ = 0;
  std::vector<Ended> to_tell_;
  Clock::time_point told_{};
  Clock::time_point not_before_{};  // the system had no room for one more process
};

}  // namespace rankwise::processes
