#include "rankwise/engine/homecoming.hpp"

#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "tests/support/session.hpp"
#include "tests/support/spelling.hpp"

namespace rankwise::engine {
namespace {

TEST(BringHome, lanes_end_on_rank_0_whoever_computed_what) {
  const Context context(test::session(), {});
  const int me = context.ranks().rank();
  std::mt19937 random(5);  // the same on every rank
  for (const blocks::Grid grid : {blocks::Grid{1, 1}, {1, 30}, {3, 17}, {40, 1}}) {
    const test::Spelling spelling{.cut = grid};
    ErasedJob job(spelling);
    job.set_threads(1);
    const blocks::SpanCut cut = blocks::cut_into_spans(grid, job.partial_bytes(), {.spans = 12});
    std::vector<int> owners(cut.count());
    for (int& owner : owners) owner = static_cast<int>(random() % static_cast<unsigned>(context.ranks().size()));

    Forest forest(grid, [&](AnyPartial& left, const AnyPartial& right) { job.merge(left, right); });
    for (std::uint64_t span = 0; span < cut.count(); ++span) {
      if (owners[span] != me) continue;
      const blocks::Range mine = cut.blocks_of(span);
      for (auto i = mine.begin; i < mine.end; ++i) {
        forest.add(blocks::leaf(grid.block_at(i)), job.run(grid.block_at(i), 0));
      }
    }
    bring_home(context, job, cut, owners, forest);
    EXPECT_EQ(forest.size(), me == 0 ? grid.lanes : 0) << "nothing is left behind";
    if (me != 0) continue;
    const int top = blocks::top_level(grid.steps);
    for (std::uint64_t lane = 0; lane < grid.lanes; ++lane) {
      const AnyPartial result = forest.take({lane, 0, static_cast<std::uint8_t>(top)});
      EXPECT_EQ(ErasedJob<test::Spelling>::typed(result), test::spelled(lane, 0, top, grid.steps));
    }
  }
}

}  // namespace
}  // namespace rankwise::engine
