#include "rankwise/farm/endings.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

#include "tests/support/temporary_folder.hpp"

namespace rankwise::farm {
namespace {

using How = processes::Ended::How;

class EndingsTest : public testing::Test {
 protected:
  void open(Halt halt = {}) {
    options_.job_log = folder_ / "log";
    options_.halt = halt;
    options_.time_limit = std::chrono::milliseconds(1500);
    printer_ = std::make_unique<Printer>(Printer::To{.streams = false},
                                         std::make_unique<JobLog>(*options_.job_log, JobLog::Open::fresh), nullptr);
    outbox_ = std::make_unique<Outbox>(*printer_, false, Outbox::Ranks{});
    endings_ =
        std::make_unique<Endings>(options_, 2, *outbox_, [this](int, std::uint64_t task) { dropped_.push_back(task); });
    endings_->set_rank(1, "node", 4);
  }
  void add(std::uint64_t number, Outcome outcome) {
    outcome.task = number;
    Task task{.number = number, .command = {.line = "task " + std::to_string(number)}};
    task.tries = 1;
    endings_->add(1, task, outcome);
  }
  void wait() {
    usleep(300'000);
    endings_->look();
  }
  std::string log() {
    outbox_->advance();
    endings_.reset();
    outbox_.reset();
    printer_.reset();
    std::ostringstream text;
    text << std::ifstream(folder_ / "log").rdbuf();
    return text.str();
  }

  test::TemporaryFolder folder_;
  MapOptions options_;
  std::unique_ptr<Printer> printer_;
  std::unique_ptr<Outbox> outbox_;
  std::unique_ptr<Endings> endings_;
  std::vector<std::uint64_t> dropped_;
};

TEST_F(EndingsTest, WhatEndedWellIsDoneAtOnce) {
  open();
  add(1, {.seconds = 2});
  EXPECT_EQ(endings_->tally().done, 1U);
  EXPECT_FALSE(endings_->has_doubts());
  const std::string line = log();
  EXPECT_NE(line.find(R"("command":"task 1","rank":1,"host":"node")"), std::string::npos) << line;
  EXPECT_EQ(line.find("reason"), std::string::npos);
}

TEST_F(EndingsTest, AFailureIsOneWhenNoStopFollows) {
  open();
  add(1, {.exit_code = 7});
  endings_->look();
  EXPECT_TRUE(endings_->has_doubts());
  EXPECT_EQ(endings_->finished(), 0U);
  wait();
  EXPECT_EQ(endings_->tally().failed, 1U);
  EXPECT_NE(log().find(R"("exit":7,)"), std::string::npos);
}

TEST_F(EndingsTest, AndNoneWhereAStopFollows) {
  open();
  Outcome outcome{.exit_code = 143, .signal = 15};
  outcome.printed[0].size = 100'000;  // the rank keeps it
  add(1, outcome);
  endings_->forget_doubted();
  wait();
  EXPECT_EQ(endings_->finished(), 0U);
  EXPECT_EQ(dropped_, (std::vector<std::uint64_t>{1}));
  EXPECT_EQ(log(), "");
}

TEST_F(EndingsTest, WhatDidNotEndWellIsNotLoggedAsZero) {
  open();
  add(1, {.how = How::time_limit});
  add(2, {.how = How::output, .reason = "no space"});
  add(3, {.how = How::not_started, .exit_code = 126, .reason = "Permission denied"});
  endings_->add_lost(1, {.number = 4});
  EXPECT_EQ(endings_->tally().failed, 4U);
  const std::string lines = log();
  for (const char* part : {R"("exit":124,)", "not done after 1.5 s", R"("exit":125,)", "no space", R"("exit":126,)",
                           "cannot be started: Permission denied", R"("exit":137,"signal":9)", "was killed, twice"}) {
    EXPECT_NE(lines.find(part), std::string::npos) << part << lines;
  }
}

TEST_F(EndingsTest, KnowsWhenEnoughHaveFailed) {
  open({.when = Halt::When::soon, .failures = 2});
  add(1, {.exit_code = 1});
  EXPECT_FALSE(endings_->may_be_enough());
  add(2, {.exit_code = 1});
  EXPECT_TRUE(endings_->may_be_enough());
  EXPECT_EQ(endings_->enough(), std::nullopt);
  wait();
  EXPECT_EQ(endings_->enough(), "2 tasks failed; --halt ends it");
}

}  // namespace
}  // namespace rankwise::farm
