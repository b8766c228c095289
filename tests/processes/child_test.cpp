#include "rankwise/processes/child.hpp"

#include <gtest/gtest.h>
#include <poll.h>

#include <csignal>
#include <filesystem>
#include <sstream>

#include "tests/support/temporary_folder.hpp"

namespace rankwise::processes {
namespace {

Surroundings surroundings(rlim_t files = 100) {
  return {.environment = {"COLOUR=red", "PATH=/usr/bin:/bin"}, .open_files = {.rlim_cur = files, .rlim_max = files}};
}

/// All of what a child prints, and how it ends.
Ended outcome(const Command& command) {
  Request request;
  request.command = command;
  Child child(request, surroundings());
  for (std::size_t stream : {0U, 1U}) {
    while (child.pipe(stream) >= 0) {
      pollfd there{.fd = child.pipe(stream), .events = POLLIN, .revents = 0};
      poll(&there, 1, 10'000);
      if (child.read(stream)) child.close_pipe(stream);
    }
  }
  child.wait();
  return child.ended(1, Ended::How::by_itself, "");
}

TEST(Child, IsStartedWithoutAShell) {
  const Ended ended = outcome({.words = {"printf", "%s|", "a b", "$HOME", "it's"}, .line = "not this"});
  EXPECT_EQ(ended.out.in_memory(), "a b|$HOME|it's|");
  EXPECT_EQ(ended.exit_code, 0);
  EXPECT_GT(ended.peak_bytes, 100'000U);
}

TEST(Child, OrByAShell) {
  const Ended ended = outcome({.line = "echo $COLOUR; echo oh >&2; exit 7"});
  EXPECT_EQ(ended.out.in_memory(), "red\n");
  EXPECT_EQ(ended.err.in_memory(), "oh\n");
  EXPECT_EQ(ended.exit_code, 7);
  EXPECT_EQ(outcome({.line = "kill -9 $$"}).signal, 9);
  EXPECT_EQ(outcome({.line = "kill -9 $$"}).exit_code, 137);
}

TEST(Child, TheShellIsAskedWhereNoProgramIsFound) {
  EXPECT_EQ(outcome({.words = {"exit", "3"}, .line = "exit 3"}).exit_code, 3);
  const Ended ended = outcome({.words = {"no-such-program"}, .line = "no-such-program"});
  EXPECT_EQ(ended.exit_code, 127);
  EXPECT_NE(ended.err.in_memory().find("not found"), std::string::npos);
  const test::TemporaryFolder folder;
  const std::string script = folder.file("script", "echo read by a shell\n");  // without #!
  std::filesystem::permissions(script, std::filesystem::perms::owner_all);
  EXPECT_EQ(outcome({.words = {script}, .line = script}).out.in_memory(), "read by a shell\n");
}

TEST(Child, BeginsAsANewProcessDoes) {
  std::signal(SIGPIPE, SIG_IGN);
  const Ended ended = outcome({.line = "ulimit -n; grep SigIgn /proc/self/status; ps -o pgid= -p $$; echo $$"});
  std::signal(SIGPIPE, SIG_DFL);
  std::istringstream lines(ended.out.in_memory());
  std::string limit, name, ignored, group, process;
  lines >> limit >> name >> ignored >> group >> process;
  EXPECT_EQ(limit, "100");
  EXPECT_EQ(std::stoull(ignored, nullptr, 16) & 0x7fffffffU, 0U);  // above are those of the C library itself
  EXPECT_EQ(group, process);
}

TEST(Child, WhatCannotBeStartedSaysWhy) {
  Request request;
  request.command = {.words = {"/etc/passwd"}, .line = "x"};
  try {
    Child child(request, surroundings());
    FAIL();
  } catch (const Child::Refusal& refusal) {
    EXPECT_EQ(refusal.exit_code(), 126);
    EXPECT_EQ(refusal.reason, "Permission denied");
    EXPECT_FALSE(refusal.may_pass());
  }
  request.command = {.line = std::string(300'000, 'x')};
  EXPECT_THROW(Child(request, surroundings()), Child::Refusal);
}

}  // namespace
}  // namespace rankwise::processes
