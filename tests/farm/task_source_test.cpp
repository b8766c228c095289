#include "rankwise/farm/task_source.hpp"

#include <gtest/gtest.h>

namespace rankwise::farm {
namespace {

using Words = ListOptions::Words;

std::vector<std::string> lines_of(TaskSource& source) {
  std::vector<std::string> lines;
  std::optional<Task> task;
  while (source.next(task) == Next::value) {
    if (task) {
      lines.push_back(task->command.line);
      EXPECT_EQ(task->number, source.tasks());
    }
    task.reset();
  }
  return lines;
}

std::unique_ptr<FinishedTasks> finished(const Words& done, const Words& failed) {
  auto tasks = std::make_unique<FinishedTasks>();
  for (const std::string& line : done) tasks->add(task_id(line), false, false);
  for (const std::string& line : failed) tasks->add(task_id(line), true, false);
  tasks->sort();
  return tasks;
}

TEST(TaskSource, ATaskForEachValue) {
  const MapOptions options{.command = "x {}", .list = {.sources = {Words{"a", "b c"}}}, .results = "folder"};
  TaskSource source(options, nullptr);
  std::optional<Task> task;
  EXPECT_EQ(source.next(task), Next::value);
  EXPECT_EQ(task->command.line, "x a");
  EXPECT_EQ(task->id, task_id("x a"));
  EXPECT_EQ(task->name, "a");
  EXPECT_FALSE(task->again);
  EXPECT_EQ(lines_of(source).size(), 1U);
  EXPECT_EQ(source.tasks(), 2U);
}

TEST(TaskSource, LeavesOutWhatWasFinished) {
  MapOptions options{.command = "x {}", .list = {.sources = {Words{"a", "b", "a", "c", "a", "d"}}}};
  TaskSource source(options, finished({"x a", "x a", "x d"}, {"x c"}));
  EXPECT_EQ(lines_of(source), (Words{"x b", "x a"}));
  EXPECT_EQ(source.done_before(), 3U);
  EXPECT_EQ(source.failed_before(), 1U);
  options.resume_failed = true;
  TaskSource again(options, finished({"x a", "x a", "x d"}, {"x c"}));
  EXPECT_EQ(lines_of(again), (Words{"x b", "x c", "x a"}));
  EXPECT_EQ(again.failed_before(), 0U);
}

}  // namespace
}  // namespace rankwise::farm
