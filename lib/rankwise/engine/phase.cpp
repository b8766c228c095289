#include "rankwise/engine/phase.hpp"

#include "rankwise/base/stop_request.hpp"
#include "rankwise/blocks/span.hpp"
#include "rankwise/engine/hands.hpp"
#include "rankwise/engine/homecoming.hpp"
#include "rankwise/engine/plan.hpp"
#include "rankwise/engine/root.hpp"
#include "rankwise/engine/worker.hpp"
#include "rankwise/ranks/agreement.hpp"

namespace rankwise::engine {
namespace {

struct CloseDelivery {
  Delivery* delivery;
  ~CloseDelivery() {
    if (delivery != nullptr) delivery->close();
  }
};

blocks::Range first_share(const ranks::Communicator& ranks, Ledger* ledger) {
  std::vector<blocks::Range> shares;
  if (ledger != nullptr) shares = ledger->first_shares();
  const std::vector<std::uint64_t> counts(static_cast<std::size_t>(ranks.size()), 1);
  return ranks::scatter(ranks, std::span<const blocks::Range>(shares), std::span<const std::uint64_t>(counts)).at(0);
}

/// Which rank computed each span, on every rank; along a tree of ranks, since the list is long and ranks are many.
std::vector<int> owners_on_all(const ranks::Communicator& ranks, const Ledger* ledger) {
  ByteWriter out;
  if (ledger != nullptr) out.put_vector(ledger->owners());
  const auto bytes = ranks::broadcast(ranks, out.take());
  return ByteReader(bytes).get_vector<int>();
}

}  // namespace

void run_phase(const Context& context, AnyJob& job,
               const std::function<void(std::uint64_t lane, AnyPartial partial)>& sink, const PhaseOptions& options) {
  const ranks::Communicator& ranks = context.ranks();
  int threads = 1;
  blocks::SpanCut cut;
  std::string identity;
  ranks::agree(ranks, [&] {
    identity = job.identity().digest();
    threads = plan_phase(context.options(), job, options.phase).threads;
    cut = blocks::cut_into_spans(job.grid(), job.partial_bytes());
  });

  const std::string of_root = ranks::broadcast_text(ranks, identity);
  ranks::agree(ranks, [&] {
    if (identity == of_root) return;
    throw InputError("this rank has another job than rank 0: another input under the same name, or another rankwise");
  });

  std::optional<Ledger> ledger;
  if (ranks.is_root()) ledger.emplace(cut, ranks.size());
  const blocks::Range share = first_share(ranks, ledger ? &*ledger : nullptr);

  if (options.delivery != nullptr) options.delivery->open();
  Hands hands(job, cut, threads);
  // Goes before the hands do: a thread that waits for input must not keep them if this thread has to give up.
  const CloseDelivery close_delivery{options.delivery};
  hands.work().add(share);
  const ranks::Failure failure = ranks.is_root() ? Root(context, cut, hands, options.delivery, *ledger).lead()
                                                 : Worker(context, hands, options.delivery).follow();
  if (failure.exit_code != 0) throw ranks::AgreedError(failure.exit_code, failure.message);

  bring_home(context, job, cut, owners_on_all(ranks, ledger ? &*ledger : nullptr), hands.forest());
  ranks::agree(ranks, [&] {
    if (!ranks.is_root() || cut.count() == 0) return;
    const std::uint8_t top = blocks::top_level(cut.grid.steps);
    for (std::uint64_t lane = 0; lane < cut.grid.lanes; ++lane) sink(lane, hands.forest().take({lane, 0, top}));
  });
}

}  // namespace rankwise::engine
