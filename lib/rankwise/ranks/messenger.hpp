#pragma once

#include <cstddef>
#include <list>
#include <memory>
#include <optional>
#include <vector>

#include "rankwise/ranks/communicator.hpp"

namespace rankwise::ranks {

/// What a message is about; each subject is received on its own.
enum class Subject : int {};

struct Message {
  int source = 0;
  std::vector<std::byte> bytes;
};

/// Point-to-point messages of any size between the ranks of one communicator. Messages of one subject between two ranks
/// arrive in the order in which they were sent. Only what says so waits, but for the rest of a message whose beginning
/// has arrived. The main thread alone calls it.
class Messenger {
 public:
  explicit Messenger(Communicator ranks);
  Messenger(const Messenger&) = delete;
  Messenger& operator=(const Messenger&) = delete;
  /// @pre all sends have been waited for
  ~Messenger();

  /// Starts to send; the bytes are kept until they are gone.
  void send(int to, Subject subject, std::vector<std::byte> bytes);
  /// A message that has arrived, from any rank.
  std::optional<Message> receive(Subject subject);
  /// Waits, napping, for the next message from one rank.
  Message wait_for(int source, Subject subject);
  /// Lets go of sends that are complete.
  void progress();
  /// Waits, napping, until everything sent has been received.
  void wait_for_sends();

  [[nodiscard]] const Communicator& ranks() const { return ranks_; }

 private:
  struct PendingSend;
  std::optional<Message> receive_from(int source, Subject subject);

  Communicator ranks_;
  std::list<PendingSend> pending_;
};

}  // namespace rankwise::ranks
