#include "rankwise/farm/outbox.hpp"

#include <span>
#include <utility>

#include "rankwise/base/byte_encoding.hpp"

namespace rankwise::farm {
namespace {

constexpr std::size_t most_in_order = std::size_t{32} << 20;   // in memory, behind one that takes long
constexpr std::size_t most_at_printer = std::size_t{8} << 20;  // bytes
constexpr std::size_t most_asked = 8 * Crew::piece_size;       // for, and not come yet
constexpr std::size_t most_queued = std::size_t{32} << 20;

std::size_t bytes_of(const Finished& finished) {
  return sizeof(Finished) + finished.printed[0].bytes.size() + finished.printed[1].bytes.size() +
         finished.log_line.size();
}

}  // namespace

std::string Finished::encode() const {
  ByteWriter out;
  out.put(number);
  out.put(rank);
  for (const Printed& stream : printed) {
    out.put(stream.size);
    out.put_string(stream.bytes);
  }
  out.put_string(name);
  out.put_string(log_line);
  const auto bytes = out.bytes();
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

Finished Finished::decode(std::string_view bytes) {
  ByteReader in(std::as_bytes(std::span(bytes)));
  Finished finished;
  finished.number = in.get<std::uint64_t>();
  finished.rank = in.get<int>();
  for (Printed& stream : finished.printed) {
    stream.size = in.get<std::uint64_t>();
    stream.bytes = in.get_string();
  }
  finished.name = in.get_string();
  finished.log_line = in.get_string();
  return finished;
}

Outbox::Outbox(Printer& printer, bool keep_order, Ranks ranks)
    : printer_(printer), keep_order_(keep_order), ranks_(std::move(ranks)), store_(most_in_order) {}

void Outbox::add(Finished finished) {
  if (!keep_order_ || finished.number < next_) return enqueue(std::move(finished));
  const std::uint64_t number = finished.number;
  const bool is_silent = finished.printed[0].size == 0 && finished.printed[1].size == 0;
  // Who printed nothing has nothing to wait for: it is done now.
  if (is_silent) enqueue(std::move(finished));
  store_.put(number, is_silent ? std::string() : finished.encode());
  release();
}

void Outbox::release() {
  while (auto bytes = store_.take(next_)) {
    ++next_;
    if (!bytes->empty()) enqueue(Finished::decode(*bytes));
  }
}

void Outbox::skip_gaps(std::uint64_t end) {
  while (next_ < end) {
    release();
    ++next_;
  }
  release();
}

void Outbox::enqueue(Finished finished) {
  queued_bytes_ += bytes_of(finished);
  queue_.push_back(std::move(finished));
}

bool Outbox::is_full() const {
  return queued_bytes_ + printer_.waiting() > most_queued;
}

void Outbox::advance() {
  while (!abandoned_ && !queue_.empty() && printer_.waiting() < most_at_printer) {
    Finished& first = queue_.front();
    if (stream_ < first.printed.size()) {
      Printed& stream = first.printed[stream_];
      if (!stream.is_kept_elsewhere()) {
        if (stream.size > 0) printer_.push({.stream = stream_, .bytes = stream.bytes, .begins = true});
        ++stream_;
      } else if (arrived_ == stream.size) {
        ++stream_;
        arrived_ = asked_ = 0;
      } else {
        if (!ask(first, stream.size)) return;
      }
      continue;
    }
    const bool was_kept = first.printed[0].is_kept_elsewhere() || first.printed[1].is_kept_elsewhere();
    if (was_kept) ranks_.drop(first.rank, first.number);
    queued_bytes_ -= bytes_of(first);
    printer_.push({.finishes = true, .task = first.number, .name = first.name, .log_line = std::move(first.log_line)});
    queue_.pop_front();
    stream_ = 0;
  }
}

/// Asks for the next piece of the first task's output, some ahead of those that have come: an answer takes a moment.
/// @return whether there was one to ask for
bool Outbox::ask(const Finished& first, std::uint64_t size) {
  if (asked_ >= size || asked_ - arrived_ >= most_asked) return false;
  const PlacePrinted place{.task = first.number, .stream = stream_, .offset = asked_};
  asked_ += Crew::piece_size;
  ranks_.fetch(first.rank, place);
  return true;
}

void Outbox::arrived(const PlacePrinted& place, std::string piece) {
  if (abandoned_) return;
  arrived_ = place.offset + piece.size();
  printer_.push(
      {.stream = static_cast<std::size_t>(place.stream), .bytes = std::move(piece), .begins = place.offset == 0});
}

}  // namespace rankwise::farm
