#include "rankwise/kernels/deviates.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "rankwise/kernels/targets.hpp"
#include "rankwise/kernels/words.hpp"

namespace rankwise::kernels {
namespace {

using random::Stream;
using random::StreamName;
using Deviates = void(std::span<const std::uint64_t> words, std::span<double> to);

void expect_twin(Deviates deviates, Deviates twin, const std::vector<std::uint64_t>& words) {
  std::vector<double> expected(words.size());
  twin(words, expected);
  for_each_target([&](const std::string& target) {
    std::vector<double> found(words.size() + 1, -1);
    deviates(words, std::span(found).first(words.size()));
    EXPECT_TRUE(std::equal(expected.begin(), expected.end(), found.begin())) << target << " " << words.size();
    EXPECT_EQ(found.back(), -1);
  });
}

/// Words of all kinds: drawn; the least and the greatest; where a normal deviate's tail and far tail begin.
std::vector<std::uint64_t> all_kinds() {
  std::vector<std::uint64_t> kinds(100'000);
  words(Stream(1, StreamName::expressions), 12345, kinds);
  // The far tail is where p is below e^-25, which is cell 62,564 of 2^52; drawn words hardly ever are.
  for (std::uint64_t cell = 0; cell < 70'000; cell += 1 + cell / 50) {
    for (const std::uint64_t word : {cell << 12, ~(cell << 12)}) kinds.push_back(word);
  }
  for (const double p : {0.075, 0.925, 0.5}) {
    const auto border = static_cast<std::uint64_t>(p * 0x1p64);
    for (std::uint64_t off = 0; off < 100'000; off += 997) {
      kinds.push_back(border + off);
      kinds.push_back(border - off);
    }
  }
  return kinds;
}

TEST(Deviates, every_target_equals_the_reference) {
  const std::vector<std::uint64_t> kinds = all_kinds();
  expect_twin(uniform, reference::uniform, kinds);
  expect_twin(normal, reference::normal, kinds);
  for (std::size_t size = 0; size < 40; ++size) {
    expect_twin(uniform, reference::uniform, {kinds.begin(), kinds.begin() + static_cast<std::ptrdiff_t>(size)});
    expect_twin(normal, reference::normal, {kinds.end() - static_cast<std::ptrdiff_t>(size), kinds.end()});
  }
}

TEST(Deviates, of_a_stream_are_those_of_its_words) {
  const Stream stream(7, StreamName::expressions);
  std::vector<std::uint64_t> all(5000);
  reference::words(stream, 101, all);
  std::vector<double> expected(all.size()), found(all.size());
  reference::uniform(all, expected);
  uniform(stream, 101, found);
  EXPECT_EQ(found, expected);
  reference::normal(all, expected);
  normal(stream, 101, found);
  EXPECT_EQ(found, expected);
}

}  // namespace
}  // namespace rankwise::kernels
