#pragma once

#include <sys/types.h>

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace rankwise::storage {

/// A file that one process at a time keeps its state in, and replaces as a whole, again and again. What is under its
/// name is always whole and durable: the state before, until the new one is. As long as this lives, the file is locked;
/// the lock goes with the process, however that ends, and where the file system knows none there is none.
class CheckpointFile {
 public:
  enum class Start { afresh, resume };
  /// Afresh: there must be no such file. To resume: there may be one.
  /// @throws IoError if there is one already, if another process has it, or if its folder cannot be written
  CheckpointFile(const std::string& path, Start start);
  CheckpointFile(const CheckpointFile&) = delete;
  CheckpointFile& operator=(const CheckpointFile&) = delete;
  ~CheckpointFile();

  /// Whether there was a file, or has been one since.
  [[nodiscard]] bool exists() const { return descriptor_ >= 0; }
  /// The state. @pre exists() @throws as read_checkpoint_file
  [[nodiscard]] std::vector<std::byte> read() const;
  /// Replaces the state, or makes the file. Any thread, one at a time. @throws IoError; then the file is as it was
  void replace(std::span<const std::byte> state);
  /// There is no state any more. @throws IoError
  void remove();

 private:
  int open_temporary() const;
  void take_name();

  std::string path_;       // as the user named it
  std::string target_;     // where path_ points if it is a link, else the same
  std::string temporary_;  // where the next state is written
  mode_t permissions_;
  int descriptor_ = -1;  // of the file under its name, locked
};

/// The state in a checkpoint that nobody is about to change.
/// @throws InputError if the file is no checkpoint, is damaged by a single bit, or comes from a newer rankwise
/// @throws IoError
std::vector<std::byte> read_checkpoint_file(const std::string& path);

}  // namespace rankwise::storage
