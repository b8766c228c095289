#include "rankwise/storage/durable.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace rankwise::storage {

bool name_is_taken(const std::string& path) {
  struct stat status = {};
  return lstat(path.c_str(), &status) == 0;
}

std::string behind_links(std::filesystem::path path) {
  std::error_code no_link;
  for (auto to = std::filesystem::read_symlink(path, no_link); !no_link;
       to = std::filesystem::read_symlink(path, no_link)) {
    path = path.parent_path() / to;  // to, where that begins with a slash
  }
  return path.string();
}

std::string name_beside(const std::filesystem::path& path, std::string_view ending) {
  std::string name = path.filename().string();
  if (const std::size_t most = NAME_MAX - 1 - ending.size(); name.size() > most) {
    std::size_t cut = most;
    while (cut > 0 && (static_cast<unsigned char>(name[cut]) & 0xc0) == 0x80) --cut;  // not inside a character
    name.resize(cut);
  }
  return (path.parent_path() / fmt::format(".{}{}", name, ending)).string();
}

mode_t permissions_for(const std::string& path) {
  struct stat status = {};
  if (stat(path.c_str(), &status) == 0) return status.st_mode & 0777;
  // The umask can only be read by setting it: to one under which another thread's file is not open to all meanwhile.
  const mode_t mask = umask(077);
  umask(mask);
  return 0666 & ~mask;
}

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

}  // namespace rankwise::storage
