#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "rankwise/base/byte_encoding.hpp"
#include "rankwise/blocks/span.hpp"
#include "rankwise/engine/identity.hpp"

namespace rankwise::engine {

/// A finished node and its partial result, encoded.
struct KeptNode {
  blocks::Node node;
  std::vector<std::byte> partial;
};

void encode(std::span<const KeptNode> nodes, ByteWriter& out);
/// @throws InputError if these are no nodes
std::vector<KeptNode> decode_nodes(ByteReader& in);

/// Part `index`, from 0, of `count` of the spans of a job.
struct Shard {
  std::uint64_t index = 0;
  std::uint64_t count = 1;
  friend bool operator==(const Shard&, const Shard&) = default;
};

/// A phase in a checkpoint.
struct PhaseRecord {
  std::string name = {};
  Identity identity = {};
  blocks::SpanCut cut = {};
  bool finished = false;             ///< the nodes are the results of all lanes
  std::vector<KeptNode> nodes = {};  ///< of whole spans; none lies in another

  /// How many blocks the nodes cover.
  [[nodiscard]] std::uint64_t blocks_done() const;
  /// @throws InputError unless the nodes are what they are said to be
  void check() const;
};

/// What a checkpoint holds of one command.
struct Record {
  std::string program = {};             ///< that wrote it: its version
  std::vector<std::string> words = {};  ///< of the command line
  Identity job = {};                    ///< of all phases together
  Shard shard = {};
  std::vector<std::byte> input = {};   ///< what the job knows of its input, encoded
  std::vector<std::byte> output = {};  ///< how to take up its unfinished output again
  std::vector<std::byte> state = {};   ///< what else it keeps between phases
  std::vector<PhaseRecord> phases = {};

  [[nodiscard]] std::vector<std::byte> encode() const;
  /// @throws InputError if this is no record
  static Record decode(ByteReader in);

  /// Nothing if there is no such phase.
  PhaseRecord* find(const std::string& phase);
};

}  // namespace rankwise::engine
