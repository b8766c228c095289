#include "rankwise/engine/record.hpp"

#include <algorithm>
#include <limits>

namespace rankwise::engine {
namespace {

using blocks::Node;

constexpr const char* damaged = "its nodes are not those of the job";

void put_cut(const blocks::SpanCut& cut, ByteWriter& out) {
  out.put(cut.grid);
  out.put(cut.level);
  out.put(cut.lanes_per_span);
}

blocks::SpanCut get_cut(ByteReader& in) {
  blocks::SpanCut cut;
  cut.grid = in.get<blocks::Grid>();
  cut.level = in.get<std::uint8_t>();
  cut.lanes_per_span = in.get<std::uint64_t>();
  return cut;
}

}  // namespace

void encode(std::span<const KeptNode> nodes, ByteWriter& out) {
  out.put(std::uint64_t{nodes.size()});
  for (const KeptNode& kept : nodes) {
    out.put(kept.node.lane);
    out.put(kept.node.index);
    out.put(kept.node.level);
    out.put_vector(kept.partial);
  }
}

std::vector<KeptNode> decode_nodes(ByteReader& in) {
  std::vector<KeptNode> nodes;
  for (auto left = in.get<std::uint64_t>(); left > 0; --left) {
    KeptNode& kept = nodes.emplace_back();
    kept.node.lane = in.get<std::uint64_t>();
    kept.node.index = in.get<std::uint64_t>();
    kept.node.level = in.get<std::uint8_t>();
    kept.partial = in.get_vector<std::byte>();
  }
  return nodes;
}

std::uint64_t PhaseRecord::blocks_done() const {
  std::uint64_t blocks = 0;
  for (const KeptNode& kept : nodes) blocks += blocks::steps_of(kept.node, cut.grid.steps).size();
  return blocks;
}

void PhaseRecord::check() const {
  const auto refuse = [&] { throw InputError(damaged); };
  constexpr std::uint64_t most = std::uint64_t{1} << 62;  // blocks
  if (cut.grid.steps > most || (cut.grid.steps > 0 && cut.grid.lanes > most / cut.grid.steps)) refuse();
  if (cut.lanes_per_span == 0 || (cut.count() == 0 && !nodes.empty())) refuse();
  if (finished && nodes.empty() && cut.count() > 0) refuse();
  if (nodes.empty()) return;
  const std::uint8_t top = blocks::top_level(cut.grid.steps);
  std::uint64_t lane = 0, step = 0;  // where the next node may begin
  for (const KeptNode& kept : nodes) {
    const Node& node = kept.node;
    const bool fits = node.lane < cut.grid.lanes && node.level <= top && node.level >= cut.level &&
                      node.index < blocks::nodes_at(cut.grid.steps, node.level);
    if (!fits) refuse();
    const blocks::Range steps = blocks::steps_of(node, cut.grid.steps);
    if (node.lane < lane || (node.lane == lane && steps.begin < step)) refuse();
    lane = node.lane;
    step = steps.end;
    if ((finished || cut.lanes_per_span > 1) && node.level != top) refuse();
  }
  if (finished && nodes.size() != cut.grid.lanes) refuse();
  if (cut.lanes_per_span == 1) return;
  for (std::size_t i = 0; i < nodes.size();) {
    const blocks::Range lanes = blocks::piece(cut.grid.lanes, cut.lanes_per_span, cut.spans_of(nodes[i].node).begin);
    for (std::uint64_t expected = lanes.begin; expected < lanes.end; ++expected, ++i) {
      if (i == nodes.size() || nodes[i].node.lane != expected) refuse();
    }
  }
}

std::vector<std::byte> Record::encode() const {
  ByteWriter out;
  out.put_string(program);
  out.put(std::uint64_t{words.size()});
  for (const auto& word : words) out.put_string(word);
  job.encode(out);
  out.put(shard);
  out.put_vector(input);
  out.put_vector(output);
  out.put_vector(state);
  out.put(std::uint64_t{phases.size()});
  for (const PhaseRecord& phase : phases) {
    out.put_string(phase.name);
    phase.identity.encode(out);
    put_cut(phase.cut, out);
    out.put(phase.finished);
    engine::encode(phase.nodes, out);
  }
  return out.take();
}

Record Record::decode(ByteReader in) {
  Record record;
  record.program = in.get_string();
  for (auto left = in.get<std::uint64_t>(); left > 0; --left) record.words.push_back(in.get_string());
  record.job = Identity::decode(in);
  record.shard = in.get<Shard>();
  const auto [index, count] = record.shard;
  if (index >= count || count > std::numeric_limits<int>::max()) throw InputError("its shard is none");
  record.input = in.get_vector<std::byte>();
  record.output = in.get_vector<std::byte>();
  record.state = in.get_vector<std::byte>();
  for (auto left = in.get<std::uint64_t>(); left > 0; --left) {
    PhaseRecord& phase = record.phases.emplace_back();
    phase.name = in.get_string();
    phase.identity = Identity::decode(in);
    phase.cut = get_cut(in);
    phase.finished = in.get<bool>();
    phase.nodes = decode_nodes(in);
    phase.check();
  }
  return record;
}

PhaseRecord* Record::find(const std::string& phase) {
  const auto found = std::find_if(phases.begin(), phases.end(), [&](const auto& each) { return each.name == phase; });
  return found == phases.end() ? nullptr : &*found;
}

}  // namespace rankwise::engine
