#include "rankwise/farm/crew.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

namespace rankwise::farm {
namespace {

std::vector<Outcome> wait_for(Crew& crew, std::size_t count) {
  std::vector<Outcome> all;
  for (int i = 0; i < 10'000 && all.size() < count; ++i) {
    for (Outcome& outcome : crew.take()) all.push_back(std::move(outcome));
    usleep(1000);
  }
  EXPECT_EQ(all.size(), count);
  return all;
}

TEST(Crew, KeepsMuchOutputUntilItIsDropped) {
  processes::Helper helper;
  Crew crew(helper, 2, {});
  crew.start(1, {.line = "echo small; echo oh >&2; exit 3"}, {});
  crew.start(2, {.line = "head -c 3000000 /dev/zero | tr '\\0' x"}, {});
  for (const Outcome& outcome : wait_for(crew, 2)) {
    EXPECT_TRUE(outcome.counts());
    if (outcome.task == 1) {
      EXPECT_TRUE(outcome.failed());
      EXPECT_EQ(outcome.exit_code, 3);
      EXPECT_EQ(outcome.printed[0].bytes, "small\n");
      EXPECT_EQ(outcome.err_end, "oh\n");
    } else {
      EXPECT_TRUE(outcome.printed[0].is_kept_elsewhere());
      EXPECT_EQ(outcome.printed[0].size, 3'000'000U);
    }
  }
  EXPECT_EQ(crew.piece(2, 0, 0), std::string(Crew::piece_size, 'x'));
  EXPECT_EQ(crew.piece(2, 0, 2'999'990), std::string(10, 'x'));
  crew.drop(2);
  EXPECT_THROW(static_cast<void>(crew.piece(2, 0, 0)), std::out_of_range);
}

TEST(Crew, WhatIsCancelledDoesNotCount) {
  processes::Helper helper;
  Crew crew(helper, 1, {});
  crew.start(1, {.line = "sleep 100"}, {});
  crew.start(2, {.line = "true"}, {});
  usleep(100'000);
  crew.cancel(true);
  for (const Outcome& outcome : wait_for(crew, 2)) EXPECT_FALSE(outcome.counts());
  EXPECT_FALSE(crew.is_lost());
}

}  // namespace
}  // namespace rankwise::farm
