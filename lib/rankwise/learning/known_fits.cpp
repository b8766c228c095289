#include "rankwise/learning/known_fits.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "rankwise/base/byte_encoding.hpp"

namespace rankwise::learning {
namespace {

using engine::KeptNode;

/// Of spans of several lanes, a checkpoint holds all lanes or none.
void keep_whole_spans(engine::PhaseRecord& phase) {
  const std::uint64_t most = phase.cut.lanes_per_span;
  if (most == 1) return;
  std::vector<KeptNode> whole;
  for (auto begin = phase.nodes.begin(); begin != phase.nodes.end();) {
    const std::uint64_t span = begin->node.lane / most;
    const auto end =
        std::find_if(begin, phase.nodes.end(), [&](const KeptNode& kept) { return kept.node.lane / most != span; });
    const blocks::Range lanes = blocks::piece(phase.cut.grid.lanes, most, span);
    if (static_cast<std::uint64_t>(end - begin) == lanes.size()) std::move(begin, end, std::back_inserter(whole));
    begin = end;
  }
  phase.nodes = std::move(whole);
}

}  // namespace

KnownFits::KnownFits(engine::Checkpoint& checkpoint, const Candidates& candidates, std::string phase)
    : checkpoint_(checkpoint), candidates_(candidates), phase_(std::move(phase)) {
  if (!checkpoint.record().state.empty()) take_kept(checkpoint.record().state);
}

void KnownFits::take_kept(const std::vector<std::byte>& state) {
  ByteReader in(state);
  for (auto left = in.get<std::uint64_t>(); left > 0; --left) definition_.push_back(in.get_string());
  for (auto left = in.get<std::uint64_t>(); left > 0; --left) {
    Fits& fits = fits_[in.get_string()];
    for (auto more = in.get<std::uint64_t>(); more > 0; --more) {
      const auto fit = in.get<std::uint64_t>();
      fits[fit] = in.get_vector<std::byte>();
    }
  }
}

std::vector<std::byte> KnownFits::state() const {
  ByteWriter out;
  out.put(std::uint64_t{candidates_.family->definition.size()});
  for (const std::string& text : candidates_.family->definition) out.put_string(text);
  out.put(std::uint64_t{fits_.size()});
  for (const auto& [words, fits] : fits_) {
    out.put_string(words);
    out.put(std::uint64_t{fits.size()});
    for (const auto& [fit, partial] : fits) {
      out.put(fit);
      out.put_vector(partial);
    }
  }
  return out.take();
}

void KnownFits::take_phase(const engine::PhaseRecord& old, std::uint64_t fits_of_each) {
  const auto words = candidates_.family->recall(definition_);
  for (const KeptNode& kept : old.nodes) {
    fits_[words(kept.node.lane / fits_of_each)][kept.node.lane % fits_of_each] = kept.partial;
  }
}

void KnownFits::go_on(engine::PhaseRecord phase) {
  engine::Record& record = checkpoint_.record();
  const std::uint64_t fits_of_each = phase.cut.grid.lanes / candidates_.count;
  if (const engine::PhaseRecord* old = record.find(phase_)) {
    if (phase.identity.difference(old->identity).empty()) return;
    take_phase(*old, fits_of_each);
    std::erase_if(record.phases, [&](const engine::PhaseRecord& each) { return each.name == phase_; });
  }
  std::vector<std::string> used;
  for (std::uint64_t candidate = 0; candidate < candidates_.count && !fits_.empty(); ++candidate) {
    const auto known = fits_.find(candidates_.family->words(candidate));
    if (known == fits_.end()) continue;
    used.push_back(known->first);
    for (const auto& [fit, partial] : known->second) {
      if (fit >= fits_of_each) throw InputError("the checkpoint's fits are of other folds");
      phase.nodes.push_back({{.lane = candidate * fits_of_each + fit, .index = 0, .level = 0}, partial});
    }
  }
  const std::size_t all = phase.nodes.size();
  keep_whole_spans(phase);
  // Where some did not make a whole span, all stay here as well.
  if (phase.nodes.size() == all) {
    for (const std::string& words : used) fits_.erase(words);
  }
  if (!phase.nodes.empty()) record.phases.push_back(std::move(phase));
  record.state = state();
  checkpoint_.touch();
}

}  // namespace rankwise::learning
