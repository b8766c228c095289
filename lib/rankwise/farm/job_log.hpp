#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "rankwise/processes/descriptor.hpp"

namespace rankwise::farm {

/// What tells a task from others: its command, not its place in a list. XXH3-128.
using TaskId = std::array<std::uint64_t, 2>;
TaskId task_id(const std::string& command_line);
std::string hex(const TaskId& id);

/// A finished task, as the job log has it.
struct LogEntry {
  TaskId id{};
  std::string command = {};
  int rank = 0;
  std::string host = {};
  double start = 0;  ///< seconds since 1970
  double seconds = 0;
  int exit_code = 0;
  int signal = 0;
  std::uint64_t tries = 1;
  std::uint64_t peak_bytes = 0;
  std::string err_end = {};  ///< the end of standard error
  std::string reason = {};   ///< why it failed, where neither exit code nor signal tells
  bool again = false;        ///< an earlier run has logged it as failed

  /// One JSON object and a newline. What is not UTF-8 is replaced.
  [[nodiscard]] std::string line() const;
};

/// What earlier runs have finished.
class FinishedTasks {
 public:
  enum class Status { unknown, done, failed };

  /// @param again it had failed in an earlier run, and is no other task than that
  void add(const TaskId& id, bool failed, bool again);
  /// After the last `add`.
  void sort();
  /// How a task was finished; each that was finished is told once, of equal commands as many as there were.
  /// @pre sorted
  Status take(const TaskId& id);

 private:
  struct Entry {
    TaskId id;
    std::uint32_t done, failed, again;
  };
  std::vector<Entry> entries_;
};

/// The file of finished tasks: a line for each, appended.
class JobLog {
 public:
  enum class Open { fresh, overwrite, resume };

  /// @throws UsageError where there is one and it was to be new, InputError for what is none, IoError
  /// @param meanwhile is called now and then while a long log is read
  JobLog(std::string path, Open how, const std::function<void()>& meanwhile = {});

  /// What is in it, read when it was opened to resume. A last line that was not written to its end does not count.
  [[nodiscard]] FinishedTasks& finished() { return finished_; }
  /// Writes lines at its end, durably. @throws IoError
  void append(const std::string& lines);

 private:
  void read(const std::function<void()>& meanwhile);

  std::string path_;
  processes::Descriptor file_;
  FinishedTasks finished_;
};

}  // namespace rankwise::farm
