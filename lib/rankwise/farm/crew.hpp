#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "rankwise/base/byte_encoding.hpp"
#include "rankwise/farm/kept_outputs.hpp"
#include "rankwise/processes/helper.hpp"

namespace rankwise::farm {

/// What a task has printed to one of its streams: a little is here; of more, only how much it is: the rank that ran it
/// keeps it.
struct Printed {
  std::uint64_t size = 0;
  std::string bytes = {};
  [[nodiscard]] bool is_kept_elsewhere() const { return bytes.size() < size; }
};

/// How a task has ended.
struct Outcome {
  std::uint64_t task = 0;
  processes::Ended::How how = processes::Ended::How::by_itself;
  int exit_code = 0;
  int signal = 0;
  std::string reason = {};
  double start = 0;  ///< seconds since 1970
  double seconds = 0;
  std::uint64_t peak_bytes = 0;
  std::array<Printed, 2> printed = {};  ///< standard output, standard error
  std::string err_end = {};

  /// It was begun, and not ended by us.
  [[nodiscard]] bool counts() const {
    return how != processes::Ended::How::cancelled && how != processes::Ended::How::given_back;
  }
  [[nodiscard]] bool failed() const { return how != processes::Ended::How::by_itself || exit_code != 0; }

  void encode(ByteWriter& out) const;
  static Outcome decode(ByteReader& in);
};

/// The tasks of one rank: gives them to its helper, and keeps what they print until somebody asks for it.
class Crew {
 public:
  /// A piece of what was printed is at most so long.
  static constexpr std::size_t piece_size = std::size_t{1} << 20;
  /// How much of standard error the job log has.
  static constexpr std::size_t err_end_size = 1000;

  /// @param jobs how many tasks run at a time @param processors where they may run
  Crew(processes::Helper& helper, std::uint64_t jobs, std::vector<int> processors);

  void start(std::uint64_t task, const processes::Command& command, std::chrono::milliseconds time_limit);
  /// Tasks that wait come back; so do those that run, which are ended, if `running`.
  void cancel(bool running);
  /// What has ended since. Does not wait.
  std::vector<Outcome> take();
  /// Of what an ended task has printed. @throws IoError
  [[nodiscard]] std::string piece(std::uint64_t task, std::size_t stream, std::uint64_t offset) const;
  /// Nobody will ask for it any more.
  void drop(std::uint64_t task) { kept_.drop(task); }

  [[nodiscard]] std::uint64_t jobs() const { return jobs_; }
  /// The helper was killed; what ran, does no longer.
  [[nodiscard]] bool is_lost() const { return !helper_.is_alive(); }
  [[nodiscard]] const processes::Helper& helper() const { return helper_; }

 private:
  processes::Helper& helper_;
  std::uint64_t jobs_;
  KeptOutputs kept_;
};

}  // namespace rankwise::farm
