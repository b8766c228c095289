#include "rankwise/farm/outbox.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <sstream>

#include "tests/support/temporary_folder.hpp"

namespace rankwise::farm {
namespace {

/// An outbox whose results go to a folder, and ranks that keep what is not sent.
class OutboxTest : public testing::Test {
 protected:
  void open(bool keep_order) {
    printer_ = std::make_unique<Printer>(Printer::To{.streams = false},
                                         std::make_unique<JobLog>(folder_ / "log", JobLog::Open::fresh),
                                         std::make_unique<ResultsFolder>(folder_ / "results"));
    outbox_ = std::make_unique<Outbox>(
        *printer_, keep_order,
        Outbox::Ranks{.fetch =
                          [this](int rank, const PlacePrinted& place) {
                            const std::string& all = kept_.at({rank, place.task, place.stream});
                            wanted_.emplace_back(place,
                                                 all.substr(static_cast<std::size_t>(place.offset), Crew::piece_size));
                          },
                      .drop = [this](int, std::uint64_t task) { dropped_.push_back(task); }});
  }

  void add(std::uint64_t number, const std::string& out, bool kept = false) {
    Finished finished{.number = number, .rank = 2, .name = std::to_string(number)};
    finished.printed[0] = {.size = out.size(), .bytes = kept ? "" : out};
    finished.log_line = std::to_string(number) + "\n";
    if (kept) kept_[{2, number, 0}] = out;
    outbox_->add(std::move(finished));
  }

  /// Until all that is to come has come, and the printer has it.
  void run() {
    for (int i = 0; i < 10'000; ++i) {
      outbox_->advance();
      if (outbox_->empty()) return;
      if (wanted_.empty()) usleep(1000);
      for (const auto& [place, piece] : std::exchange(wanted_, {})) outbox_->arrived(place, piece);
    }
    ADD_FAILURE() << "something does not come";
  }

  std::string log() {
    outbox_.reset();
    printer_.reset();
    return text_of("log");
  }
  std::string text_of(const std::string& name) const {
    std::ostringstream text;
    text << std::ifstream(folder_ / name).rdbuf();
    return text.str();
  }

  test::TemporaryFolder folder_;
  std::unique_ptr<Printer> printer_;
  std::unique_ptr<Outbox> outbox_;
  std::map<std::tuple<int, std::uint64_t, std::uint64_t>, std::string> kept_;
  std::vector<std::pair<PlacePrinted, std::string>> wanted_;
  std::vector<std::uint64_t> dropped_;
};

TEST_F(OutboxTest, WithoutAnOrderTasksComeAsTheyEnd) {
  open(false);
  add(3, "c");
  add(1, "a");
  run();
  EXPECT_TRUE(outbox_->empty());
  EXPECT_EQ(log(), "3\n1\n");
  EXPECT_EQ(text_of("results/3.out"), "c");
}

TEST_F(OutboxTest, WithOneTheyWaitForTheirTurnUnlessTheySayNothing) {
  open(true);
  add(3, "c");
  add(4, "");
  add(2, "b");
  run();
  add(1, "a");
  run();
  EXPECT_EQ(log(), "4\n1\n2\n3\n");
}

TEST_F(OutboxTest, WhatWillNotComeIsNotWaitedFor) {
  open(true);
  add(2, "b");
  add(5, "e");
  outbox_->skip_gaps(7);
  run();
  EXPECT_EQ(log(), "2\n5\n");
}

TEST_F(OutboxTest, LargeOutputsComePieceByPieceAndWhole) {
  open(false);
  std::string large;
  for (int i = 0; i < 2'000'000; ++i) large += std::to_string(i);
  add(1, large, true);
  add(2, "small");
  run();
  EXPECT_EQ(dropped_, (std::vector<std::uint64_t>{1}));
  EXPECT_EQ(log(), "1\n2\n");
  EXPECT_EQ(text_of("results/1.out"), large);
  EXPECT_EQ(text_of("results/2.out"), "small");
}

TEST_F(OutboxTest, ManyThatWaitForOneAreKeptInFiles) {
  open(true);
  const std::string some(30'000, 'x');
  for (std::uint64_t number = 2; number <= 3000; ++number) add(number, some);  // 90 MB
  EXPECT_FALSE(outbox_->is_full());
  add(1, "a");
  run();
  const std::string lines = log();
  EXPECT_EQ(lines.substr(0, 6), "1\n2\n3\n");
  EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 3000);
  EXPECT_EQ(text_of("results/2999.out"), some);
}

TEST_F(OutboxTest, IsFullWhenMuchWaits) {
  open(false);
  const std::string some(30'000, 'x');
  for (std::uint64_t number = 1; number <= 2000; ++number) add(number, some);  // 60 MB
  EXPECT_TRUE(outbox_->is_full());
}

}  // namespace
}  // namespace rankwise::farm
