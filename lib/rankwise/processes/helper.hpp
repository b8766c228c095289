#pragma once

#include <sys/types.h>

#include <optional>
#include <vector>

#include "rankwise/processes/channel.hpp"
#include "rankwise/processes/messages.hpp"

namespace rankwise::processes {

/// Starts processes for one that may not do so itself: MPI's libraries do not bear a fork. It is a process of its own,
/// born before MPI starts. It leads a session of its own, so that what kills a rank's process group does not reach it;
/// when this process is gone, however it ended, it sees that and kills what it started. And if it is killed itself,
/// this process kills what that had started.
class Helper {
 public:
  /// @pre this process has no other thread, and no children
  /// @throws IoError where no process or socket can be had
  Helper();
  Helper(const Helper&) = delete;
  Helper& operator=(const Helper&) = delete;
  /// Everything that it started is gone afterwards.
  ~Helper();

  void send(const Request& request);
  /// What has ended since the last call. Does not wait.
  std::vector<Ended> receive();
  /// False once it was killed: nothing more will come, and what it had started is gone.
  [[nodiscard]] bool is_alive() const { return process_ > 0; }

  /// To poll for input, and for output, too, if `has_unsent`.
  [[nodiscard]] int descriptor() const { return channel_->descriptor(); }
  [[nodiscard]] bool has_unsent() const { return channel_->has_unsent(); }

 private:
  void end();

  std::optional<Channel> channel_;
  pid_t process_ = -1;
};

}  // namespace rankwise::processes
