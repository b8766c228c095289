#include <fcntl.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <memory>
#include <optional>

#include "apps/rankwise/command_line.hpp"
#include "apps/rankwise/invocation.hpp"
#include "rankwise/base/stop_request.hpp"
#include "rankwise/processes/helper.hpp"
#include "rankwise/ranks/agreement.hpp"
#include "rankwise/report/format.hpp"
#include "rankwise/storage/hdf5_library.hpp"

namespace {

using namespace rankwise;

void print_error(const char* command, const std::string& message, const char* kind = "error: ") {
  // Not fmt::print, which throws where standard error is gone.
  const std::string name = *command != '\0' ? " " + report::printable(command) : "";
  std::fputs(fmt::format("rankwise{}: {}{}\n", name, kind, report::printable(message)).c_str(), stderr);
}

/// An answer that did not reach its file or pipe is not an answer.
int flushed(const char* command, int code) {
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return code;
  print_error(command, fmt::format("standard output cannot be written: {}", std::strerror(errno)));
  return static_cast<int>(ExitCode::input_output);
}

/// An error that every process finds by itself, before MPI can make them wait for each other: rank 0 tells. The others
/// leave with 0, since a launcher ends all as soon as one fails, perhaps before rank 0 has told.
int told_by_rank_0(int launched_rank, const char* command, const Error& error) {
  if (launched_rank != 0) return 0;
  print_error(command, error.what());
  return error.exit_code();
}

/// What all ranks agreed to end with; rank 0 tells. @return the exit code, the same on every rank
int agreed_end(const char* command, app::Invocation& invocation, const ranks::AgreedError& error) {
  const ranks::Failure end = invocation.end_early({error.exit_code(), error.what()});
  // What was stopped can go on, and a shard that is done has no other answer: these are no errors.
  const bool well = end.exit_code == 0 || end.exit_code == static_cast<int>(ExitCode::stopped);
  if (invocation.is_root()) print_error(command, end.message, well ? "" : "error: ");
  return end.exit_code;
}

/// The answer is out; all that led to it is kept. @return the exit code, the same on every rank
int end_well(const char* command, app::Invocation& invocation, int code) {
  try {
    invocation.save_checkpoint();
    return code;
  } catch (const ranks::AgreedError& error) {
    if (invocation.is_root()) print_error(command, error.what());
    return error.exit_code();
  }
}

/// The helper of a command that starts processes: born before MPI. Where it cannot be, all ranks will have to know.
struct HelperBirth {
  std::optional<processes::Helper> helper;
  std::string failure;

  explicit HelperBirth(bool is_wanted) {
    try {
      if (is_wanted) helper.emplace();
    } catch (const Error& error) {
      failure = error.what();
    }
  }
};

/// Runs on all ranks; @return the exit code, the same on every rank.
int run_on_ranks(const app::ParsedLine& line, const std::vector<std::string>& words, int launched_rank,
                 HelperBirth& birth) {
  const char* name = line.entry->name;
  watch_for_stop_signals();
  storage::start_hdf5();
  std::unique_ptr<ranks::Session> session;
  try {
    session = std::make_unique<ranks::Session>(line.command->may_use_mpi_io());
  } catch (const Error& error) {
    return told_by_rank_0(launched_rank, name, error);
  }
  std::signal(SIGXFSZ, SIG_IGN);  // a file that may not grow is an error with a message, not a death
  app::Invocation invocation(session.get(), *line.entry, words, birth.helper ? &*birth.helper : nullptr);
  try {
    ranks::agree(session->ranks(), [&] {
      if (!birth.failure.empty()) throw IoError(birth.failure);
    });
    int code = static_cast<int>(line.command->run(invocation));
    if (invocation.is_root()) code = flushed(name, code);
    // The same exit code on every rank, also where rank 0 cannot print.
    code = static_cast<int>(ranks::largest(session->ranks(), static_cast<std::uint64_t>(code)));
    return end_well(name, invocation, code);
  } catch (const ranks::AgreedError& error) {
    return agreed_end(name, invocation, error);
  } catch (...) {
    const ranks::Failure failure = ranks::current_failure();
    if (session->ranks().size() == 1) {
      print_error(name, failure.message);
      return failure.exit_code;
    }
    // The other ranks do not know and may wait for this one.
    print_error(name, fmt::format("{} (rank {} of {} on {})", failure.message, session->ranks().rank(),
                                  session->ranks().size(), ranks::host_name()));
    session->abort(failure.exit_code);
  }
}

int run_alone(const app::ParsedLine& line, const std::vector<std::string>& words) {
  try {
    app::Invocation invocation(nullptr, *line.entry, words);
    return flushed(line.entry->name, static_cast<int>(line.command->run(invocation)));
  } catch (...) {
    const ranks::Failure failure = ranks::current_failure();
    print_error(line.entry->name, failure.message);
    return failure.exit_code;
  }
}

/// As many open files as the system allows: a pattern may name thousands.
void allow_many_files() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

/// A file that is opened while standard output is closed would get its number, and the answer. For reading alone, so
/// that what is printed is still an error.
void fill_standard_streams() {
  while (true) {
    const int opened = open("/dev/null", O_RDONLY);
    if (opened <= STDERR_FILENO && opened >= 0) continue;
    if (opened >= 0) close(opened);
    return;
  }
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  fill_standard_streams();
  // Help, version and usage errors come before MPI starts, and once, whatever the number of processes.
  const int launched_rank = ranks::detect_launcher().rank;
  app::ParsedLine line;
  try {
    line = app::parse_command_line(words);
  } catch (const Error& error) {
    const bool has_command = !words.empty() && !words[0].starts_with("-");
    return told_by_rank_0(launched_rank, has_command ? words[0].c_str() : "", error);
  }
  if (line.text) {
    if (launched_rank != 0) return 0;
    std::fputs(line.text->c_str(), stdout);
    return flushed("", 0);
  }
  HelperBirth birth(line.command->needs_helper());
  allow_many_files();  // after the helper was born: tasks have the user's limit
  if (line.command->needs_ranks()) return run_on_ranks(line, words, launched_rank, birth);
  return launched_rank == 0 ? run_alone(line, words) : 0;
}
