#include "rankwise/ranks/agreement.hpp"

#include <gtest/gtest.h>

#include <csignal>

#include "rankwise/base/stop_request.hpp"
#include "tests/support/session.hpp"

namespace rankwise::ranks {
namespace {

TEST(Agreement, passes_when_all_pass) {
  int done = 0;
  agree(test::session().ranks(), [&] { ++done; });
  EXPECT_EQ(done, 1);
}

TEST(Agreement, the_failure_of_any_one_rank_is_thrown_by_all_and_names_the_rank_unless_it_is_rank_0) {
  const Communicator& ranks = test::session().ranks();
  for (int bad = 0; bad < ranks.size(); ++bad) {
    try {
      agree(ranks, [&] {
        if (ranks.rank() == bad) throw IoError("cannot open x.h5");
      });
      ADD_FAILURE();
    } catch (const AgreedError& error) {
      EXPECT_EQ(error.exit_code(), 3);
      const std::string message = error.what();
      EXPECT_TRUE(message.starts_with("cannot open x.h5"));
      EXPECT_EQ(message.find("(rank " + std::to_string(bad)) != std::string::npos, bad > 0);
    }
  }
}

TEST(Agreement, the_same_failure_everywhere_is_told_without_a_rank) {
  try {
    agree(test::session().ranks(), [] { throw UsageError("no"); });
    ADD_FAILURE();
  } catch (const AgreedError& error) {
    EXPECT_STREQ(error.what(), "no");
    EXPECT_EQ(error.exit_code(), 2);
  }
}

TEST(Agreement, a_signal_on_any_rank_is_heeded_by_all_before_they_act) {
  const Communicator& ranks = test::session().ranks();
  for (int rank = 0; rank < ranks.size(); ++rank) {
    forget_stop_request();
    watch_for_stop_signals();
    if (rank == ranks.rank()) std::raise(SIGTERM);
    bool acted = false;
    try {
      agree(ranks, [&] { acted = true; });
      ADD_FAILURE();
    } catch (const AgreedError& error) {
      EXPECT_EQ(error.exit_code(), 128 + SIGTERM);
      EXPECT_STREQ(error.what(), "stopped by SIGTERM (Terminated)");
    }
    EXPECT_EQ(acted, rank != ranks.rank());
    forget_stop_request();
  }
}

TEST(Agreement, unknown_exceptions_are_internal_errors) {
  try {
    agree(test::session().ranks(), [] { throw 7; });
    ADD_FAILURE();
  } catch (const AgreedError& error) {
    EXPECT_EQ(error.exit_code(), 4);
  }
}

}  // namespace
}  // namespace rankwise::ranks
