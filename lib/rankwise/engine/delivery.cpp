#include "rankwise/engine/delivery.hpp"

#include <utility>

#include "rankwise/base/byte_encoding.hpp"
#include "rankwise/base/errors.hpp"

namespace rankwise::engine {

std::uint64_t Delivery::add(Server server) {
  servers_.push_back(std::move(server));
  return servers_.size() - 1;
}

Delivery::Bytes Delivery::serve(std::span<const std::byte> request) const {
  ByteReader in(request);
  const auto server = in.get<std::uint64_t>();
  return servers_.at(server)(request.subspan(sizeof(server)));
}

Delivery::Bytes Delivery::fetch(std::uint64_t server, std::span<const std::byte> request) {
  ByteWriter addressed;
  addressed.put(server);
  addressed.put_span(request);
  std::unique_lock lock(mutex_);
  const std::uint64_t id = next_id_++;
  requests_.push_back({id, addressed.take()});
  answered_.wait(lock, [&] { return !open_ || answers_.contains(id); });
  auto answer = answers_.extract(id);
  if (answer.empty()) throw IoError("the phase ended before rank 0 delivered the input");
  return std::move(answer.mapped());
}

void Delivery::open() {
  const std::lock_guard lock(mutex_);
  requests_.clear();
  answers_.clear();
  open_ = true;
}

std::vector<Delivery::Request> Delivery::take_requests() {
  const std::lock_guard lock(mutex_);
  return std::exchange(requests_, {});
}

void Delivery::answer(std::uint64_t id, Bytes bytes) {
  {
    const std::lock_guard lock(mutex_);
    answers_.emplace(id, std::move(bytes));
  }
  answered_.notify_all();
}

void Delivery::close() {
  {
    const std::lock_guard lock(mutex_);
    open_ = false;
  }
  answered_.notify_all();
}

}  // namespace rankwise::engine
