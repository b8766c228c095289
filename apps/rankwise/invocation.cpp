#include "apps/rankwise/invocation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <set>
#include <string>

#include "rankwise/kernels/targets.hpp"
#include "rankwise/ranks/agreement.hpp"
#include "rankwise/report/format.hpp"

namespace rankwise::app {

std::string json_text(const nlohmann::ordered_json& json, int indent) {
  return json.dump(indent, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

engine::Context Invocation::start(const ComputeOptions& options, report::ProgressDisplay* progress) {
  ranks::agree(session_->ranks(), [] { kernels::check_processor(); });
  layout_ = ranks::lay_out_threads(*session_, options.threads);
  const auto warnings = ranks::all_gather_text(session_->ranks(), layout_.warning);
  for (const std::string& warning : std::set(warnings.begin(), warnings.end())) {
    if (!warning.empty()) note(warning);
  }
  for (const auto& host : ranks::all_gather_text(session_->ranks(), ranks::host_name())) {
    if (std::find(hosts_.begin(), hosts_.end(), host) == hosts_.end()) hosts_.push_back(host);
  }
  begin_ = std::chrono::steady_clock::now();
  std::function<void(const engine::Progress&)> show;
  if (progress != nullptr && is_root()) {
    show = [progress](const engine::Progress& p) { progress->show(p.blocks_done, p.blocks); };
  }
  return {*session_, {.threads = layout_.threads, .memory = options.memory, .show_progress = std::move(show)}};
}

std::string Invocation::layout_line() const {
  using report::plural;
  return fmt::format("{} × {} on {}", plural(static_cast<std::uint64_t>(session_->ranks().size()), "rank"),
                     plural(static_cast<std::uint64_t>(layout_.threads), "thread"),
                     plural(static_cast<std::uint64_t>(session_->nodes()), "node"));
}

double Invocation::seconds() const {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
}

nlohmann::ordered_json Invocation::json_head() const {
  return {{"command", entry_.name},
          {"version", RANKWISE_VERSION},
          {"ranks", session_->ranks().size()},
          {"threads", layout_.threads},
          {"seconds", seconds()}};
}

nlohmann::ordered_json Invocation::record(nlohmann::ordered_json head, const std::string& input_identity) const {
  head["command_line"] = command_line();
  head["input_identity"] = input_identity;
  head["hosts"] = hosts_;
  return head;
}

std::string Invocation::command_line() const {
  return fmt::format("rankwise {}", fmt::join(words_, " "));
}

void Invocation::note(const std::string& text) const {
  if (is_root()) std::fputs(fmt::format("rankwise {}: note: {}\n", entry_.name, text).c_str(), stderr);
}

}  // namespace rankwise::app
