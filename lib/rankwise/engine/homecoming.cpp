#include "rankwise/engine/homecoming.hpp"

#include <map>

#include "rankwise/blocks/homecoming.hpp"
#include "rankwise/engine/protocol.hpp"

namespace rankwise::engine {

void bring_home(const Context& context, const AnyJob& job, const blocks::SpanCut& cut, const std::vector<int>& owners,
                Forest& forest) {
  const int me = context.ranks().rank();
  for (const auto& transfers : blocks::plan_homecoming(cut, owners)) {
    // Both sides walk the same list, so a message needs no table of contents.
    std::map<int, ByteWriter> out;
    std::map<int, std::vector<blocks::Node>> in;
    for (const auto& transfer : transfers) {
      if (transfer.from == me) job.encode(forest.take(transfer.node), out[transfer.to]);
      if (transfer.to == me) in[transfer.from].push_back(transfer.node);
    }
    for (auto& [to, writer] : out) context.messenger().send(to, partials_subject, writer.take());
    for (const auto& [from, nodes] : in) {
      const auto message = context.messenger().wait_for(from, partials_subject);
      ByteReader reader(message.bytes);
      for (const blocks::Node node : nodes) forest.add(node, job.decode(reader));
    }
    context.messenger().wait_for_sends();
  }
}

}  // namespace rankwise::engine
