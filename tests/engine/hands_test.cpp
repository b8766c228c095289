#include "rankwise/engine/hands.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>

#include "rankwise/base/stop_request.hpp"
#include "rankwise/storage/mapped_file.hpp"
#include "tests/support/session.hpp"
#include "tests/support/spelling.hpp"
#include "tests/support/temporary_folder.hpp"

namespace rankwise::engine {
namespace {

/// Counts the bytes of a file, and cuts it short while it looks at them.
struct Shrinking {
  using Partial = std::uint64_t;
  struct Scratch {};
  std::string path;
  std::shared_ptr<const storage::MappedFile> mapped;

  [[nodiscard]] Identity identity() const { return {.method = "shrinking"}; }
  [[nodiscard]] blocks::Grid grid() const { return {1, 1}; }
  [[nodiscard]] Bytes partial_bytes() const { return {8}; }
  [[nodiscard]] Bytes block_bytes() const { return {0}; }
  [[nodiscard]] Partial run(blocks::Block, Scratch&) const {
    storage::note_view(mapped);
    EXPECT_EQ(truncate(path.c_str(), 0), 0);
    return static_cast<std::uint64_t>(mapped->bytes().back());
  }
  void merge(Partial&, const Partial&) const {}
  static void encode(const Partial& partial, ByteWriter& out) { out.put(partial); }
  static Partial decode(ByteReader& in) { return in.get<Partial>(); }
};

/// All that one rank's hands report until the team has nothing more to do.
template <BlockJob J>
Report reports_of(const J& method, int threads) {
  ErasedJob job(method);
  const blocks::SpanCut cut = blocks::cut_into_spans(job.grid(), job.partial_bytes());
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
  const Report report = reports_of(test::Spelling{.cut = {2, 50}}, test::threads());
  EXPECT_EQ(report.blocks_done, 100U);
  std::uint64_t spans = 0;
  for (const auto& range : report.spans_done) spans += range.size();
  EXPECT_EQ(spans, 100U);
}

TEST(Hands, tell_a_failure_with_the_rank_it_was_on) {
  const Report report = reports_of(test::Spelling{.cut = {1, 50}, .throws_at = 20}, test::threads());
  EXPECT_EQ(report.failure.exit_code, 3);
  EXPECT_TRUE(report.failure.message.starts_with("block is bad")) << report.failure.message;
  const auto& ranks = test::session().ranks();
  const std::string where = "(rank " + std::to_string(ranks.rank()) + " of " + std::to_string(ranks.size());
  EXPECT_EQ(report.failure.message.find(where) != std::string::npos, ranks.size() > 1) << report.failure.message;
}

TEST(Hands, tell_that_input_was_cut_short_while_a_block_looked_at_it) {
  const test::TemporaryFolder folder;
  const std::string path = folder.file("input", std::string(100'000, '\1'));
  const auto mapped = storage::MappedFile::map(std::make_shared<storage::InputFile>(path));
  const Report report = reports_of(Shrinking{path, mapped}, 1);
  EXPECT_EQ(report.failure.exit_code, 3);
  EXPECT_NE(report.failure.message.find("cut short while it was read"), std::string::npos) << report.failure.message;
  EXPECT_EQ(report.blocks_done, 0U);
}

TEST(Hands, tell_a_signal_without_a_rank) {
  forget_stop_request();
  watch_for_stop_signals();
  std::raise(SIGINT);
  const Report report = reports_of(test::Spelling{.cut = {1, 50}}, test::threads());
  forget_stop_request();
  EXPECT_EQ(report.failure.exit_code, 128 + SIGINT);
  EXPECT_EQ(report.failure.message.find("(rank"), std::string::npos);
}

}  // namespace
}  // namespace rankwise::engine
