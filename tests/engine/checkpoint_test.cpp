#include "rankwise/engine/checkpoint.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <filesystem>
#include <memory>
#include <random>

#include "rankwise/base/stop_request.hpp"
#include "rankwise/engine/run.hpp"
#include "rankwise/ranks/agreement.hpp"
#include "tests/support/session.hpp"
#include "tests/support/spelling.hpp"

namespace rankwise::engine {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using test::spelled;
using test::Spelling;

/// Stops its process after some blocks, and counts what it has run.
struct Stopping : Spelling {
  std::atomic<int>* blocks_left = nullptr;

  [[nodiscard]] Partial run(blocks::Block block, Scratch& scratch) const {
    if (blocks_left != nullptr && --*blocks_left == 0) std::raise(SIGTERM);
    return Spelling::run(block, scratch);
  }
};

class CheckpointTest : public testing::Test {
 protected:
  CheckpointTest() {
    const std::string name = "rankwise-checkpoint-test-" + std::to_string(getpid());
    path_ = ranks::broadcast_text(ranks(), (fs::temp_directory_path() / name).string());
    remove();
  }
  ~CheckpointTest() override {
    forget_stop_request();
    remove();
  }
  void remove() const {
    if (ranks().is_root()) fs::remove(path_);
  }

  static const ranks::Communicator& ranks() { return test::session().ranks(); }
  std::unique_ptr<Checkpoint> open(Checkpoint::Options options = {}, const Identity& job = {.method = "test"}) const {
    forget_stop_request();
    options.path = path_;
    options.resume = true;
    auto checkpoint = std::make_unique<Checkpoint>(ranks(), std::move(options));
    checkpoint->begin(ranks(), job, {"test"});
    return checkpoint;
  }
  /// Runs the job's only phase. @return how it ended
  ranks::Failure run_once(Checkpoint& checkpoint, const Stopping& job, int threads = test::threads()) {
    forget_stop_request();
    watch_for_stop_signals();
    const Context context(test::session(), {.threads = threads, .checkpoint = &checkpoint});
    results_.clear();
    try {
      run(context, job, [&](std::uint64_t, std::string result) { results_.push_back(std::move(result)); },
          {.phase = "test"});
    } catch (const ranks::AgreedError& error) {
      return {error.exit_code(), error.what()};
    }
    if (ranks().is_root()) checkpoint.save();
    return {};
  }
  void expect_results(const Spelling& job) const {
    if (!ranks().is_root()) {
      EXPECT_TRUE(results_.empty());
      return;
    }
    ASSERT_EQ(results_.size(), job.cut.steps == 0 ? 0 : job.cut.lanes);
    for (std::uint64_t lane = 0; lane < results_.size(); ++lane) {
      EXPECT_EQ(results_[lane], spelled(lane, 0, blocks::top_level(job.cut.steps), job.cut.steps));
    }
  }

  std::string path_;
  std::vector<std::string> results_;
};

TEST_F(CheckpointTest, a_stopped_phase_goes_on_until_it_is_done) {
  for (const blocks::Grid grid : {blocks::Grid{1, 700}, {7, 90}, {40'000, 1}, {20'000, 2}}) {
    remove();
    Stopping job{{.cut = grid}};
    std::mt19937 random(7);
    int runs = 0;
    while (true) {
      ASSERT_LT(++runs, 50);
      std::atomic<int> left =
          1 + static_cast<int>(random() % (grid.count() / 4 / static_cast<unsigned>(ranks().size())));
      const bool stops = static_cast<int>(random() % static_cast<unsigned>(ranks().size())) == ranks().rank();
      job.blocks_left = stops ? &left : nullptr;
      const auto checkpoint = open({.every = 1ms});
      const ranks::Failure failure = run_once(*checkpoint, job, 1 + runs % 3);
      if (failure.exit_code == 0) break;
      ASSERT_EQ(failure.exit_code, 75) << failure.message;
      EXPECT_NE(failure.message.find("SIGTERM"), std::string::npos);
      EXPECT_NE(failure.message.find(path_), std::string::npos);
    }
    EXPECT_GT(runs, 1);
    expect_results(job);
  }
}

TEST_F(CheckpointTest, what_is_kept_is_not_computed_again) {
  Stopping job{{.cut = {3, 40}}};
  EXPECT_EQ(run_once(*open(), job).exit_code, 0);
  std::atomic<int> left = 1;
  job.blocks_left = &left;
  const auto checkpoint = open();
  EXPECT_EQ(run_once(*checkpoint, job).exit_code, 0) << "no block runs that could stop it";
  expect_results(job);
  if (ranks().is_root()) {
    EXPECT_EQ(checkpoint->restored_share(), 1);
  }
}

TEST_F(CheckpointTest, often_kept_phases_give_the_same_results) {
  for (const std::uint64_t steps : {0U, 1U, 2U, 9U, 1000U}) {
    remove();
    const Stopping job{{.cut = {3, steps}, .cost = 20us}};
    EXPECT_EQ(run_once(*open({.every = 1ms}), job).exit_code, 0);
    expect_results(job);
  }
}

TEST_F(CheckpointTest, a_failed_block_leaves_what_was_done) {
  Stopping job{{.cut = {1, 400}, .throws_at = 390}};
  const ranks::Failure failure = run_once(*open(), job);
  EXPECT_EQ(failure.exit_code, 3);
  EXPECT_NE(failure.message.find("block is bad"), std::string::npos);
  EXPECT_NE(failure.message.find("--resume"), std::string::npos);
  job.throws_at = UINT64_MAX;
  const auto checkpoint = open();
  EXPECT_EQ(run_once(*checkpoint, job).exit_code, 0);
  expect_results(job);
  if (ranks().is_root()) {
    EXPECT_GT(checkpoint->restored_share(), 0);
  }
}

TEST_F(CheckpointTest, time_that_is_up_ends_all_ranks_with_a_checkpoint) {
  const Stopping job{{.cut = {1, 20'000}, .cost = 1ms}};
  const ranks::Failure failure = run_once(*open({.max_time = 200ms}), job);
  EXPECT_EQ(failure.exit_code, 75);
  EXPECT_NE(failure.message.find("--max-time"), std::string::npos);
  EXPECT_EQ(run_once(*open(), {{.cut = {1, 20'000}}}).exit_code, 0);
  expect_results(job);
}

TEST_F(CheckpointTest, phases_of_one_name_are_told_apart_and_finished_ones_return_at_once) {
  Stopping first{{.cut = {1, 20}}}, second{{.cut = {2, 30}}};
  first.input = "first";
  second.input = "second";
  std::atomic<int> left = 3;
  {
    const auto checkpoint = open();
    EXPECT_EQ(run_once(*checkpoint, first).exit_code, 0);
    second.blocks_left = &left;
    EXPECT_EQ(run_once(*checkpoint, second).exit_code, 75);
  }
  second.blocks_left = nullptr;
  std::atomic<int> none = 1;
  first.blocks_left = &none;
  const auto checkpoint = open();
  EXPECT_EQ(run_once(*checkpoint, first).exit_code, 0);
  expect_results(first);
  EXPECT_EQ(run_once(*checkpoint, second).exit_code, 0);
  expect_results(second);
}

TEST_F(CheckpointTest, shards_keep_their_part_and_no_other) {
  const Stopping job{{.cut = {3, 100}}};
  std::uint64_t blocks = 0;
  for (std::uint64_t i = 0; i < 7; ++i) {
    remove();
    const auto checkpoint = open({.shard = Shard{i, 7}});
    const ranks::Failure end = run_once(*checkpoint, job);
    EXPECT_EQ(end.exit_code, 0);
    EXPECT_NE(end.message.find(std::to_string(i + 1) + "/7"), std::string::npos) << end.message;
    EXPECT_TRUE(results_.empty());
    if (ranks().is_root()) blocks += checkpoint->record().phases.at(0).blocks_done();
  }
  if (ranks().is_root()) {
    EXPECT_EQ(blocks, 300U);
  }
}

TEST_F(CheckpointTest, another_job_is_refused_in_one_sentence_that_says_which) {
  const Identity job{.method = "columns", .version = 2, .input = "a", .seed = 1, .options = "x"};
  open({}, job);
  const auto refusal = [&](Identity other, Checkpoint::Options options = {}) -> std::string {
    try {
      open(std::move(options), other);
    } catch (const ranks::AgreedError& error) {
      EXPECT_EQ(error.exit_code(), 3);
      return error.what();
    }
    return "";
  };
  const auto with = [&](auto change) {
    Identity other = job;
    change(other);
    return refusal(other);
  };
  EXPECT_EQ(refusal(job), "");
  EXPECT_NE(with([](Identity& i) { i.method = "pi"; }).find("is of 'columns', not of 'pi'"), std::string::npos);
  EXPECT_NE(with([](Identity& i) { i.version = 3; }).find("another version"), std::string::npos);
  EXPECT_NE(with([](Identity& i) { i.input = "b"; }).find("another input"), std::string::npos);
  EXPECT_NE(with([](Identity& i) { i.seed = 2; }).find("seed 1, not 2"), std::string::npos);
  EXPECT_NE(with([](Identity& i) { i.options = "y"; }).find("other options"), std::string::npos);
  EXPECT_NE(refusal(job, {.shard = Shard{0, 2}}).find("the whole job, not of shard 1/2"), std::string::npos);
}

TEST_F(CheckpointTest, a_checkpoint_that_cannot_be_saved_is_a_warning_and_the_work_goes_on) {
  std::atomic<int> warnings = 0;
  const auto checkpoint = open({.every = 1ms, .warn = [&](const std::string&) { ++warnings; }});
  if (ranks().is_root()) {
    fs::remove(path_);
    fs::create_directory(path_);
  }
  const Stopping job{{.cut = {1, 3000}, .cost = 500us}};
  try {
    run_once(*checkpoint, job);
  } catch (const IoError&) {
    // run_once's own saving at the end
  }
  expect_results(job);
  if (ranks().is_root()) {
    EXPECT_GT(warnings, 0);
  }
}

}  // namespace
}  // namespace rankwise::engine
