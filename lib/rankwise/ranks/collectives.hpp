#pragma once

#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <string>
#include <vector>

#include "rankwise/base/byte_encoding.hpp"
#include "rankwise/base/checked.hpp"
#include "rankwise/ranks/communicator.hpp"

/// Collectives on runs of plain values. Every rank calls each of them, in the same order. Sizes are 64-bit, transfers
/// are capped (`transfer_cap`), and a rank that waits naps.
namespace rankwise::ranks {

namespace detail {
std::vector<std::byte> scatter_bytes(const Communicator& ranks, std::span<const std::byte> all,
                                     std::span<const std::uint64_t> sizes, int root);
std::vector<std::byte> gather_bytes(const Communicator& ranks, std::span<const std::byte> mine, int root);
void exchange_bytes(const Communicator& ranks, std::span<const std::byte> mine, std::span<const std::uint64_t> sizes,
                    std::span<std::byte> theirs, std::span<const std::uint64_t> their_sizes);
void broadcast_bytes(const Communicator& ranks, std::vector<std::byte>& bytes, int root);
std::vector<std::byte> all_gather_bytes(const Communicator& ranks, std::span<const std::byte> mine);

template <class T>
std::vector<T> as_values(const std::vector<std::byte>& bytes) {
  std::vector<T> values(bytes.size() / sizeof(T));
  ByteReader(bytes).get_span(std::span<T>(values));
  return values;
}
}  // namespace detail

struct FromRoot {
  int root = 0;
};

/// What `ranks` waits for: nothing passes until every rank is here. @note Collective
void barrier(const Communicator& ranks);

/// Hands out consecutive parts of `all`: the first counts[0] values to rank 0, the next counts[1] to rank 1, and so on.
/// `all` and `counts` matter on the root only. @return this rank's part. @note Collective
template <PlainValue T>
std::vector<T> scatter(const Communicator& ranks, std::span<const T> all, std::span<const std::uint64_t> counts,
                       FromRoot from = {}) {
  std::vector<std::uint64_t> sizes(counts.begin(), counts.end());
  for (auto& size : sizes) size = checked_product(size, sizeof(T), "a scattered part");
  return detail::as_values<T>(detail::scatter_bytes(ranks, std::as_bytes(all), sizes, from.root));
}

/// All ranks' values one after another, in rank order, on the root; empty elsewhere. Ranks may have different numbers
/// of values, also none. @note Collective
template <PlainValue T>
std::vector<T> gather(const Communicator& ranks, std::span<const T> mine, FromRoot to = {}) {
  return detail::as_values<T>(detail::gather_bytes(ranks, std::as_bytes(mine), to.root));
}

/// As `gather`, with the result on every rank. @note Collective
template <PlainValue T>
std::vector<T> all_gather(const Communicator& ranks, std::span<const T> mine) {
  return detail::as_values<T>(detail::all_gather_bytes(ranks, std::as_bytes(mine)));
}

/// Every rank has something for each: the first counts[0] values of `mine` go to rank 0, the next counts[1] to rank 1,
/// and so on. What comes is put into `theirs` in rank order, their_counts[r] values from rank r.
/// @pre what a rank expects of another is what that has for it. @note Collective
template <PlainValue T>
void exchange(const Communicator& ranks, std::span<const T> mine, std::vector<std::uint64_t> counts,
              std::span<T> theirs, std::vector<std::uint64_t> their_counts) {
  for (auto& size : counts) size = checked_product(size, sizeof(T), "an exchanged part");
  for (auto& size : their_counts) size = checked_product(size, sizeof(T), "an exchanged part");
  detail::exchange_bytes(ranks, std::as_bytes(mine), counts, std::as_writable_bytes(theirs), their_counts);
}

/// The root's text, on every rank. @note Collective
std::string broadcast_text(const Communicator& ranks, std::string text, FromRoot from = {});
/// The root's bytes, on every rank. @note Collective
std::vector<std::byte> broadcast(const Communicator& ranks, std::vector<std::byte> bytes, FromRoot from = {});

/// Each rank's text, in rank order, on every rank. @note Collective
std::vector<std::string> all_gather_text(const Communicator& ranks, const std::string& mine);

/// The sum over all ranks, on every rank. Integers only: floating-point sums would change with the layout.
/// @note Collective
std::uint64_t sum(const Communicator& ranks, std::uint64_t mine);
std::uint64_t largest(const Communicator& ranks, std::uint64_t mine);

}  // namespace rankwise::ranks
