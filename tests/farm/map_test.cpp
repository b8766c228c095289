#include "rankwise/farm/map.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <numeric>
#include <stdexcept>

#include "rankwise/ranks/collectives.hpp"
#include "tests/support/session.hpp"

namespace rankwise::farm {
namespace {

engine::Context context() {
  return {test::session(), {.threads = test::threads()}};
}

bool is_root() {
  return test::session().ranks().is_root();
}

TEST(Map, ResultsAreInTheOrderOfTheInputs) {
  for (const std::size_t count : {0U, 1U, 2U, 100U, 16385U, 50'000U}) {
    std::vector<std::uint64_t> inputs;
    if (is_root()) {
      inputs.resize(count);
      std::iota(inputs.begin(), inputs.end(), std::uint64_t{0});
    }
    std::atomic<std::uint64_t> calls{0};
    const auto squares = map(context(), inputs, [&](std::uint64_t n) {
      ++calls;
      return n * n;
    });
    EXPECT_EQ(squares.size(), is_root() ? count : 0);
    for (std::size_t i = 0; i < squares.size(); ++i) EXPECT_EQ(squares[i], i * i);
    EXPECT_EQ(ranks::sum(test::session().ranks(), calls.load()), count);  // each once
  }
}

struct Point {
  double x, y;
};

TEST(Map, ValuesOfManyKindsTravel) {
  const std::vector<std::vector<Point>> polygons{{}, {{1, 2}}, {{3, 4}, {5, 6}}};
  const auto results = map(test::session(), polygons, [](const std::vector<Point>& polygon) {
    std::vector<std::pair<std::string, std::tuple<double, bool>>> told;
    for (const Point& point : polygon) told.push_back({std::to_string(point.x), {point.y, point.y > 3}});
    return told;
  });
  if (!is_root()) return;
  ASSERT_EQ(results.size(), 3U);
  EXPECT_TRUE(results[0].empty());
  ASSERT_EQ(results[2].size(), 2U);
  EXPECT_EQ(results[2][0].first, std::to_string(3.0));
  EXPECT_EQ(results[2][1].second, (std::tuple{6.0, true}));
}

TEST(Map, TruthsTravelToo) {
  const std::vector<std::string> words{"a", "bb", "", "dddd"};
  const auto even = map(context(), words, [](const std::string& word) { return word.size() % 2 == 0; });
  if (is_root()) {
    EXPECT_EQ(even, (std::vector<bool>{false, true, true, true}));
  }
}

TEST(Map, WhatThrowsAnywhereIsThrownEverywhere) {
  std::vector<int> inputs(200);
  std::iota(inputs.begin(), inputs.end(), 0);
  const auto one = [](int n) {
    if (n == 117) throw std::runtime_error("not 117");
    return n;
  };
  try {
    map(context(), inputs, one);
    ADD_FAILURE() << "nothing was thrown";
  } catch (const ranks::AgreedError& error) {
    EXPECT_NE(std::string(error.what()).find("not 117"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace rankwise::farm
