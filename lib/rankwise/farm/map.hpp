#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "rankwise/engine/run.hpp"
#include "rankwise/farm/travel.hpp"
#include "rankwise/ranks/binding.hpp"

namespace rankwise::farm {

namespace detail {

/// Some inputs after another are a block; what a block gives are their results. How many depends on their number alone.
template <class Input, class Function>
struct MapJob {
  using Result = std::decay_t<std::invoke_result_t<const Function&, const Input&>>;
  using Partial = std::vector<Result>;
  struct Scratch {};
  static constexpr std::uint64_t most_blocks = 16384;

  const std::vector<Input>& inputs;
  const Function& function;

  [[nodiscard]] std::uint64_t block_size() const { return std::max<std::uint64_t>(1, inputs.size() / most_blocks); }
  [[nodiscard]] engine::Identity identity() const {
    return {.method = "map", .options = std::to_string(inputs.size())};
  }
  [[nodiscard]] blocks::Grid grid() const { return {.lanes = divide_up(inputs.size(), block_size()), .steps = 1}; }
  [[nodiscard]] Bytes partial_bytes() const { return {block_size() * sizeof(Result)}; }
  [[nodiscard]] Bytes block_bytes() const { return {0}; }
  Partial run(blocks::Block block, Scratch&) const {
    const blocks::Range range = blocks::piece(inputs.size(), block_size(), block.lane);
    Partial results;
    results.reserve(static_cast<std::size_t>(range.size()));
    for (std::uint64_t i = range.begin; i < range.end; ++i) {
      results.push_back(function(inputs[static_cast<std::size_t>(i)]));
    }
    return results;
  }
  void merge(Partial&, const Partial&) const {}  // a lane is one block
  static void encode(const Partial& results, ByteWriter& out) { Travel<Partial>::put(results, out); }
  static Partial decode(ByteReader& in) { return Travel<Partial>::get(in); }
};

}  // namespace detail

/// `function(input)` for every input, by all ranks and threads, whichever is free: multiprocessing's Pool.map, for MPI.
/// @param inputs those of rank 0 count, and go to every rank
/// @param function may be called by several threads at a time, on any rank, perhaps twice for one input
/// @return the results in the order of the inputs, on rank 0; nothing elsewhere
/// @throws ranks::AgreedError on every rank alike if it threw anywhere, or a signal came
/// @note Collective
template <class Input, class Function>
auto map(const engine::Context& context, const std::vector<Input>& inputs, const Function& function) {
  ByteWriter mine;
  if (context.ranks().is_root()) Travel<std::vector<Input>>::put(inputs, mine);
  std::vector<Input> theirs;
  if (context.ranks().size() > 1) {
    const auto bytes = ranks::broadcast(context.ranks(), mine.take());
    ByteReader in(bytes);
    if (!context.ranks().is_root()) theirs = Travel<std::vector<Input>>::get(in);
  }
  const detail::MapJob<Input, Function> job{context.ranks().is_root() ? inputs : theirs, function};
  std::vector<typename detail::MapJob<Input, Function>::Result> results;
  engine::run(context, job,
              [&](std::uint64_t, auto&& some) {
                results.insert(results.end(), std::make_move_iterator(some.begin()),
                               std::make_move_iterator(some.end()));
              },
              {.phase = "map", .kept = false});
  return results;
}

/// The same on as many threads per rank as there are processors for.
/// @note Collective
template <class Input, class Function>
auto map(const ranks::Session& session, const std::vector<Input>& inputs, const Function& function) {
  const engine::Context context(session, {.threads = ranks::lay_out_threads(session, std::nullopt).threads});
  return map(context, inputs, function);
}

}  // namespace rankwise::farm
