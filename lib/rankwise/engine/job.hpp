#pragma once

#include <concepts>
#include <cstdint>
#include <vector>

#include "rankwise/base/byte_encoding.hpp"
#include "rankwise/base/bytes.hpp"
#include "rankwise/blocks/grid.hpp"
#include "rankwise/engine/identity.hpp"

namespace rankwise::engine {

/// A method, as the engine sees it. What a block gives depends on its number, the input and the seed alone; `run` may
/// be called by any thread of any rank, perhaps twice; `right` follows `left` in its lane.
template <class J>
concept BlockJob = std::default_initializable<typename J::Scratch> && std::movable<typename J::Partial> &&
    requires(const J job, blocks::Block block, typename J::Scratch& scratch, typename J::Partial& left,
             const typename J::Partial& right, ByteWriter& out, ByteReader& in) {
  { job.identity() } -> std::same_as<Identity>;
  { job.grid() } -> std::same_as<blocks::Grid>;    // never from memory, ranks or threads
  { job.partial_bytes() } -> std::same_as<Bytes>;  // bound for one partial
  { job.block_bytes() } -> std::same_as<Bytes>;    // bound for what one running block needs
  { job.run(block, scratch) } -> std::same_as<typename J::Partial>;
  {job.merge(left, right)};
  {J::encode(right, out)};  // one encoding, for messages and checkpoints
  { J::decode(in) } -> std::same_as<typename J::Partial>;
};

/// A method that wants to know which block comes soon: to begin to fetch its input. It must not wait.
template <class J>
concept AnnouncesBlocks = requires(const J job, blocks::Block block) {
  {job.announce(block)};
};

/// A method whose partial results have a shape that decode() does not know: of one that comes from a file, this says
/// whether it is its lane's.
template <class J>
concept KnowsShapes = requires(const J job, const typename J::Partial& partial, std::uint64_t lane) {
  { job.fits(partial, lane) } -> std::same_as<bool>;
};

/// A method whose lanes differ much in length, or share something: says in which order they are best begun, the longest
/// first, what shares something side by side. Each once; none: in their own order.
template <class J>
concept OrdersLanes = requires(const J job) {
  { job.lanes_in_order() } -> std::same_as<std::vector<std::uint64_t>>;
};

/// A method of which who waits may see something: a number for each block that is done.
template <class J>
concept TellsNumbers = requires(const typename J::Partial& partial) {
  { J::told(partial) } -> std::same_as<double>;
};

/// A method whose blocks write output of their own. A block is kept in a checkpoint once its output is durable.
template <class J>
concept WritesOutput = requires(const J job) {
  {job.make_output_durable()};
};

}  // namespace rankwise::engine
