#include "rankwise/engine/run.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <mutex>
#include <string>
#include <thread>

#include "rankwise/base/stop_request.hpp"
#include "rankwise/blocks/node.hpp"
#include "rankwise/ranks/agreement.hpp"
#include "rankwise/ranks/collectives.hpp"
#include "tests/support/session.hpp"
#include "tests/support/spelling.hpp"

namespace rankwise::engine {
namespace {

using test::spelled;
using test::Spelling;

Context context(std::optional<Bytes> memory = {}) {
  return {test::session(), {.threads = test::threads(), .memory = memory, .show_progress = {}}};
}

template <class J = Spelling>
void expect_whole(const Context& where, const J& job, const PhaseOptions& options = {.phase = "test"}) {
  std::vector<std::string> results;
  run(
      where, job,
      [&](std::uint64_t lane, std::string result) {
        EXPECT_EQ(lane, results.size()) << "lanes come in order";
        results.push_back(std::move(result));
      },
      options);
  if (!test::session().ranks().is_root()) {
    EXPECT_TRUE(results.empty()) << "the sink is on rank 0 alone";
    return;
  }
  ASSERT_EQ(results.size(), job.cut.steps == 0 ? 0 : job.cut.lanes);
  for (std::uint64_t lane = 0; lane < results.size(); ++lane) {
    EXPECT_EQ(results[lane], spelled(lane, 0, blocks::top_level(job.cut.steps), job.cut.steps));
  }
}

/// Wants its lanes begun from the last one to the first, and tells in which order this rank began them.
struct FromBehind : Spelling {
  std::vector<std::uint64_t>* begun = nullptr;
  std::mutex* mutex = nullptr;

  [[nodiscard]] std::vector<std::uint64_t> lanes_in_order() const {
    std::vector<std::uint64_t> order;
    for (std::uint64_t lane = cut.lanes; lane-- > 0;) order.push_back(lane);
    return order;
  }
  [[nodiscard]] Partial run(blocks::Block block, Scratch& scratch) const {
    {
      const std::lock_guard lock(*mutex);
      begun->push_back(block.lane);
    }
    return Spelling::run(block, scratch);
  }
};
static_assert(OrdersLanes<FromBehind> && !OrdersLanes<Spelling>);

/// The error that every rank must throw alike.
ranks::Failure failure_of(const Spelling& job, std::optional<Bytes> memory = {}) {
  try {
    run(context(memory), job, [](std::uint64_t, const std::string&) { FAIL() << "no result after a failure"; },
        {.phase = "test"});
  } catch (const ranks::AgreedError& error) {
    return {error.exit_code(), error.what()};
  }
  return {};
}

TEST(Run, lanes_begin_in_the_order_that_the_job_wants) {
  std::vector<std::uint64_t> begun;
  std::mutex mutex;
  FromBehind job{{.cut = {20, 1}, .cost = std::chrono::microseconds(500)}, &begun, &mutex};
  expect_whole(context(), job);
  EXPECT_EQ(ranks::sum(test::session().ranks(), begun.size()), 20U);
  if (test::threads() > 1) return;
  EXPECT_TRUE(std::is_sorted(begun.rbegin(), begun.rend()));
  if (test::session().ranks().size() == 1) {
    EXPECT_EQ(begun, job.lanes_in_order());
  }
}

TEST(Run, every_small_grid_grows_the_fixed_tree) {
  const Context where = context();
  for (const std::uint64_t lanes : {0U, 1U, 2U, 5U}) {
    for (const std::uint64_t steps : {0U, 1U, 2U, 3U, 7U, 8U, 9U, 31U}) expect_whole(where, {.cut = {lanes, steps}});
  }
}

TEST(Run, long_lanes_and_many_lanes) {
  const Context where = context();
  expect_whole(where, {.cut = {1, 20011}});
  expect_whole(where, {.cut = {20011, 1}});
  expect_whole(where, {.cut = {20011, 2}});
}

TEST(Run, unequal_blocks_are_shared_out) {
  expect_whole(context(), {.cut = {3, 40}, .cost = std::chrono::microseconds(300)});
}

TEST(Run, messages_in_many_transfers_are_whole) {
  const Bytes before = ranks::transfer_cap();
  ranks::set_transfer_cap({5});
  expect_whole(context(), {.cut = {7, 13}});
  ranks::set_transfer_cap(before);
}

TEST(Run, input_is_delivered_to_ranks_that_cannot_see_it) {
  Delivery delivery;
  delivery.add([](std::span<const std::byte> request) { return Delivery::Bytes(request.begin(), request.end()); });
  expect_whole(context(), {.cut = {3, 40}, .delivery = &delivery}, {.phase = "test", .delivery = &delivery});
}

TEST(Run, a_failing_delivery_ends_all_ranks) {
  Delivery delivery;
  delivery.add([](std::span<const std::byte>) -> Delivery::Bytes { throw IoError("the file is gone"); });
  const Spelling job{.cut = {1, 400}, .delivery = &delivery, .cost = std::chrono::microseconds(200)};
  if (test::session().ranks().size() == 1) return;  // nobody asks
  try {
    run(context(), job, [](std::uint64_t, const std::string&) {}, {.phase = "test", .delivery = &delivery});
    ADD_FAILURE();
  } catch (const ranks::AgreedError& error) {
    EXPECT_EQ(error.exit_code(), 3);
    EXPECT_NE(std::string(error.what()).find("the file is gone"), std::string::npos);
  }
}

TEST(Run, a_block_that_throws_ends_all_ranks_within_two_seconds) {
  for (const std::uint64_t bad : {0U, 199U, 399U}) {
    const auto begin = std::chrono::steady_clock::now();
    const ranks::Failure failure =
        failure_of({.cut = {1, 400}, .throws_at = bad, .cost = std::chrono::milliseconds(5)});
    EXPECT_EQ(failure.exit_code, 3);
    EXPECT_TRUE(failure.message.starts_with("block is bad")) << failure.message;
    if (test::session().ranks().size() > 1) {
      EXPECT_NE(failure.message.find("(rank "), std::string::npos);
    }
    // The bad block itself is reached within 400 × 5 ms of work.
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(4));
  }
}

TEST(Run, works_after_a_failure) {
  failure_of({.cut = {1, 50}, .throws_at = 25});
  expect_whole(context(), {.cut = {2, 50}});
}

TEST(Run, a_signal_on_any_rank_ends_all_ranks) {
  const int size = test::session().ranks().size();
  for (int rank = 0; rank < size; rank += std::max(1, size - 1)) {
    forget_stop_request();
    watch_for_stop_signals();
    std::thread sender([&] {
      std::this_thread::sleep_for(std::chrono::milliseconds(30));
      if (test::session().ranks().rank() == rank) std::raise(SIGTERM);
    });
    const ranks::Failure failure = failure_of({.cut = {1, 100000}, .cost = std::chrono::milliseconds(1)});
    sender.join();
    forget_stop_request();
    EXPECT_EQ(failure.exit_code, 128 + SIGTERM);
    EXPECT_NE(failure.message.find("SIGTERM"), std::string::npos);
  }
}

TEST(Run, too_little_memory_is_a_usage_error) {
  const ranks::Failure failure = failure_of({.cut = {1, 4}}, Bytes{1063});
  EXPECT_EQ(failure.exit_code, 2);
  EXPECT_NE(failure.message.find("--memory"), std::string::npos);
  expect_whole(context(Bytes{1064}), {.cut = {1, 4}});
}

TEST(Run, ranks_with_different_jobs_notice) {
  if (test::session().ranks().size() == 1) return;
  const bool other = test::session().ranks().rank() == test::session().ranks().size() - 1;
  EXPECT_EQ(failure_of({.cut = {1, 4}, .input = other ? "b" : "a"}).exit_code, 3);
}

TEST(Run, a_sink_that_throws_is_an_error_on_every_rank) {
  try {
    run(context(), Spelling{.cut = {1, 4}}, [](std::uint64_t, const std::string&) { throw IoError("disk is full"); },
        {.phase = "test"});
    ADD_FAILURE();
  } catch (const ranks::AgreedError& error) {
    EXPECT_EQ(error.exit_code(), 3);
  }
}

TEST(Run, progress_ends_at_all_blocks) {
  Progress last;
  const Context where(test::session(),
                      {.threads = test::threads(), .memory = {}, .show_progress = [&](const Progress& p) {
                         EXPECT_LE(p.blocks_done, p.blocks);
                         last = p;
                       }});
  expect_whole(where, {.cut = {2, 50}, .cost = std::chrono::microseconds(200)});
  EXPECT_EQ(last.blocks_done, test::session().ranks().is_root() ? 100U : 0U);
}

}  // namespace
}  // namespace rankwise::engine
