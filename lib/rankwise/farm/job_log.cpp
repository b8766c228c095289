#include "rankwise/farm/job_log.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <span>
#include <utility>

#include "rankwise/base/digest.hpp"
#include "rankwise/base/errors.hpp"

namespace rankwise::farm {
namespace {

[[noreturn]] void fail(const std::string& path, const char* what) {
  throw IoError(fmt::format("{} cannot be {}: {}", path, what, std::strerror(errno)));
}

TaskId id_of(const std::string& text) {
  TaskId id{};
  const char* const middle = text.data() + 16;
  if (text.size() != 32 || std::from_chars(text.data(), middle, id[1], 16).ptr != middle ||
      std::from_chars(middle, middle + 16, id[0], 16).ptr != middle + 16) {
    throw InputError("no id");
  }
  return id;
}

}  // namespace

TaskId task_id(const std::string& command_line) {
  Digest digest;
  digest.add_bytes(std::as_bytes(std::span(command_line)));
  return digest.words();
}

std::string hex(const TaskId& id) {
  return fmt::format("{:016x}{:016x}", id[1], id[0]);
}

std::string LogEntry::line() const {
  nlohmann::ordered_json json{{"id", hex(id)},  {"command", command},          {"rank", rank},      {"host", host},
                              {"start", start}, {"seconds", seconds},          {"exit", exit_code}, {"signal", signal},
                              {"tries", tries}, {"max_rss_bytes", peak_bytes}, {"stderr", err_end}};
  if (!reason.empty()) json["reason"] = reason;
  if (again) json["again"] = true;
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

void FinishedTasks::add(const TaskId& id, bool failed, bool again) {
  entries_.push_back({.id = id, .done = failed ? 0U : 1U, .failed = failed ? 1U : 0U, .again = again ? 1U : 0U});
}

void FinishedTasks::sort() {
  std::sort(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) { return a.id < b.id; });
  std::size_t kept = 0;
  for (const Entry& entry : entries_) {
    if (kept > 0 && entries_[kept - 1].id == entry.id) {
      entries_[kept - 1].done += entry.done;
      entries_[kept - 1].failed += entry.failed;
      entries_[kept - 1].again += entry.again;
    } else {
      entries_[kept++] = entry;
    }
  }
  entries_.resize(kept);
  for (Entry& entry : entries_) entry.failed -= std::min(entry.failed, std::exchange(entry.again, 0U));
}

FinishedTasks::Status FinishedTasks::take(const TaskId& id) {
  const auto entry =
      std::lower_bound(entries_.begin(), entries_.end(), id, [](const Entry& e, const TaskId& i) { return e.id < i; });
  if (entry == entries_.end() || entry->id != id) return Status::unknown;
  if (entry->done > 0) {
    --entry->done;
    return Status::done;
  }
  if (entry->failed == 0) return Status::unknown;
  --entry->failed;
  return Status::failed;
}

JobLog::JobLog(std::string path, Open how, const std::function<void()>& meanwhile) : path_(std::move(path)) {
  const int flags = O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC;
  const bool was_there = access(path_.c_str(), F_OK) == 0;
  file_ = processes::Descriptor(open(path_.c_str(), flags, 0666));
  if (!file_) fail(path_, "opened");
  // On file systems without locks nobody else is kept out.
  if (flock(file_.get(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
    throw IoError(fmt::format("{} is the job log of a run that goes on", path_));
  }
  struct stat status {};
  if (fstat(file_.get(), &status) != 0) fail(path_, "read");
  if (!S_ISREG(status.st_mode)) throw IoError(fmt::format("{} is no file that a job log can be", path_));
  if (how == Open::fresh && status.st_size > 0) {
    throw UsageError(fmt::format("{} is there: --resume goes on from it, --overwrite begins anew", path_));
  }
  if (how == Open::overwrite && ftruncate(file_.get(), 0) != 0) fail(path_, "emptied");
  if (how == Open::resume) read(meanwhile);
  if (was_there) return;
  const std::string folder = std::filesystem::path(path_).parent_path().string();
  const processes::Descriptor opened(open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (opened) fsync(opened.get());  // its name, too, survives a loss of power
}

void JobLog::read(const std::function<void()>& meanwhile) {
  std::string buffer;
  std::uint64_t number = 0;
  off_t whole = 0;  // bytes of whole lines
  const auto take = [&](std::string_view line) {
    ++number;
    const auto json = nlohmann::json::parse(line, nullptr, false);
    try {
      if (!json.is_object()) throw InputError("no object");
      finished_.add(id_of(json.at("id").get<std::string>()), json.at("exit").get<int>() != 0 || json.contains("reason"),
                    json.value("again", false));
    } catch (const std::exception&) {
      throw InputError(fmt::format("{}: line {} is none of a job log", path_, number));
    }
  };
  lseek(file_.get(), 0, SEEK_SET);
  while (true) {
    if (meanwhile) meanwhile();
    const std::size_t before = buffer.size();
    constexpr std::size_t at_once = std::size_t{1} << 20;
    buffer.resize(before + at_once);
    const ssize_t count = ::read(file_.get(), buffer.data() + before, at_once);
    if (count < 0) fail(path_, "read");
    buffer.resize(before + static_cast<std::size_t>(count));
    if (count == 0) break;
    std::size_t begin = 0;
    for (std::size_t end = 0; (end = buffer.find('\n', begin)) != std::string::npos; begin = end + 1) {
      take(std::string_view(buffer).substr(begin, end - begin));
    }
    whole += static_cast<off_t>(begin);
    buffer.erase(0, begin);
  }
  finished_.sort();
  if (buffer.empty()) return;
  // A line without an end was being written when the run before was killed: that task runs again.
  constexpr std::string_view beginning = R"({"id":")";
  const bool is_ours = std::string_view(buffer).substr(0, beginning.size()) == beginning.substr(0, buffer.size());
  const bool is_hole = buffer.find_first_not_of('\0') == std::string::npos;  // of a machine that lost its power
  if (!is_ours && !is_hole) throw InputError(fmt::format("{}: line {} is none of a job log", path_, number + 1));
  if (ftruncate(file_.get(), whole) != 0) fail(path_, "mended");
}

void JobLog::append(const std::string& lines) {
  std::string_view left = lines;
  while (!left.empty()) {
    const ssize_t written = write(file_.get(), left.data(), left.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail(path_, "written");
    left.remove_prefix(static_cast<std::size_t>(written));
  }
  if (fdatasync(file_.get()) != 0 && errno != EINVAL && errno != ENOTSUP) fail(path_, "written to its disk");
}

}  // namespace rankwise::farm
