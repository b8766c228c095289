#include "rankwise/processes/child.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <unordered_map>

#include "rankwise/base/errors.hpp"

namespace rankwise::processes {
namespace {

constexpr std::size_t at_once = std::size_t{64} << 10;
constexpr int most_reads = 16;

struct Pipe {
  Descriptor from, to;
};

Pipe make_pipe() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) throw Child::Refusal{errno, std::strerror(errno)};
  fcntl(ends[0], F_SETFL, O_NONBLOCK);
  return {Descriptor(ends[0]), Descriptor(ends[1])};
}

/// What posix_spawn does in the child, apart from the two pipes: the same for all.
class Attributes {
 public:
  Attributes() {
    posix_spawnattr_init(&attributes_);
    sigset_t none, ignored;
    sigemptyset(&none);
    sigemptyset(&ignored);
    // Not those that this process does not touch: to reset all takes longer than to start it.
    for (const int signal : ignored_signals) sigaddset(&ignored, signal);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setsigdefault(&attributes_, &ignored);
    posix_spawnattr_setpgroup(&attributes_, 0);
    posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }
  Attributes(const Attributes&) = delete;
  Attributes& operator=(const Attributes&) = delete;
  ~Attributes() { posix_spawnattr_destroy(&attributes_); }
  [[nodiscard]] const posix_spawnattr_t* get() const { return &attributes_; }

 private:
  posix_spawnattr_t attributes_{};
};

std::vector<char*> pointers(const std::vector<std::string>& words) {
  std::vector<char*> found;
  for (const std::string& word : words) found.push_back(const_cast<char*>(word.c_str()));
  found.push_back(nullptr);
  return found;
}

/// The file that a name stands for, as PATH has it; empty where there is none. A shell does not look it up each time
/// either.
std::string program_file(const std::string& name) {
  static std::unordered_map<std::string, std::string> known;
  if (name.find('/') != std::string::npos) return name;
  std::string& file = known[name];
  if (!file.empty() && access(file.c_str(), X_OK) == 0) return file;
  const char* path = std::getenv("PATH");
  std::string_view left = path != nullptr ? path : "/bin:/usr/bin";
  while (true) {
    const std::size_t end = left.find(':');
    const std::string_view folder = left.substr(0, end);
    const std::string candidate = fmt::format("{}/{}", folder.empty() ? "." : folder, name);
    struct stat status {};
    if (access(candidate.c_str(), X_OK) == 0 && stat(candidate.c_str(), &status) == 0 && S_ISREG(status.st_mode)) {
      return file = candidate;
    }
    if (end == std::string_view::npos) return file = "";
    left.remove_prefix(end + 1);
  }
}

/// @return 0, or errno
int spawn(pid_t& process, const std::vector<std::string>& words, const Surroundings& surroundings, int out, int err) {
  const std::string program = program_file(words[0]);
  if (program.empty()) return ENOENT;
  static const Attributes attributes;
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, err, STDERR_FILENO);
  rlimit ours{};
  getrlimit(RLIMIT_NOFILE, &ours);
  setrlimit(RLIMIT_NOFILE, &surroundings.open_files);  // the child takes it over, and looks no further than that
  const int error = posix_spawn(&process, program.c_str(), &actions, attributes.get(), pointers(words).data(),
                                pointers(surroundings.environment).data());
  setrlimit(RLIMIT_NOFILE, &ours);
  posix_spawn_file_actions_destroy(&actions);
  return error;
}

}  // namespace

bool Child::Refusal::may_pass() const {
  return error == EAGAIN || error == ENOMEM || error == EMFILE || error == ENFILE;
}

int Child::Refusal::exit_code() const {
  return error == ENOENT ? 127 : 126;
}

Child::Child(const Request& request, const Surroundings& surroundings) {
  Pipe out = make_pipe(), err = make_pipe();
  const Command& command = request.command;
  start_ = std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  began_ = Clock::now();
  int error = ENOENT;
  if (!command.words.empty()) error = spawn(process_, command.words, surroundings, out.to.get(), err.to.get());
  // Perhaps it is one of the shell's own words, or a script that does not say who reads it.
  if (error == ENOENT || error == ENOEXEC) {
    error = spawn(process_, {"/bin/sh", "-c", "--", command.line}, surroundings, out.to.get(), err.to.get());
  }
  if (error != 0) throw Refusal{error, std::strerror(error)};
  pipes_ = {std::move(out.from), std::move(err.from)};
}

bool Child::read(std::size_t stream) {
  static std::array<char, at_once> buffer;
  // One that prints without end does not keep others waiting.
  for (int reads = 0; reads < most_reads; ++reads) {
    const ssize_t count = ::read(pipes_[stream].get(), buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return errno != EAGAIN;
    if (count == 0) return true;
    outputs_[stream].append(std::span<const char>(buffer.data(), static_cast<std::size_t>(count)));
  }
  return false;
}

void Child::signal_group(int signal) const {
  kill(-process_, signal);
}

bool Child::group_is_there() const {
  return kill(-process_, 0) == 0;
}

void Child::wait() {
  seconds_ = std::chrono::duration<double>(Clock::now() - began_).count();
  while (wait4(process_, &status_, 0, &usage_) < 0 && errno == EINTR) continue;
  waited_for_ = true;
}

Ended Child::ended(std::uint64_t task, Ended::How how, std::string reason) {
  const bool by_signal = WIFSIGNALED(status_);
  return {.task = task,
          .how = how,
          .exit_code = by_signal ? 128 + WTERMSIG(status_) : WEXITSTATUS(status_),
          .signal = by_signal ? WTERMSIG(status_) : 0,
          .reason = std::move(reason),
          .start = start_,
          .seconds = seconds_,
          .peak_bytes = static_cast<std::uint64_t>(usage_.ru_maxrss) << 10,
          .out = how == Ended::How::output ? CapturedOutput() : std::move(outputs_[0]),
          .err = std::move(outputs_[1])};
}

}  // namespace rankwise::processes
