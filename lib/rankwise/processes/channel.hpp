#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "rankwise/processes/descriptor.hpp"

namespace rankwise::processes {

/// One end of a pair of sockets between two processes of one machine: whole messages of any size, and open files.
/// Nothing here waits.
class Channel {
 public:
  static std::pair<Channel, Channel> make_pair();

  explicit Channel(Descriptor socket) : socket_(std::move(socket)) {}

  [[nodiscard]] int descriptor() const { return socket_.get(); }

  /// Sends as much as fits; the rest stays for `flush`.
  void send(std::span<const std::byte> message, std::vector<Descriptor> files = {});
  void flush();
  [[nodiscard]] bool has_unsent() const { return !unsent_.empty(); }
  [[nodiscard]] std::size_t unsent_bytes() const { return unsent_bytes_; }

  /// Takes in what has come, or a part of it. @return false if the other end is closed
  /// @throws IoError where a file that came has no room among those of this process
  bool receive();
  /// This end sees that the other is closed.
  [[nodiscard]] bool is_closed() const { return closed_; }
  /// The next message that is here as a whole.
  std::optional<std::vector<std::byte>> next();
  /// The files that were sent, in their order; none if one did not come through.
  Descriptor next_file();

  void close() { socket_.reset(); }

 private:
  struct Unsent {
    std::vector<std::byte> bytes;
    std::vector<Descriptor> files;
  };
  /// @return how many bytes went; less than all where the socket is full
  std::size_t send_some(std::span<const std::byte> bytes, const std::vector<Descriptor>& files);

  Descriptor socket_;
  std::deque<Unsent> unsent_;
  std::size_t unsent_bytes_ = 0;
  bool closed_ = false;
  std::vector<std::byte> received_;
  std::size_t begin_ = 0;  // of what has not been taken, in received_
  std::deque<Descriptor> files_;
};

}  // namespace rankwise::processes
