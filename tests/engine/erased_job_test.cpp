#include "rankwise/engine/erased_job.hpp"

#include <gtest/gtest.h>

#include "rankwise/base/digest.hpp"

namespace rankwise::engine {
namespace {

/// Counts the blocks that one scratch has seen.
struct Counting {
  using Partial = std::uint64_t;
  struct Scratch {
    std::uint64_t blocks = 0;
  };
  [[nodiscard]] Identity identity() const { return {.method = "counting", .seed = 4}; }
  [[nodiscard]] blocks::Grid grid() const { return {2, 3}; }
  [[nodiscard]] Bytes partial_bytes() const { return {8}; }
  [[nodiscard]] Bytes block_bytes() const { return {16}; }
  [[nodiscard]] std::uint64_t run(blocks::Block, Scratch& scratch) const { return ++scratch.blocks; }
  void merge(std::uint64_t& left, const std::uint64_t& right) const { left += right; }
  static void encode(const std::uint64_t& value, ByteWriter& out) { out.put(value); }
  static std::uint64_t decode(ByteReader& in) { return in.get<std::uint64_t>(); }
};
static_assert(BlockJob<Counting>);

struct WithoutMerge : Counting {
  void merge() const {}
};
static_assert(!BlockJob<WithoutMerge>);

/// Lane 1 has odd values.
struct OddLane : Counting {
  [[nodiscard]] bool fits(const std::uint64_t& value, std::uint64_t lane) const { return value % 2 == lane; }
};

std::uint64_t value_of(const AnyPartial& partial) {
  return ErasedJob<Counting>::typed(partial);
}

TEST(ErasedJob, says_what_its_job_says) {
  const Counting counting;
  const ErasedJob job(counting);
  EXPECT_EQ(job.identity().digest(), counting.identity().digest());
  EXPECT_EQ(job.grid(), counting.grid());
  EXPECT_EQ(job.partial_bytes().value, 8U);
  EXPECT_EQ(job.block_bytes().value, 16U);
}

TEST(ErasedJob, what_was_kept_must_be_a_result_of_its_lane) {
  const OddLane odd;
  const ErasedJob job(odd);
  ByteWriter out;
  out.put(std::uint64_t{3});
  EXPECT_EQ(value_of(job.decode_kept(out.bytes(), 1)), 3U);
  EXPECT_THROW((void)job.decode_kept(out.bytes(), 0), InputError);
  EXPECT_THROW((void)job.decode_kept(out.bytes().first(7), 1), InputError);
  out.put('x');
  EXPECT_THROW((void)job.decode_kept(out.bytes(), 1), InputError) << "more than that";
}

TEST(ErasedJob, each_thread_has_a_scratch_of_its_own) {
  const Counting counting;
  ErasedJob job(counting);
  job.set_threads(2);
  EXPECT_EQ(value_of(job.run({0, 0}, 0)), 1U);
  EXPECT_EQ(value_of(job.run({0, 1}, 0)), 2U);
  EXPECT_EQ(value_of(job.run({0, 2}, 1)), 1U);
}

TEST(ErasedJob, partials_merge_and_travel) {
  const Counting counting;
  ErasedJob job(counting);
  job.set_threads(1);
  AnyPartial left = job.run({0, 0}, 0);
  job.merge(left, job.run({0, 1}, 0));
  ByteWriter out;
  job.encode(left, out);
  const auto bytes = out.take();
  ByteReader in(bytes);
  EXPECT_EQ(value_of(job.decode(in)), 3U);
}

}  // namespace
}  // namespace rankwise::engine
