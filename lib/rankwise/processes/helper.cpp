#include "rankwise/processes/helper.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>

#include "rankwise/base/errors.hpp"
#include "rankwise/processes/clean_environment.hpp"
#include "rankwise/processes/descendants.hpp"
#include "rankwise/processes/supervisor.hpp"

namespace rankwise::processes {
namespace {

using namespace std::chrono_literals;

/// Whoever waits for the end of a pipe that this process does not need is not to wait for this process.
void close_all_but(int kept) {
  const int null = open("/dev/null", O_RDWR | O_CLOEXEC);
  for (const int standard : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (standard != kept) dup2(null, standard);
  }
  std::vector<int> open_ones;
  if (DIR* folder = opendir("/proc/self/fd")) {
    while (const dirent* entry = readdir(folder)) open_ones.push_back(std::atoi(entry->d_name));
    closedir(folder);
  }
  for (const int one : open_ones) {
    if (one > STDERR_FILENO && one != kept) close(one);
  }
}

[[noreturn]] void be_helper(Channel channel, rlimit open_files) {
  setsid();
  adopt_orphans();
  prctl(PR_SET_NAME, "rankwise-tasks");
  close_all_but(channel.descriptor());
  // It ends with its rank, which hears these itself.
  for (const int number : ignored_signals) std::signal(number, SIG_IGN);
  try {
    Supervisor(std::move(channel), {.environment = clean_environment(environ), .open_files = open_files}).serve();
  } catch (...) {
    end_descendants(10s);
    _exit(1);
  }
  _exit(0);
}

}  // namespace

Helper::Helper() {
  adopt_orphans();
  std::signal(SIGCHLD, SIG_DFL);  // who ignores it is not told of children, and this is passed on
  auto [ours, theirs] = Channel::make_pair();
  rlimit open_files{};
  getrlimit(RLIMIT_NOFILE, &open_files);
  process_ = fork();
  if (process_ < 0) throw IoError(fmt::format("no process can be started: {}", std::strerror(errno)));
  if (process_ == 0) {
    ours.close();
    rlimit all = open_files;
    all.rlim_cur = all.rlim_max;
    setrlimit(RLIMIT_NOFILE, &all);
    be_helper(std::move(theirs), open_files);
  }
  channel_.emplace(std::move(ours));
}

Helper::~Helper() {
  channel_->close();
  if (is_alive()) waitpid(process_, nullptr, 0);
}

void Helper::end() {
  if (!is_alive()) return;
  kill(process_, SIGKILL);  // perhaps it lives, and only its socket does not
  waitpid(process_, nullptr, 0);
  process_ = -1;
  end_descendants(10s);  // they are this process's now
}

void Helper::send(const Request& request) {
  channel_->send(request.encode());
}

std::vector<Ended> Helper::receive() {
  std::vector<Ended> all;
  if (!is_alive()) return all;
  channel_->flush();
  const bool is_open = channel_->receive();
  while (const auto message = channel_->next()) {
    all.push_back(Ended::decode(ByteReader(*message), [&] { return channel_->next_file(); }));
  }
  if (!is_open) end();
  return all;
}

}  // namespace rankwise::processes
