#include "rankwise/processes/descendants.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

namespace rankwise::processes {
namespace {

/// The parent of a process, from /proc; -1 for none, or for one that has ended but is not waited for yet.
pid_t parent_of(const char* process) {
  const std::string path = std::string("/proc/") + process + "/stat";
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return -1;
  std::array<char, 512> text{};
  const ssize_t size = read(file, text.data(), text.size() - 1);
  close(file);
  if (size <= 0) return -1;
  // "17 (name, with whatever) in it) S 1 ...": the last parenthesis ends the name.
  const char* end = std::strrchr(text.data(), ')');
  if (end == nullptr || std::strlen(end) < 5 || end[2] == 'Z') return -1;
  return static_cast<pid_t>(std::strtol(end + 4, nullptr, 10));
}

std::vector<pid_t> descendants() {
  std::unordered_multimap<pid_t, pid_t> children;
  DIR* processes = opendir("/proc");
  if (processes == nullptr) return {};
  while (const dirent* entry = readdir(processes)) {
    if (entry->d_name[0] < '1' || entry->d_name[0] > '9') continue;
    const pid_t parent = parent_of(entry->d_name);
    if (parent > 0) children.emplace(parent, static_cast<pid_t>(std::strtol(entry->d_name, nullptr, 10)));
  }
  closedir(processes);
  std::vector<pid_t> found;
  const auto add_children = [&](pid_t parent) {
    const auto [begin, end] = children.equal_range(parent);
    for (auto child = begin; child != end; ++child) found.push_back(child->second);
  };
  add_children(getpid());
  for (std::size_t i = 0; i < found.size(); ++i) add_children(found[i]);
  return found;
}

}  // namespace

void adopt_orphans() {
  prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
}

bool end_descendants(std::chrono::milliseconds longest) {
  using namespace std::chrono_literals;
  const auto until = std::chrono::steady_clock::now() + longest;
  while (true) {
    pid_t ended = 0;
    while ((ended = waitpid(-1, nullptr, WNOHANG)) > 0) continue;
    // Without children there are no descendants: orphans become children. /proc alone, read while processes end, may
    // miss one whose parent is ending.
    if (ended < 0 && errno == ECHILD) return true;
    if (std::chrono::steady_clock::now() > until) return false;
    const auto left = descendants();
    // Stopped first, those that start others do not get ahead of us.
    for (const pid_t process : left) kill(process, SIGSTOP);
    for (const pid_t process : left) kill(process, SIGKILL);
    std::this_thread::sleep_for(1ms);
  }
}

}  // namespace rankwise::processes
