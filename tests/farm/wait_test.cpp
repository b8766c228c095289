#include "rankwise/farm/wait.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>

namespace rankwise::farm {
namespace {

double seconds_of(Wait& wait, std::array<Wait::File, 1> files, bool something_happened) {
  const auto begin = std::chrono::steady_clock::now();
  wait.for_any(files, something_happened);
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

TEST(Wait, EndsWhenThereIsSomethingToRead) {
  std::array<int, 2> ends{};
  ASSERT_EQ(pipe(ends.data()), 0);
  Wait wait(false);
  EXPECT_GE(seconds_of(wait, {Wait::File{ends[0]}}, false), 0.045);  // alone, it looks at the clock now and then
  ASSERT_EQ(write(ends[1], "x", 1), 1);
  EXPECT_LT(seconds_of(wait, {Wait::File{ends[0]}}, false), 0.045);
  for (const int end : ends) close(end);
}

TEST(Wait, WithOthersItLooksOftenAndRarerWhereNothingHappens) {
  Wait wait(true);
  EXPECT_GE(seconds_of(wait, {}, true), 0.0009);
  for (int round = 0; round < 201; ++round) wait.for_any({}, false);
  EXPECT_GE(seconds_of(wait, {}, false), 0.0045);
}

}  // namespace
}  // namespace rankwise::farm
