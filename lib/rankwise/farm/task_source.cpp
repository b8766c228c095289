#include "rankwise/farm/task_source.hpp"

#include <utility>

#include "rankwise/farm/results_folder.hpp"

namespace rankwise::farm {

TaskSource::TaskSource(const MapOptions& options, std::unique_ptr<FinishedTasks> finished)
    : options_(options), command_(options.command), list_(options.list), finished_(std::move(finished)) {}

Next TaskSource::next(std::optional<Task>& task) {
  Arguments arguments;
  const Next next = list_.next(arguments);
  if (next == Next::value) task = make(arguments);
  return next;
}

std::optional<Task> TaskSource::make(const Arguments& arguments) {
  Task task{.command = command_.fill(arguments)};
  task.id = task_id(task.command.line);
  const auto status = finished_ == nullptr ? FinishedTasks::Status::unknown : finished_->take(task.id);
  if (status == FinishedTasks::Status::done) {
    ++done_before_;
    return std::nullopt;
  }
  task.again = status == FinishedTasks::Status::failed;
  if (task.again && !options_.resume_failed) {
    ++failed_before_;
    return std::nullopt;
  }
  task.number = ++tasks_;
  if (options_.results) {
    auto values = arguments.values;
    if (command_.has_numbers()) values.push_back(std::to_string(arguments.number));  // equal values, other commands
    task.name = result_name(values, hex(task.id));
  }
  return task;
}

}  // namespace rankwise::farm
