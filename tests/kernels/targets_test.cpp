#include "rankwise/kernels/targets.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <set>

namespace rankwise::kernels {
namespace {

TEST(Targets, there_is_one_and_all_differ) {
  const auto names = usable_targets();
  ASSERT_FALSE(names.empty());
  EXPECT_EQ(std::set<std::string>(names.begin(), names.end()).size(), names.size());
}

TEST(Targets, all_are_visited_and_none_is_lost_afterwards) {
  std::vector<std::string> visited;
  for_each_target([&](const std::string& name) { visited.push_back(name); });
  EXPECT_EQ(visited, usable_targets());
}

TEST(Targets, diagnosis_names_the_best_one) {
  EXPECT_NE(diagnose().at(0).message.find(usable_targets()[0]), std::string::npos);
}

TEST(Targets, this_processor_suffices_and_one_without_fma_does_not) {
  EXPECT_NO_THROW(check_processor());
#ifdef __x86_64__
  constexpr std::int64_t ssse3 = 1 << 12, sse4 = 1 << 11;  // of Highway's targets
  EXPECT_NE(complaint_about(ssse3 | sse4), "");
  EXPECT_NE(complaint_about(0), "");
#endif
}

}  // namespace
}  // namespace rankwise::kernels
