#include "rankwise/farm/ordered_store.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>

namespace rankwise::farm {
namespace {

std::string bytes_of(std::uint64_t number) {
  return std::string(static_cast<std::size_t>(number * 37 % 5000), static_cast<char>('a' + number % 26));
}

TEST(OrderedStore, GivesBackWhatItWasGivenWhereverThatIs) {
  for (const std::size_t most : {std::size_t{0}, std::size_t{10'000}, std::size_t{1} << 30}) {
    OrderedStore store(most);
    std::vector<std::uint64_t> numbers(500);
    std::iota(numbers.begin(), numbers.end(), std::uint64_t{0});
    std::shuffle(numbers.begin(), numbers.end(), std::mt19937(1));
    for (const std::uint64_t number : numbers) store.put(number, bytes_of(number));
    for (std::uint64_t number = 0; number < 500; ++number) {
      EXPECT_EQ(store.take(number), bytes_of(number)) << number;
      EXPECT_EQ(store.take(number), std::nullopt);
    }
    store.put(3, "again");  // after all was taken
    EXPECT_EQ(store.take(3), "again");
  }
}

TEST(OrderedStore, HasNothingWhereNothingWasPut) {
  OrderedStore store(0);
  EXPECT_EQ(store.take(7), std::nullopt);
  store.put(10, "");
  EXPECT_EQ(store.take(7), std::nullopt);
  EXPECT_EQ(store.take(11), std::nullopt);
  EXPECT_EQ(store.take(10), "");
}

}  // namespace
}  // namespace rankwise::farm
