#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <map>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <vector>

#include "rankwise/blocks/span.hpp"

namespace rankwise::engine {

/// A number that a block's job tells of it.
struct Told {
  blocks::BlockIndex block = 0;
  double number = 0;
};

/// What has happened on this rank since it was last asked.
struct News {
  std::vector<Told> told;
  std::vector<blocks::Range> spans_done;
  std::uint64_t blocks_done = 0;
  bool wants_more = false;     ///< the last block in hand has been started
  std::exception_ptr failure;  ///< a block threw
};

/// The blocks that this rank has in hand: between the main thread, which adds spans and asks for news, and the team,
/// whose threads take blocks and say when they are done.
class Work {
 public:
  explicit Work(const blocks::SpanCut& cut);

  [[nodiscard]] blocks::Grid grid() const { return cut_.grid; }

  // The main thread:
  void add(blocks::Range spans);
  /// No thread gets another block; what is running ends.
  void close();
  News take_news();
  /// Some that cannot wait: no work left, all done, a failure.
  [[nodiscard]] bool has_urgent_news() const;
  /// Waits until there is urgent news, at most that long.
  void wait_for_news(std::chrono::microseconds longest);
  /// All that was in hand is done: whatever comes next comes by message.
  [[nodiscard]] bool is_idle() const;
  /// A block that a thread is at.
  struct Running {
    blocks::BlockIndex block;
    std::chrono::steady_clock::time_point since;
  };
  [[nodiscard]] std::vector<Running> running() const;
  /// The team's threads are all gone.
  [[nodiscard]] bool team_is_gone() const;

  // The team:
  /// The next block for a thread, which has done its last one; waits for one; nothing once the work is closed.
  std::optional<blocks::BlockIndex> next(int thread);
  /// The block that somebody gets soon, a few after the next one, if it is in hand already: time to fetch its input.
  [[nodiscard]] std::optional<blocks::BlockIndex> upcoming() const;
  void set_done(blocks::BlockIndex block);
  /// Before that. @param number that is told of it
  void tell(blocks::BlockIndex block, double number);
  void set_failed(std::exception_ptr failure);
  void set_team_gone();

 private:
  [[nodiscard]] bool is_urgent() const;

  blocks::SpanCut cut_;
  mutable std::mutex mutex_;
  std::condition_variable for_team_;
  std::condition_variable for_main_;
  std::deque<blocks::Range> blocks_;                             // runs of blocks that nobody has started
  std::unordered_map<std::uint64_t, std::uint64_t> unfinished_;  // span -> blocks that are not done
  std::map<int, Running> running_;                               // by thread
  News news_;
  bool closed_ = false;
  bool team_gone_ = false;
};

}  // namespace rankwise::engine
