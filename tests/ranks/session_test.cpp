#include "rankwise/ranks/session.hpp"

#include <gtest/gtest.h>

#include "tests/support/session.hpp"

namespace rankwise::ranks {
namespace {

TEST(Session, has_the_ranks_that_the_launcher_started) {
  const Session& session = test::session();
  EXPECT_EQ(session.ranks().size(), session.launcher().size);
  EXPECT_EQ(session.ranks().rank(), session.launcher().rank);
  EXPECT_EQ(session.nodes(), 1);
  EXPECT_EQ(session.node().size(), session.ranks().size());
}

TEST(Session, funneled_is_granted) {
  EXPECT_TRUE(thread_level() == "FUNNELED" || thread_level() == "SERIALIZED" || thread_level() == "MULTIPLE");
}

TEST(Session, names_its_parts) {
  EXPECT_FALSE(host_name().empty());
  EXPECT_FALSE(mpi_library().empty());
  EXPECT_GE(boost_version(), "1.7");
}

}  // namespace
}  // namespace rankwise::ranks
