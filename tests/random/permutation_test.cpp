#include "rankwise/random/permutation.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <numeric>
#include <vector>

namespace rankwise::random {
namespace {

std::vector<std::uint64_t> order(std::uint64_t seed, std::uint64_t size) {
  const Permutation permutation({seed, StreamName::classification}, size);
  std::vector<std::uint64_t> places;
  for (std::uint64_t i = 0; i < size; ++i) places.push_back(permutation.at(i));
  return places;
}

TEST(Permutation, has_each_place_once) {
  for (const std::uint64_t size : {1U, 2U, 3U, 4U, 5U, 16U, 17U, 63U, 64U, 65U, 1000U, 4096U, 4097U, 70000U}) {
    std::vector<std::uint64_t> all(size), places = order(7, size);
    std::iota(all.begin(), all.end(), 0U);
    EXPECT_EQ(places == all, size < 3 && places == all) << size;
    std::sort(places.begin(), places.end());
    EXPECT_EQ(places, all) << size;
  }
}

TEST(Permutation, depends_on_the_seed) {
  EXPECT_EQ(order(1, 100), order(1, 100));
  EXPECT_NE(order(1, 100), order(2, 100));
}

TEST(Permutation, of_more_than_memory_holds_stays_in_range) {
  constexpr std::uint64_t size = (std::uint64_t{1} << 61) + 12345;
  const Permutation permutation({3, StreamName::classification}, size);
  std::vector<std::uint64_t> places;
  for (std::uint64_t i = 0; i < 1000; ++i) places.push_back(permutation.at(i * (size / 1000)));
  EXPECT_LT(*std::max_element(places.begin(), places.end()), size);
  std::sort(places.begin(), places.end());
  EXPECT_EQ(std::adjacent_find(places.begin(), places.end()), places.end());
}

/// Each of 4! orders as often as the others: chi-squared with 23 degrees of freedom stays below its 1 - 10^-5 quantile.
TEST(Permutation, every_order_of_few_comes_as_often) {
  std::vector<int> found(24);
  constexpr int draws = 24'000;
  for (std::uint64_t seed = 0; seed < draws; ++seed) {
    const auto places = order(seed, 4);
    std::size_t number = 0;
    for (std::size_t i = 0; i < 4; ++i) {
      number = number * (4 - i) +
               static_cast<std::size_t>(std::count_if(places.begin() + static_cast<std::ptrdiff_t>(i), places.end(),
                                                      [&](std::uint64_t place) { return place < places[i]; }));
    }
    ++found[number];
  }
  double chi_squared = 0;
  for (const int n : found) chi_squared += (n - 1000.0) * (n - 1000.0) / 1000.0;
  EXPECT_LT(chi_squared, 65);
}

/// Where the first of many goes: each sixteenth of them as often, by the same measure with 15 degrees of freedom.
TEST(Permutation, the_first_of_many_goes_anywhere) {
  std::vector<int> found(16);
  for (std::uint64_t seed = 0; seed < 16'000; ++seed) {
    ++found[Permutation({seed, StreamName::classification}, 5000).at(0) * 16 / 5000];
  }
  double chi_squared = 0;
  for (const int n : found) chi_squared += (n - 1000.0) * (n - 1000.0) / 1000.0;
  EXPECT_LT(chi_squared, 51);
}

}  // namespace
}  // namespace rankwise::random
