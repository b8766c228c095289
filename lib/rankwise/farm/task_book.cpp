#include "rankwise/farm/task_book.hpp"

#include <algorithm>
#include <utility>

namespace rankwise::farm {
namespace {

constexpr double a_long_time = 1;        // seconds a task takes, as far as nothing is known
constexpr double worth_a_batch = 0.025;  // a rank waits about a tenth of that for its next task
constexpr double batch_seconds = 0.05;   // that a rank is given work for, beyond what runs
constexpr std::uint64_t most_ahead = 256;
constexpr std::size_t least_room = 1024;
constexpr std::size_t most_bytes = std::size_t{16} << 20;

}  // namespace

std::size_t Task::bytes() const {
  std::size_t bytes = command.line.size() + name.size();
  for (const std::string& word : command.words) bytes += word.size();
  return bytes;
}

TaskBook::TaskBook(int ranks, std::uint64_t most_tries)
    : ranks_(static_cast<std::size_t>(ranks)), most_tries_(most_tries), mean_seconds_(a_long_time) {}

void TaskBook::set_jobs(int rank, std::uint64_t jobs) {
  ranks_[static_cast<std::size_t>(rank)].is_known = true;
  ranks_[static_cast<std::size_t>(rank)].jobs = jobs;
}

std::vector<Task> TaskBook::remove(int rank) {
  set_jobs(rank, 0);
  std::vector<std::uint64_t> its;
  for (const auto& [number, held] : in_flight_) {
    if (held.rank == rank) its.push_back(number);
  }
  std::sort(its.rbegin(), its.rend());
  std::vector<Task> given_up;
  for (const std::uint64_t number : its) {
    Task& task = in_flight_.at(number).task;
    if (++task.losses == 1) {
      give_back(number);
    } else {
      ++task.tries;
      given_up.push_back(take(number).task);
    }
  }
  return given_up;
}

bool TaskBook::has_ranks() const {
  return std::any_of(ranks_.begin(), ranks_.end(),
                     [](const RankBook& rank) { return !rank.is_known || rank.jobs > 0; });
}

bool TaskBook::has_room() const {
  std::size_t jobs = 0;
  for (const RankBook& rank : ranks_) jobs += rank.jobs;
  return fresh_.size() < std::max(least_room, 4 * jobs) && fresh_bytes_ < most_bytes;
}

void TaskBook::add(Task task) {
  fresh_bytes_ += task.bytes();
  fresh_.push_back(std::move(task));
}

std::uint64_t TaskBook::running() const {
  std::uint64_t running = 0;
  for (const RankBook& rank : ranks_) running += std::min(rank.in_flight, rank.jobs);
  return running;
}

/// How many tasks a rank has beyond what runs: where tasks are short, work for a moment; towards the end of the list no
/// more than its part of what is left.
std::uint64_t TaskBook::ahead(std::uint64_t jobs, bool list_has_ended) const {
  if (mean_seconds_ > worth_a_batch) return 0;
  const double wanted = batch_seconds / std::max(mean_seconds_, 1e-4) * static_cast<double>(jobs);
  const std::uint64_t most = list_has_ended ? waiting() / (2 * ranks_.size()) : most_ahead;
  return std::min({static_cast<std::uint64_t>(wanted), most, most_ahead});
}

std::vector<const Task*> TaskBook::next(int rank, bool list_has_ended) {
  RankBook& book = ranks_[static_cast<std::size_t>(rank)];
  std::vector<const Task*> handed;
  if (book.jobs == 0) return handed;
  const std::uint64_t most = book.jobs + ahead(book.jobs, list_has_ended);
  // A message about each is what batches are to spare.
  if (book.in_flight >= book.jobs && book.in_flight + (most - book.jobs) / 2 > most) return handed;
  for (std::size_t bytes = 0; book.in_flight < most && bytes < most_bytes;) {
    auto task = take_for(rank);
    if (!task) break;
    bytes += task->bytes();
    ++book.in_flight;
    const std::uint64_t number = task->number;
    handed.push_back(&in_flight_.emplace(number, Held{.task = *std::move(task), .rank = rank}).first->second.task);
  }
  return handed;
}

bool TaskBook::has_failed_everywhere(const Task& task) const {
  for (std::size_t rank = 0; rank < ranks_.size(); ++rank) {
    const bool failed = std::find(task.failed_on.begin(), task.failed_on.end(), rank) != task.failed_on.end();
    if (ranks_[rank].jobs > 0 && !failed) return false;
  }
  return true;
}

std::optional<Task> TaskBook::take_for(int rank) {
  for (auto task = again_.begin(); task != again_.end(); ++task) {
    const bool failed_here = std::find(task->failed_on.begin(), task->failed_on.end(), rank) != task->failed_on.end();
    if (failed_here && !has_failed_everywhere(*task)) continue;
    Task found = std::move(*task);
    again_.erase(task);
    return found;
  }
  if (fresh_.empty()) return std::nullopt;
  Task found = std::move(fresh_.front());
  fresh_.pop_front();
  fresh_bytes_ -= found.bytes();
  return found;
}

TaskBook::Held TaskBook::take(std::uint64_t number) {
  Held held = std::move(in_flight_.at(number));
  in_flight_.erase(number);
  --ranks_[static_cast<std::size_t>(held.rank)].in_flight;
  return held;
}

std::optional<Task> TaskBook::end(std::uint64_t number, bool failed, double seconds) {
  mean_seconds_ += (seconds - mean_seconds_) / 8;
  Held held = take(number);
  ++held.task.tries;
  if (!failed || held.task.tries >= most_tries_) return std::move(held.task);
  ++retried_;
  held.task.failed_on.push_back(held.rank);
  again_.push_back(std::move(held.task));
  return std::nullopt;
}

void TaskBook::give_back(std::uint64_t number) {
  mean_seconds_ = std::max(mean_seconds_, 2 * worth_a_batch);  // it waited behind a longer one
  Task task = take(number).task;
  if (task.tries > 0) return again_.push_front(std::move(task));
  fresh_bytes_ += task.bytes();
  const auto after = std::find_if(fresh_.begin(), fresh_.end(), [&](const Task& t) { return t.number > task.number; });
  fresh_.insert(after, std::move(task));
}

void TaskBook::forget_waiting() {
  fresh_.clear();
  again_.clear();
  fresh_bytes_ = 0;
}

}  // namespace rankwise::farm
