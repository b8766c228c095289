#include "rankwise/ranks/messenger.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <limits>
#include <utility>

#include "rankwise/ranks/handle.hpp"

namespace rankwise::ranks {
namespace {

// A short message travels with its length before it under one tag; of a long one only the length does, and the bytes
// themselves, in capped transfers, under the next tag: straight from where they are and to where they go.
int first_tag(Subject subject) {
  return 2 * static_cast<int>(subject);
}
int rest_tag(Subject subject) {
  return first_tag(subject) + 1;
}

constexpr std::size_t header = sizeof(std::uint64_t);
constexpr std::size_t short_message = 4096;

std::size_t capped() {
  return static_cast<std::size_t>(std::clamp<std::uint64_t>(transfer_cap().value, 1, std::numeric_limits<int>::max()));
}

}  // namespace

struct Messenger::PendingSend {
  std::vector<std::byte> first;  // the length and, of a short message, all of it
  std::vector<std::byte> rest;
  std::vector<MPI_Request> requests;
};

Messenger::Messenger(Communicator ranks) : ranks_(std::move(ranks)) {}
Messenger::~Messenger() = default;

void Messenger::send(int to, Subject subject, std::vector<std::byte> bytes) {
  const std::uint64_t size = bytes.size();
  auto& pending = pending_.emplace_back();
  pending.first.resize(header);
  std::memcpy(pending.first.data(), &size, header);
  if (size <= std::min(short_message, capped())) {
    pending.first.insert(pending.first.end(), bytes.begin(), bytes.end());
  } else {
    pending.rest = std::move(bytes);
  }
  const auto start = [&](std::span<const std::byte> part, int tag) {
    auto& request = pending.requests.emplace_back(MPI_REQUEST_NULL);
    check(MPI_Isend(part.data(), static_cast<int>(part.size()), MPI_BYTE, to, tag, comm_of(ranks_), &request),
          "MPI_Isend");
  };
  start(pending.first, first_tag(subject));
  for (std::span<const std::byte> rest = pending.rest; !rest.empty();) {
    const std::size_t count = std::min(capped(), rest.size());
    start(rest.first(count), rest_tag(subject));
    rest = rest.subspan(count);
  }
}

std::optional<Message> Messenger::receive(Subject subject) {
  return receive_from(MPI_ANY_SOURCE, subject);
}

std::optional<Message> Messenger::receive_from(int source, Subject subject) {
  if (ranks_.handle() == nullptr) return std::nullopt;  // a process alone
  const MPI_Comm comm = comm_of(ranks_);
  int arrived = 0;
  MPI_Message matched = MPI_MESSAGE_NULL;
  MPI_Status status;
  check(MPI_Improbe(source, first_tag(subject), comm, &arrived, &matched, &status), "MPI_Improbe");
  if (arrived == 0) return std::nullopt;
  int count = 0;
  check(MPI_Get_count(&status, MPI_BYTE, &count), "MPI_Get_count");
  std::vector<std::byte> first(static_cast<std::size_t>(count));
  MPI_Request request = MPI_REQUEST_NULL;
  check(MPI_Imrecv(first.data(), count, MPI_BYTE, &matched, &request), "MPI_Imrecv");
  wait_politely(request, "MPI_Imrecv");

  std::uint64_t size = 0;
  std::memcpy(&size, first.data(), header);
  Message message{.source = status.MPI_SOURCE, .bytes = std::vector<std::byte>(size)};
  std::copy(first.begin() + header, first.end(), message.bytes.begin());
  std::vector<MPI_Request> rest;
  for (std::size_t at = first.size() - header; at < size;) {
    const std::size_t part = std::min(capped(), static_cast<std::size_t>(size) - at);
    auto& next = rest.emplace_back(MPI_REQUEST_NULL);
    check(MPI_Irecv(message.bytes.data() + at, static_cast<int>(part), MPI_BYTE, message.source, rest_tag(subject),
                    comm, &next),
          "MPI_Irecv");
    at += part;
  }
  wait_politely(rest, "MPI_Irecv");
  return message;
}

Message Messenger::wait_for(int source, Subject subject) {
  Nap nap;
  while (true) {
    if (auto message = receive_from(source, subject)) return *std::move(message);
    progress();
    nap.take();
  }
}

void Messenger::progress() {
  std::erase_if(pending_, [](PendingSend& send) {
    int done = 0;
    check(MPI_Testall(static_cast<int>(send.requests.size()), send.requests.data(), &done, MPI_STATUSES_IGNORE),
          "MPI_Testall");
    return done != 0;
  });
}

void Messenger::wait_for_sends() {
  for (Nap nap; !pending_.empty(); nap.take()) progress();
}

}  // namespace rankwise::ranks
