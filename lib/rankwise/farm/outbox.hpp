#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>

#include "rankwise/farm/crew.hpp"
#include "rankwise/farm/ordered_store.hpp"
#include "rankwise/farm/printer.hpp"
#include "rankwise/farm/protocol.hpp"

namespace rankwise::farm {

/// A task that is over, and all that is to be written about it.
struct Finished {
  std::uint64_t number = 0;
  int rank = 0;  ///< that keeps what is not here of what it printed
  std::array<Printed, 2> printed = {};
  std::string name = {};
  std::string log_line = {};

  [[nodiscard]] std::string encode() const;
  static Finished decode(std::string_view bytes);
};

/// Brings what tasks have printed to the printer, one task after another, as they end or in the order of the list:
/// small outputs as they are, large ones piece by piece from the ranks that keep them. What waits is bounded: in
/// memory, by whoever asks `is_full`; where an order is kept, in files.
class Outbox {
 public:
  struct Ranks {
    std::function<void(int rank, PlacePrinted)> fetch;  ///< the answer goes to `arrived`, perhaps at once
    std::function<void(int rank, std::uint64_t task)> drop;
  };
  Outbox(Printer& printer, bool keep_order, Ranks ranks);

  void add(Finished finished);
  void arrived(const PlacePrinted& place, std::string piece);
  /// Sends on as much as the printer takes.
  void advance();
  /// Tasks below this number that have not ended will not: the others need not wait for them.
  void skip_gaps(std::uint64_t end);

  /// Something that should come will not: nothing more is sent on.
  void abandon() { abandoned_ = true; }
  [[nodiscard]] bool is_abandoned() const { return abandoned_; }

  [[nodiscard]] bool empty() const { return queue_.empty(); }
  /// Enough waits; nothing more should be begun.
  [[nodiscard]] bool is_full() const;

 private:
  bool ask(const Finished& first, std::uint64_t size);
  void release();
  void enqueue(Finished finished);

  Printer& printer_;
  bool keep_order_;
  Ranks ranks_;
  OrderedStore store_;
  std::uint64_t next_ = 1;  // whose turn it is
  std::deque<Finished> queue_;
  std::size_t queued_bytes_ = 0;
  std::size_t stream_ = 0;  // of the first in the queue, where it goes on
  std::uint64_t arrived_ = 0, asked_ = 0;
  bool abandoned_ = false;
};

}  // namespace rankwise::farm
