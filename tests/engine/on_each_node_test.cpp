#include "rankwise/engine/on_each_node.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <vector>

#include "rankwise/base/errors.hpp"
#include "rankwise/ranks/agreement.hpp"
#include "tests/support/session.hpp"

namespace rankwise::engine {
namespace {

Context context() {
  return Context(test::session(), {.threads = test::threads(), .memory = {}, .show_progress = {}});
}

TEST(OnEachNode, everything_is_done_once_there) {
  const Context here = context();
  for (const std::uint64_t count : {0U, 1U, 5U, 1000U}) {
    std::vector<std::atomic<std::uint64_t>> done(count);
    on_each_node(here, count, [&](std::uint64_t i) { ++done[i]; });
    for (auto& times : done) EXPECT_EQ(ranks::sum(test::session().node(), times), 1U);
  }
}

TEST(OnEachNode, a_failure_anywhere_is_every_ranks) {
  const Context here = context();
  EXPECT_THROW(on_each_node(here, 40,
                            [](std::uint64_t i) {
                              if (i == 37) throw InputError("no");
                            }),
               ranks::AgreedError);
}

}  // namespace
}  // namespace rankwise::engine
