#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "apps/rankwise/invocation.hpp"
#include "rankwise/farm/map_tasks.hpp"

namespace rankwise::app {

/// What a run of tasks says at its end, on standard error, whose standard output is the tasks'.
void print_summary(const Invocation& invocation, const farm::MapOptions& options, const farm::Tally& tally);
/// The same for --json, on standard output.
void print_summary_json(const Invocation& invocation, const farm::MapOptions& options, const farm::Tally& tally);

}  // namespace rankwise::app
