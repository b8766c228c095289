#pragma once

#include <chrono>
#include <span>

namespace rankwise::farm {

/// What a main thread waits for between its rounds: files that become readable, or the next look at MPI's messages,
/// which no file tells of. Looks are frequent where much happens, and become rarer where nothing does.
class Wait {
 public:
  /// @param others messages of other ranks may come
  explicit Wait(bool others) : others_(others) {}

  struct File {
    int descriptor = -1;  ///< -1: none
    bool for_output = false;
  };
  /// @param something_happened in the last round
  void for_any(std::span<const File> files, bool something_happened);

 private:
  bool others_;
  int idle_rounds_ = 0;
};

}  // namespace rankwise::farm
