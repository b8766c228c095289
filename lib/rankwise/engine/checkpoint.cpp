#include "rankwise/engine/checkpoint.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "rankwise/ranks/agreement.hpp"
#include "rankwise/ranks/collectives.hpp"

namespace rankwise::engine {

using storage::CheckpointFile;

Checkpoint::Checkpoint(const ranks::Communicator& ranks, Options options) : options_(std::move(options)) {
  ranks::agree(ranks, [&] {
    if (!ranks.is_root()) return;
    file_.emplace(options_.path, options_.resume ? CheckpointFile::Start::resume : CheckpointFile::Start::afresh);
    if (!file_->exists()) return;
    const auto state = file_->read();
    try {
      record_ = Record::decode(ByteReader(state));
    } catch (const InputError& error) {
      throw InputError(fmt::format("checkpoint {} is damaged: {}", options_.path, error.what()));
    }
  });
  is_there_ = ranks::sum(ranks, file_ && file_->exists() ? 1 : 0) > 0;
}

void Checkpoint::begin(const ranks::Communicator& ranks, const Identity& job, std::vector<std::string> words,
                       std::vector<std::byte> input) {
  ranks::agree(ranks, [&] {
    if (!ranks.is_root()) return;
    const Shard shard = options_.shard.value_or(Shard{});
    if (!file_ || file_->exists()) {
      if (const std::string difference = job.difference(record_.job); !difference.empty()) {
        throw InputError(fmt::format("checkpoint {} is {}", options_.path, difference));
      }
      if (record_.shard != shard) {
        const auto name = [](const Shard& s) {
          return s.count == 1 ? std::string("the whole job") : fmt::format("shard {}/{}", s.index + 1, s.count);
        };
        throw InputError(
            fmt::format("checkpoint {} is of {}, not of {}", options_.path, name(record_.shard), name(shard)));
      }
    }
    record_.program = options_.program;
    record_.words = std::move(words);
    record_.job = job;
    record_.shard = shard;
    record_.input = std::move(input);
    changed_ = true;
    save();
  });
  begun_ = is_there_ = true;
}

bool Checkpoint::time_is_up() const {
  return options_.max_time && Clock::now() - made_ >= *options_.max_time;
}

double Checkpoint::restored_share() const {
  return blocks_ == 0 ? 0 : static_cast<double>(blocks_restored_) / static_cast<double>(blocks_);
}

void Checkpoint::count(std::uint64_t blocks_restored, std::uint64_t blocks) {
  blocks_restored_ += blocks_restored;
  blocks_ += blocks;
}

PhaseRecord& Checkpoint::phase(const std::string& name, const Identity& identity, const blocks::SpanCut& cut) {
  const auto before = std::count(phases_of_this_run_.begin(), phases_of_this_run_.end(), name);
  phases_of_this_run_.push_back(name);
  const std::string numbered = before == 0 ? name : fmt::format("{} {}", name, before + 1);
  PhaseRecord* phase = record_.find(numbered);
  if (phase == nullptr) {
    record_.phases.push_back({.name = numbered, .identity = identity, .cut = cut});
    return record_.phases.back();
  }
  if (const std::string difference = identity.difference(phase->identity); !difference.empty()) {
    throw InputError(fmt::format("checkpoint {} is {}", options_.path, difference));
  }
  if (phase->cut != cut) {
    throw InputError(fmt::format("checkpoint {} is from a rankwise that cuts '{}' otherwise", options_.path, name));
  }
  return *phase;
}

void Checkpoint::set_state(std::vector<std::byte> state, const std::string& instead_of) {
  record_.state = std::move(state);
  std::erase_if(record_.phases, [&](const PhaseRecord& each) { return each.name.starts_with(instead_of); });
  touch();
  if (is_due()) save_soon();
}

void Checkpoint::set_output(std::vector<std::byte> output) {
  const auto before = std::exchange(record_.output, std::move(output));
  try {
    touch();
    save();
  } catch (...) {
    record_.output = before;
    throw;
  }
}

void Checkpoint::discard() {
  wait_for_save();
  if (file_) file_->remove();
  changed_ = false;
}

bool Checkpoint::is_due() {
  if (!file_) return false;
  if (saving_.valid()) {
    if (saving_.wait_for(std::chrono::seconds(0)) != std::future_status::ready) return false;
    wait_for_save();
  }
  return Clock::now() - saved_ >= options_.every;
}

void Checkpoint::wait_for_save() {
  if (!saving_.valid()) return;
  try {
    saving_.get();
  } catch (const std::exception& error) {
    put_off(error);
  }
}

void Checkpoint::put_off(const std::exception& error) {
  changed_ = true;
  if (options_.warn) options_.warn(fmt::format("{}; the work goes on, and what was kept before stays", error.what()));
}

void Checkpoint::save_soon() {
  wait_for_save();
  saved_ = Clock::now();
  changed_ = false;
  try {
    saving_ = std::async(std::launch::async, [this, state = record_.encode()] { file_->replace(state); });
  } catch (const std::exception& error) {  // no memory, no thread
    put_off(error);
  }
}

void Checkpoint::save() {
  wait_for_save();
  if (!changed_ || !file_) return;
  file_->replace(record_.encode());
  changed_ = false;
  saved_ = Clock::now();
}

}  // namespace rankwise::engine
