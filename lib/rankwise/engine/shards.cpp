#include "rankwise/engine/shards.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

#include "rankwise/base/checked.hpp"
#include "rankwise/storage/checkpoint_file.hpp"

namespace rankwise::engine {
namespace {

struct Part {
  std::string path;
  Record record;
};

std::string name_of(const Shard& shard) {
  return fmt::format("shard {}/{}", shard.index + 1, shard.count);
}

Part read_part(const std::string& path) {
  const auto state = storage::read_checkpoint_file(path);
  try {
    Part part{path, Record::decode(ByteReader(state))};
    if (part.record.phases.size() > 1) throw InputError("its job has several phases");
    return part;
  } catch (const InputError& error) {
    throw InputError(fmt::format("checkpoint {} cannot be merged: {}", path, error.what()));
  }
}

/// @throws InputError unless all blocks of the shard are done
void check_done(const Part& part) {
  const Record& record = part.record;
  std::uint64_t spans = 0, all = 0;
  if (record.phases.size() == 1) {
    const PhaseRecord& phase = record.phases[0];
    all = blocks::share(phase.cut.count(), static_cast<int>(record.shard.index), static_cast<int>(record.shard.count))
              .size();
    std::uint64_t next = 0;  // several lanes may be one span
    for (const KeptNode& kept : phase.nodes) {
      const blocks::Range its = phase.cut.spans_of(kept.node);
      spans += its.end - std::clamp(next, its.begin, its.end);
      next = its.end;
    }
    if (spans == all) return;
  }
  throw InputError(
      fmt::format("checkpoint {}: {} is not done; run it again with --resume", part.path, name_of(record.shard)));
}

}  // namespace

Record join_shards(const std::vector<std::string>& paths,
                   const std::function<void(const std::string& path, const std::vector<std::string>& words)>& see) {
  std::map<std::uint64_t, Part> parts;
  for (const std::string& path : paths) {
    Part part = read_part(path);
    if (!parts.empty()) {
      const auto& [first_path, first] = parts.begin()->second;
      const std::string difference = first.job.difference(part.record.job);
      if (!difference.empty()) throw InputError(fmt::format("checkpoint {} is {} ({})", path, difference, first_path));
      if (part.record.shard.count != first.shard.count) {
        throw InputError(fmt::format("checkpoint {} is of {}, {} of {}", path, name_of(part.record.shard), first_path,
                                     name_of(first.shard)));
      }
    }
    check_done(part);
    const Shard shard = part.record.shard;
    const auto [there, is_new] = parts.emplace(shard.index, std::move(part));
    if (!is_new) {
      throw InputError(fmt::format("{} is there twice: {} and {}", name_of(shard), there->second.path, path));
    }
  }
  if (parts.empty()) throw InputError("there are no checkpoints to merge");
  const std::uint64_t count = parts.begin()->second.record.shard.count;
  Record whole;
  std::uint64_t expected = 0;
  for (auto& [index, part] : parts) {
    if (index != expected) break;
    if (see) see(part.path, part.record.words);
    PhaseRecord& phase = part.record.phases[0];
    if (expected++ == 0) {
      whole = std::move(part.record);
      continue;
    }
    PhaseRecord& all = whole.phases[0];
    if (phase.name != all.name || phase.cut != all.cut || !phase.identity.difference(all.identity).empty()) {
      throw InputError(fmt::format("checkpoint {} is of another job than the others", part.path));
    }
    std::move(phase.nodes.begin(), phase.nodes.end(), std::back_inserter(all.nodes));
  }
  if (expected < count) throw InputError(fmt::format("{} is missing", name_of({expected, count})));
  whole.shard = {};
  whole.phases[0].check();
  return whole;
}

}  // namespace rankwise::engine
