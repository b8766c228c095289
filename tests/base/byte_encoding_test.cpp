#include "rankwise/base/byte_encoding.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace rankwise {
namespace {

TEST(ByteEncoding, what_was_put_comes_back) {
  ByteWriter out;
  out.put(42);
  out.put(-0.0);
  out.put_string("π");
  out.put_vector(std::vector<std::uint64_t>{1, 2, 3});
  out.put_vector(std::vector<double>{});
  ByteReader in(out.bytes());
  EXPECT_EQ(in.get<int>(), 42);
  EXPECT_TRUE(std::signbit(in.get<double>()));
  EXPECT_EQ(in.get_string(), "π");
  EXPECT_EQ(in.get_vector<std::uint64_t>(), (std::vector<std::uint64_t>{1, 2, 3}));
  EXPECT_TRUE(in.get_vector<double>().empty());
  EXPECT_TRUE(in.empty());
}

TEST(ByteEncoding, every_cut_is_noticed) {
  ByteWriter out;
  out.put_vector(std::vector<std::uint64_t>{1, 2, 3});
  out.put(1.0);
  for (std::size_t size = 0; size < out.bytes().size(); ++size) {
    ByteReader in(out.bytes().first(size));
    EXPECT_THROW(
        {
          in.get_vector<std::uint64_t>();
          in.get<double>();
        },
        InputError);
  }
}

TEST(ByteEncoding, a_claimed_length_takes_no_memory) {
  ByteWriter out;
  out.put(std::uint64_t{1} << 60);
  EXPECT_THROW(ByteReader(out.bytes()).get_vector<double>(), InputError);
  EXPECT_THROW(ByteReader(out.bytes()).get_string(), InputError);
}

}  // namespace
}  // namespace rankwise
