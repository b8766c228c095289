#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "rankwise/farm/command_template.hpp"
#include "rankwise/farm/job_log.hpp"
#include "rankwise/farm/map_options.hpp"
#include "rankwise/farm/task_book.hpp"
#include "rankwise/farm/value_list.hpp"

namespace rankwise::farm {

/// The tasks that a list makes, as it comes, but for those that earlier runs have finished.
class TaskSource {
 public:
  /// @param finished by earlier runs, if there were any
  /// @throws IoError for a list that cannot be read, UsageError
  TaskSource(const MapOptions& options, std::unique_ptr<FinishedTasks> finished);

  /// @param task the next one; nothing where that was finished before
  /// @throws InputError, IoError, UsageError for a value that cannot be put where it should go
  Next next(std::optional<Task>& task);
  /// To poll, after `later`; -1: none.
  [[nodiscard]] int descriptor() const { return list_.descriptor(); }

  /// Tasks that were made.
  [[nodiscard]] std::uint64_t tasks() const { return tasks_; }
  [[nodiscard]] std::uint64_t done_before() const { return done_before_; }
  /// And are not tried again.
  [[nodiscard]] std::uint64_t failed_before() const { return failed_before_; }

 private:
  [[nodiscard]] std::optional<Task> make(const Arguments& arguments);

  const MapOptions& options_;
  CommandTemplate command_;
  ValueList list_;
  std::unique_ptr<FinishedTasks> finished_;
  std::uint64_t tasks_ = 0;
  std::uint64_t done_before_ = 0;
  std::uint64_t failed_before_ = 0;
};

}  // namespace rankwise::farm
