#include "rankwise/storage/chunk_filters.hpp"

#include <gtest/gtest.h>
#include <libdeflate.h>

#include <string>
#include <vector>

#include "rankwise/base/errors.hpp"

namespace rankwise::storage {
namespace {

using Bytes = std::vector<std::byte>;
using Kind = ChunkFilter::Kind;

Bytes numbered(std::size_t size) {
  Bytes bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::byte>(i * 7 + i / 256);
  return bytes;
}

Bytes with_checksum(Bytes bytes) {
  const std::uint32_t sum = fletcher32(bytes);
  for (int i = 0; i < 4; ++i) bytes.push_back(static_cast<std::byte>(sum >> (8 * i)));
  return bytes;
}

Bytes deflated(const Bytes& bytes) {
  auto* compressor = libdeflate_alloc_compressor(6);
  Bytes out(libdeflate_zlib_compress_bound(compressor, bytes.size()));
  out.resize(libdeflate_zlib_compress(compressor, bytes.data(), bytes.size(), out.data(), out.size()));
  libdeflate_free_compressor(compressor);
  return out;
}

Bytes decoded(const Bytes& stored, const std::vector<ChunkFilter>& filters, std::uint32_t skipped, std::size_t size) {
  ChunkDecoder decoder;
  Bytes chunk(size, std::byte{99});
  decoder.decode(stored, filters, skipped, chunk);
  return chunk;
}

TEST(Shuffle, byte_b_of_element_i_comes_from_place_b_times_count_plus_i) {
  for (const std::size_t size : {1U, 2U, 3U, 4U, 8U, 16U}) {
    for (const std::size_t count : {0U, 1U, 7U, 8U, 9U, 100U, 1000U}) {
      const Bytes shuffled = numbered(size * count + size - 1);  // the last element is not whole
      Bytes elements(shuffled.size()), again(shuffled.size());
      unshuffle_bytes(shuffled, size, elements.data());
      for (std::size_t i = 0; i < count; ++i) {
        for (std::size_t b = 0; b < size; ++b) ASSERT_EQ(elements[i * size + b], shuffled[b * count + i]);
      }
      for (std::size_t i = count * size; i < shuffled.size(); ++i) ASSERT_EQ(elements[i], shuffled[i]);
      shuffle_bytes(elements, size, again.data());
      EXPECT_EQ(again, shuffled);
    }
  }
}

TEST(Fletcher32, known_answers) {
  const auto of = [](const std::string& text) { return fletcher32(std::as_bytes(std::span(text))); };
  EXPECT_EQ(of(""), 0U);
  // Words of two letters, the first one the upper byte: "ab" is 0x6162.
  EXPECT_EQ(of("ab"), 0x61626162U);
  // 0x6162 + 0x6162 + 0x6364 is 0x12628: its carry is added at the other end.
  EXPECT_EQ(of("abcd"), 0x26290000U | (0x6162U + 0x6364U));
  EXPECT_EQ(of("a"), 0x61006100U) << "a last byte alone is the upper one";
}

TEST(ChunkDecoder, undoes_filters_from_the_last_to_the_first) {
  const Bytes chunk = numbered(8000);
  Bytes shuffled(chunk.size());
  shuffle_bytes(chunk, 8, shuffled.data());
  EXPECT_EQ(decoded(chunk, {}, 0, chunk.size()), chunk);
  EXPECT_EQ(decoded(shuffled, {{Kind::shuffle, 8}}, 0, chunk.size()), chunk);
  EXPECT_EQ(decoded(deflated(shuffled), {{Kind::shuffle, 8}, {Kind::deflate}}, 0, chunk.size()), chunk);
  EXPECT_EQ(decoded(with_checksum(deflated(shuffled)), {{Kind::shuffle, 8}, {Kind::deflate}, {Kind::fletcher32}}, 0,
                    chunk.size()),
            chunk);
  EXPECT_EQ(decoded(deflated(with_checksum(chunk)), {{Kind::fletcher32}, {Kind::deflate}}, 0, chunk.size()), chunk);
  EXPECT_EQ(decoded(with_checksum(deflated(with_checksum(chunk))),
                    {{Kind::fletcher32}, {Kind::deflate}, {Kind::fletcher32}}, 0, chunk.size()),
            chunk);
}

TEST(ChunkDecoder, leaves_out_filters_that_a_chunk_did_not_go_through) {
  const Bytes chunk = numbered(800);
  Bytes shuffled(chunk.size());
  shuffle_bytes(chunk, 4, shuffled.data());
  const std::vector<ChunkFilter> filters{{Kind::shuffle, 4}, {Kind::deflate}};
  EXPECT_EQ(decoded(deflated(chunk), filters, 1, chunk.size()), chunk);
  EXPECT_EQ(decoded(shuffled, filters, 2, chunk.size()), chunk);
  EXPECT_EQ(decoded(chunk, filters, 3, chunk.size()), chunk);
}

TEST(ChunkDecoder, refuses_what_is_damaged) {
  const Bytes chunk = numbered(8000);
  const std::vector<ChunkFilter> checked{{Kind::fletcher32}}, inflated{{Kind::deflate}};
  Bytes stored = with_checksum(chunk);
  stored[17] ^= std::byte{1};
  EXPECT_THROW(decoded(stored, checked, 0, chunk.size()), InputError);
  EXPECT_THROW(decoded({}, checked, 0, chunk.size()), InputError);
  EXPECT_THROW(decoded(chunk, {}, 0, chunk.size() + 1), InputError);
  EXPECT_THROW(decoded({}, inflated, 0, chunk.size()), InputError);
  const Bytes whole = deflated(chunk);
  EXPECT_THROW(decoded(whole, inflated, 0, chunk.size() - 1), InputError) << "more than a chunk";
  EXPECT_THROW(decoded(whole, inflated, 0, chunk.size() + 1), InputError) << "less than a chunk";
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_THROW(decoded({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)}, inflated, 0, chunk.size()),
                 InputError);
  }
}

TEST(ChunkDecoder, a_checksum_of_early_hdf5_with_its_bytes_swapped_in_pairs_counts) {
  const Bytes chunk = numbered(100);
  Bytes stored = with_checksum(chunk);
  std::swap(stored[100], stored[101]);
  std::swap(stored[102], stored[103]);
  EXPECT_EQ(decoded(stored, {{Kind::fletcher32}}, 0, chunk.size()), chunk);
}

}  // namespace
}  // namespace rankwise::storage
