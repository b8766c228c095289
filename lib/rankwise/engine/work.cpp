#include "rankwise/engine/work.hpp"

#include <utility>

namespace rankwise::engine {
namespace {

constexpr std::uint64_t blocks_ahead = 3;  // as many as are read at once from a disk, and more would do no harm

}  // namespace

Work::Work(const blocks::SpanCut& cut) : cut_(cut) {
  news_.wants_more = true;
}

void Work::add(blocks::Range spans) {
  {
    const std::lock_guard lock(mutex_);
    news_.wants_more = news_.wants_more && spans.empty();
    for (std::uint64_t span = spans.begin; span < spans.end; ++span) {
      const blocks::Range blocks = cut_.blocks_of(span);
      blocks_.push_back(blocks);
      unfinished_[span] = blocks.size();
    }
  }
  for_team_.notify_all();
}

void Work::close() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  for_team_.notify_all();
}

bool Work::is_urgent() const {
  const bool all_done = unfinished_.empty() && !news_.spans_done.empty();
  return news_.wants_more || all_done || news_.failure || team_gone_;
}

News Work::take_news() {
  const std::lock_guard lock(mutex_);
  return std::exchange(news_, {});
}

bool Work::has_urgent_news() const {
  const std::lock_guard lock(mutex_);
  return is_urgent();
}

void Work::wait_for_news(std::chrono::microseconds longest) {
  std::unique_lock lock(mutex_);
  for_main_.wait_for(lock, longest, [this] { return is_urgent(); });
}

bool Work::is_idle() const {
  const std::lock_guard lock(mutex_);
  return unfinished_.empty();
}

bool Work::team_is_gone() const {
  const std::lock_guard lock(mutex_);
  return team_gone_;
}

std::vector<Work::Running> Work::running() const {
  const std::lock_guard lock(mutex_);
  std::vector<Running> all;
  for (const auto& [thread, running] : running_) all.push_back(running);
  return all;
}

std::optional<blocks::BlockIndex> Work::next(int thread) {
  std::unique_lock lock(mutex_);
  running_.erase(thread);
  for_team_.wait(lock, [this] { return closed_ || !blocks_.empty(); });
  if (closed_) return std::nullopt;
  blocks::Range& run = blocks_.front();
  const blocks::BlockIndex block = run.begin++;
  if (run.empty()) blocks_.pop_front();
  running_.insert({thread, {block, std::chrono::steady_clock::now()}});
  if (blocks_.empty()) {
    // The answer can hide behind the block that starts now.
    news_.wants_more = true;
    for_main_.notify_one();
  }
  return block;
}

std::optional<blocks::BlockIndex> Work::upcoming() const {
  const std::lock_guard lock(mutex_);
  std::uint64_t before = blocks_ahead;
  for (const blocks::Range& run : blocks_) {
    if (before < run.size()) return run.begin + before;
    before -= run.size();
  }
  return std::nullopt;
}

void Work::set_done(blocks::BlockIndex block) {
  const std::lock_guard lock(mutex_);
  ++news_.blocks_done;
  const std::uint64_t span = cut_.span_of(block);
  if (--unfinished_[span] > 0) return;
  unfinished_.erase(span);
  auto& done = news_.spans_done;
  if (!done.empty() && done.back().end == span) {
    ++done.back().end;
  } else {
    done.push_back({span, span + 1});
  }
  // Only the end of everything in hand is worth waking the main thread for.
  if (unfinished_.empty()) for_main_.notify_one();
}

void Work::tell(blocks::BlockIndex block, double number) {
  const std::lock_guard lock(mutex_);
  news_.told.push_back({block, number});
}

void Work::set_failed(std::exception_ptr failure) {
  {
    const std::lock_guard lock(mutex_);
    if (!news_.failure) news_.failure = std::move(failure);
    closed_ = true;
  }
  for_team_.notify_all();
  for_main_.notify_one();
}

void Work::set_team_gone() {
  const std::lock_guard lock(mutex_);
  team_gone_ = true;
  for_main_.notify_one();
}

}  // namespace rankwise::engine
