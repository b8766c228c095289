#include "rankwise/engine/protocol.hpp"

namespace rankwise::engine {
namespace {

void put(ByteWriter& out, const ranks::Failure& failure) {
  out.put(failure.exit_code);
  out.put_string(failure.message);
}

ranks::Failure get_failure(ByteReader& in) {
  const int code = in.get<int>();
  return {code, in.get_string()};
}

}  // namespace

std::vector<std::byte> Report::encode() const {
  ByteWriter out;
  out.put_vector(spans_done);
  out.put(blocks_done);
  out.put_vector(told);
  out.put(wants_more);
  out.put(farewell);
  put(out, failure);
  out.put(handed_over.has_value());
  if (handed_over) out.put_vector(*handed_over);
  out.put_string(whereabouts);
  return out.take();
}

Report Report::decode(ByteReader in) {
  Report report;
  report.spans_done = in.get_vector<blocks::Range>();
  report.blocks_done = in.get<std::uint64_t>();
  report.told = in.get_vector<Told>();
  report.wants_more = in.get<bool>();
  report.farewell = in.get<bool>();
  report.failure = get_failure(in);
  if (in.get<bool>()) report.handed_over = in.get_vector<std::byte>();
  report.whereabouts = in.get_string();
  return report;
}

std::vector<std::byte> Order::encode() const {
  ByteWriter out;
  out.put(kind);
  switch (kind) {
    case Kind::compute:
      out.put(spans);
      break;
    case Kind::delivered:
      out.put(request);
      out.put_vector(delivered);
      break;
    case Kind::hand_over:
    case Kind::tell_where:
    case Kind::alive:
      break;
    case Kind::end:
      out.put(hand_over_all);
      break;
  }
  return out.take();
}

Order Order::decode(ByteReader in) {
  Order order;
  order.kind = in.get<Kind>();
  switch (order.kind) {
    case Kind::compute:
      order.spans = in.get<blocks::Range>();
      break;
    case Kind::delivered:
      order.request = in.get<std::uint64_t>();
      order.delivered = in.get_vector<std::byte>();
      break;
    case Kind::hand_over:
    case Kind::tell_where:
    case Kind::alive:
      break;
    case Kind::end:
      order.hand_over_all = in.get<bool>();
      break;
  }
  return order;
}

}  // namespace rankwise::engine
