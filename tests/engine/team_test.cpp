#include "rankwise/engine/team.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <set>
#include <stdexcept>

namespace rankwise::engine {
namespace {

AnyPartial number(std::uint64_t value) {
  return std::make_shared<std::uint64_t>(value);
}
std::uint64_t& number(const AnyPartial& partial) {
  return *static_cast<std::uint64_t*>(partial.get());
}
void add(AnyPartial& left, const AnyPartial& right) {
  number(left) += number(right);
}

void wait_for_all(Work& work, std::uint64_t blocks) {
  for (std::uint64_t done = 0; done < blocks; work.wait_for_news(std::chrono::milliseconds(1))) {
    done += work.take_news().blocks_done;
  }
}

TEST(Team, computes_every_block_once) {
  for (const int threads : {1, 2, 4}) {
    const blocks::SpanCut cut = blocks::cut_into_spans({1, 1000}, {8});
    Work work(cut);
    Forest forest(cut.grid, add);
    std::vector<std::atomic<int>> times(1000);
    {
      Team team(threads, work, forest, [&](blocks::BlockIndex block, int thread) {
        EXPECT_LT(thread, threads);
        ++times[block];
        return number(block);
      });
      work.add({0, cut.count() / 2});
      work.add({cut.count() / 2, cut.count()});
      wait_for_all(work, 1000);
    }
    for (const auto& n : times) EXPECT_EQ(n.load(), 1);
    EXPECT_EQ(number(forest.take({0, 0, 10})), 999U * 1000 / 2);
  }
}

TEST(Team, an_exception_becomes_news_and_ends_the_team) {
  const blocks::SpanCut cut = blocks::cut_into_spans({1, 100}, {8});
  Work work(cut);
  Forest forest(cut.grid, add);
  work.add({0, cut.count()});
  Team team(2, work, forest, [](blocks::BlockIndex block, int) -> AnyPartial {
    if (block == 17) throw std::runtime_error("block 17");
    return number(block);
  });
  while (!work.team_is_gone()) work.wait_for_news(std::chrono::milliseconds(10));
  EXPECT_NE(work.take_news().failure, nullptr);
}

TEST(Team, ends_between_blocks_when_the_work_is_closed) {
  const blocks::SpanCut cut = blocks::cut_into_spans({1, 1000000}, {8});
  Work work(cut);
  Forest forest(cut.grid, add);
  std::atomic<std::uint64_t> done{0};
  work.add({0, cut.count()});
  {
    Team team(2, work, forest, [&](blocks::BlockIndex block, int) {
      if (++done == 100) work.close();
      return number(block);
    });
    while (!work.team_is_gone()) work.wait_for_news(std::chrono::milliseconds(10));
  }
  EXPECT_GE(done.load(), 100U);
  EXPECT_LE(done.load(), 103U);
}

}  // namespace
}  // namespace rankwise::engine
