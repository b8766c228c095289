#include "rankwise/farm/printer.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <set>
#include <sstream>

#include "tests/support/temporary_folder.hpp"

namespace rankwise::farm {
namespace {

std::string text_of(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

/// Standard output to a file, for as long as this is there.
class OutputTo {
 public:
  explicit OutputTo(const std::string& path, int flags = O_WRONLY | O_CREAT) : before_(dup(STDOUT_FILENO)) {
    fflush(stdout);
    const processes::Descriptor file(open(path.c_str(), flags, 0600));
    dup2(file.get(), STDOUT_FILENO);
  }
  OutputTo(const OutputTo&) = delete;
  OutputTo& operator=(const OutputTo&) = delete;
  ~OutputTo() { dup2(before_.get(), STDOUT_FILENO); }

 private:
  processes::Descriptor before_;
};

std::set<std::uint64_t> wait_for(Printer& printer, std::size_t count) {
  std::set<std::uint64_t> done;
  for (int i = 0; i < 5000 && done.size() < count && printer.failure().exit_code == 0; ++i) {
    for (const std::uint64_t task : printer.take_done()) done.insert(task);
    usleep(1000);
  }
  return done;
}

TEST(Printer, ATaskIsDoneWhenItsOutputAndItsLineAreWritten) {
  const test::TemporaryFolder folder;
  {
    const OutputTo out(folder / "out");
    Printer printer({}, std::make_unique<JobLog>(folder / "log", JobLog::Open::fresh),
                    std::make_unique<ResultsFolder>(folder / "results"));
    for (std::uint64_t task = 1; task <= 100; ++task) {
      printer.push({.stream = 0, .bytes = "out " + std::to_string(task) + "\n"});
      printer.push({.finishes = true, .task = task, .name = std::to_string(task), .log_line = "line\n"});
    }
    EXPECT_EQ(wait_for(printer, 100).size(), 100U);
    EXPECT_EQ(printer.waiting(), 0U);
    EXPECT_EQ(text_of(folder / "log").size(), 500U);
    EXPECT_EQ(text_of(folder / "results/7.out"), "out 7\n");
    EXPECT_EQ(text_of(folder / "out").substr(0, 12), "out 1\nout 2\n");
  }
}

TEST(Printer, WhatIsPushedIsWrittenBeforeItGoes) {
  const test::TemporaryFolder folder;
  {
    const OutputTo out(folder / "out");
    Printer printer({}, nullptr, nullptr);
    for (int i = 0; i < 1000; ++i) printer.push({.bytes = "x"});
  }
  EXPECT_EQ(text_of(folder / "out"), std::string(1000, 'x'));
}

TEST(Printer, AFullDiskIsAFailureAndWhatWasWrittenBeforeIsDone) {
  const test::TemporaryFolder folder;
  const OutputTo out("/dev/full", O_WRONLY);
  Printer printer({}, std::make_unique<JobLog>(folder / "log", JobLog::Open::fresh), nullptr);
  printer.push({.finishes = true, .task = 1, .log_line = "silent\n"});
  EXPECT_EQ(wait_for(printer, 1).size(), 1U);
  printer.push({.bytes = "x"});
  printer.push({.finishes = true, .task = 2, .log_line = "lost\n"});
  EXPECT_EQ(wait_for(printer, 1).size(), 0U);
  EXPECT_EQ(printer.failure().exit_code, 3);
  EXPECT_EQ(printer.failure().message, "standard output cannot be written: No space left on device");
  EXPECT_EQ(text_of(folder / "log"), "silent\n");
  printer.push({.bytes = "nothing waits any more"});
  EXPECT_EQ(printer.waiting(), 0U);
}

}  // namespace
}  // namespace rankwise::farm
