#pragma once

#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <future>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "rankwise/engine/record.hpp"
#include "rankwise/ranks/communicator.hpp"
#include "rankwise/storage/checkpoint_file.hpp"

namespace rankwise::engine {

/// What a command has finished, kept in a file, so that another run on any ranks goes on from there. The file and what
/// is in it are rank 0's; the other ranks know that there is one.
class Checkpoint {
 public:
  using Clock = std::chrono::steady_clock;
  struct Options {
    std::string path = {};
    std::string program = {};  ///< its version, for who looks into the file
    bool resume = false;       ///< go on from what is in the file, if it is there
    std::chrono::milliseconds every = std::chrono::minutes(1);
    std::optional<std::chrono::milliseconds> max_time = {};  ///< since this was made; then phases end with a checkpoint
    std::optional<Shard> shard = {};                         ///< compute these spans alone
    std::function<void(const std::string&)> warn = {};       ///< of what does not end the run; on rank 0
  };

  /// Opens and locks the file. @throws ranks::AgreedError
  /// @note Collective
  Checkpoint(const ranks::Communicator& ranks, Options options);
  /// Goes on from a record, and keeps nothing.
  explicit Checkpoint(Record record) : record_(std::move(record)) {}

  /// Says which command this is, and makes the file. @throws ranks::AgreedError if the file is of another one
  /// @param input what the command knows of its input, for who merges shards where that cannot be seen
  /// @note Collective
  void begin(const ranks::Communicator& ranks, const Identity& job, std::vector<std::string> words,
             std::vector<std::byte> input = {});

  [[nodiscard]] const Options& options() const { return options_; }
  /// The part of the job that this run computes alone; nothing for all of it.
  [[nodiscard]] const Shard* shard() const { return options_.shard ? &*options_.shard : nullptr; }
  /// Whether `begin` has gone well.
  [[nodiscard]] bool has_begun() const { return begun_; }
  /// Whether there is a file to go on from.
  [[nodiscard]] bool is_there() const { return is_there_; }
  [[nodiscard]] bool time_is_up() const;
  /// Of all blocks of the phases so far, the share that earlier runs had done. On rank 0.
  [[nodiscard]] double restored_share() const;
  void count(std::uint64_t blocks_restored, std::uint64_t blocks);

  // On rank 0:
  Record& record() { return record_; }
  /// The phase as far as it is finished, or a new one. The second phase of a name is called `name 2`.
  /// @throws InputError if the file has another phase of that name
  PhaseRecord& phase(const std::string& name, const Identity& identity, const blocks::SpanCut& cut);
  /// It is time to save again, and nothing is being saved.
  [[nodiscard]] bool is_due();
  /// Saves the record in the background. That it failed is a warning: the work goes on, and the next time comes.
  void save_soon();
  /// Saves the record if it has changed since. @throws IoError
  void save();
  /// What is in the record has changed.
  void touch() { changed_ = true; }
  /// Something else than the results of phases stands for what they have done: those whose names begin so are
  /// forgotten.
  void set_state(std::vector<std::byte> state, const std::string& instead_of);
  /// Keeps, at once, how to take up an unfinished output. @throws IoError
  void set_output(std::vector<std::byte> output);
  /// The work is done and its output elsewhere: nothing is left to go on from. @throws IoError
  void discard();

 private:
  void wait_for_save();
  void put_off(const std::exception& error);

  Options options_;
  Clock::time_point made_ = Clock::now();
  Clock::time_point saved_ = made_;
  std::optional<storage::CheckpointFile> file_;
  Record record_;
  std::vector<std::string> phases_of_this_run_;
  std::uint64_t blocks_restored_ = 0, blocks_ = 0;
  bool begun_ = false;
  bool is_there_ = false;
  bool changed_ = false;
  std::future<void> saving_;  // last: its end is waited for first
};

}  // namespace rankwise::engine
