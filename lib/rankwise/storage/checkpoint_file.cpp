#include "rankwise/storage/checkpoint_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>

#include "rankwise/base/byte_encoding.hpp"
#include "rankwise/base/digest.hpp"
#include "rankwise/base/errors.hpp"
#include "rankwise/storage/durable.hpp"
#include "rankwise/storage/input_file.hpp"

namespace rankwise::storage {
namespace {

// The file: what it is, the version of its format, the size of the state, the state, and XXH3-128 of all before.
constexpr std::string_view what_it_is = "rankwise checkpoint\n";
constexpr std::uint64_t format_version = 1;
constexpr std::size_t before_state = what_it_is.size() + 2 * sizeof(std::uint64_t);
constexpr std::size_t after_state = 2 * sizeof(std::uint64_t);

std::array<std::uint64_t, 2> checksum(std::span<const std::byte> bytes) {
  Digest digest;
  digest.add_bytes(bytes);
  return digest.words();
}

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) close(number_);
  }
  [[nodiscard]] int get() const { return number_; }
  int release() { return std::exchange(number_, -1); }

 private:
  int number_;
};

IoError cannot(const char* verb, const std::string& path, int error) {
  return IoError(fmt::format("checkpoint {} cannot be {}: {}", path, verb, std::strerror(error)));
}

/// @return whether this process has the lock now, or the file system knows none
bool lock(int descriptor) {
  while (flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) return false;
    if (errno != EINTR) return true;
  }
  return true;
}

/// @throws IoError if links go in circles
const std::string& without_circles(const std::string& path) {
  struct stat status = {};
  if (stat(path.c_str(), &status) != 0 && errno == ELOOP) throw cannot("opened", path, ELOOP);
  return path;
}

/// Whether the name still belongs to the open file.
bool is_under(int descriptor, const std::string& name) {
  struct stat opened = {}, named = {};
  return fstat(descriptor, &opened) == 0 && lstat(name.c_str(), &named) == 0 && opened.st_dev == named.st_dev &&
         opened.st_ino == named.st_ino;
}

void write_all(int descriptor, std::span<const std::byte> bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t written = write(descriptor, bytes.data(), std::min<std::size_t>(bytes.size(), std::size_t{1} << 30));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) throw cannot("written", path, errno);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
}

}  // namespace

CheckpointFile::CheckpointFile(const std::string& path, Start start)
    : path_(path),
      target_(behind_links(without_circles(path))),
      temporary_(name_beside(target_, ".rankwise-next")),
      permissions_(permissions_for(target_)) {
  while (true) {
    Descriptor opened(open(target_.c_str(), O_RDWR | O_CLOEXEC | O_NONBLOCK));
    if (opened.get() < 0 && errno == ENOENT) break;
    if (opened.get() < 0) throw cannot("opened", path_, errno);
    struct stat status = {};
    if (fstat(opened.get(), &status) != 0) throw cannot("opened", path_, errno);
    if (!S_ISREG(status.st_mode)) throw IoError(fmt::format("checkpoint {} is not a file", path_));
    if (!lock(opened.get())) throw IoError(fmt::format("checkpoint {} is in use by another run", path_));
    if (!is_under(opened.get(), target_)) continue;  // replaced before the lock was ours
    if (start == Start::afresh) {
      read_checkpoint_file(path_);  // what is none is not to be removed on our word
      throw IoError(fmt::format("checkpoint {} exists: --resume goes on from it, or remove it to start again", path_));
    }
    descriptor_ = opened.release();
    return;
  }
  // Finds out now whether it can be written, not after the first hour.
  const Descriptor writable(open_temporary());
  unlink(temporary_.c_str());
}

CheckpointFile::~CheckpointFile() {
  if (descriptor_ >= 0) close(descriptor_);
}

std::vector<std::byte> CheckpointFile::read() const {
  return read_checkpoint_file(target_);
}

/// A new file for its owner alone, locked. What a killed run left is taken over.
int CheckpointFile::open_temporary() const {
  while (true) {
    Descriptor made(open(temporary_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600));
    if (made.get() < 0) throw cannot("written", path_, errno);
    struct stat status = {};
    if (fstat(made.get(), &status) != 0) throw cannot("written", path_, errno);
    if (status.st_nlink > 1 && is_under(made.get(), target_)) {  // killed while it took its name
      unlink(temporary_.c_str());
      continue;
    }
    if (!S_ISREG(status.st_mode) || status.st_uid != geteuid() || status.st_nlink > 1) {
      throw IoError(fmt::format("checkpoint {} cannot be written: {} is in the way", path_, temporary_));
    }
    if (!lock(made.get())) throw IoError(fmt::format("checkpoint {} is in use by another run", path_));
    if (!is_under(made.get(), temporary_)) continue;
    if (ftruncate(made.get(), 0) != 0) {
      const int error = errno;
      unlink(temporary_.c_str());
      throw cannot("written", path_, error);
    }
    return made.release();
  }
}

void CheckpointFile::replace(std::span<const std::byte> state) {
  ByteWriter all;
  all.reserve(before_state + state.size() + after_state);
  all.put_span(std::span<const char>(what_it_is));
  all.put(format_version);
  all.put(std::uint64_t{state.size()});
  all.put_span(state);
  all.put(checksum(all.bytes()));

  Descriptor next(open_temporary());
  try {
    write_all(next.get(), all.bytes(), path_);
    fchmod(next.get(), permissions_);  // not checked: the checkpoint is worth more than its permissions
    if (const int error = sync(next.get())) throw cannot("written", path_, error);
    take_name();
  } catch (...) {
    unlink(temporary_.c_str());
    throw;
  }
  if (descriptor_ >= 0) close(descriptor_);
  descriptor_ = next.release();
  if (const int error = sync_folder_of(target_)) throw cannot("made durable", path_, error);
}

void CheckpointFile::remove() {
  if (descriptor_ < 0) return;
  if (is_under(descriptor_, target_) && unlink(target_.c_str()) != 0) throw cannot("removed", path_, errno);
  close(std::exchange(descriptor_, -1));
}

void CheckpointFile::take_name() {
  const char *from = temporary_.c_str(), *to = target_.c_str();
  int error = 0;
  if (descriptor_ < 0 || !name_is_taken(target_)) {
    error = rename_to_free_name(from, to);
  } else if (!is_under(descriptor_, target_)) {
    throw IoError(fmt::format("checkpoint {} is another file now than the one this run works with", path_));
  } else if (rename(from, to) != 0) {
    error = errno;
  }
  if (error == EEXIST) throw IoError(fmt::format("checkpoint {} is in use by another run", path_));
  if (error != 0) throw cannot("written", path_, error);
}

std::vector<std::byte> read_checkpoint_file(const std::string& path) {
  const InputFile file(path);
  const InputError none(fmt::format("{} is not a checkpoint of rankwise", path));
  std::string begin(what_it_is.size(), '\0');
  if (file.size() < before_state + after_state) throw none;
  file.read(0, std::as_writable_bytes(std::span(begin)));
  if (begin != what_it_is) throw none;

  std::vector<std::byte> bytes(static_cast<std::size_t>(file.size()));
  file.read(0, bytes);
  const std::span<const std::byte> all(bytes);
  ByteReader head(all.subspan(what_it_is.size()));
  const auto version = head.get<std::uint64_t>(), size = head.get<std::uint64_t>();
  const std::size_t end = all.size() - after_state;
  const auto expected = ByteReader(all.subspan(end)).get<std::array<std::uint64_t, 2>>();
  if (size != end - before_state || checksum(all.first(end)) != expected) {
    throw InputError(fmt::format("checkpoint {} is damaged: its checksum does not fit", path));
  }
  if (version > format_version) {
    throw InputError(fmt::format("checkpoint {} is from a newer rankwise than this one", path));
  }
  bytes.resize(end);
  bytes.erase(bytes.begin(), bytes.begin() + before_state);
  return bytes;
}

}  // namespace rankwise::storage
