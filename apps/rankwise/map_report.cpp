#include "apps/rankwise/map_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <numeric>

#include "apps/rankwise/answer.hpp"
#include "rankwise/report/format.hpp"
#include "rankwise/report/table.hpp"

namespace rankwise::app {
namespace {

using farm::Tally;

constexpr double worth_telling = 1;  // seconds that a run takes whose slowest tasks are of interest

std::string subject(const farm::MapOptions& options) {
  return options.command.empty() ? "commands" : report::printable(options.command);
}

/// How much of the time that its places were there for a rank's tasks took.
double busy(const Tally::OfRank& rank, double seconds) {
  const double places = static_cast<double>(rank.jobs) * seconds;
  return places > 0 ? std::min(1.0, rank.seconds / places) : 0;
}

std::string slowest_table(const Tally& tally) {
  report::Table table({"slowest", "time", "rank"});
  for (const Tally::Slow& slow : tally.slowest) {
    table.add({report::printable(slow.command), report::duration(slow.seconds), std::to_string(slow.rank)});
  }
  return table.text(report::output_width());
}

std::string rank_table(const Tally& tally, double seconds) {
  std::uint64_t all = 0;
  for (const auto& rank : tally.ranks) all += rank.tasks;
  report::Table table({"rank", "host", "jobs", "tasks", "share", "busy"});
  constexpr std::size_t most = 16;
  for (std::size_t r = 0; r < std::min(tally.ranks.size(), most); ++r) {
    const auto& rank = tally.ranks[r];
    const double share = all > 0 ? static_cast<double>(rank.tasks) / static_cast<double>(all) : 0;
    table.add({std::to_string(r), rank.host.empty() ? "-" : rank.host, std::to_string(rank.jobs),
               std::to_string(rank.tasks), fmt::format("{:.0f} %", 100 * share),
               fmt::format("{:.0f} %", 100 * busy(rank, seconds))});
  }
  if (tally.ranks.size() > most) table.add_remark("...", fmt::format("{} more", tally.ranks.size() - most));
  return table.text(report::output_width());
}

}  // namespace

void print_summary(const Invocation& invocation, const farm::MapOptions& options, const Tally& tally) {
  const double seconds = invocation.seconds();
  const std::uint64_t ended = tally.done + tally.failed;
  std::string text;
  if (seconds >= worth_telling && ended > 1) text += slowest_table(tally);
  if (tally.ranks.size() > 1) text += rank_table(tally, seconds);
  text += fmt::format("map {} · {} · {} done", subject(options), invocation.layout_line(),
                      report::plural(tally.done, "task"));
  if (tally.failed > 0) text += fmt::format(", {} failed", tally.failed);
  if (tally.retried > 0) text += fmt::format(", {} retried", tally.retried);
  const std::uint64_t before = tally.done_before + tally.failed_before;
  if (before > 0) text += fmt::format(", {} before", before);
  if (tally.failed_before > 0)
    text += fmt::format(" ({} failed: --resume-failed runs them again)", tally.failed_before);
  const double rate = seconds > 0 ? static_cast<double>(ended) / seconds : 0;
  text += fmt::format(" · in {}, {} tasks/s\n", report::duration(seconds),
                      rate >= 100 ? fmt::format("{:.0f}", rate) : fmt::format("{:.3g}", rate));
  std::fputs(text.c_str(), stderr);
}

void print_summary_json(const Invocation& invocation, const farm::MapOptions& options, const Tally& tally) {
  const double seconds = invocation.seconds();
  auto json = invocation.json_head();
  json["task"] = options.command;
  json["tasks"] = tally.done + tally.failed + tally.done_before + tally.failed_before;
  json["done"] = tally.done;
  json["failed"] = tally.failed;
  json["retried"] = tally.retried;
  json["done_before"] = tally.done_before;
  json["failed_before"] = tally.failed_before;
  json["tasks_per_second"] = seconds > 0 ? static_cast<double>(tally.done + tally.failed) / seconds : 0;
  json["slowest"] = nlohmann::ordered_json::array();
  for (const Tally::Slow& slow : tally.slowest) {
    json["slowest"].push_back({{"command", slow.command}, {"seconds", slow.seconds}, {"rank", slow.rank}});
  }
  json["by_rank"] = nlohmann::ordered_json::array();
  for (std::size_t r = 0; r < tally.ranks.size(); ++r) {
    const auto& rank = tally.ranks[r];
    json["by_rank"].push_back(
        {{"rank", r}, {"host", rank.host}, {"jobs", rank.jobs}, {"tasks", rank.tasks}, {"busy", busy(rank, seconds)}});
  }
  answer("{}\n", json_text(json, 2));
}

}  // namespace rankwise::app
