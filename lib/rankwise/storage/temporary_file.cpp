#include "rankwise/storage/temporary_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

#include "rankwise/base/errors.hpp"
#include "rankwise/storage/durable.hpp"

namespace rankwise::storage {
namespace {

IoError cannot_write(const std::string& path, int error) {
  return IoError(fmt::format("{} cannot be written: {}", path, std::strerror(error)));
}

IoError exists_already(const std::string& path) {
  return IoError(fmt::format("{} exists; --overwrite replaces it", path));
}

/// @throws IoError if no file can come, or may come, under this name
void check_name(const std::string& path, bool overwrite) {
  struct stat status = {};
  if (stat(path.c_str(), &status) == 0) {
    if (S_ISDIR(status.st_mode)) throw IoError(fmt::format("{} is a folder", path));
    if (!S_ISREG(status.st_mode)) {
      throw IoError(fmt::format("{} is a pipe or device, not a file that can be replaced", path));
    }
    if (!overwrite) throw exists_already(path);
  } else if (errno != ENOENT) {
    throw cannot_write(path, errno);
  } else if (!overwrite && name_is_taken(path)) {  // a link to nothing
    throw exists_already(path);
  }
  if (std::filesystem::path(path).filename().empty()) throw IoError(fmt::format("'{}' names no file", path));
}

// A temporary name: .FILE.rankwise-XXXXXX
const std::string beginning_of_ending = ".rankwise-";
constexpr std::size_t tag_length = 6;
const std::string ending_for_mkstemp = beginning_of_ending + std::string(tag_length, 'X');

/// A second name for what a file that is about to be replaced was, so that it can come back.
class Kept {
 public:
  explicit Kept(const std::string& path)
      : path_(path), name_(name_beside(path, ending_for_mkstemp)), existed_(name_is_taken(path)) {
    if (!existed_) return;
    const int descriptor = mkostemp(name_.data(), O_CLOEXEC);  // finds a free name, which link wants for itself
    if (descriptor < 0) return;
    close(descriptor);
    unlink(name_.c_str());
    kept_ = link(path.c_str(), name_.c_str()) == 0;
  }
  Kept(const Kept&) = delete;
  Kept& operator=(const Kept&) = delete;
  ~Kept() {
    if (kept_) unlink(name_.c_str());
  }
  /// Puts back what was there: a file, or none.
  void restore() {
    if (!existed_) unlink(path_.c_str());
    if (kept_) kept_ = rename(name_.c_str(), path_.c_str()) != 0;
  }

 private:
  std::string path_, name_;
  bool existed_, kept_ = false;
};

}  // namespace

TemporaryFile::TemporaryFile(const std::string& path, bool overwrite) : final_(path), overwrite_(overwrite) {
  check_name(path, overwrite);
  target_ = behind_links(path);
  temporary_ = name_beside(target_, ending_for_mkstemp);
  descriptor_ = mkostemp(temporary_.data(), O_CLOEXEC);
  if (descriptor_ < 0) {
    const int error = errno;
    const std::string folder = std::filesystem::path(target_).parent_path().string();
    throw IoError(
        fmt::format("{} cannot be written: folder {}: {}", path, folder.empty() ? "." : folder, std::strerror(error)));
  }
}

TemporaryFile::TemporaryFile(const std::string& path, bool overwrite, const std::string& tag)
    : final_(path), overwrite_(overwrite) {
  struct stat status = {};
  if (stat(path.c_str(), &status) != 0 && errno == ELOOP) throw cannot_write(path, ELOOP);
  target_ = behind_links(path);
  const bool is_tag = tag.size() == tag_length && std::all_of(tag.begin(), tag.end(), [](unsigned char c) {
                        return std::isalnum(c) != 0 && c < 0x80;
                      });
  if (!is_tag) throw IoError(fmt::format("{}: '{}' is no name for an unfinished output", path, tag));
  temporary_ = name_beside(target_, beginning_of_ending + tag);
  errno = 0;
  descriptor_ = open(temporary_.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  left_ = true;  // whatever is wrong with it, it is not for us to remove
  if (descriptor_ < 0 || fstat(descriptor_, &status) != 0 || !S_ISREG(status.st_mode) || status.st_nlink != 1) {
    const int error = errno;
    let_go();
    if (error == ENOENT && name_is_taken(target_)) {
      throw IoError(
          fmt::format("{} exists, and nothing unfinished beside it: the earlier run may have been at its very "
                      "end; remove its checkpoint, and {} if it is not what you want",
                      path, path));
    }
    throw IoError(
        fmt::format("the unfinished {} of the earlier run cannot be opened ({}{}): remove its checkpoint to start "
                    "again",
                    path, name_beside(target_, beginning_of_ending + tag),
                    error == 0 ? "" : fmt::format(": {}", std::strerror(error))));
  }
  try {
    check_name(path, overwrite);
  } catch (...) {
    let_go();
    throw;
  }
}

std::string TemporaryFile::tag() const {
  return temporary_.substr(temporary_.size() - tag_length);
}

TemporaryFile::~TemporaryFile() {
  let_go();
}

void TemporaryFile::make_durable() {
  if (const int error = sync(descriptor_)) throw cannot_write(final_, error);
  if (const int error = sync_folder_of(temporary_)) throw cannot_write(final_, error);
}

void TemporaryFile::remove() {
  left_ = false;
  let_go();
}

void TemporaryFile::let_go() {
  if (descriptor_ >= 0) close(std::exchange(descriptor_, -1));
  if (!committed_ && !left_ && !temporary_.empty()) unlink(temporary_.c_str());
  temporary_.clear();
}

void TemporaryFile::fail(int error) {
  let_go();
  throw error == EEXIST ? exists_already(final_) : cannot_write(final_, error);
}

void TemporaryFile::restart() {
  if (ftruncate(descriptor_, 0) != 0 || lseek(descriptor_, 0, SEEK_SET) != 0) fail(errno);
}

void TemporaryFile::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor_, bytes.data(), std::min(bytes.size(), most_bytes_at_once));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail(errno);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

void TemporaryFile::seal() {
  if (descriptor_ < 0) return;
  // Not checked: where permissions cannot be set, the result is worth more than they are.
  fchmod(descriptor_, permissions_for(target_));
  if (const int error = sync(descriptor_)) fail(error);
  if (close(std::exchange(descriptor_, -1)) != 0 && errno != EINTR) fail(errno);
  if (!overwrite_ && name_is_taken(target_)) fail(EEXIST);
}

void TemporaryFile::take_name() {
  const char *from = temporary_.c_str(), *to = target_.c_str();
  const int error = !overwrite_ ? rename_to_free_name(from, to) : rename(from, to) == 0 ? 0 : errno;
  if (error != 0) fail(error);
  committed_ = true;
}

void TemporaryFile::sync_folder() const {
  if (const int unsynced = sync_folder_of(target_)) {
    throw IoError(fmt::format("{} is written, but may not survive a power failure: its folder cannot be synced: {}",
                              final_, std::strerror(unsynced)));
  }
}

void TemporaryFile::commit() {
  seal();
  take_name();
  sync_folder();
}

void TemporaryFile::commit_with(TemporaryFile& record) {
  record.seal();
  seal();
  Kept old_record(record.target_);
  record.take_name();
  try {
    take_name();
  } catch (...) {
    old_record.restore();
    throw;
  }
  record.sync_folder();
  sync_folder();
}

}  // namespace rankwise::storage
