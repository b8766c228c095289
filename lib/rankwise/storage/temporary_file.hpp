#pragma once

#include <string>
#include <string_view>

namespace rankwise::storage {

/// A new file under a name of its own beside `path`, for its owner's eyes alone until it is whole. `commit` makes it
/// durable and gives it its name; if that never happens, it is removed. A file under the final name is always whole.
///
/// A symbolic link stands for what it points to, as it does for cp and sort -o: with `overwrite` that is replaced, or
/// made, and the link stays. Permissions come from the file that is replaced, or else from the umask.
class TemporaryFile {
 public:
  /// @throws IoError if `path` exists and may not be replaced, is a folder, pipe or device, or its folder cannot be
  /// written
  TemporaryFile(const std::string& path, bool overwrite);
  /// Takes up again what an earlier run left beside `path`. @throws IoError, also if that is not there any more
  TemporaryFile(const std::string& path, bool overwrite, const std::string& tag);
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile();

  [[nodiscard]] const std::string& path() const { return temporary_; }
  [[nodiscard]] const std::string& final_path() const { return final_; }
  /// What tells its name from that of others beside `path`.
  [[nodiscard]] std::string tag() const;
  /// Unless it is committed, it stays where it is when this goes, for a later run to take up.
  void leave() { left_ = true; }

  /// What was written so far, by whomever, and the name survive a loss of power. @throws IoError
  void make_durable();
  /// It is not wanted any more.
  void remove();
  /// What was written is no longer there. @throws IoError
  void restart();
  /// Appends to the file; or let a library write to path(). @throws IoError; then nothing is left behind
  void write(std::string_view bytes);
  /// Ends the writing and syncs the file: all that may need room or time, so that little is left for commit to fail at.
  /// @throws IoError, also if a file that may not be replaced has come since; then nothing is left behind
  void seal();
  /// Seals the file, renames it, syncs its folder. @throws IoError; then nothing is left behind, but for a folder that
  /// cannot be synced, when the file has its name already
  void commit();
  /// As commit, for this file and the record that belongs to it: both get their names, or neither. The record is first,
  /// so that a file that is there has its record, and is as it was if this one fails (but where the file system has no
  /// hard links: there a replaced record is gone). @throws IoError
  void commit_with(TemporaryFile& record);

 private:
  [[noreturn]] void fail(int error);
  void let_go();
  void take_name();
  void sync_folder() const;

  std::string final_;
  std::string target_;  // where final_ points if it is a link, else the same
  std::string temporary_;
  bool overwrite_;
  bool committed_ = false;
  bool left_ = false;
  // Open from the first moment on: fsync reports only what went wrong while its descriptor was open, whoever wrote.
  int descriptor_ = -1;
};

}  // namespace rankwise::storage
