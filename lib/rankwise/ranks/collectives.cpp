#include "rankwise/ranks/collectives.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

#include "rankwise/ranks/handle.hpp"

namespace rankwise::ranks {
namespace {

constexpr int bulk_tag = 1;

std::uint64_t total_of(std::span<const std::uint64_t> sizes) {
  return std::accumulate(sizes.begin(), sizes.end(), std::uint64_t{0});
}

/// The requests that move one run of bytes in transfers of at most the cap; MPI keeps their order.
template <class StartTransfer>
void add_transfers(std::vector<MPI_Request>& requests, std::uint64_t bytes, StartTransfer start) {
  const std::uint64_t cap = std::min<std::uint64_t>(transfer_cap().value, std::numeric_limits<int>::max());
  for (std::uint64_t at = 0; at < bytes; at += cap) {
    requests.push_back(MPI_REQUEST_NULL);
    start(at, static_cast<int>(std::min(cap, bytes - at)), &requests.back());
  }
}

void add_sends(std::vector<MPI_Request>& requests, std::span<const std::byte> bytes, int to, MPI_Comm comm) {
  add_transfers(requests, bytes.size(), [&](std::uint64_t at, int count, MPI_Request* request) {
    check(MPI_Isend(bytes.data() + at, count, MPI_BYTE, to, bulk_tag, comm, request), "MPI_Isend");
  });
}

void add_receives(std::vector<MPI_Request>& requests, std::span<std::byte> bytes, int from, MPI_Comm comm) {
  add_transfers(requests, bytes.size(), [&](std::uint64_t at, int count, MPI_Request* request) {
    check(MPI_Irecv(bytes.data() + at, count, MPI_BYTE, from, bulk_tag, comm, request), "MPI_Irecv");
  });
}

std::vector<std::uint64_t> all_sizes(const Communicator& ranks, std::uint64_t mine) {
  std::vector<std::uint64_t> sizes(static_cast<std::size_t>(ranks.size()));
  MPI_Request request = MPI_REQUEST_NULL;
  check(MPI_Iallgather(&mine, 1, MPI_UINT64_T, sizes.data(), 1, MPI_UINT64_T, comm_of(ranks), &request),
        "MPI_Iallgather");
  wait_politely(request, "MPI_Iallgather");
  return sizes;
}

std::uint64_t reduce(const Communicator& ranks, std::uint64_t mine, MPI_Op op) {
  if (ranks.handle() == nullptr) return mine;
  std::uint64_t result = 0;
  MPI_Request request = MPI_REQUEST_NULL;
  check(MPI_Iallreduce(&mine, &result, 1, MPI_UINT64_T, op, comm_of(ranks), &request), "MPI_Iallreduce");
  wait_politely(request, "MPI_Iallreduce");
  return result;
}

}  // namespace

namespace detail {

std::vector<std::byte> scatter_bytes(const Communicator& ranks, std::span<const std::byte> all,
                                     std::span<const std::uint64_t> sizes, int root) {
  if (ranks.handle() == nullptr) return {all.begin(), all.begin() + static_cast<std::ptrdiff_t>(sizes[0])};
  std::uint64_t mine = 0;
  MPI_Request request = MPI_REQUEST_NULL;
  check(MPI_Iscatter(sizes.data(), 1, MPI_UINT64_T, &mine, 1, MPI_UINT64_T, root, comm_of(ranks), &request),
        "MPI_Iscatter");
  wait_politely(request, "MPI_Iscatter");

  std::vector<std::byte> part(mine);
  std::vector<MPI_Request> requests;
  if (ranks.rank() == root) {
    std::uint64_t at = 0;
    for (int rank = 0; rank < ranks.size(); ++rank) {
      const auto bytes = all.subspan(at, sizes[static_cast<std::size_t>(rank)]);
      at += bytes.size();
      if (rank == root) {
        std::copy(bytes.begin(), bytes.end(), part.begin());
      } else {
        add_sends(requests, bytes, rank, comm_of(ranks));
      }
    }
  } else {
    add_receives(requests, part, root, comm_of(ranks));
  }
  wait_politely(requests, "the scatter");
  return part;
}

std::vector<std::byte> gather_bytes(const Communicator& ranks, std::span<const std::byte> mine, int root) {
  if (ranks.handle() == nullptr) return {mine.begin(), mine.end()};
  const std::vector<std::uint64_t> sizes = all_sizes(ranks, mine.size());
  std::vector<std::byte> all;
  std::vector<MPI_Request> requests;
  if (ranks.rank() == root) {
    all.resize(total_of(sizes));
    std::uint64_t at = 0;
    for (int rank = 0; rank < ranks.size(); ++rank) {
      const auto place = std::span(all).subspan(at, sizes[static_cast<std::size_t>(rank)]);
      at += place.size();
      if (rank == root) {
        std::copy(mine.begin(), mine.end(), place.begin());
      } else {
        add_receives(requests, place, rank, comm_of(ranks));
      }
    }
  } else {
    add_sends(requests, mine, root, comm_of(ranks));
  }
  wait_politely(requests, "the gather");
  return all;
}

void broadcast_bytes(const Communicator& ranks, std::vector<std::byte>& bytes, int root) {
  if (ranks.handle() == nullptr) return;
  std::uint64_t size = bytes.size();
  MPI_Request request = MPI_REQUEST_NULL;
  check(MPI_Ibcast(&size, 1, MPI_UINT64_T, root, comm_of(ranks), &request), "MPI_Ibcast");
  wait_politely(request, "MPI_Ibcast");
  bytes.resize(size);
  std::vector<MPI_Request> requests;
  add_transfers(requests, size, [&](std::uint64_t at, int count, MPI_Request* transfer) {
    check(MPI_Ibcast(bytes.data() + at, count, MPI_BYTE, root, comm_of(ranks), transfer), "MPI_Ibcast");
  });
  wait_politely(requests, "the broadcast");
}

void exchange_bytes(const Communicator& ranks, std::span<const std::byte> mine, std::span<const std::uint64_t> sizes,
                    std::span<std::byte> theirs, std::span<const std::uint64_t> their_sizes) {
  std::vector<MPI_Request> requests;
  std::uint64_t from = 0, to = 0;
  for (int rank = 0; rank < ranks.size(); ++rank) {
    const auto going = mine.subspan(from, sizes[static_cast<std::size_t>(rank)]);
    const auto coming = theirs.subspan(to, their_sizes[static_cast<std::size_t>(rank)]);
    from += going.size();
    to += coming.size();
    if (rank == ranks.rank()) {
      std::copy(going.begin(), going.end(), coming.begin());
    } else {
      add_receives(requests, coming, rank, comm_of(ranks));
      add_sends(requests, going, rank, comm_of(ranks));
    }
  }
  wait_politely(requests, "the exchange");
}

std::vector<std::byte> all_gather_bytes(const Communicator& ranks, std::span<const std::byte> mine) {
  std::vector<std::byte> all = gather_bytes(ranks, mine, 0);
  broadcast_bytes(ranks, all, 0);
  return all;
}

}  // namespace detail

void barrier(const Communicator& ranks) {
  if (ranks.handle() == nullptr) return;
  MPI_Request request = MPI_REQUEST_NULL;
  check(MPI_Ibarrier(comm_of(ranks), &request), "MPI_Ibarrier");
  wait_politely(request, "MPI_Ibarrier");
}

std::vector<std::byte> broadcast(const Communicator& ranks, std::vector<std::byte> bytes, FromRoot from) {
  detail::broadcast_bytes(ranks, bytes, from.root);
  return bytes;
}

std::string broadcast_text(const Communicator& ranks, std::string text, FromRoot from) {
  const auto* data = reinterpret_cast<const std::byte*>(text.data());
  const auto bytes = broadcast(ranks, {data, data + text.size()}, from);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::vector<std::string> all_gather_text(const Communicator& ranks, const std::string& mine) {
  ByteWriter out;
  out.put_string(mine);
  const auto all = detail::all_gather_bytes(ranks, out.bytes());
  ByteReader in(all);
  std::vector<std::string> texts(static_cast<std::size_t>(ranks.size()));
  for (auto& text : texts) text = in.get_string();
  return texts;
}

std::uint64_t sum(const Communicator& ranks, std::uint64_t mine) {
  return reduce(ranks, mine, MPI_SUM);
}
std::uint64_t largest(const Communicator& ranks, std::uint64_t mine) {
  return reduce(ranks, mine, MPI_MAX);
}

}  // namespace rankwise::ranks
