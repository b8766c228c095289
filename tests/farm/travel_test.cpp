#include "rankwise/farm/travel.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "rankwise/base/errors.hpp"

namespace rankwise::farm {
namespace {

template <class T>
T there_and_back(const T& value) {
  ByteWriter out;
  Travel<T>::put(value, out);
  const auto bytes = out.take();
  ByteReader in(bytes);
  T same = Travel<T>::get(in);
  EXPECT_TRUE(in.empty());
  return same;
}

TEST(Travel, WhatArrivesIsWhatWasSent) {
  EXPECT_EQ(there_and_back(-7), -7);
  EXPECT_EQ(there_and_back(std::numeric_limits<double>::infinity()), std::numeric_limits<double>::infinity());
  EXPECT_EQ(there_and_back(std::string("a\0b", 3)), std::string("a\0b", 3));
  const std::vector<std::vector<std::string>> texts{{}, {"x", ""}, {"yy"}};
  EXPECT_EQ(there_and_back(texts), texts);
  const std::tuple<int, std::pair<bool, std::string>, std::vector<double>> tuple{1, {true, "two"}, {3.5}};
  EXPECT_EQ(there_and_back(tuple), tuple);
  const std::vector<bool> truths{true, false, true};
  EXPECT_EQ(there_and_back(truths), truths);
}

TEST(Travel, HalfOfItIsAnError) {
  ByteWriter out;
  Travel<std::vector<int>>::put({1, 2, 3}, out);
  auto bytes = out.take();
  bytes.pop_back();
  ByteReader in(bytes);
  EXPECT_THROW(Travel<std::vector<int>>::get(in), InputError);
}

}  // namespace
}  // namespace rankwise::farm
