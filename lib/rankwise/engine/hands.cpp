#include "rankwise/engine/hands.hpp"

#include <algorithm>
#include <utility>

#include "rankwise/base/stop_request.hpp"
#include "rankwise/ranks/session.hpp"
#include "rankwise/storage/mapped_file.hpp"

namespace rankwise::engine {
namespace {

// Between looks for messages, each of which takes some 20 µs of a core's time:
constexpr std::chrono::microseconds in_a_short_phase{500};
constexpr std::chrono::microseconds in_a_long_phase{2000};

}  // namespace

Hands::Hands(AnyJob& job, const blocks::SpanCut& cut, int threads)
    : work_(cut),
      forest_(cut.grid, [&job](AnyPartial& left, const AnyPartial& right) { job.merge(left, right); }),
      hand_over_(job, cut, forest_) {
  job.set_threads(threads);
  team_ = std::make_unique<Team>(threads, work_, forest_,
                                 [this, &job, grid = cut.grid](blocks::BlockIndex block, int thread) {
                                   if (const auto upcoming = work_.upcoming()) job.announce(grid.block_at(*upcoming));
                                   auto partial = job.run(grid.block_at(block), thread);
                                   storage::check_mapped_files();
                                   if (const auto number = job.told(partial)) work_.tell(block, *number);
                                   return partial;
                                 });
}

void Hands::wait_between_looks() {
  using std::chrono::microseconds;
  const auto now = std::chrono::steady_clock::now();
  if (!work_.is_idle()) last_busy_ = now;
  const auto so_far = std::chrono::duration_cast<microseconds>(now - began_);
  const microseconds while_busy = std::clamp<microseconds>(so_far / 1000, in_a_short_phase, in_a_long_phase);
  // An eighth of the idle time so far, so that a rank without work does not keep its core busy looking.
  const auto eighth = std::chrono::duration_cast<microseconds>(now - last_busy_) / 8;
  work_.wait_for_news(last_busy_ == now ? while_busy : std::clamp(eighth, microseconds(50), in_a_short_phase));
}

void Hands::hand_over_rest(bool all, const std::function<void(std::vector<std::byte> nodes)>& pass_on) {
  if (auto nodes = hand_over_.wait()) pass_on(*std::move(nodes));
  if (!all) return;
  hand_over_.begin();
  pass_on(hand_over_.wait().value());
}

std::string Hands::whereabouts(const ranks::Communicator& ranks) const {
  std::string blocks;
  const auto now = std::chrono::steady_clock::now();
  for (const auto& running : work_.running()) {
    const blocks::Block block = work_.grid().block_at(running.block);
    blocks += fmt::format("{}lane {} step {} for {:.1f} s", blocks.empty() ? "is at " : ", ", block.lane, block.step,
                          std::chrono::duration<double>(now - running.since).count());
  }
  return fmt::format("rank {} on {} {}", ranks.rank(), ranks::host_name(), blocks.empty() ? "has no work" : blocks);
}

Report Hands::report(const ranks::Communicator& ranks) {
  News news = work_.take_news();
  Report report{.spans_done = std::move(news.spans_done),
                .blocks_done = news.blocks_done,
                .told = std::move(news.told),
                .wants_more = news.wants_more,
                .farewell = false,
                .failure = {},
                .handed_over = {},
                .whereabouts = {}};
  if (news.failure) {
    try {
      std::rethrow_exception(news.failure);
    } catch (...) {
      report.failure = ranks::current_failure();
    }
    if (ranks.size() > 1) {
      report.failure.message += fmt::format(" (rank {} of {} on {})", ranks.rank(), ranks.size(), ranks::host_name());
    }
  } else if (const int signal = stop_signal(); signal != 0) {
    const Stopped stopped(signal);
    report.failure = {stopped.exit_code(), stopped.what()};
  }
  return report;
}

}  // namespace rankwise::engine
