#include "rankwise/farm/protocol.hpp"

namespace rankwise::farm {
namespace {

void put(ByteWriter& out, const ranks::Failure& failure) {
  out.put(failure.exit_code);
  out.put_string(failure.message);
}

ranks::Failure get_failure(ByteReader& in) {
  ranks::Failure failure;
  failure.exit_code = in.get<int>();
  failure.message = in.get_string();
  return failure;
}

}  // namespace

std::vector<std::byte> Report::encode() const {
  ByteWriter out;
  out.put(hello.has_value());
  if (hello) {
    out.put(hello->jobs);
    out.put_string(hello->host);
  }
  out.put(std::uint64_t{outcomes.size()});
  for (const Outcome& outcome : outcomes) outcome.encode(out);
  out.put(place.has_value());
  if (place) {
    out.put(*place);
    out.put_string(piece);
  }
  out.put(lost);
  out.put(farewell);
  put(out, failure);
  return out.take();
}

Report Report::decode(ByteReader in) {
  Report report;
  if (in.get<bool>()) {
    report.hello.emplace();
    report.hello->jobs = in.get<std::uint64_t>();
    report.hello->host = in.get_string();
  }
  for (auto left = in.get<std::uint64_t>(); left > 0; --left) report.outcomes.push_back(Outcome::decode(in));
  if (in.get<bool>()) {
    report.place = in.get<PlacePrinted>();
    report.piece = in.get_string();
  }
  report.lost = in.get<bool>();
  report.farewell = in.get<bool>();
  report.failure = get_failure(in);
  return report;
}

std::vector<std::byte> Order::encode() const {
  ByteWriter out;
  out.put(kind);
  switch (kind) {
    case Kind::start:
      out.put(std::int64_t{time_limit.count()});
      out.put(std::uint64_t{tasks.size()});
      for (const Start& start : tasks) {
        out.put(start.task);
        start.command.encode(out);
      }
      break;
    case Kind::fetch:
    case Kind::drop:
      out.put(place);
      break;
    case Kind::cancel:
      out.put(running);
      break;
    case Kind::alive:
      break;
    case Kind::end:
      put(out, failure);
      break;
  }
  return out.take();
}

Order Order::decode(ByteReader in) {
  Order order;
  order.kind = in.get<Kind>();
  switch (order.kind) {
    case Kind::start:
      order.time_limit = std::chrono::milliseconds(in.get<std::int64_t>());
      for (auto left = in.get<std::uint64_t>(); left > 0; --left) {
        Start& start = order.tasks.emplace_back();
        start.task = in.get<std::uint64_t>();
        start.command = processes::Command::decode(in);
      }
      break;
    case Kind::fetch:
    case Kind::drop:
      order.place = in.get<PlacePrinted>();
      break;
    case Kind::cancel:
      order.running = in.get<bool>();
      break;
    case Kind::alive:
      break;
    case Kind::end:
      order.failure = get_failure(in);
      break;
  }
  return order;
}

}  // namespace rankwise::farm
