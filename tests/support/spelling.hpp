#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <thread>

#include "rankwise/base/errors.hpp"
#include "rankwise/blocks/node.hpp"
#include "rankwise/engine/delivery.hpp"
#include "rankwise/engine/job.hpp"
#include "tests/support/session.hpp"

namespace rankwise::test {

/// Spells out its tree, so that any other order of merging shows.
struct Spelling {
  using Partial = std::string;
  struct Scratch {
    int used = 0;
  };

  blocks::Grid cut;
  std::uint64_t throws_at = UINT64_MAX;
  engine::Delivery* delivery = nullptr;
  std::chrono::microseconds cost{0};
  std::string input = {};

  [[nodiscard]] engine::Identity identity() const { return {.method = "spelling", .input = input}; }
  [[nodiscard]] blocks::Grid grid() const { return cut; }
  [[nodiscard]] Bytes partial_bytes() const { return {64}; }
  [[nodiscard]] Bytes block_bytes() const { return {1000}; }
  [[nodiscard]] Partial run(blocks::Block block, Scratch& scratch) const {
    ++scratch.used;
    if (cut.index_of(block) == throws_at) throw InputError("block is bad");
    if (cost.count() > 0) std::this_thread::sleep_for(cost);
    const std::string name = std::to_string(block.lane) + "." + std::to_string(block.step);
    if (delivery == nullptr || session().ranks().is_root()) return name;
    ByteWriter out;
    out.put_string(name);
    const auto answer = delivery->fetch(0, out.take());
    return ByteReader(answer).get_string();
  }
  void merge(Partial& left, const Partial& right) const { left = "(" + left + " " + right + ")"; }
  static void encode(const Partial& text, ByteWriter& out) { out.put_string(text); }
  static Partial decode(ByteReader& in) { return in.get_string(); }
};
static_assert(engine::BlockJob<Spelling>);

/// What the node's tree must come to.
inline std::string spelled(std::uint64_t lane, std::uint64_t index, int level, std::uint64_t steps) {
  if (level == 0) return std::to_string(lane) + "." + std::to_string(index);
  const std::string left = spelled(lane, 2 * index, level - 1, steps);
  if ((2 * index + 1) << (level - 1) >= steps) return left;
  return "(" + left + " " + spelled(lane, 2 * index + 1, level - 1, steps) + ")";
}

}  // namespace rankwise::test
