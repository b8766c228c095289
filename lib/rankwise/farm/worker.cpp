#include "rankwise/farm/worker.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <exception>
#include <utility>

#include "rankwise/base/stop_request.hpp"
#include "rankwise/farm/wait.hpp"

namespace rankwise::farm {
namespace {

/// srun gives standard input to every rank, and waits until all have read it.
class Drain {
 public:
  [[nodiscard]] int descriptor() const { return open_ ? STDIN_FILENO : -1; }
  void look() {
    static std::array<char, std::size_t{64} << 10> unread;
    pollfd input{.fd = descriptor(), .events = POLLIN, .revents = 0};
    if (open_ && poll(&input, 1, 0) > 0) open_ = read(STDIN_FILENO, unread.data(), unread.size()) > 0;
  }

 private:
  bool open_ = true;
};

}  // namespace

ranks::Failure Worker::follow() {
  Report hello;
  hello.hello = Hello{.jobs = crew_.jobs(), .host = ranks::host_name()};
  send(hello);
  Wait wait(true);
  Drain drain;
  while (true) {
    bool something_happened = false;
    report_outcomes();
    if (const int signal = stop_signal(); signal != 0 && !std::exchange(stop_told_, true)) {
      const Stopped stopped(signal);
      send({.failure = {stopped.exit_code(), stopped.what()}});
    }
    while (const auto message = context_.messenger().receive(order_subject)) {
      something_happened = true;
      heard_ = clock_.now();
      Order order = Order::decode(ByteReader(message->bytes));
      if (order.kind != Order::Kind::end) {
        obey(order);
        continue;
      }
      send({.farewell = true});
      context_.messenger().wait_for_sends();
      return std::move(order.failure);
    }
    context_.messenger().progress();
    watch_root();
    drain.look();
    const std::array files{Wait::File{crew_.is_lost() ? -1 : crew_.helper().descriptor(), crew_.helper().has_unsent()},
                           Wait::File{drain.descriptor()}};
    wait.for_any(files, something_happened);
  }
}

void Worker::send(const Report& report) {
  context_.messenger().send(0, report_subject, report.encode());
}

void Worker::report_outcomes() {
  Report report{.outcomes = crew_.take()};
  report.lost = crew_.is_lost() && !std::exchange(loss_told_, crew_.is_lost());
  if (!report.outcomes.empty() || report.lost) send(report);
}

void Worker::obey(const Order& order) {
  switch (order.kind) {
    case Order::Kind::start:
      for (const Order::Start& start : order.tasks) crew_.start(start.task, start.command, order.time_limit);
      break;
    case Order::Kind::fetch:
      answer(order.place);
      break;
    case Order::Kind::drop:
      crew_.drop(order.place.task);
      break;
    case Order::Kind::cancel:
      crew_.cancel(order.running);
      break;
    case Order::Kind::alive:
      send({});  // so is this rank
      break;
    case Order::Kind::end:
      break;
  }
}

void Worker::answer(const PlacePrinted& place) {
  Report report;
  try {
    report.place = place;
    report.piece = crew_.piece(place.task, static_cast<std::size_t>(place.stream), place.offset);
  } catch (const std::exception&) {
    report.place.reset();
    report.failure = ranks::current_failure();
  }
  send(report);
}

void Worker::watch_root() {
  clock_.look();
  const auto& watchdog = context_.options().watchdog;
  // One rank is enough to tell, unless that one is stuck, too.
  const int ranks_before = std::min(context_.ranks().rank() - 1, 2);
  const auto silence = clock_.now() - heard_;
  if (watchdog.silence.count() == 0 || silence <= (1 + ranks_before) * watchdog.silence) return;
  watchdog.give_up(fmt::format("rank 0 does not answer: nothing has been heard of it for {:.1f} s",
                               std::chrono::duration<double>(silence).count()));
}

}  // namespace rankwise::farm
