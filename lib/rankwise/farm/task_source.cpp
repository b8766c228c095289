#include "rankwise/farm/task_source.hpp"

#include <algorithm>
#include <utility>

#include "rankwise/farm/results_folder.hpp"

namespace rankwise::farm {

TaskSource::TaskSource(const MapOptions& options, std::unique_ptr<FinishedTasks> finished)
    : options_(options),
      command_(options.command),
      may_note_quotes_(command_.has_places_in_quotes()),
      list_(options.list),
      finished_(std::move(finished)) {}

Next TaskSource::next(std::optional<Task>& task) {
  Arguments arguments;
  const Next next = list_.next(arguments);
  if (next == Next::value) task = make(arguments);
  return next;
}

std::optional<Task> TaskSource::make(const Arguments& arguments) {
  const auto is_special = [](const std::string& value) { return shell_word(value) != value; };
  if (may_note_quotes_ && options_.note && std::any_of(arguments.values.begin(), arguments.values.end(), is_special)) {
    may_note_quotes_ = false;
    options_.note("between quotes, values with spaces or the like are put in quotes once more; {} alone needs none");
  }
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
