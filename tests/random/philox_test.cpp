#include "rankwise/random/philox.hpp"

#include <gtest/gtest.h>

#ifdef RANKWISE_HAVE_RANDOM123
#include <Random123/philox.h>
#endif

namespace rankwise::random {
namespace {

TEST(Philox, gives_the_published_known_answers) {
  // From Random123's kat_vectors, "philox4x32 10".
  EXPECT_EQ(philox4x32_10({0, 0, 0, 0}, {0, 0}), (PhiloxCounter{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(philox4x32_10({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}),
            (PhiloxCounter{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(philox4x32_10({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
            (PhiloxCounter{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

#ifdef RANKWISE_HAVE_RANDOM123
TEST(Philox, equals_random123) {
  for (std::uint32_t i = 0; i < 10000; ++i) {
    const std::uint32_t x = i * 2654435761U;
    const philox4x32_ctr_t counter{{x, i, ~x, x ^ i}};
    const philox4x32_key_t key{{i, x}};
    const philox4x32_ctr_t theirs = philox4x32_R(10, counter, key);
    const PhiloxCounter ours = philox4x32_10({x, i, ~x, x ^ i}, {i, x});
    for (std::size_t word = 0; word < 4; ++word) ASSERT_EQ(ours[word], theirs.v[word]);
  }
}
#endif

TEST(Stream, position_and_seed_beyond_32_bits_count) {
  const Stream a(1, StreamName::pi), b(1 + (std::uint64_t{1} << 32), StreamName::pi);
  EXPECT_NE(a.at(5), b.at(5));
  EXPECT_NE(a.at(5), a.at(5 + (std::uint64_t{1} << 32)));
  EXPECT_NE(a.at(5), Stream(1, StreamName::generate_values).at(5));
}

TEST(Stream, words_are_the_halves_of_draws) {
  const Stream stream(7, StreamName::generate_values);
  const PhiloxCounter draw = stream.at(21);
  EXPECT_EQ(stream.word64(42), draw[0] | std::uint64_t{draw[1]} << 32);
  EXPECT_EQ(stream.word64(43), draw[2] | std::uint64_t{draw[3]} << 32);
}

TEST(Stream, unit_interval_is_half_open) {
  EXPECT_EQ(unit_interval(0), 0.0);
  EXPECT_LT(unit_interval(UINT64_MAX), 1.0);
  EXPECT_EQ(unit_interval(std::uint64_t{1} << 63), 0.5);
}

}  // namespace
}  // namespace rankwise::random
