#include "rankwise/engine/watchdog.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace rankwise::engine {
namespace {

constexpr std::size_t most_told = 8;  // ranks
constexpr std::chrono::milliseconds longest_last_block = std::chrono::minutes(10);
const char* const without_work = "has no work";

double seconds(WakingClock::Duration duration) {
  return std::chrono::duration<double>(duration).count();
}

}  // namespace

Watchdog::Watchdog(const Context& context, Hands& hands)
    : context_(context),
      hands_(hands),
      patience_(context.options().watchdog.patience),
      silence_(context.options().watchdog.silence),
      heard_(static_cast<std::size_t>(context.ranks().size())),
      answers_(heard_.size()),
      left_(heard_.size()) {}

void Watchdog::note_farewell(int rank) {
  left_[static_cast<std::size_t>(rank)] = true;
  note_progress();
}

void Watchdog::tell_all(Order::Kind kind) const {
  const auto order = Order{.kind = kind}.encode();
  for (int rank = 1; rank < context_.ranks().size(); ++rank) context_.messenger().send(rank, order_subject, order);
}

void Watchdog::hear(int rank, const std::string& whereabouts) {
  heard_[static_cast<std::size_t>(rank)] = clock_.now();
  if (!whereabouts.empty()) answers_[static_cast<std::size_t>(rank)] = whereabouts;
}

void Watchdog::look() {
  if (!is_on()) return;
  clock_.look();
  if (clock_.now() - greeted_ < silence_ / 4) return;
  greeted_ = clock_.now();
  tell_all(Order::Kind::alive);
}

bool Watchdog::is_alarmed() const {
  if (!is_on()) return false;
  const bool stands_still = patience_.count() > 0 && clock_.now() - moved_ > patience_;
  return stands_still || clock_.now() - *std::min_element(heard_.begin(), heard_.end()) > silence_;
}

void Watchdog::ask() {
  asked_ = clock_.now();
  std::fill(answers_.begin(), answers_.end(), "");
  answers_[0] = hands_.whereabouts(context_.ranks());
  tell_all(Order::Kind::tell_where);
}

bool Watchdog::has_heard_enough() const {
  const bool all = std::none_of(answers_.begin(), answers_.end(), [](const auto& answer) { return answer.empty(); });
  return all || clock_.now() - asked_ > time_to_answer;
}

std::string Watchdog::finding() const {
  const bool silent = std::any_of(answers_.begin(), answers_.end(), [](const auto& answer) { return answer.empty(); });
  std::string told;
  std::size_t ranks = 0;
  for (std::size_t rank = 0; rank < answers_.size(); ++rank) {
    // Where somebody does not answer, what the others do is not what holds all up.
    if (silent ? !answers_[rank].empty() : answers_[rank].ends_with(without_work)) continue;
    if (++ranks > most_told) continue;
    if (!told.empty()) told += "; ";
    told += silent ? fmt::format("rank {} does not answer", rank) : answers_[rank];
  }
  if (ranks > most_told) told += fmt::format("; and {} more", ranks - most_told);
  if (silent) return fmt::format("{} (asked for {:.1f} s)", told, seconds(clock_.now() - asked_));
  return fmt::format("no block has been done for {:.1f} s: {}", seconds(clock_.now() - moved_),
                     told.empty() ? "no rank has work" : told);
}

bool Watchdog::is_end_late() const {
  // A rank whose last block takes its time does not answer, either.
  return is_on() && clock_.now() - moved_ > (patience_.count() > 0 ? patience_ : longest_last_block);
}

std::string Watchdog::who_is_late() const {
  std::string late;
  std::size_t ranks = 0;
  for (std::size_t rank = 0; rank < left_.size(); ++rank) {
    if (rank == 0 ? !hands_.is_at_work() : left_[rank]) continue;
    if (++ranks <= most_told) late += fmt::format("{} {}", late.empty() ? "" : ",", rank);
  }
  return fmt::format("{} of {} ranks do not come to the end of a phase for {:.1f} s:{}{}", ranks, left_.size(),
                     seconds(clock_.now() - moved_), late, ranks > most_told ? ", ..." : "");
}

}  // namespace rankwise::engine
