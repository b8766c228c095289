#include "rankwise/ranks/communicator.hpp"

#include <gtest/gtest.h>

#include "rankwise/ranks/collectives.hpp"
#include "rankwise/ranks/messenger.hpp"
#include "tests/support/session.hpp"

namespace rankwise::ranks {
namespace {

TEST(Communicator, alone_is_rank_0_of_1_without_mpi) {
  const Communicator alone;
  EXPECT_EQ(alone.rank(), 0);
  EXPECT_EQ(alone.size(), 1);
  EXPECT_TRUE(alone.is_root());
  EXPECT_EQ(alone.handle(), nullptr);
  EXPECT_EQ(alone.duplicate().size(), 1);
  EXPECT_EQ(alone.on_this_node().size(), 1);
}

TEST(Communicator, duplicates_do_not_hear_each_other) {
  const Communicator a = test::session().ranks().duplicate(), b = a.duplicate();
  EXPECT_EQ(a.rank(), b.rank());
  EXPECT_EQ(sum(a, 1), sum(b, 1));
  // The same subject between the same ranks: what is sent first in one is not heard in the other.
  const int next = (a.rank() + 1) % a.size(), previous = (a.rank() + a.size() - 1) % a.size();
  if (a.size() == 1) return;
  Messenger in_a(a), in_b(b);
  in_a.send(next, Subject{1}, {std::byte{10}});
  in_b.send(next, Subject{1}, {std::byte{20}});
  EXPECT_EQ(in_b.wait_for(previous, Subject{1}).bytes.at(0), std::byte{20});
  EXPECT_EQ(in_a.wait_for(previous, Subject{1}).bytes.at(0), std::byte{10});
  in_a.wait_for_sends();
  in_b.wait_for_sends();
}

TEST(Communicator, those_on_this_node_are_all_of_a_machine_in_rank_order) {
  const Communicator& all = test::session().ranks();
  const Communicator node = all.on_this_node();
  EXPECT_EQ(node.size(), all.size());
  EXPECT_EQ(node.rank(), all.rank());
}

}  // namespace
}  // namespace rankwise::ranks
