#include "rankwise/statistics/search_plan.hpp"

#include <gtest/gtest.h>

namespace rankwise::statistics {
namespace {

using Step = SearchPlan::Step;
using storage::ChunkShape;
using storage::Contiguous;

storage::MatrixInfo matrix(std::uint64_t rows, std::uint64_t columns, Contiguous contiguous,
                           std::optional<ChunkShape> chunk = {}) {
  storage::MatrixInfo info{.rows = rows, .columns = columns};
  info.contiguous = contiguous;
  info.chunk = chunk;
  info.types = {storage::ElementType::float64};
  return info;
}

Intervals whole_columns(const storage::MatrixInfo& info, std::uint64_t each = 1) {
  Intervals intervals;
  for (std::uint64_t c = 0; c < info.columns; ++c) {
    for (std::uint64_t i = 0; i < each; ++i) intervals.all.push_back({i << 60, (i << 60) + 1000, 0, info.rows / each});
    intervals.end_column();
  }
  return intervals;
}

TEST(SearchPlan, counts_stay_within_their_limits) {
  for (const auto contiguous : {Contiguous::rows, Contiguous::columns}) {
    for (const std::uint64_t columns : {1U, 10U, 3000U, 100000U}) {
      for (const std::uint64_t intervals : {1U, 2U, 14U}) {
        const auto info = matrix(std::uint64_t{1} << 24, columns, contiguous);
        const SearchPlan plan = plan_search(info, whole_columns(info, intervals), {});
        ASSERT_EQ(plan.step, Step::bin);
        EXPECT_GE(plan.bins, 16U);
        const std::uint64_t column_bytes = plan.bins * intervals * 8;
        EXPECT_TRUE(plan.bins == 16 || columns * column_bytes <= mebibytes(16).value);
        const MatrixCut cut = cut_matrix(info, plan.most_lane_columns);
        EXPECT_TRUE(plan.bins == 16 || cut.lane_columns * column_bytes <= mebibytes(1).value);
      }
    }
  }
}

TEST(SearchPlan, few_values_are_collected) {
  const auto info = matrix(30000, 10, Contiguous::rows);
  const SearchPlan plan = plan_search(info, whole_columns(info), {});
  EXPECT_EQ(plan.step, Step::collect);
  EXPECT_EQ(plan.most_lane_values, 300000U);
  EXPECT_FALSE(plan.few);
}

TEST(SearchPlan, ends_where_everything_is_known) {
  const auto info = matrix(1000, 1, Contiguous::rows);
  Intervals known;
  known.all = {{5, 5, 0, 1000}};
  known.end_column();
  EXPECT_EQ(plan_search(info, known, {}).step, Step::end);
  EXPECT_EQ(plan_search(matrix(5, 0, Contiguous::rows), {}, {}).step, Step::end);
}

TEST(SearchPlan, another_interval_is_another_digest) {
  const auto info = matrix(1000, 2, Contiguous::rows);
  SearchPlan plan = plan_search(info, whole_columns(info), {});
  const std::string digest = plan.digest();
  ++plan.intervals.all[1].high;
  EXPECT_NE(plan.digest(), digest);
}

}  // namespace
}  // namespace rankwise::statistics
