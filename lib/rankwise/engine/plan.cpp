#include "rankwise/engine/plan.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "rankwise/blocks/span.hpp"

namespace rankwise::engine {
namespace {

int threads_within(const Context::Options& options, Bytes block, Bytes partial) {
  if (!options.memory) return options.threads;
  const std::uint64_t each = block.value + partial.value;
  const std::uint64_t fit = options.memory->value / std::max<std::uint64_t>(1, each);
  if (fit == 0) {
    throw UsageError(fmt::format("--memory {} is too little: one block and its partial result take {}",
                                 format_bytes(*options.memory), format_bytes({each})));
  }
  return static_cast<int>(std::min<std::uint64_t>(static_cast<std::uint64_t>(options.threads), fit));
}

}  // namespace

PhasePlan plan_phase(const Context::Options& options, const AnyJob& job, const std::string& phase) {
  const Bytes block = job.block_bytes(), partial = job.partial_bytes();
  return {.phase = phase,
          .grid = job.grid(),
          .spans = blocks::cut_into_spans(job.grid(), partial).count(),
          .block = block,
          .partial = partial,
          .threads = threads_within(options, block, partial)};
}

}  // namespace rankwise::engine
