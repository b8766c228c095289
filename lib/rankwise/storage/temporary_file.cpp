#include "rankwise/storage/temporary_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

#include "rankwise/base/errors.hpp"

namespace rankwise::storage {
namespace {

IoError cannot_write(const std::string& path, int error) {
  return IoError(fmt::format("{} cannot be written: {}", path, std::strerror(error)));
}

IoError exists_already(const std::string& path) {
  return IoError(fmt::format("{} exists; --overwrite replaces it", path));
}

bool name_is_taken(const std::string& path) {
  struct stat status = {};
  return lstat(path.c_str(), &status) == 0;
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

/// What a path stands for if it is a symbolic link, whether or not that exists. @pre links do not go in circles
std::string behind_links(std::filesystem::path path) {
  std::error_code no_link;
  for (auto to = std::filesystem::read_symlink(path, no_link); !no_link;
       to = std::filesystem::read_symlink(path, no_link)) {
    path = path.parent_path() / to;  // to, where that begins with a slash
  }
  return path.string();
}

/// The pattern for mkstemp, no longer than a file name may be.
std::string name_beside(const std::filesystem::path& path) {
  constexpr std::string_view ending = ".rankwise-XXXXXX";
  std::string name = path.filename().string();
  if (constexpr std::size_t most = NAME_MAX - 1 - ending.size(); name.size() > most) {
    std::size_t cut = most;
    while (cut > 0 && (static_cast<unsigned char>(name[cut]) & 0xc0) == 0x80) --cut;  // not inside a character
    name.resize(cut);
  }
  return (path.parent_path() / fmt::format(".{}{}", name, ending)).string();
}

/// Those of the file that is replaced, or else what the umask leaves.
mode_t permissions_for(const std::string& path) {
  struct stat status = {};
  if (stat(path.c_str(), &status) == 0) return status.st_mode & 0777;
  // The umask can only be read by setting it: to one under which another thread's file is not open to all meanwhile.
  const mode_t mask = umask(077);
  umask(mask);
  return 0666 & ~mask;
}

/// @return 0, or errno. A file system that has nothing to sync is none the worse for it.
int sync(int descriptor) {
  return fsync(descriptor) == 0 || errno == EINVAL || errno == ENOTSUP || errno == ENOSYS ? 0 : errno;
}

int sync_folder_of(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  const int descriptor = open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return errno == EACCES ? 0 : errno;  // one may write to a folder that one may not read
  const int error = sync(descriptor);
  close(descriptor);
  return error;
}

/// Renames where the new name is free. @return 0, or errno
int rename_to_free_name(const char* from, const char* to) {
#ifdef RENAME_NOREPLACE
  if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0) return 0;
  if (errno != EINVAL && errno != ENOSYS && errno != ENOTSUP) return errno;  // NFS, FUSE and others lack it
#endif
  if (link(from, to) == 0) {
    unlink(from);
    return 0;
  }
  if (errno == EEXIST) {
    // NFS may lose the answer, ask again and be told of its own link.
    std::error_code ignored;
    if (!std::filesystem::equivalent(from, to, ignored)) return EEXIST;
    unlink(from);
    return 0;
  }
  if (errno != EPERM && errno != ENOTSUP && errno != ENOSYS) return errno;
  // FAT has no links either: here alone, a file that comes within these two calls would be replaced.
  if (name_is_taken(to)) return EEXIST;
  return rename(from, to) == 0 ? 0 : errno;
}

/// A second name for what a file that is about to be replaced was, so that it can come back.
class Kept {
 public:
  explicit Kept(const std::string& path) : path_(path), name_(name_beside(path)), existed_(name_is_taken(path)) {
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
  temporary_ = name_beside(target_);
  descriptor_ = mkostemp(temporary_.data(), O_CLOEXEC);
  if (descriptor_ < 0) {
    const int error = errno;
    const std::string folder = std::filesystem::path(target_).parent_path().string();
    throw IoError(
        fmt::format("{} cannot be written: folder {}: {}", path, folder.empty() ? "." : folder, std::strerror(error)));
  }
}

TemporaryFile::~TemporaryFile() {
  remove();
}

void TemporaryFile::remove() {
  if (descriptor_ >= 0) close(std::exchange(descriptor_, -1));
  if (!committed_ && !temporary_.empty()) unlink(temporary_.c_str());
  temporary_.clear();
}

void TemporaryFile::fail(int error) {
  remove();
  throw error == EEXIST ? exists_already(final_) : cannot_write(final_, error);
}

void TemporaryFile::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
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
