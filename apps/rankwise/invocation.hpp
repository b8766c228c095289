#pragma once

#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "apps/rankwise/checkpoint_options.hpp"
#include "apps/rankwise/command_table.hpp"
#include "apps/rankwise/common_options.hpp"
#include "rankwise/engine/context.hpp"
#include "rankwise/engine/shared_matrix.hpp"
#include "rankwise/processes/helper.hpp"
#include "rankwise/ranks/agreement.hpp"
#include "rankwise/ranks/binding.hpp"
#include "rankwise/ranks/session.hpp"
#include "rankwise/report/progress.hpp"
#include "rankwise/storage/result_table.hpp"

namespace rankwise::app {

/// JSON as text; what is not UTF-8 (a file's name, say) is replaced, not refused.
std::string json_text(const nlohmann::ordered_json& json, int indent = -1);

/// One command at work: where it runs, since when, and what it was asked.
class Invocation {
 public:
  /// @param session nothing for a command that needs no ranks
  /// @param helper nothing for a command that starts no processes
  Invocation(const ranks::Session* session, const CommandEntry& entry, std::vector<std::string> words,
             processes::Helper* helper = nullptr)
      : session_(session), entry_(entry), words_(std::move(words)), helper_(helper) {}

  /// @pre the command needs it
  [[nodiscard]] processes::Helper& helper() const { return *helper_; }

  [[nodiscard]] const ranks::Session& session() const { return *session_; }
  [[nodiscard]] bool is_root() const { return session_ == nullptr || session_->ranks().is_root(); }
  [[nodiscard]] const ranks::ThreadLayout& layout() const { return layout_; }

  /// Finds the ranks' threads and nodes. @note Collective
  void lay_out(const ComputeOptions& options);
  /// Lays out, tells what is not as it should be, and makes ready for phases. @note Collective
  engine::Context start(const ComputeOptions& options, report::ProgressDisplay* progress,
                        const CheckpointOptions& checkpoint = {});
  /// What other runs have done is known; before `start`.
  void set_restored(engine::Record record);
  /// The input as this command is to see it: as it is (verified, where that is asked), or, where shards are merged, as
  /// they saw it; then it is not read.
  /// @param delivery that of other matrices which the same phases read
  /// @note Collective
  [[nodiscard]] engine::SharedMatrix open(const engine::Context& context, const std::string& source,
                                          engine::Deliver deliver,
                                          std::shared_ptr<engine::Delivery> delivery = nullptr) const;
  /// Says to the checkpoint, if there is one, which job this is. @note Collective
  void begin_job(const engine::Identity& job, const storage::MatrixInfo* input = nullptr);
  /// A run that was to resume and found nothing begins with the output that it will need in the end; after `begin_job`.
  /// @throws ranks::AgreedError @note Collective
  void check_output(const storage::Destination& destination, bool overwrite) const;
  /// Whether what is finished is kept.
  [[nodiscard]] bool has_checkpoint() const { return checkpoint_ != nullptr; }
  /// Sees to it that all that is finished is in the checkpoint, if there is one.
  /// @throws ranks::AgreedError @note Collective
  void save_checkpoint();
  /// The end of a command that all ranks agreed to end early: with a checkpoint, a signal is a stop to go on from.
  /// @note Collective
  ranks::Failure end_early(ranks::Failure failure);

  /// `2 ranks × 1 thread on 1 node`, and how much of the work was resumed
  [[nodiscard]] std::string layout_line() const;
  /// Since the work began: without MPI's start and the layout of threads.
  [[nodiscard]] double seconds() const;
  /// Of the work, the share that this run did: less than 1 where it went on from a checkpoint. On rank 0.
  [[nodiscard]] double share_of_this_run() const;

  /// What every JSON object begins with: command, version, ranks, threads, seconds.
  [[nodiscard]] nlohmann::ordered_json json_head() const;

  /// What is written beside a result: its head, and how it came about.
  [[nodiscard]] nlohmann::ordered_json record(nlohmann::ordered_json head, const std::string& input_identity) const;

  [[nodiscard]] std::string command_line() const;
  /// One per node, in rank order; complete after `lay_out`.
  [[nodiscard]] const std::vector<std::string>& hosts() const { return hosts_; }

  /// A line for the user beside the answer, on standard error, by rank 0 alone.
  void note(const std::string& text) const;

 private:
  [[noreturn]] void give_up(const std::string& finding) const;

  const ranks::Session* session_;
  const CommandEntry& entry_;
  std::vector<std::string> words_;
  processes::Helper* helper_;
  ranks::ThreadLayout layout_;
  std::vector<std::string> hosts_;
  std::unique_ptr<engine::Checkpoint> checkpoint_;
  bool merges_ = false;
  bool verifies_ = false;
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

}  // namespace rankwise::app
