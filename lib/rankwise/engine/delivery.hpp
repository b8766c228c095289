#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

namespace rankwise::engine {

/// Input that only rank 0 can see, brought to the threads of other ranks while a phase runs. A thread that needs bytes
/// posts a request and waits; its rank's main thread carries requests to rank 0 and answers back; rank 0's main thread
/// answers between its other duties.
class Delivery {
 public:
  using Bytes = std::vector<std::byte>;
  struct Request {
    std::uint64_t id = 0;
    Bytes bytes;
  };

  /// What rank 0 answers a request with. May throw: the failure ends the phase.
  using Server = std::function<Bytes(std::span<const std::byte> request)>;

  /// Before the first phase, in the same order on every rank; elsewhere than on rank 0 nobody calls it.
  /// @return the server's number
  std::uint64_t add(Server server);
  /// Another one in its place.
  void replace(std::uint64_t server, Server by) { servers_[server] = std::move(by); }

  /// Any thread of a rank that cannot see the input. @throws Error if the phase ends before the answer is here
  Bytes fetch(std::uint64_t server, std::span<const std::byte> request);

  // The main thread:
  void open();
  std::vector<Request> take_requests();
  /// On rank 0, the answer to what another rank's take_requests() gave.
  [[nodiscard]] Bytes serve(std::span<const std::byte> request) const;
  void answer(std::uint64_t id, Bytes bytes);
  /// Every thread that waits is sent home.
  void close();

 private:
  std::vector<Server> servers_;
  std::mutex mutex_;
  std::condition_variable answered_;
  std::vector<Request> requests_;
  std::unordered_map<std::uint64_t, Bytes> answers_;
  std::uint64_t next_id_ = 0;
  bool open_ = false;
};

}  // namespace rankwise::engine
