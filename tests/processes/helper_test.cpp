#include "rankwise/processes/helper.hpp"

#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <thread>

#include "rankwise/processes/supervisor.hpp"
#include "tests/support/temporary_folder.hpp"

namespace rankwise::processes {
namespace {

using namespace std::chrono_literals;
using How = Ended::How;

Request start(std::uint64_t task, const std::string& line, std::chrono::milliseconds time_limit = 0ms) {
  Request request{.kind = Request::Kind::start, .task = task};
  request.command.line = line;
  request.time_limit = time_limit;
  return request;
}

Request jobs(std::uint64_t count) {
  Request request{.kind = Request::Kind::set_up};
  request.jobs = count;
  return request;
}

Request cancel(bool running) {
  Request request{.kind = Request::Kind::cancel};
  request.running = running;
  return request;
}

std::map<std::uint64_t, Ended> wait_for(Helper& helper, std::size_t count) {
  std::map<std::uint64_t, Ended> ended;
  const auto until = std::chrono::steady_clock::now() + 30s;
  while (ended.size() < count && helper.is_alive() && std::chrono::steady_clock::now() < until) {
    pollfd there{.fd = helper.descriptor(), .events = POLLIN, .revents = 0};
    poll(&there, 1, 20);
    for (Ended& one : helper.receive()) ended.emplace(one.task, std::move(one));
  }
  EXPECT_EQ(ended.size(), count);
  return ended;
}

/// The processes whose command line has that in it.
std::vector<pid_t> processes_with(const std::string& mark) {
  std::vector<pid_t> found;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    std::ifstream file(entry.path() / "cmdline");
    std::string line;
    std::getline(file, line);
    std::replace(line.begin(), line.end(), '\0', ' ');
    if (line.find(mark) != std::string::npos) found.push_back(std::stoi(entry.path().filename()));
  }
  return found;
}

void wait_until_there_are(std::size_t count, const std::string& mark) {
  for (int i = 0; i < 2000 && processes_with(mark).size() != count; ++i) std::this_thread::sleep_for(5ms);
  EXPECT_EQ(processes_with(mark).size(), count) << mark;
}

TEST(Helper, RunsSoManyTasksAtATime) {
  Helper helper;
  helper.send(jobs(3));
  const auto begin = std::chrono::steady_clock::now();
  for (std::uint64_t task = 0; task < 9; ++task) helper.send(start(task, "sleep 0.2; echo " + std::to_string(task)));
  const auto ended = wait_for(helper, 9);
  const auto took = std::chrono::steady_clock::now() - begin;
  EXPECT_GE(took, 390ms);
  for (const auto& [task, one] : ended) {
    if (one.how == How::given_back) continue;  // those that would have waited longer than for a moment
    EXPECT_EQ(one.how, How::by_itself);
    EXPECT_EQ(one.out.in_memory(), std::to_string(task) + "\n");
  }
}

TEST(Helper, WhatWaitsLongIsGivenBack) {
  Helper helper;
  helper.send(start(1, "sleep 1"));
  helper.send(start(2, "true"));
  const auto ended = wait_for(helper, 2);
  EXPECT_EQ(ended.at(1).how, How::by_itself);
  EXPECT_EQ(ended.at(2).how, How::given_back);
}

TEST(Helper, ATimeLimitEndsAllOfATask) {
  Helper helper;
  helper.send(start(1, "sleep 7771 & sleep 7772", 300ms));
  const auto ended = wait_for(helper, 1);
  EXPECT_EQ(ended.at(1).how, How::time_limit);
  EXPECT_EQ(ended.at(1).signal, SIGTERM);
  EXPECT_LT(ended.at(1).seconds, 2);
  wait_until_there_are(0, "sleep 777");
}

TEST(Helper, WhatIsLeftBehindIsEnded) {
  Helper helper;
  helper.send(start(1, "sleep 7773 & echo a"));
  const auto ended = wait_for(helper, 1);
  EXPECT_EQ(ended.at(1).out.in_memory(), "a\n");
  wait_until_there_are(0, "sleep 7773");
}

TEST(Helper, CancelGivesBackWhatWaitsAndEndsWhatRuns) {
  Helper helper;
  helper.send(start(1, "sleep 7774"));
  helper.send(start(2, "true"));
  wait_until_there_are(2, "sleep 7774");  // and its shell
  helper.send(cancel(true));
  const auto ended = wait_for(helper, 2);
  EXPECT_EQ(ended.at(1).how, How::cancelled);
  EXPECT_EQ(ended.at(2).how, How::given_back);
}

TEST(Helper, LeavesNothingWhenItIsLetGo) {
  {
    Helper helper;
    helper.send(start(1, "setsid sleep 7775 & sleep 7775"));
    wait_until_there_are(3, "sleep 7775");
  }
  EXPECT_EQ(processes_with("sleep 7775").size(), 0U);
}

TEST(Helper, AKilledOneIsNoticedAndLeavesNothing) {
  Helper helper;
  helper.send(jobs(2));
  helper.send(start(1, "setsid sleep 7776 & sleep 7776"));
  helper.send(start(2, "echo $PPID; exec >&-; sleep 7777"));
  wait_until_there_are(3, "sleep 7776");
  const auto shells = processes_with("sleep 7777");
  ASSERT_FALSE(shells.empty());
  std::ifstream stat("/proc/" + std::to_string(shells[0]) + "/stat");
  std::string text((std::istreambuf_iterator<char>(stat)), {});
  std::istringstream fields(text.substr(text.rfind(')') + 2));
  std::string state;
  pid_t parent = 0;
  fields >> state >> parent;
  if (parent == getpid()) GTEST_SKIP() << "the shell's child was found first";
  kill(parent, SIGKILL);
  for (int i = 0; i < 1000 && helper.is_alive(); ++i) {
    helper.receive();
    std::this_thread::sleep_for(5ms);
  }
  EXPECT_FALSE(helper.is_alive());
  EXPECT_EQ(processes_with("sleep 7776").size() + processes_with("sleep 7777").size(), 0U);
}

TEST(Helper, MuchOutputComesInAFile) {
  Helper helper;
  helper.send(start(1, "head -c 5000000 /dev/zero; echo end >&2"));
  const auto ended = wait_for(helper, 1);
  EXPECT_EQ(ended.at(1).out.size(), 5'000'000U);
  EXPECT_TRUE(ended.at(1).out.is_in_file());
  EXPECT_EQ(ended.at(1).out.piece(4'000'000, 2'000'000), std::string(1'000'000, '\0'));
  EXPECT_EQ(ended.at(1).err.in_memory(), "end\n");
}

}  // namespace
}  // namespace rankwise::processes
