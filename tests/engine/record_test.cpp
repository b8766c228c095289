#include "rankwise/engine/record.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace rankwise::engine {
namespace {

using blocks::Node;

std::vector<std::byte> some(std::size_t size) {
  return std::vector<std::byte>(size, std::byte{7});
}

PhaseRecord phase(blocks::SpanCut cut, std::initializer_list<Node> nodes, bool finished = false) {
  PhaseRecord phase{.name = "test", .cut = cut, .finished = finished};
  for (const Node& node : nodes) phase.nodes.push_back({node, some(3)});
  return phase;
}

bool is_sound(const PhaseRecord& phase) {
  try {
    phase.check();
    return true;
  } catch (const InputError&) {
    return false;
  }
}

TEST(Record, comes_back_as_it_was) {
  const blocks::SpanCut cut{.grid = {.lanes = 2, .steps = 5}, .level = 1};
  Record record{.program = "0.1",
                .words = {"columns", "a b.csv", ""},
                .job = {.method = "columns", .version = 3, .input = "ab", .seed = 9, .options = "x"},
                .shard = {.index = 2, .count = 7},
                .input = some(5),
                .output = some(6),
                .state = some(7),
                .phases = {phase(cut, {{0, 1, 1}, {1, 0, 2}}), phase(cut, {{0, 0, 3}, {1, 0, 3}}, true)}};
  record.phases[1].name = "second";
  const auto bytes = record.encode();
  Record back = Record::decode(ByteReader(bytes));
  EXPECT_EQ(back.program, record.program);
  EXPECT_EQ(back.words, record.words);
  EXPECT_EQ(back.job.difference(record.job), "");
  EXPECT_EQ(back.shard, record.shard);
  EXPECT_EQ(back.input, record.input);
  EXPECT_EQ(back.output, record.output);
  EXPECT_EQ(back.state, record.state);
  ASSERT_EQ(back.phases.size(), 2U);
  EXPECT_EQ(back.phases[0].cut, cut);
  EXPECT_FALSE(back.phases[0].finished);
  EXPECT_EQ(back.phases[0].blocks_done(), 2U + 4U);
  ASSERT_EQ(back.phases[0].nodes.size(), 2U);
  EXPECT_EQ(back.phases[0].nodes[1].node, (Node{1, 0, 2}));
  EXPECT_EQ(back.phases[0].nodes[1].partial, some(3));
  ASSERT_NE(back.find("second"), nullptr);
  EXPECT_TRUE(back.find("second")->finished);
  EXPECT_EQ(back.find("third"), nullptr);
}

TEST(Record, one_that_ends_early_is_refused) {
  const Record record{.words = {"pi"}, .phases = {phase({.grid = {1, 2}}, {{0, 0, 1}})}};
  const auto bytes = record.encode();
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_THROW(Record::decode(ByteReader(std::span(bytes).first(size))), InputError) << size;
  }
}

TEST(Record, a_shard_that_is_none_is_refused) {
  for (const Shard shard : {Shard{0, 0}, Shard{3, 3}, Shard{7, 3}, Shard{0, std::uint64_t{1} << 31}}) {
    const auto bytes = Record{.shard = shard}.encode();
    EXPECT_THROW(Record::decode(ByteReader(bytes)), InputError) << shard.index << "/" << shard.count;
  }
}

TEST(Record, nodes_must_be_whole_spans_in_order_that_do_not_overlap) {
  const blocks::SpanCut cut{.grid = {.lanes = 2, .steps = 5}, .level = 1};
  EXPECT_TRUE(is_sound(phase(cut, {})));
  EXPECT_TRUE(is_sound(phase(cut, {{0, 0, 1}, {0, 2, 1}, {1, 0, 3}})));
  EXPECT_TRUE(is_sound(phase(cut, {{0, 0, 1}, {0, 1, 2}})));
  EXPECT_FALSE(is_sound(phase(cut, {{0, 0, 0}}))) << "less than a span";
  EXPECT_FALSE(is_sound(phase(cut, {{0, 0, 4}}))) << "above the top";
  EXPECT_FALSE(is_sound(phase(cut, {{0, 0, 255}})));
  EXPECT_FALSE(is_sound(phase(cut, {{0, 3, 1}}))) << "beyond the end";
  EXPECT_FALSE(is_sound(phase(cut, {{2, 0, 1}}))) << "beyond the last lane";
  EXPECT_FALSE(is_sound(phase(cut, {{0, 0, 2}, {0, 1, 1}}))) << "one in the other";
  EXPECT_FALSE(is_sound(phase(cut, {{0, 0, 1}, {0, 0, 1}}))) << "twice the same";
  EXPECT_FALSE(is_sound(phase(cut, {{1, 0, 1}, {0, 0, 1}}))) << "out of order";
}

TEST(Record, a_finished_phase_has_the_result_of_every_lane) {
  const blocks::SpanCut cut{.grid = {.lanes = 2, .steps = 5}, .level = 1};
  EXPECT_TRUE(is_sound(phase(cut, {{0, 0, 3}, {1, 0, 3}}, true)));
  EXPECT_FALSE(is_sound(phase(cut, {{0, 0, 3}}, true)));
  EXPECT_FALSE(is_sound(phase(cut, {}, true)));
  EXPECT_FALSE(is_sound(phase(cut, {{0, 0, 2}, {1, 0, 3}}, true)));
  EXPECT_TRUE(is_sound(phase({.grid = {.lanes = 3, .steps = 0}}, {}, true))) << "nothing to do";
  EXPECT_FALSE(is_sound(phase({.grid = {.lanes = 3, .steps = 0}}, {{0, 0, 0}}, true)));
}

TEST(Record, spans_of_several_lanes_are_whole) {
  const blocks::SpanCut cut{.grid = {.lanes = 5, .steps = 2}, .level = 1, .lanes_per_span = 2};
  EXPECT_TRUE(is_sound(phase(cut, {{0, 0, 1}, {1, 0, 1}, {4, 0, 1}})));
  EXPECT_FALSE(is_sound(phase(cut, {{0, 0, 1}})));
  EXPECT_FALSE(is_sound(phase(cut, {{1, 0, 1}, {2, 0, 1}})));
  EXPECT_FALSE(is_sound(phase({.grid = {5, 2}, .level = 1, .lanes_per_span = 0}, {{0, 0, 1}})));
}

TEST(Record, a_grid_that_cannot_be_counted_is_refused) {
  constexpr std::uint64_t most = std::uint64_t{1} << 62;
  EXPECT_TRUE(is_sound(phase({.grid = {.lanes = 1, .steps = most}}, {})));
  EXPECT_TRUE(is_sound(phase({.grid = {.lanes = most / 8, .steps = 8}}, {})));
  for (const blocks::Grid grid :
       {blocks::Grid{1, most + 1}, {1, most * 2}, {1, UINT64_MAX}, {most / 8 + 1, 8}, {3, most}}) {
    EXPECT_FALSE(is_sound(phase({.grid = grid}, {{0, 0, 1}}))) << grid.lanes << " × " << grid.steps;
    EXPECT_FALSE(is_sound(phase({.grid = grid}, {}))) << grid.lanes << " × " << grid.steps;
  }
}

}  // namespace
}  // namespace rankwise::engine
