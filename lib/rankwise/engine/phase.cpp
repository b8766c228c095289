#include "rankwise/engine/phase.hpp"

#include <fmt/format.h>

#include <exception>
#include <optional>
#include <utility>

#include "rankwise/blocks/span.hpp"
#include "rankwise/engine/checkpoint.hpp"
#include "rankwise/engine/hands.hpp"
#include "rankwise/engine/homecoming.hpp"
#include "rankwise/engine/keeper.hpp"
#include "rankwise/engine/plan.hpp"
#include "rankwise/engine/root.hpp"
#include "rankwise/engine/worker.hpp"
#include "rankwise/ranks/agreement.hpp"

namespace rankwise::engine {
namespace {

using Sink = std::function<void(std::uint64_t lane, AnyPartial partial)>;

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

/// One phase, from a job that all ranks have alike to its results on rank 0. All of its functions are collective.
class Phase {
 public:
  Phase(const Context& context, AnyJob& job, const PhaseOptions& options)
      : context_(context),
        ranks_(context.ranks()),
        checkpoint_(options.kept ? context.options().checkpoint : nullptr),
        job_(job),
        options_(options) {}

  void run(const Sink& sink) {
    plan();
    if (!restore()) {
      compute();
      if (checkpoint_ != nullptr) keep_results();
    }
    ranks::agree(ranks_, [&] {
      for (std::uint64_t lane = 0; lane < results_.size(); ++lane) sink(lane, std::move(results_[lane]));
    });
  }

 private:
  void plan();
  bool restore();
  void compute();
  ranks::Failure save(ranks::Failure failure);
  void end_early(ranks::Failure failure);
  void keep_results();

  const Context& context_;
  const ranks::Communicator& ranks_;
  Checkpoint* checkpoint_;
  AnyJob& job_;
  const PhaseOptions& options_;
  int threads_ = 1;
  blocks::SpanCut cut_;
  // On rank 0:
  PhaseRecord* record_ = nullptr;
  std::optional<Ledger> ledger_;
  std::optional<Keeper> keeper_;
  std::vector<AnyPartial> results_;  // of the lanes
};

void Phase::plan() {
  std::string identity;
  ranks::agree(ranks_, [&] {
    identity = job_.identity().digest();
    threads_ = plan_phase(context_.options(), job_, options_.phase).threads;
    cut_ = blocks::cut_into_spans(job_.grid(), job_.partial_bytes());
  });
  const std::string of_root = ranks::broadcast_text(ranks_, identity);
  ranks::agree(ranks_, [&] {
    if (identity == of_root) return;
    throw InputError("this rank has another job than rank 0: another input under the same name, or another rankwise");
  });
}

/// Takes up what earlier runs have kept. @return whether these are all results already
bool Phase::restore() {
  ranks::agree(ranks_, [&] {
    if (!ranks_.is_root()) return;
    if (checkpoint_ != nullptr) record_ = &checkpoint_->phase(options_.phase, job_.identity(), cut_);
    if (record_ != nullptr && record_->finished) {
      for (const KeptNode& kept : record_->nodes) {
        results_.push_back(job_.decode_kept(kept.partial, kept.node.lane));
      }
      checkpoint_->count(cut_.grid.count(), cut_.grid.count());
      return;
    }
    ledger_.emplace(cut_, ranks_.size());
    if (cut_.grid.steps == 1 && cut_.lanes_per_span == 1) {
      if (auto order = job_.lanes_in_order(); !order.empty()) ledger_->set_order(std::move(order));
    }
    if (record_ == nullptr) return;
    keeper_.emplace(*checkpoint_, *record_, job_, *ledger_);
    for (const KeptNode& kept : record_->nodes) {
      if (!options_.hear || kept.node.level > 0) continue;
      const auto number = job_.told(job_.decode_kept(kept.partial, kept.node.lane));
      if (number) options_.hear({kept.node.lane, kept.node.index}, *number);
    }
    checkpoint_->count(keeper_->blocks_restored(), keeper_->blocks());
  });
  return ranks::sum(ranks_, ranks_.is_root() && !ledger_ ? 1 : 0) > 0;
}

void Phase::compute() {
  Ledger* ledger = ledger_ ? &*ledger_ : nullptr;
  const blocks::Range share = first_share(ranks_, ledger);
  if (options_.delivery != nullptr) options_.delivery->open();
  Hands hands(job_, cut_, threads_);
  // Goes before the hands do: a thread that waits for input must not keep them if this thread has to give up.
  const CloseDelivery close_delivery{options_.delivery};
  hands.work().add(share);
  ranks::Failure failure;
  if (ranks_.is_root()) {
    failure = Root(context_, cut_, hands, options_, *ledger_, keeper_ ? &*keeper_ : nullptr).lead();
  } else {
    Worker(context_, hands, options_.delivery).follow();
  }
  end_early(std::move(failure));

  bring_home(context_, job_, cut_, owners_on_all(ranks_, ledger), hands.forest());
  if (!ranks_.is_root() || cut_.count() == 0) return;
  const std::uint8_t top = blocks::top_level(cut_.grid.steps);
  for (std::uint64_t lane = 0; lane < cut_.grid.lanes; ++lane) {
    results_.push_back(hands.forest().take({lane, 0, top}));
  }
}

/// Saves on rank 0 what there is of a phase that ends early. @return how it ends then
ranks::Failure Phase::save(ranks::Failure failure) {
  try {
    keeper_->save();
    if (failure.exit_code != 0) {
      failure.message += fmt::format("; {} holds what is done, {:.1f} % of '{}': --resume goes on from there",
                                     checkpoint_->options().path, 100 * keeper_->share_kept(), options_.phase);
    }
    return failure;
  } catch (...) {
    const ranks::Failure unsaved = ranks::current_failure();
    if (failure.exit_code == 0) return unsaved;
    return {unsaved.exit_code, fmt::format("{}; {}", failure.message, unsaved.message)};
  }
}

/// Leaves a phase that failed, or was but a shard of the job; returns if it was neither.
/// @param failure on rank 0, who alone knows of it
void Phase::end_early(ranks::Failure failure) {
  const Shard* shard = checkpoint_ != nullptr ? checkpoint_->shard() : nullptr;
  if (keeper_ && (failure.exit_code != 0 || shard != nullptr)) failure = save(std::move(failure));
  ByteWriter out;
  out.put(failure.exit_code);
  out.put_string(failure.message);
  const auto bytes = ranks::broadcast(ranks_, out.take());
  ByteReader in(bytes);
  const int code = in.get<int>();
  if (code != 0) throw ranks::AgreedError(code, in.get_string());
  if (shard != nullptr) {
    throw ShardDone(fmt::format("shard {}/{} is done and in {}; rankwise merge puts all of them together",
                                shard->index + 1, shard->count, checkpoint_->options().path));
  }
}

/// The results are part of the checkpoint, whatever signals come meanwhile.
void Phase::keep_results() {
  std::exception_ptr failure;
  try {
    if (job_.writes_output()) job_.make_output_durable();
  } catch (...) {
    failure = std::current_exception();
  }
  const bool durable = ranks::sum(ranks_, failure ? 1 : 0) == 0;
  try {
    if (durable && ranks_.is_root()) {
      std::vector<KeptNode> nodes;
      const std::uint8_t top = results_.empty() ? 0 : blocks::top_level(cut_.grid.steps);
      for (std::uint64_t lane = 0; lane < results_.size(); ++lane) {
        ByteWriter out;
        job_.encode(results_[lane], out);
        nodes.push_back({{lane, 0, top}, out.take()});
      }
      record_->nodes = std::move(nodes);
      record_->finished = true;
      checkpoint_->touch();
      if (checkpoint_->is_due()) checkpoint_->save_soon();
    }
  } catch (...) {
    failure = std::current_exception();
  }
  ranks::agree(ranks_, [&] {
    if (failure) std::rethrow_exception(failure);
  });
}

}  // namespace

void run_phase(const Context& context, AnyJob& job, const Sink& sink, const PhaseOptions& options) {
  Phase(context, job, options).run(sink);
}

}  // namespace rankwise::engine
