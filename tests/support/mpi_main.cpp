#include <gtest/gtest.h>

#include <cstdio>
#include <string>

#include "rankwise/ranks/collectives.hpp"
#include "rankwise/ranks/session.hpp"
#include "tests/support/session.hpp"

namespace rankwise::test {
namespace {

ranks::Session* the_session = nullptr;

/// Gathers the failures of all ranks at the end of each test and prints them on rank 0; a test that failed on any rank
/// has failed on all.
class GatherFailures : public testing::EmptyTestEventListener {
  void OnTestPartResult(const testing::TestPartResult& result) override {
    if (!result.failed()) return;
    failures_ += std::string(result.file_name() != nullptr ? result.file_name() : "?") + ":" +
                 std::to_string(result.line_number()) + ": " + result.message() + "\n";
  }
  void OnTestEnd(const testing::TestInfo& info) override {
    const auto all = ranks::all_gather_text(the_session->ranks(), failures_);
    failures_.clear();
    for (std::size_t rank = 0; rank < all.size(); ++rank) {
      if (all[rank].empty()) continue;
      failed_ = true;
      if (the_session->ranks().is_root()) {
        std::printf("[  rank %zu  ] %s.%s failed\n%s", rank, info.test_suite_name(), info.name(), all[rank].c_str());
      }
    }
  }

 public:
  [[nodiscard]] bool failed() const { return failed_; }

 private:
  std::string failures_;
  bool failed_ = false;
};

}  // namespace

const ranks::Session& session() {
  return *the_session;
}

}  // namespace rankwise::test

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  rankwise::ranks::Session session;
  rankwise::test::the_session = &session;
  auto& listeners = testing::UnitTest::GetInstance()->listeners();
  auto* gather = new rankwise::test::GatherFailures;
  listeners.Append(gather);
  if (!session.ranks().is_root()) delete listeners.Release(listeners.default_result_printer());
  const int result = RUN_ALL_TESTS();
  const bool failed = result != 0 || gather->failed();
  if (testing::UnitTest::GetInstance()->test_to_run_count() == 0) return 1;
  return failed ? 1 : 0;
}
