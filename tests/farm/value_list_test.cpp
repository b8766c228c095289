#include "rankwise/farm/value_list.hpp"

#include <gtest/gtest.h>

#include "rankwise/base/errors.hpp"
#include "tests/support/temporary_folder.hpp"

namespace rankwise::farm {
namespace {

using Words = ListOptions::Words;

std::vector<Words> tasks_of(const ListOptions& options) {
  ValueList list(options);
  std::vector<Words> tasks;
  Arguments arguments;
  while (list.next(arguments) == Next::value) {
    tasks.push_back(arguments.values);
    EXPECT_EQ(arguments.number, tasks.size());
  }
  return tasks;
}

TEST(ValueList, OneSource) {
  EXPECT_EQ(tasks_of({.sources = {Words{"a", "b"}}}), (std::vector<Words>{{"a"}, {"b"}}));
  EXPECT_EQ(tasks_of({.sources = {Words{}}}), std::vector<Words>{});
}

TEST(ValueList, EachValueOfSeveralSourcesWithEach) {
  EXPECT_EQ(tasks_of({.sources = {Words{"a", "b"}, Words{"1", "2"}}}),
            (std::vector<Words>{{"a", "1"}, {"a", "2"}, {"b", "1"}, {"b", "2"}}));
  EXPECT_EQ(tasks_of({.sources = {Words{"a"}, Words{"1", "2"}, Words{"x", "y"}}}),
            (std::vector<Words>{{"a", "1", "x"}, {"a", "1", "y"}, {"a", "2", "x"}, {"a", "2", "y"}}));
  EXPECT_EQ(tasks_of({.sources = {Words{"a"}, Words{}}}), std::vector<Words>{});
}

TEST(ValueList, FilesAndWords) {
  const test::TemporaryFolder folder;
  const std::string letters = folder.file("letters", "a\nb\n");
  EXPECT_EQ(tasks_of({.sources = {letters, Words{"1"}}}), (std::vector<Words>{{"a", "1"}, {"b", "1"}}));
  EXPECT_EQ(tasks_of({.sources = {Words{"1", "2"}, letters}}),
            (std::vector<Words>{{"1", "a"}, {"1", "b"}, {"2", "a"}, {"2", "b"}}));
  EXPECT_THROW(ValueList({.sources = {ListOptions::Path("/nowhere")}}), IoError);
}

TEST(ValueList, ColumnsAndSeveralLinesAtATime) {
  EXPECT_EQ(tasks_of({.sources = {Words{"a,b", "c"}}, .colsep = ","}), (std::vector<Words>{{"a", "b"}, {"c"}}));
  EXPECT_EQ(tasks_of({.sources = {Words{"a", "b", "c"}}, .max_args = 2}), (std::vector<Words>{{"a", "b"}, {"c"}}));
}

TEST(ValueList, EmptyLinesWhereTheyAreNoTasks) {
  EXPECT_EQ(tasks_of({.sources = {Words{"a", "", " \t", "b"}}, .skip_empty = true}),
            (std::vector<Words>{{"a"}, {"b"}}));
  EXPECT_EQ(tasks_of({.sources = {Words{""}}}), (std::vector<Words>{{""}}));
}

}  // namespace
}  // namespace rankwise::farm
