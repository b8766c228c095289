#include "rankwise/engine/shards.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "rankwise/storage/checkpoint_file.hpp"
#include "tests/support/temporary_folder.hpp"

namespace rankwise::engine {
namespace {

constexpr std::uint64_t steps = 10;

/// Shards of one job whose spans are single steps: each step is a node whose result is its number.
class Shards : public testing::Test {
 protected:
  static Record shard(std::uint64_t index, std::uint64_t count) {
    PhaseRecord phase{.name = "test", .identity = {.method = "test"}, .cut = {.grid = {.lanes = 1, .steps = steps}}};
    const auto own = blocks::share(steps, static_cast<int>(index), static_cast<int>(count));
    for (std::uint64_t step = own.begin; step < own.end; ++step) {
      phase.nodes.push_back({{0, step, 0}, {static_cast<std::byte>(step)}});
    }
    return {.job = {.method = "job"}, .shard = {.index = index, .count = count}, .phases = {phase}};
  }
  std::string written(const std::string& name, const Record& record) const {
    const std::string path = folder_ / name;
    storage::CheckpointFile(path, storage::CheckpointFile::Start::afresh).replace(record.encode());
    return path;
  }
  static std::string refusal(const std::vector<std::string>& paths) {
    try {
      join_shards(paths);
    } catch (const InputError& error) {
      return error.what();
    }
    return "";
  }

  test::TemporaryFolder folder_;
};

TEST_F(Shards, all_of_them_in_any_order_are_the_whole_job) {
  for (const std::uint64_t count : {1U, 3U, 10U, 17U}) {  // also more than there are steps
    std::vector<std::string> paths;
    for (std::uint64_t i = count; i > 0; --i) {
      paths.push_back(written(std::to_string(i) + " of " + std::to_string(count), shard(i - 1, count)));
    }
    const Record whole = join_shards(paths);
    EXPECT_EQ(whole.shard, Shard{});
    ASSERT_EQ(whole.phases.size(), 1U);
    ASSERT_EQ(whole.phases[0].nodes.size(), steps);
    for (std::uint64_t step = 0; step < steps; ++step) {
      EXPECT_EQ(whole.phases[0].nodes[step].node.index, step);
      EXPECT_EQ(whole.phases[0].nodes[step].partial, std::vector{static_cast<std::byte>(step)});
    }
  }
}

TEST_F(Shards, one_that_is_missing_or_there_twice_is_told) {
  const std::string first = written("a", shard(0, 3)), second = written("b", shard(1, 3)),
                    third = written("c", shard(2, 3));
  EXPECT_EQ(refusal({first, second, third}), "");
  EXPECT_EQ(refusal({first, third}), "shard 2/3 is missing");
  EXPECT_EQ(refusal({second, third}), "shard 1/3 is missing");
  EXPECT_EQ(refusal({second, first}), "shard 3/3 is missing");
  EXPECT_EQ(refusal({first, second, first}), "shard 1/3 is there twice: " + first + " and " + first);
  EXPECT_EQ(refusal({}), "there are no checkpoints to merge");
}

TEST_F(Shards, one_that_is_not_done_is_told) {
  Record record = shard(1, 2);
  record.phases[0].nodes.pop_back();
  const std::string path = written("b", record);
  EXPECT_EQ(refusal({written("a", shard(0, 2)), path}),
            "checkpoint " + path + ": shard 2/2 is not done; run it again with --resume");
  record.phases.clear();
  const std::string begun = written("c", record);
  EXPECT_NE(refusal({begun}).find("is not done"), std::string::npos);
}

TEST_F(Shards, those_of_other_jobs_are_told) {
  const std::string first = written("a", shard(0, 2));
  Record other = shard(1, 2);
  other.job.seed = 7;
  EXPECT_NE(refusal({first, written("b", other)}).find("of seed 7, not 0"), std::string::npos);
  EXPECT_NE(refusal({first, written("c", shard(1, 3))}).find("is of shard 2/3"), std::string::npos);
  other = shard(1, 2);
  other.phases[0].identity.seed = 7;
  EXPECT_NE(refusal({first, written("d", other)}).find("of another job than the others"), std::string::npos);
  other = shard(1, 2);
  other.phases.push_back(other.phases[0]);
  EXPECT_NE(refusal({first, written("e", other)}).find("several phases"), std::string::npos);
}

}  // namespace
}  // namespace rankwise::engine
