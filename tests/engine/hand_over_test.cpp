#include "rankwise/engine/hand_over.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <string>

#include "rankwise/engine/record.hpp"

namespace rankwise::engine {
namespace {

/// Its blocks write output, which becomes durable when the test says so.
struct Writing {
  using Partial = std::string;
  struct Scratch {};
  std::shared_future<void> disk;

  [[nodiscard]] Identity identity() const { return {}; }
  [[nodiscard]] blocks::Grid grid() const { return {.lanes = 1, .steps = 8}; }
  [[nodiscard]] Bytes partial_bytes() const { return {64}; }
  [[nodiscard]] Bytes block_bytes() const { return {64}; }
  [[nodiscard]] Partial run(blocks::Block block, Scratch&) const { return std::to_string(block.step); }
  void merge(Partial& left, const Partial& right) const { left += right; }
  static void encode(const Partial& text, ByteWriter& out) { out.put_string(text); }
  static Partial decode(ByteReader& in) { return in.get_string(); }
  void make_output_durable() const { disk.get(); }
};

class HandOverTest : public testing::Test {
 protected:
  void finish(std::uint64_t step) { forest_.add({0, step, 0}, job_.run({0, step}, 0)); }
  static std::string in_words(const std::vector<std::byte>& handed_over) {
    std::string words;
    ByteReader in(handed_over);
    for (const KeptNode& kept : decode_nodes(in)) {
      ByteReader partial(kept.partial);
      words += (words.empty() ? "" : " ") + partial.get_string();
    }
    return words;
  }

  std::promise<void> written_;
  Writing writing_{written_.get_future().share()};
  ErasedJob<Writing> job_{writing_};
  Forest forest_{writing_.grid(), [this](AnyPartial& left, const AnyPartial& right) { job_.merge(left, right); }};
  HandOver hand_over_{job_, {.grid = writing_.grid(), .level = 1}, forest_};

  void SetUp() override { job_.set_threads(1); }
};

TEST_F(HandOverTest, whole_spans_go_when_their_output_is_durable) {
  for (const std::uint64_t step : {0U, 1U, 2U, 4U, 5U}) finish(step);
  EXPECT_EQ(hand_over_.poll(), std::nullopt) << "nothing was asked for";
  hand_over_.begin();
  EXPECT_EQ(hand_over_.poll(), std::nullopt) << "not durable yet";
  finish(3);
  hand_over_.begin();  // what is on its way comes first
  written_.set_value();
  const auto first = hand_over_.wait();
  ASSERT_TRUE(first);
  EXPECT_EQ(in_words(*first), "01 45");
  EXPECT_EQ(hand_over_.poll(), std::nullopt);
  hand_over_.begin();
  const auto second = hand_over_.wait();
  ASSERT_TRUE(second);
  EXPECT_EQ(in_words(*second), "23");
  EXPECT_EQ(forest_.size(), 0U);
}

TEST_F(HandOverTest, who_has_nothing_says_so) {
  finish(2);
  hand_over_.begin();
  const auto handed_over = hand_over_.poll();
  ASSERT_TRUE(handed_over);
  EXPECT_EQ(in_words(*handed_over), "");
}

TEST_F(HandOverTest, after_output_was_lost_nothing_more_is_kept) {
  finish(0);
  finish(1);
  hand_over_.begin();
  written_.set_exception(std::make_exception_ptr(IoError("the disk is gone")));
  EXPECT_THROW(hand_over_.wait(), IoError);
  finish(2);
  finish(3);
  hand_over_.begin();
  const auto later = hand_over_.wait();
  ASSERT_TRUE(later);
  EXPECT_EQ(in_words(*later), "");
}

}  // namespace
}  // namespace rankwise::engine
