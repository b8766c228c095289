#include "rankwise/ranks/node_memory.hpp"

#include <gtest/gtest.h>

#include <utility>

#include "rankwise/ranks/agreement.hpp"
#include "rankwise/ranks/collectives.hpp"
#include "tests/support/session.hpp"

namespace rankwise::ranks {
namespace {

TEST(NodeMemory, is_one_for_all_ranks_of_the_node) {
  const Communicator& node = test::session().node();
  NodeMemory memory(node, 1000 * sizeof(int));
  EXPECT_EQ(memory.bytes().size(), 1000 * sizeof(int));
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(memory.as<int>()[i], 0);
  barrier(node);
  for (int i = node.rank(); i < 1000; i += node.size()) memory.as<int>()[i] = i + 1;
  barrier(node);
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(memory.as<int>()[i], i + 1);
  const NodeMemory moved = std::move(memory);
  EXPECT_TRUE(memory.bytes().empty());  // NOLINT: what is left behind is known
  EXPECT_EQ(moved.as<int>()[999], 1000);
  EXPECT_TRUE(NodeMemory(node, 0).bytes().empty());
}

TEST(NodeMemory, that_the_node_does_not_have_is_refused) {
  EXPECT_THROW(NodeMemory(test::session().node(), std::uint64_t{1} << 62), AgreedError);
}

}  // namespace
}  // namespace rankwise::ranks
