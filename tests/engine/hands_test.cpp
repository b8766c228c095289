#include "rankwise/engine/hands.hpp"

#include <gtest/gtest.h>

#include <csignal>

#include "rankwise/base/stop_request.hpp"
#include "tests/support/session.hpp"
#include "tests/support/spelling.hpp"

namespace rankwise::engine {
namespace {

/// All that one rank's hands report until the team has nothing more to do.
Report reports_of(const test::Spelling& spelling, int threads) {
  ErasedJob job(spelling);
  const blocks::SpanCut cut = blocks::cut_into_spans(spelling.cut, job.partial_bytes());
  Hands hands(job, cut, threads);
  hands.work().add({0, cut.count()});
  Report all;
  std::uint64_t done = 0;
  while (done < cut.count() && all.failure.exit_code == 0) {
    hands.work().wait_for_news(std::chrono::milliseconds(10));
    const Report report = hands.report(test::session().ranks());
    for (const auto& spans : report.spans_done) done += spans.size();
    all.spans_done.insert(all.spans_done.end(), report.spans_done.begin(), report.spans_done.end());
    all.blocks_done += report.blocks_done;
    all.failure = report.failure;
  }
  return all;
}

TEST(Hands, report_each_span_and_block_once) {
  const Report report = reports_of({.cut = {2, 50}}, test::threads());
  EXPECT_EQ(report.blocks_done, 100U);
  std::uint64_t spans = 0;
  for (const auto& range : report.spans_done) spans += range.size();
  EXPECT_EQ(spans, 100U);
}

TEST(Hands, tell_a_failure_with_the_rank_it_was_on) {
  const Report report = reports_of({.cut = {1, 50}, .throws_at = 20}, test::threads());
  EXPECT_EQ(report.failure.exit_code, 3);
  EXPECT_TRUE(report.failure.message.starts_with("block is bad")) << report.failure.message;
  const auto& ranks = test::session().ranks();
  const std::string where = "(rank " + std::to_string(ranks.rank()) + " of " + std::to_string(ranks.size());
  EXPECT_EQ(report.failure.message.find(where) != std::string::npos, ranks.size() > 1) << report.failure.message;
}

TEST(Hands, tell_a_signal_without_a_rank) {
  forget_stop_request();
  watch_for_stop_signals();
  std::raise(SIGINT);
  const Report report = reports_of({.cut = {1, 50}}, test::threads());
  forget_stop_request();
  EXPECT_EQ(report.failure.exit_code, 128 + SIGINT);
  EXPECT_EQ(report.failure.message.find("(rank"), std::string::npos);
}

}  // namespace
}  // namespace rankwise::engine
