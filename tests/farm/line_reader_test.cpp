#include "rankwise/farm/line_reader.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fcntl.h>

#include "rankwise/base/errors.hpp"
#include "tests/support/temporary_folder.hpp"

namespace rankwise::farm {
namespace {

std::vector<std::string> all_of(LineReader& reader) {
  std::vector<std::string> lines;
  std::string line;
  Next next;
  while ((next = reader.next(line)) == Next::value) lines.push_back(line);
  EXPECT_EQ(next, Next::end);
  return lines;
}

std::vector<std::string> lines_of(std::string_view text, char delimiter = '\n') {
  const test::TemporaryFolder folder;
  LineReader reader(folder.file("list", text), delimiter);
  return all_of(reader);
}

using Lines = std::vector<std::string>;

TEST(LineReader, LinesEndWithTheirDelimiterOrTheFile) {
  EXPECT_EQ(lines_of("a\nb c\n"), (Lines{"a", "b c"}));
  EXPECT_EQ(lines_of("a\nb"), (Lines{"a", "b"}));
  EXPECT_EQ(lines_of("\n\na\n"), (Lines{"", "", "a"}));
  EXPECT_EQ(lines_of(""), Lines{});
  EXPECT_EQ(lines_of(std::string_view("a\nb\0c\0", 6), '\0'), (Lines{"a\nb", "c"}));
}

TEST(LineReader, LongLinesAndManyOfThem) {
  const std::string longer(300'000, 'x');
  EXPECT_EQ(lines_of(longer + "\ny\n" + longer), (Lines{longer, "y", longer}));
  std::string text;
  Lines expected;
  for (int i = 0; i < 100'000; ++i) {
    expected.push_back(std::to_string(i));
    text += expected.back() + "\n";
  }
  EXPECT_EQ(lines_of(text), expected);
}

TEST(LineReader, APipeIsReadAsItComes) {
  const test::TemporaryFolder folder;
  const std::string path = folder / "pipe";
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  const processes::Descriptor both(open(path.c_str(), O_RDWR | O_CLOEXEC));
  LineReader reader(path, '\n');
  std::string line;
  EXPECT_EQ(reader.next(line), Next::later);
  ASSERT_EQ(write(both.get(), "one\ntw", 6), 6);
  EXPECT_EQ(reader.next(line), Next::value);
  EXPECT_EQ(line, "one");
  EXPECT_EQ(reader.next(line), Next::later);
  ASSERT_EQ(write(both.get(), "o\n", 2), 2);
  EXPECT_EQ(reader.next(line), Next::value);
  EXPECT_EQ(line, "two");
}

TEST(LineReader, WhatIsNoListIsAnError) {
  EXPECT_THROW(LineReader("/nowhere/list", '\n'), IoError);
  EXPECT_THROW(lines_of(std::string_view("a\0b\n", 4)), InputError);
  EXPECT_THROW(lines_of(std::string(LineReader::longest_line + 100'000, 'x')), InputError);
  LineReader folder("/", '\n');
  std::string line;
  EXPECT_THROW(folder.next(line), IoError);
}

}  // namespace
}  // namespace rankwise::farm
