#include "rankwise/farm/job_log.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "rankwise/base/errors.hpp"
#include "tests/support/temporary_folder.hpp"

namespace rankwise::farm {
namespace {

using Status = FinishedTasks::Status;
using Open = JobLog::Open;

std::string line_of(const std::string& command, int exit_code, bool again = false) {
  return LogEntry{.id = task_id(command), .command = command, .exit_code = exit_code, .again = again}.line();
}

std::string text_of(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

TEST(JobLog, ALineIsOneObjectOfJson) {
  const std::string line = LogEntry{.id = task_id("x"),
                                    .command = "echo '\n\xff'",
                                    .rank = 3,
                                    .host = "node",
                                    .start = 1.5,
                                    .seconds = 0.25,
                                    .exit_code = 137,
                                    .signal = 9,
                                    .tries = 2,
                                    .peak_bytes = 4096,
                                    .err_end = "oh\n"}
                               .line();
  EXPECT_EQ(line.find('\n'), line.size() - 1);
  const auto json = nlohmann::json::parse(line);
  EXPECT_EQ(json["id"], hex(task_id("x")));
  EXPECT_EQ(json["id"].get<std::string>().size(), 32U);
  EXPECT_EQ(json["command"], "echo '\n\xef\xbf\xbd'");  // U+FFFD
  EXPECT_EQ(json["rank"], 3);
  EXPECT_EQ(json["host"], "node");
  EXPECT_EQ(json["start"], 1.5);
  EXPECT_EQ(json["seconds"], 0.25);
  EXPECT_EQ(json["exit"], 137);
  EXPECT_EQ(json["signal"], 9);
  EXPECT_EQ(json["tries"], 2);
  EXPECT_EQ(json["max_rss_bytes"], 4096);
  EXPECT_EQ(json["stderr"], "oh\n");
  EXPECT_FALSE(json.contains("reason") || json.contains("again"));
}

TEST(JobLog, WhatWasFinishedIsKnownAgain) {
  const test::TemporaryFolder folder;
  const std::string path = folder / "log";
  {
    JobLog log(path, Open::fresh);
    log.append(line_of("a", 0) + line_of("b", 1));
    log.append(line_of("a", 0) + line_of("c", 1));
  }
  JobLog log(path, Open::resume);
  EXPECT_EQ(log.finished().take(task_id("a")), Status::done);
  EXPECT_EQ(log.finished().take(task_id("a")), Status::done);  // there were two
  EXPECT_EQ(log.finished().take(task_id("a")), Status::unknown);
  EXPECT_EQ(log.finished().take(task_id("b")), Status::failed);
  EXPECT_EQ(log.finished().take(task_id("b")), Status::unknown);
  EXPECT_EQ(log.finished().take(task_id("d")), Status::unknown);
}

TEST(JobLog, OneThatFailedAndWasDoneAgainIsOneTask) {
  FinishedTasks finished;
  const TaskId id = task_id("a");
  finished.add(id, true, false);
  finished.add(id, true, true);
  finished.add(id, false, true);
  finished.sort();
  EXPECT_EQ(finished.take(id), Status::done);
  EXPECT_EQ(finished.take(id), Status::unknown);
}

TEST(JobLog, ATornLastLineGoesAndTheRestStays) {
  const test::TemporaryFolder folder;
  const std::string whole = line_of("a", 0) + line_of("b", 0), next = line_of("c", 0);
  for (std::size_t kept = 0; kept < next.size(); ++kept) {
    const std::string path = folder.file("log", whole + next.substr(0, kept));
    JobLog log(path, Open::resume);
    EXPECT_EQ(log.finished().take(task_id("c")), Status::unknown);
    log.append(next);
    EXPECT_EQ(text_of(path), whole + next);
  }
  {
    const std::string path = folder.file("log", whole + std::string(1000, '\0'));
    JobLog log(path, Open::resume);
    EXPECT_EQ(text_of(path), whole);
  }
}

TEST(JobLog, WhatIsNoLogIsLeftAlone) {
  const test::TemporaryFolder folder;
  for (const char* text : {"a,b\n1,2\n", "{}\n", "[]\n", "{\"id\": \"12\", \"exit\": 0}\n", "\n", "\xff\n",
                           "data without an end", "{\"id\": 1"}) {
    const std::string path = folder.file("other", text);
    EXPECT_THROW(JobLog(path, Open::resume), InputError) << text;
    EXPECT_THROW(JobLog(path, Open::fresh), UsageError);
    EXPECT_EQ(text_of(path), text);
  }
  EXPECT_THROW(JobLog("/dev/null", Open::resume), IoError);
  EXPECT_THROW(JobLog(folder / "none/log", Open::fresh), IoError);
}

TEST(JobLog, IsOpenOnceAtATime) {
  const test::TemporaryFolder folder;
  const JobLog log(folder / "log", Open::resume);
  EXPECT_THROW(JobLog(folder / "log", Open::resume), IoError);
  EXPECT_THROW(JobLog(folder / "log", Open::overwrite), IoError);
}

TEST(JobLog, IsReplacedIfThatIsMeant) {
  const test::TemporaryFolder folder;
  const std::string path = folder.file("log", line_of("a", 0));
  JobLog log(path, Open::overwrite);
  log.append(line_of("b", 0));
  EXPECT_EQ(text_of(path), line_of("b", 0));
}

TEST(JobLog, AnIdIsWrittenHighWordFirst) {
  EXPECT_EQ(hex({0x0123456789abcdefU, 0xfedcba9876543210U}), "fedcba98765432100123456789abcdef");
}

}  // namespace
}  // namespace rankwise::farm
