#include "rankwise/engine/keeper.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace rankwise::engine {
namespace {

/// What any job's nodes merge with.
Forest::Merge merge_of(const AnyJob& job) {
  return [&job](AnyPartial& left, const AnyPartial& right) { job.merge(left, right); };
}

}  // namespace

Keeper::Keeper(Checkpoint& checkpoint, PhaseRecord& phase, const AnyJob& job, Ledger& ledger)
    : checkpoint_(checkpoint), phase_(phase), job_(job), ledger_(ledger), forest_(phase.cut.grid, merge_of(job)) {
  if (const Shard* shard = checkpoint.shard()) {
    ledger.restrict_to(
        blocks::share(phase.cut.count(), static_cast<int>(shard->index), static_cast<int>(shard->count)));
  }
  std::uint64_t span = 0;  // the first one that is not yet restored
  for (const KeptNode& kept : phase.nodes) {
    const blocks::Range spans = phase.cut.spans_of(kept.node);
    if (spans.begin < ledger.part().begin || spans.end > ledger.part().end) {
      throw InputError(fmt::format("checkpoint {} has more than its shard", checkpoint.options().path));
    }
    put(kept);
    // Several lanes may be one span.
    if (spans.end > span) ledger.set_restored({std::max(span, spans.begin), spans.end});
    span = std::max(span, spans.end);
  }
  blocks_restored_ = phase.blocks_done();
}

void Keeper::put(const KeptNode& kept) {
  forest_.add(kept.node, job_.decode_kept(kept.partial, kept.node.lane));
}

void Keeper::take(std::span<const std::byte> handed_over) {
  ByteReader in(handed_over);
  for (const KeptNode& kept : decode_nodes(in)) {
    put(kept);
    ledger_.set_kept(phase_.cut.spans_of(kept.node));
  }
}

void Keeper::write_down() {
  const auto nodes = forest_.take_spans(phase_.cut);
  for (const auto& [node, partial] : nodes) forest_.add(node, partial);
  std::vector<KeptNode> kept;
  for (const auto& [node, partial] : nodes) {
    ByteWriter out;
    job_.encode(partial, out);
    kept.push_back({node, out.take()});
  }
  phase_.nodes = std::move(kept);
  checkpoint_.touch();
}

void Keeper::save_soon() {
  write_down();
  checkpoint_.save_soon();
}

void Keeper::save() {
  write_down();
  checkpoint_.save();
}

std::uint64_t Keeper::blocks() const {
  const blocks::Range part = ledger_.part();
  if (part.empty()) return 0;
  return phase_.cut.blocks_of(part.end - 1).end - phase_.cut.blocks_of(part.begin).begin;
}

double Keeper::share_kept() const {
  return blocks() == 0 ? 1 : static_cast<double>(phase_.blocks_done()) / static_cast<double>(blocks());
}

void Keeper::move_to(Forest& forest) {
  for (auto& [node, partial] : forest_.take_spans(phase_.cut)) forest.add(node, std::move(partial));
}

}  // namespace rankwise::engine
