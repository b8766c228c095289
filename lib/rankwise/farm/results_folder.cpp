#include "rankwise/farm/results_folder.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <utility>

#include "rankwise/base/errors.hpp"

namespace rankwise::farm {
namespace {

constexpr std::string_view part_beginning = ".rankwise-part-";
constexpr std::array endings{".out", ".err"};
constexpr std::size_t longest_name = 200;  // bytes, of 255 that a file system takes

[[noreturn]] void fail(const std::string& path, const char* what) {
  throw IoError(fmt::format("{} cannot be {}: {}", path, what, std::strerror(errno)));
}

std::string file_name_of(const std::string& value) {
  std::string name;
  for (const char c : value) {
    const auto code = static_cast<unsigned char>(c);
    const bool hidden = c == '.' && name.empty();
    if (code < 0x20 || code == 0x7f || c == '/' || c == '%' || c == ',' || hidden) {
      name += fmt::format("%{:02X}", code);
    } else {
      name += c;
    }
  }
  return name;
}

}  // namespace

std::string result_name(const std::vector<std::string>& values, const std::string& id) {
  std::string name;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i > 0) name += ',';
    name += file_name_of(values[i]);
  }
  if (name.empty()) return "%";
  if (name.size() <= longest_name) return name;
  std::size_t cut = longest_name - 40;
  while (cut > 0 && (static_cast<unsigned char>(name[cut]) & 0xc0) == 0x80) --cut;  // not inside a character
  return fmt::format("{}~{}", name.substr(0, cut), id);
}

ResultsFolder::ResultsFolder(std::string path) : path_(std::move(path)) {
  if (mkdir(path_.c_str(), 0777) != 0 && errno != EEXIST) fail(path_, "made");
  folder_ = processes::Descriptor(open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder_) throw IoError(fmt::format("{} is no folder, where --results needs one", path_));
  // Runs that write there at the same time hold the lock together; who has it alone takes away what killed ones left.
  if (flock(folder_.get(), LOCK_EX | LOCK_NB) == 0) {
    for (const auto& entry : std::filesystem::directory_iterator(path_)) {
      if (entry.path().filename().string().starts_with(part_beginning)) unlink(entry.path().c_str());
    }
  }
  flock(folder_.get(), LOCK_SH | LOCK_NB);
  mask_ = umask(077);
  umask(mask_);
}

ResultsFolder::~ResultsFolder() {
  for (const Part& part : parts_) {
    if (part.file) unlink(part.path.c_str());
  }
}

void ResultsFolder::begin(Part& part) {
  part.path = fmt::format("{}/{}XXXXXX", path_, part_beginning);
  part.file = processes::Descriptor(mkostemp(part.path.data(), O_CLOEXEC));
  if (!part.file || fchmod(part.file.get(), 0666 & ~mask_) != 0) fail(part.path, "made");
}

void ResultsFolder::append(std::size_t stream, std::string_view bytes) {
  if (bytes.empty()) return;
  Part& part = parts_.at(stream);
  if (!part.file) begin(part);
  while (!bytes.empty()) {
    const ssize_t written = write(part.file.get(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail(part.path, "written");
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

void ResultsFolder::finish(const std::string& name, bool will_be_durable) {
  if (!parts_[0].file) begin(parts_[0]);
  for (const std::size_t stream : {0U, 1U}) {
    Part& part = parts_[stream];
    const std::string path = fmt::format("{}/{}{}", path_, name, endings.at(stream));
    if (!part.file) {  // of an earlier try there may be one
      if (unlink(path.c_str()) != 0 && errno != ENOENT) fail(path, "removed");
      continue;
    }
    if (rename(part.path.c_str(), path.c_str()) != 0) fail(path, "made");
    if (will_be_durable) finished_.push_back(std::move(part.file));
    part = {};
  }
}

void ResultsFolder::make_durable() {
  if (finished_.empty()) return;
  for (const processes::Descriptor& file : finished_) {
    if (fdatasync(file.get()) != 0) fail(path_, "written to its disk");
  }
  finished_.clear();
  fsync(folder_.get());
}

}  // namespace rankwise::farm
