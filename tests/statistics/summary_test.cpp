#include "rankwise/statistics/summary.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "rankwise/base/errors.hpp"

namespace rankwise::statistics {
namespace {

const kernels::FloatMoments some{.count = 4, .nan = 1, .sum = 10, .m2 = 5, .min = 1, .max = 4};
const SummaryOptions all{.statistics = {Statistic::count, Statistic::nan, Statistic::sum, Statistic::mean,
                                        Statistic::var, Statistic::std, Statistic::min, Statistic::max}};

double number(const ColumnMoments& moments, Statistic statistic, const SummaryOptions& options = all) {
  return std::visit([](auto v) { return static_cast<double>(v); }, value_of(moments, statistic, options));
}

TEST(Summary, values_are_what_their_names_say) {
  EXPECT_EQ(number(some, Statistic::count), 4);
  EXPECT_EQ(number(some, Statistic::nan), 1);
  EXPECT_EQ(number(some, Statistic::mean), 2.5);
  EXPECT_EQ(number(some, Statistic::var), 1.25);
  EXPECT_EQ(number(some, Statistic::std), std::sqrt(1.25));
  EXPECT_EQ(number(some, Statistic::var, {.statistics = {}, .ddof = 1}), 5.0 / 3);
  EXPECT_TRUE(std::isnan(number(some, Statistic::var, {.statistics = {}, .ddof = 4})));
}

TEST(Summary, nothing_has_count_and_sum_zero_and_nan_for_all_else) {
  for (const ColumnMoments& empty :
       {ColumnMoments(kernels::FloatMoments{}), ColumnMoments(kernels::IntegerMoments{})}) {
    EXPECT_EQ(number(empty, Statistic::count), 0);
    EXPECT_EQ(number(empty, Statistic::sum), 0);
    for (const auto s : {Statistic::mean, Statistic::var, Statistic::std, Statistic::min, Statistic::max}) {
      EXPECT_TRUE(std::isnan(number(empty, s)));
    }
  }
}

TEST(Summary, integers_stay_exact) {
  const kernels::IntegerMoments big{.count = 2, .sum = WideInteger{UINT64_MAX} * 2, .min = -5, .max = UINT64_MAX};
  EXPECT_EQ(std::get<WideInteger>(value_of(big, Statistic::sum, all)), WideInteger{UINT64_MAX} * 2);
  EXPECT_EQ(std::get<WideInteger>(value_of(big, Statistic::max, all)), WideInteger{UINT64_MAX});
}

TEST(Summary, policies_on_nan) {
  const storage::MatrixInfo info{.source = "a.npy", .rows = 5, .columns = 1};
  SummaryOptions options = all;
  EXPECT_EQ(summarize(info, {.moments = {some}}, options).columns_with_nan, 1U);
  options.nan_policy = NanPolicy::propagate;
  EXPECT_TRUE(std::isnan(number(some, Statistic::sum, options)));
  EXPECT_EQ(number(some, Statistic::count, options), 4);
  options.nan_policy = NanPolicy::raise;
  EXPECT_THROW(summarize(info, {.moments = {some}}, options), InputError);
}

TEST(Summary, whatever_is_printed_is_in_the_digest) {
  const storage::MatrixInfo info{.source = "a.npy", .rows = 5, .columns = 1};
  const std::string digest = summarize(info, {.moments = {some}}, all).digest();
  auto other = some;
  other.max = 5;
  EXPECT_NE(summarize(info, {.moments = {other}}, all).digest(), digest);
  auto named = info;
  named.names = {"x"};
  EXPECT_NE(summarize(named, {.moments = {some}}, all).digest(), digest);
  EXPECT_NE(summarize(info, {.moments = {some}}, {.statistics = {Statistic::count}}).digest(), digest);
  auto longer = info;
  longer.rows = 6;
  EXPECT_NE(summarize(longer, {.moments = {some}}, all).digest(), digest);
}

}  // namespace
}  // namespace rankwise::statistics
