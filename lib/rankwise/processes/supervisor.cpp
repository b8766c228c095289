#include "rankwise/processes/supervisor.hpp"

#include <sched.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <exception>

#include "rankwise/processes/descendants.hpp"

namespace rankwise::processes {

using namespace std::chrono_literals;

struct Supervisor::Running {
  std::uint64_t number;  // of all that were begun
  std::uint64_t task;
  Child child;
  Ended::How how = Ended::How::by_itself;
  std::string reason = {};
  Clock::time_point time_is_up = Clock::time_point::max();  // of its time limit
  Clock::time_point kill_at = Clock::time_point::max();     // or, once it has ended, its pipes are closed at
  bool finished = false;
};

namespace {

constexpr std::chrono::milliseconds time_to_gather{5};
constexpr std::size_t most_untold = 64;
constexpr std::size_t most_unsent = std::size_t{8} << 20;  // what the other end has not taken; no more is begun then

// What an event is about: one of these, or, of the n-th process that was begun, 2 n + 2 + its pipe's number.
constexpr std::uint64_t about_channel = 0, about_ends = 1;

void add(int events, int descriptor, std::uint64_t about) {
  epoll_event event{.events = EPOLLIN, .data = {.u64 = about}};
  epoll_ctl(events, EPOLL_CTL_ADD, descriptor, &event);
}

}  // namespace

Supervisor::Supervisor(Channel channel, Surroundings surroundings)
    : channel_(std::move(channel)), surroundings_(std::move(surroundings)), events_(epoll_create1(EPOLL_CLOEXEC)) {
  sigset_t child;
  sigemptyset(&child);
  sigaddset(&child, SIGCHLD);
  sigprocmask(SIG_BLOCK, &child, nullptr);
  ends_ = Descriptor(signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK));
  add(events_.get(), channel_.descriptor(), about_channel);
  add(events_.get(), ends_.get(), about_ends);
}

Supervisor::~Supervisor() = default;

void Supervisor::serve() {
  std::array<epoll_event, 64> events{};
  bool is_open = true;
  while (is_open && !channel_.is_closed()) {
    const int count = epoll_wait(events_.get(), events.data(), static_cast<int>(events.size()), milliseconds_to_wait());
    bool somebody_ended = false;
    for (int i = 0; i < count; ++i) {
      const std::uint64_t about = events[static_cast<std::size_t>(i)].data.u64;
      if (about == about_channel) {
        is_open = channel_.receive();
        take_requests();
      } else if (about == about_ends) {
        std::array<signalfd_siginfo, 16> seen;
        while (::read(ends_.get(), seen.data(), sizeof seen) > 0) continue;
        somebody_ended = true;
      } else if (Running* const running = find_number(about / 2 - 1)) {
        read(*running, about % 2);
      }
    }
    if (somebody_ended) see_who_ended();
    look_at_clock();
    std::erase_if(running_, [](const auto& running) { return running->finished; });
    start_what_fits();  // first: a processor is free
    tell();
  }
  // Nobody is there to be told.
  for (const auto& running : running_) running->child.signal_group(SIGKILL);
  end_descendants(10s);
}

int Supervisor::milliseconds_to_wait() const {
  if (channel_.has_unsent()) return 1;
  auto next = to_tell_.empty() ? Clock::time_point::max() : told_ + time_to_gather;
  for (const auto& running : running_) next = std::min({next, running->time_is_up, running->kill_at});
  if (!waiting_.empty() && running_.size() >= jobs_) next = std::min(next, waiting_.front().since + longest_turn);
  if (!waiting_.empty() && running_.size() < jobs_) next = std::min(next, not_before_);
  if (next == Clock::time_point::max()) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(next - Clock::now()).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, 60'000));
}

void Supervisor::take_requests() {
  while (const auto message = channel_.next()) {
    Request request = Request::decode(ByteReader(*message));
    switch (request.kind) {
      case Request::Kind::start:
        waiting_.push_back({.request = std::move(request), .since = Clock::now()});
        break;
      case Request::Kind::set_up:
        set_up(request);
        break;
      case Request::Kind::cancel:
        cancel(request.running);
        break;
    }
  }
}

void Supervisor::set_up(const Request& request) {
  jobs_ = request.jobs;
  if (request.processors.empty()) return;
  cpu_set_t set;
  CPU_ZERO(&set);
  for (const int processor : request.processors) CPU_SET(static_cast<std::size_t>(processor), &set);
  sched_setaffinity(0, sizeof set, &set);  // as far as it may; children begin with it
}

void Supervisor::cancel(bool running) {
  for (const Waiting& waiting : waiting_) give_back(waiting.request.task);
  waiting_.clear();
  if (!running) return;
  for (const auto& one : running_) {
    if (!one->finished) end_politely(*one, Ended::How::cancelled);
  }
}

void Supervisor::start_what_fits() {
  while (!waiting_.empty() && running_.size() < jobs_ && channel_.unsent_bytes() < most_unsent &&
         Clock::now() >= not_before_) {
    if (!start(waiting_.front().request)) return;
    waiting_.pop_front();
  }
}

/// @return false if it is to be tried again later
bool Supervisor::start(const Request& request) {
  try {
    running_.push_back(std::make_unique<Running>(
        Running{.number = begun_, .task = request.task, .child = Child(request, surroundings_)}));
  } catch (const Child::Refusal& refusal) {
    not_before_ = Clock::now() + 20ms;
    if (refusal.may_pass() && !running_.empty()) return false;
    to_tell_.push_back(
        {.task = request.task,
         .how = Ended::How::not_started,
         .exit_code = refusal.exit_code(),
         .reason = refusal.reason,
         .start = std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count()});
    not_before_ = {};
    return true;
  }
  ++begun_;
  Running& running = *running_.back();
  if (request.time_limit > 0ms) running.time_is_up = Clock::now() + request.time_limit;
  for (std::size_t stream : {0U, 1U}) {
    add(events_.get(), running.child.pipe(stream), 2 * running.number + 2 + stream);
  }
  return true;
}

void Supervisor::read(Running& running, std::size_t stream) {
  if (running.finished || running.child.pipe(stream) < 0) return;
  try {
    if (running.child.read(stream)) close(running, stream);
  } catch (const std::exception& error) {
    for (std::size_t both : {0U, 1U}) close(running, both);
    running.child.signal_group(SIGKILL);
    if (running.how == Ended::How::by_itself) running.how = Ended::How::output;
    running.reason = error.what();
  }
  if (!running.child.is_waited_for() || !running.child.pipes_are_closed()) return;
  if (running.child.group_is_there()) running.child.signal_group(SIGKILL);  // others of it, that held no pipe
  finish(running);
}

/// Not by closing it alone: a child that is just being started has it, too, for a moment, and events would go on.
void Supervisor::close(Running& running, std::size_t stream) {
  if (running.child.pipe(stream) < 0) return;
  epoll_ctl(events_.get(), EPOLL_CTL_DEL, running.child.pipe(stream), nullptr);
  running.child.close_pipe(stream);
}

Supervisor::Running* Supervisor::find(pid_t process) {
  for (const auto& running : running_) {
    if (running->child.process() == process && !running->child.is_waited_for()) return running.get();
  }
  return nullptr;
}

Supervisor::Running* Supervisor::find_number(std::uint64_t number) {
  for (const auto& running : running_) {
    if (running->number == number && !running->finished) return running.get();
  }
  return nullptr;
}

void Supervisor::see_who_ended() {
  while (true) {
    // It is let go only after its group has been ended: until then nobody else can get its number.
    siginfo_t ended{};
    if (waitid(P_ALL, 0, &ended, WEXITED | WNOHANG | WNOWAIT) != 0 || ended.si_pid == 0) return;
    Running* const running = find(ended.si_pid);
    if (running == nullptr) {  // an orphan that was adopted
      waitpid(ended.si_pid, nullptr, 0);
      continue;
    }
    for (std::size_t stream : {0U, 1U}) read(*running, stream);
    const bool done = running->child.pipes_are_closed();
    if (done) running->child.signal_group(SIGKILL);
    running->child.wait();
    running->time_is_up = Clock::time_point::max();
    running->kill_at = Clock::now() + time_to_close;
    if (done) finish(*running);
  }
}

void Supervisor::look_at_clock() {
  const auto now = Clock::now();
  const auto is_due = [&](const auto& one) { return now >= one->time_is_up || now >= one->kill_at; };
  // Where this process stood still for a while, some may have ended in time.
  if (std::any_of(running_.begin(), running_.end(), is_due)) see_who_ended();
  for (const auto& one : running_) {
    Running& running = *one;
    if (running.finished) continue;
    if (now >= running.time_is_up) end_politely(running, Ended::How::time_limit);
    if (now < running.kill_at) continue;
    if (running.child.group_is_there()) running.child.signal_group(SIGKILL);
    running.kill_at = Clock::time_point::max();
    if (!running.child.is_waited_for()) continue;
    for (std::size_t stream : {0U, 1U}) read(running, stream);
    if (!running.finished) finish(running);
  }
  while (!waiting_.empty() && now >= waiting_.front().since + longest_turn && running_.size() >= jobs_) {
    give_back(waiting_.front().request.task);
    waiting_.pop_front();
  }
}

void Supervisor::end_politely(Running& running, Ended::How how) {
  running.time_is_up = Clock::time_point::max();
  if (running.child.is_waited_for()) return;  // it has ended by itself; its pipes are being waited for
  running.how = how;
  running.child.signal_group(SIGTERM);
  running.child.signal_group(SIGCONT);  // one that was stopped can end, too
  running.kill_at = Clock::now() + time_to_end;
}

void Supervisor::finish(Running& running) {
  running.finished = true;
  for (std::size_t stream : {0U, 1U}) close(running, stream);
  to_tell_.push_back(running.child.ended(running.task, running.how, std::move(running.reason)));
}

void Supervisor::give_back(std::uint64_t task) {
  to_tell_.push_back({.task = task, .how = Ended::How::given_back});
}

/// Where more is at hand to begin, news can wait a little: each wakes the other end.
void Supervisor::tell() {
  channel_.flush();
  if (to_tell_.empty()) return;
  const auto now = Clock::now();
  if (!waiting_.empty() && to_tell_.size() < most_untold && now < told_ + time_to_gather) return;
  told_ = now;
  for (Ended& ended : to_tell_) {
    std::vector<Descriptor> files;
    const auto message = ended.encode(files);
    channel_.send(message, std::move(files));
  }
  to_tell_.clear();
}

}  // namespace rankwise::processes
