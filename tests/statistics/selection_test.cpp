#include "rankwise/statistics/selection.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

namespace rankwise::statistics {
namespace {

/// Every rank in turn, and some at once, against sorting.
template <class T>
void expect_sorted(const std::vector<T>& values) {
  std::vector<T> sorted;
  for (const T value : values) {
    if (value == value) sorted.push_back(value);
  }
  std::sort(sorted.begin(), sorted.end());
  const std::uint64_t nan = values.size() - sorted.size(), count = sorted.size();
  Selection<T> selection;
  for (std::uint64_t rank = 0; rank < count; rank += 1 + count / 50) {
    EXPECT_EQ(selection.find(values, nan, std::vector{rank})[0], sorted[rank]) << rank;
  }
  const std::vector<std::uint64_t> ranks{0, 1, count / 20, count / 2, count / 2 + 1, count - 2, count - 1};
  const auto found = selection.find(values, nan, ranks);
  for (std::size_t i = 0; i < ranks.size(); ++i) EXPECT_EQ(found[i], sorted[ranks[i]]) << ranks[i];
}

TEST(Selection, finds_what_sorting_finds) {
  std::mt19937_64 random(3);
  std::vector<double> values(20000);
  for (auto& value : values) value = std::normal_distribution<>()(random);
  expect_sorted(values);
  expect_sorted(std::vector<double>(values.begin(), values.begin() + 100));
  std::sort(values.begin(), values.end());
  expect_sorted(values);
  for (std::size_t i = 0; i < values.size(); i += 3) values[i] = std::numeric_limits<double>::quiet_NaN();
  expect_sorted(values);
}

TEST(Selection, finds_it_where_a_sample_misleads) {
  std::vector<double> values(20000, 1);
  for (std::size_t i = 0; i < 100; ++i) values[7 + i * 131] = -1.0 * static_cast<double>(i);
  expect_sorted(values);
  std::vector<double> mostly_nan(20000, std::numeric_limits<double>::quiet_NaN());
  for (std::size_t i = 0; i < 300; ++i) mostly_nan[i * 61] = static_cast<double>(i * i % 97);
  expect_sorted(mostly_nan);
  std::vector<std::int8_t> bytes(9000);
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::int8_t>(i * 7);
  expect_sorted(bytes);
}

TEST(Selection, negative_zeros_come_first) {
  std::vector<double> values(5000);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = i % 5 == 0 ? -0.0 : i % 5 == 1 ? -1.0 : 0.0;
  Selection<double> selection;
  const auto found = selection.find(values, 0, std::vector<std::uint64_t>{999, 1000, 1999, 2000, 4999});
  EXPECT_EQ(found[0], -1);
  EXPECT_TRUE(std::signbit(found[1]) && std::signbit(found[2]));
  EXPECT_FALSE(std::signbit(found[3]) || std::signbit(found[4]));
}

}  // namespace
}  // namespace rankwise::statistics
