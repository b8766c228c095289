#include "rankwise/farm/printer.hpp"

#include <fmt/format.h>
#include <limits.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <utility>

#include "rankwise/base/errors.hpp"

namespace rankwise::farm {
namespace {

constexpr std::chrono::milliseconds between_groups{50};
constexpr int between_looks = 100;  // milliseconds, where nobody reads

std::size_t bytes_of(const Printer::Item& item) {
  return item.bytes.size() + item.log_line.size();
}

bool is_file(int descriptor) {
  struct stat status {};
  return fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode);
}

}  // namespace

Printer::Printer(To to, std::unique_ptr<JobLog> log, std::unique_ptr<ResultsFolder> results)
    : to_(to),
      log_(std::move(log)),
      results_(std::move(results)),
      news_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      out_is_file_(is_file(STDOUT_FILENO)),
      thread_([this] { work(); }) {}

Printer::~Printer() {
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
  }
  more_.notify_one();
  end_of_pause_.notify_one();
  thread_.join();
}

void Printer::push(Item item) {
  {
    const std::lock_guard lock(mutex_);
    if (failure_.exit_code != 0) return;
    waiting_ += bytes_of(item);
    items_.push_back(std::move(item));
  }
  more_.notify_one();
}

std::size_t Printer::waiting() const {
  const std::lock_guard lock(mutex_);
  return waiting_;
}

std::vector<std::uint64_t> Printer::take_done() {
  std::uint64_t count = 0;
  [[maybe_unused]] const auto read = ::read(news_.get(), &count, sizeof count);
  const std::lock_guard lock(mutex_);
  return std::exchange(done_, {});
}

ranks::Failure Printer::failure() const {
  const std::lock_guard lock(mutex_);
  return failure_;
}

void Printer::flush() {
  {
    const std::lock_guard lock(mutex_);
    hurry_ = true;
  }
  end_of_pause_.notify_one();
}

void Printer::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    more_.wait(lock, [this] { return ended_ || !items_.empty(); });
    if (items_.empty()) return;
    std::vector<Item> items = std::exchange(items_, {});
    std::size_t bytes = 0;
    for (const Item& item : items) bytes += bytes_of(item);
    lock.unlock();
    const ranks::Failure failure = write(std::move(items));
    lock.lock();
    waiting_ -= bytes;
    done_.insert(done_.end(), group_.begin(), group_.end());
    group_.clear();
    if (failure.exit_code != 0) {
      failure_ = failure;
      items_.clear();
    }
    constexpr std::uint64_t one = 1;
    [[maybe_unused]] const auto told = ::write(news_.get(), &one, sizeof one);
    if (failure.exit_code != 0) return;
    if (log_ != nullptr) end_of_pause_.wait_for(lock, between_groups, [this] { return ended_ || hurry_; });
    hurry_ = false;
  }
}

ranks::Failure Printer::write(std::vector<Item> items) {
  ranks::Failure failure;
  try {
    for (Item& item : items) write(item);
  } catch (...) {
    failure = ranks::current_failure();
  }
  // Also after a failure, what was written before it is done.
  try {
    close_group();
  } catch (...) {
    if (failure.exit_code == 0) failure = ranks::current_failure();
    group_.clear();
  }
  return failure;
}

void Printer::write(Item& item) {
  if (results_ != nullptr) results_->append(item.stream, item.bytes);
  if (to_.streams && !item.bytes.empty()) {
    if (to_.clears_line && item.begins) item.bytes.insert(0, "\r\033[J");  // at once, lest the bar comes between
    write_to(item.stream, item.bytes);
  }
  if (!item.finishes) return;
  if (results_ != nullptr) results_->finish(item.name, log_ != nullptr);
  lines_ += item.log_line;
  group_.push_back(item.task);
  if (results_ != nullptr && results_->should_be_made_durable()) close_group();
}

void Printer::write_to(std::size_t stream, std::string_view bytes) {
  const int descriptor = stream == 0 ? STDOUT_FILENO : STDERR_FILENO;
  const bool may_wait = stream == 0 ? !out_is_file_ : true;
  while (!bytes.empty()) {
    pollfd room{.fd = descriptor, .events = POLLOUT, .revents = 0};
    if (may_wait && poll(&room, 1, between_looks) == 0) {
      if (given_up_) throw IoError("nobody reads what tasks print");
      continue;
    }
    // So much does not wait where there is room.
    const ssize_t written =
        ::write(descriptor, bytes.data(), may_wait ? std::min<std::size_t>(bytes.size(), PIPE_BUF) : bytes.size());
    if (written < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    // What goes wrong with standard error cannot be told, and is no reason to stop.
    if (written < 0 && stream == 1) return;
    if (written < 0) throw IoError(fmt::format("standard output cannot be written: {}", std::strerror(errno)));
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

/// What the tasks printed is on the disk before the log says that they are done.
void Printer::close_group() {
  if (log_ == nullptr || lines_.empty()) return;
  if (to_.streams && out_is_file_ && fdatasync(STDOUT_FILENO) != 0 && errno != EINVAL && errno != ENOTSUP &&
      errno != EROFS) {
    throw IoError(fmt::format("standard output cannot be written to its disk: {}", std::strerror(errno)));
  }
  if (results_ != nullptr) results_->make_durable();
  log_->append(std::exchange(lines_, {}));
}

}  // namespace rankwise::farm
