#include "apps/rankwise/invocation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <optional>
#include <set>
#include <string>

#include "rankwise/base/stop_request.hpp"
#include "rankwise/kernels/targets.hpp"
#include "rankwise/ranks/agreement.hpp"
#include "rankwise/report/format.hpp"

namespace rankwise::app {

std::string json_text(const nlohmann::ordered_json& json, int indent) {
  return json.dump(indent, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

namespace {

/// mpiexec ends all ranks when one dies; srun does so only if it is asked to.
std::chrono::milliseconds longest_silence(std::chrono::milliseconds asked, const ranks::Launcher& launcher) {
  constexpr std::chrono::seconds by_itself{30};
  if (asked.count() > 0) return asked;
  return launcher.kind == ranks::Launcher::Kind::slurm ? by_itself : std::chrono::seconds(0);
}

}  // namespace

void Invocation::lay_out(const ComputeOptions& options) {
  ranks::agree(session_->ranks(), [] { kernels::check_processor(); });
  layout_ = ranks::lay_out_threads(*session_, options.threads);
  for (const auto& host : ranks::all_gather_text(session_->ranks(), ranks::host_name())) {
    if (std::find(hosts_.begin(), hosts_.end(), host) == hosts_.end()) hosts_.push_back(host);
  }
  begin_ = std::chrono::steady_clock::now();
}

engine::Context Invocation::start(const ComputeOptions& options, report::ProgressDisplay* progress,
                                  const CheckpointOptions& checkpoint) {
  lay_out(options);
  const auto warnings = ranks::all_gather_text(session_->ranks(), layout_.warning);
  for (const std::string& warning : std::set(warnings.begin(), warnings.end())) {
    if (!warning.empty()) note(warning);
  }
  std::function<void(const engine::Progress&)> show;
  if (progress != nullptr && is_root()) {
    show = [progress](const engine::Progress& p) { progress->show(p.blocks_done, p.blocks); };
  }
  if (auto wanted = checkpoint.wanted(); wanted && !options.plan && !merges_) {
    wanted->program = RANKWISE_VERSION;
    wanted->warn = [this](const std::string& text) { note(text); };
    checkpoint_ = std::make_unique<engine::Checkpoint>(session_->ranks(), *wanted);
    verifies_ = checkpoint.verifies();
  }
  return {*session_,
          {.threads = layout_.threads,
           .memory = options.memory,
           .show_progress = std::move(show),
           .checkpoint = checkpoint_.get(),
           .watchdog = {.patience = options.watchdog,
                        .silence = longest_silence(options.watchdog, session_->launcher()),
                        .give_up = [this](const std::string& finding) { give_up(finding); }}}};
}

void Invocation::give_up(const std::string& finding) const {
  std::string text = fmt::format("rankwise {}: error: {}", entry_.name, report::printable(finding));
  const bool is_kept = has_checkpoint() && checkpoint_->is_there();
  if (is_kept) text += fmt::format("; --resume goes on from what {} holds", checkpoint_->options().path);
  std::fputs((text + "\n").c_str(), stderr);
  std::fflush(stderr);
  session_->abort(static_cast<int>(is_kept ? ExitCode::stopped : ExitCode::internal));
}

void Invocation::set_restored(engine::Record record) {
  checkpoint_ = std::make_unique<engine::Checkpoint>(std::move(record));
  merges_ = true;
}

engine::SharedMatrix Invocation::open(const engine::Context& context, const std::string& source,
                                      engine::Deliver deliver, std::shared_ptr<engine::Delivery> delivery) const {
  std::optional<storage::MatrixInfo> known;
  ranks::agree(session_->ranks(), [&] {
    if (!has_checkpoint()) return;
    if (checkpoint_->record().input.empty()) {
      if (merges_) throw InputError("the checkpoints know nothing of an input");
      return;
    }
    ByteReader in(checkpoint_->record().input);
    known = storage::MatrixInfo::decode(in);
  });
  if (merges_) return engine::SharedMatrix(std::move(known).value());
  if (known) known->content.clear();  // it is what the input is now that counts
  engine::SharedMatrix matrix(context, source, deliver, known ? &*known : nullptr, std::move(delivery));
  if (verifies_) matrix.verify(context);
  return matrix;
}

void Invocation::begin_job(const engine::Identity& job, const storage::MatrixInfo* input) {
  if (checkpoint_ == nullptr) return;
  ByteWriter out;
  if (input != nullptr) input->encode(out);
  checkpoint_->begin(session_->ranks(), job, words_, out.take());
}

void Invocation::check_output(const storage::Destination& destination, bool overwrite) const {
  if (checkpoint_ == nullptr) return;
  ranks::agree(session_->ranks(), [&] {
    if (is_root() && checkpoint_->record().output.empty()) storage::check_destination(destination, overwrite);
  });
}

void Invocation::save_checkpoint() {
  if (checkpoint_ == nullptr) return;
  forget_stop_request();  // one that comes now comes too late to stop anything
  ranks::agree(session_->ranks(), [&] {
    if (is_root()) checkpoint_->save();
  });
}

ranks::Failure Invocation::end_early(ranks::Failure failure) {
  if (checkpoint_ == nullptr || !checkpoint_->is_there()) return failure;
  try {
    if (checkpoint_->has_begun()) save_checkpoint();
  } catch (const ranks::AgreedError& error) {
    if (failure.message.ends_with(error.what())) return failure;  // a phase that could not save has told it
    return {error.exit_code(), fmt::format("{}; {}", failure.message, error.what())};
  }
  if (failure.exit_code > 128) {
    failure.exit_code = static_cast<int>(ExitCode::stopped);
    failure.message += fmt::format("; {} holds what is done: --resume goes on from there", checkpoint_->options().path);
  }
  return failure;
}

double Invocation::share_of_this_run() const {
  return checkpoint_ == nullptr ? 1 : 1 - checkpoint_->restored_share();
}

std::string Invocation::layout_line() const {
  using report::plural;
  const double resumed = 1 - share_of_this_run();
  return fmt::format("{} × {} on {}{}", plural(static_cast<std::uint64_t>(session_->ranks().size()), "rank"),
                     plural(static_cast<std::uint64_t>(layout_.threads), "thread"),
                     plural(static_cast<std::uint64_t>(session_->nodes()), "node"),
                     resumed > 0 ? fmt::format(" · resumed: {:.1f} % was done", 100 * resumed) : "");
}

double Invocation::seconds() const {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
}

nlohmann::ordered_json Invocation::json_head() const {
  nlohmann::ordered_json head{{"command", entry_.name},
                              {"version", RANKWISE_VERSION},
                              {"ranks", session_->ranks().size()},
                              {"threads", layout_.threads},
                              {"seconds", seconds()}};
  if (has_checkpoint()) head["resumed"] = 1 - share_of_this_run();
  return head;
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
