#include "apps/rankwise/plan_report.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "apps/rankwise/answer.hpp"
#include "rankwise/report/format.hpp"
#include "rankwise/report/table.hpp"

namespace rankwise::app {
namespace {

/// What a rank's blocks in flight take in the phase that takes most.
std::uint64_t memory_of(const Plan& plan) {
  std::uint64_t most = 0;
  for (const auto& phase : plan.phases) {
    most = std::max(most, static_cast<std::uint64_t>(phase.threads) * (phase.block.value + phase.partial.value));
  }
  return most;
}

nlohmann::ordered_json in_json(const Invocation& invocation, const Plan& plan) {
  auto json = invocation.json_head();
  auto phases = nlohmann::ordered_json::array();
  for (const auto& phase : plan.phases) {
    phases.push_back({{"phase", phase.phase},
                      {"lanes", phase.grid.lanes},
                      {"steps", phase.grid.steps},
                      {"blocks", phase.grid.count()},
                      {"spans", phase.spans},
                      {"block_bytes", phase.block.value},
                      {"partial_bytes", phase.partial.value},
                      {"threads", phase.threads}});
  }
  json["plan"] = {{"phases", phases}, {"bytes_to_read", plan.bytes_to_read}, {"memory_bytes", memory_of(plan)}};
  return json;
}

std::string in_text(const Invocation& invocation, const Plan& plan) {
  report::Table table({"phase", "blocks", "lanes × steps", "spans", "a block", "its result", "threads"});
  for (const auto& phase : plan.phases) {
    table.add({phase.phase, std::to_string(phase.grid.count()),
               fmt::format("{} × {}", phase.grid.lanes, phase.grid.steps), std::to_string(phase.spans),
               format_bytes(phase.block), format_bytes(phase.partial), fmt::format("{} per rank", phase.threads)});
  }
  std::string text =
      fmt::format("plan: {} · {}\n{}", plan.subject, invocation.layout_line(), table.text(report::output_width()));
  if (!plan.more.empty()) text += plan.more + "\n";
  if (plan.bytes_to_read > 0) text += fmt::format("{} to read · ", format_bytes({plan.bytes_to_read}));
  return text +
         fmt::format("at most {} of blocks in flight per rank · nothing was done\n", format_bytes({memory_of(plan)}));
}

}  // namespace

void print_plan(const Invocation& invocation, const Plan& plan, bool json) {
  if (!invocation.is_root()) return;
  answer("{}", json ? json_text(in_json(invocation, plan), 2) + "\n" : in_text(invocation, plan));
}

}  // namespace rankwise::app
