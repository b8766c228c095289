#include "rankwise/engine/keeper.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "rankwise/engine/hand_over.hpp"
#include "tests/support/spelling.hpp"

namespace rankwise::engine {
namespace {

using test::spelled;
using test::Spelling;

/// One lane of eight steps, whose spans are pairs of steps, on one rank.
class KeeperTest : public testing::Test {
 protected:
  const blocks::SpanCut cut_{.grid = {.lanes = 1, .steps = 8}, .level = 1};
  Spelling spelling_{.cut = cut_.grid};
  ErasedJob<Spelling> job_{spelling_};
  Checkpoint checkpoint_{Record()};  // in memory
  PhaseRecord phase_{.name = "test", .cut = cut_};

  KeptNode node(blocks::Node node) const {
    ByteWriter out;
    out.put_string(spelled(node.lane, node.index, node.level, cut_.grid.steps));
    return {node, out.take()};
  }
  static std::vector<std::byte> encoded(const std::vector<KeptNode>& nodes) {
    ByteWriter out;
    encode(nodes, out);
    return out.take();
  }
};

TEST_F(KeeperTest, what_was_kept_is_not_handed_out_again) {
  phase_.nodes = {node({0, 0, 1}), node({0, 1, 2})};
  Ledger ledger(cut_, 2);
  Keeper keeper(checkpoint_, phase_, job_, ledger);
  EXPECT_EQ(keeper.blocks_restored(), 6U);
  EXPECT_EQ(keeper.blocks(), 8U);
  EXPECT_EQ(keeper.share_kept(), 0.75);
  std::vector<blocks::Range> handed_out;
  for (const blocks::Range& share : ledger.first_shares()) {
    if (!share.empty()) handed_out.push_back(share);
  }
  while (const auto more = ledger.next(1)) handed_out.push_back(*more);
  ASSERT_EQ(handed_out.size(), 1U);
  EXPECT_EQ(handed_out[0], (blocks::Range{1, 2}));
}

TEST_F(KeeperTest, nodes_merge_as_far_as_they_go_and_move_on_to_the_end) {
  phase_.nodes = {node({0, 0, 1})};
  Ledger ledger(cut_, 2);
  Keeper keeper(checkpoint_, phase_, job_, ledger);
  (void)ledger.first_shares();
  keeper.take(encoded({node({0, 1, 1}), node({0, 3, 1})}));
  Forest forest(cut_.grid, [this](AnyPartial& left, const AnyPartial& right) { job_.merge(left, right); });
  keeper.move_to(forest);
  EXPECT_EQ(forest.size(), 2U);
  EXPECT_EQ(*std::static_pointer_cast<std::string>(forest.take({0, 0, 2})), spelled(0, 0, 2, 8));
  EXPECT_EQ(*std::static_pointer_cast<std::string>(forest.take({0, 3, 1})), spelled(0, 3, 1, 8));
}

TEST_F(KeeperTest, more_than_the_shard_is_refused) {
  phase_.nodes = {node({0, 3, 1})};
  Ledger ledger(cut_, 1);
  ledger.restrict_to({0, 2});
  EXPECT_THROW(Keeper(checkpoint_, phase_, job_, ledger), InputError);
}

TEST_F(KeeperTest, what_is_no_result_is_refused) {
  phase_.nodes = {node({0, 3, 1})};
  phase_.nodes[0].partial.push_back(std::byte{0});
  Ledger ledger(cut_, 1);
  EXPECT_THROW(Keeper(checkpoint_, phase_, job_, ledger), InputError);
  phase_.nodes[0].partial.resize(3);
  EXPECT_THROW(Keeper(checkpoint_, phase_, job_, ledger), InputError);
}

}  // namespace
}  // namespace rankwise::engine
