#include "rankwise/ranks/binding.hpp"

#include <gtest/gtest.h>

#include "rankwise/ranks/collectives.hpp"
#include "rankwise/ranks/diagnose.hpp"
#include "tests/support/session.hpp"

namespace rankwise::ranks {
namespace {

TEST(Binding, every_rank_gets_a_thread_and_all_processors_are_used) {
  const auto& session = test::session();
  const ThreadLayout layout = lay_out_threads(session, {});
  EXPECT_GE(layout.threads, 1);
  const std::uint64_t all = sum(session.ranks(), static_cast<std::uint64_t>(layout.threads));
  const std::uint64_t processors = processors_of(0).size();
  EXPECT_GE(all, std::min<std::uint64_t>(processors, static_cast<std::uint64_t>(session.ranks().size())));
}

TEST(Binding, what_the_user_asks_for_is_done_and_warned_about) {
  const ThreadLayout layout = lay_out_threads(test::session(), 1000);
  EXPECT_EQ(layout.threads, 1000);
  EXPECT_NE(layout.warning.find("1000 threads"), std::string::npos);
}

TEST(Binding, diagnosis_is_the_same_on_all_ranks) {
  const auto& session = test::session();
  const auto findings = diagnose(session, lay_out_threads(session, {}));
  EXPECT_GE(findings.size(), 4U);
  const auto all = all_gather_text(session.ranks(), findings[0].message);
  for (const auto& message : all) EXPECT_EQ(message, all[0]);
}

}  // namespace
}  // namespace rankwise::ranks
