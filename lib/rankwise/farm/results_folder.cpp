#include "rankwise/farm/results_folder.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "rankwise/base/errors.hpp"

namespace rankwise::farm {
namespace {

constexpr std::array endings{".out", ".err"};
constexpr std::size_t longest_name = 200;  // bytes, of 255 that a file system takes

[[noreturn]] void fail(const std::string& path, const char* what) {
  throw IoError(fmt::format("{} cannot be {}: {}", path, what, std::strerror(errno)));
}

std::string file_name_of(const std::string& value, bool one_of_several) {
  std::string name;
  for (const char c : value) {
    const auto code = static_cast<unsigned char>(c);
    const bool hidden = c == '.' && name.empty();
    if (code < 0x20 || code == 0x7f || c == '/' || c == '%' || hidden || (one_of_several && c == ',')) {
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
    name += file_name_of(values[i], values.size() > 1);
  }
  if (name.empty()) return "%";
  if (name.size() <= longest_name) return name;
  std::size_t cut = longest_name - 40;
  while (cut > 0 && (static_cast<unsigned char>(name[cut]) & 0xc0) == 0x80) --cut;  // not inside a character
  return fmt::format("{}~{}", name.substr(0, cut), id);
}

ResultsFolder::ResultsFolder(std::string path) : path_(std::move(path)) {
  if (mkdir(path_.c_str(), 0777) != 0 && errno != EEXIST) fail(path_, "made");
  struct stat status {};
  if (stat(path_.c_str(), &status) != 0 || !S_ISDIR(status.st_mode)) {
    throw IoError(fmt::format("{} is no folder, where --results needs one", path_));
  }
  // An earlier run may have been killed at its work.
  for (const std::size_t stream : {0U, 1U}) unlink(path_of_part(stream).c_str());
}

std::string ResultsFolder::path_of_part(std::size_t stream) const {
  return fmt::format("{}/.rankwise-part{}", path_, endings.at(stream));
}

void ResultsFolder::begin(std::size_t stream) {
  const std::string part = path_of_part(stream);
  parts_[stream] = processes::Descriptor(open(part.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
  if (!parts_[stream]) fail(part, "made");
}

void ResultsFolder::append(std::size_t stream, std::string_view bytes) {
  if (bytes.empty()) return;
  if (!parts_.at(stream)) begin(stream);
  while (!bytes.empty()) {
    const ssize_t written = write(parts_[stream].get(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail(path_of_part(stream), "written");
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

void ResultsFolder::finish(const std::string& name) {
  if (!parts_[0]) begin(0);
  for (const std::size_t stream : {0U, 1U}) {
    const std::string path = fmt::format("{}/{}{}", path_, name, endings.at(stream));
    if (!parts_[stream]) {  // of an earlier try there may be one
      if (unlink(path.c_str()) != 0 && errno != ENOENT) fail(path, "removed");
      continue;
    }
    if (rename(path_of_part(stream).c_str(), path.c_str()) != 0) fail(path, "made");
    finished_.push_back(std::exchange(parts_[stream], {}));
  }
}

void ResultsFolder::make_durable() {
  if (finished_.empty()) return;
  for (const processes::Descriptor& file : finished_) {
    if (fdatasync(file.get()) != 0) fail(path_, "written to its disk");
  }
  finished_.clear();
  const processes::Descriptor folder(open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder) fsync(folder.get());
}

}  // namespace rankwise::farm
