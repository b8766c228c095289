#include "rankwise/report/progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <utility>

#include "rankwise/report/format.hpp"

namespace rankwise::report {
namespace {

using namespace std::chrono_literals;

std::chrono::milliseconds interval(ProgressMode mode) {
  switch (mode) {
    case ProgressMode::bar:
      return 100ms;
    case ProgressMode::json:
      return 1000ms;
    default:
      return 10'000ms;
  }
}

/// 20 cells in eighths.
std::string bar(double share) {
  constexpr std::array<const char*, 8> eighths{"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  constexpr std::size_t length = 20;
  const auto filled = static_cast<std::size_t>(share * length * 8);
  std::string text;
  for (std::size_t i = 0; i < filled / 8; ++i) text += "█";
  text += eighths[filled % 8];
  return text + std::string(length - (filled + 7) / 8, ' ');
}

}  // namespace

ProgressDisplay::ProgressDisplay(Options options) : options_(std::move(options)) {
  if (options_.mode == ProgressMode::automatic) {
    options_.mode = isatty(STDERR_FILENO) == 1 ? ProgressMode::bar : ProgressMode::lines;
  }
  // What is done in a moment needs no bar.
  next_ = start_ + std::max<std::chrono::milliseconds>(interval(options_.mode), 500ms);
}

ProgressDisplay::~ProgressDisplay() {
  clear();
}

void ProgressDisplay::clear() {
  if (!std::exchange(drawn_, false)) return;
  const Remarks remarks = std::exchange(remarks_, {});
  draw("");
  remarks_ = remarks;
}

/// A line over and over again in the same place, and others below it. The cursor stays on the first.
void ProgressDisplay::draw(const std::string& line) {
  std::string text = "\r\033[K" + line;
  const std::vector<std::string> below = remarks_ ? remarks_() : std::vector<std::string>();
  const std::size_t count = std::max(below.size(), lines_below_);
  for (std::size_t i = 0; i < count; ++i) text += "\n\r\033[K" + (i < below.size() ? below[i] : std::string());
  if (count > 0) text += fmt::format("\033[{}A\r", count);
  lines_below_ = below.size();
  std::fputs(text.c_str(), stderr);
}

void ProgressDisplay::begin_part(Part part) {
  // Parts that were never shown were done before.
  if (part_is_new_) done_before_ += part.begin - part_.begin;
  part_ = part;
  part_is_new_ = true;
}

double ProgressDisplay::share(std::uint64_t done, std::uint64_t total) const {
  const double of_part = total == 0 ? 1.0 : static_cast<double>(done) / static_cast<double>(total);
  return part_.begin + (part_.end - part_.begin) * of_part;
}

void ProgressDisplay::show(std::uint64_t done, std::uint64_t total) {
  if (std::exchange(part_is_new_, false)) done_before_ += share(done, total) - part_.begin;
  if (done >= total) clear();
  print(done, total, done < total, [&](double seconds) { return line(done, total, seconds); });
}

void ProgressDisplay::show_open_end(std::uint64_t done) {
  print(done, done, true, [&](double seconds) {
    const double rate = seconds > 0 ? static_cast<double>(done) / seconds : 0;
    return fmt::format("{}  {}{}  {}{}/s", options_.command, done, options_.unit, short_number(rate), options_.unit);
  });
}

/// @param more something is left to be done: a bar is drawn only then
void ProgressDisplay::print(std::uint64_t done, std::uint64_t total, bool more,
                            const std::function<std::string(double seconds)>& words) {
  const auto now = Clock::now();
  if (options_.mode == ProgressMode::none || now < next_) return;
  next_ = now + interval(options_.mode);
  const double seconds = std::chrono::duration<double>(now - start_).count();
  if (options_.mode == ProgressMode::json) {
    std::fputs((json(done, total, seconds) + "\n").c_str(), stderr);
  } else if (options_.mode == ProgressMode::bar) {
    if (!more) return;
    draw(words(seconds));
    drawn_ = true;
  } else {
    std::string text = words(seconds) + "\n";
    for (const std::string& remark : remarks_ ? remarks_() : std::vector<std::string>()) text += "  " + remark + "\n";
    std::fputs(text.c_str(), stderr);
  }
  std::fflush(stderr);
}

std::string ProgressDisplay::line(std::uint64_t done, std::uint64_t total, double seconds) const {
  const double all = share(done, total), here = all - done_before_;
  const double rate = seconds > 0 ? here * options_.amount / seconds : 0;
  const std::string left =
      here > 0 ? duration(std::ceil(seconds * (1 - all) / here)) + " left" : std::string("no block done yet");
  const std::string drawing = options_.mode == ProgressMode::bar ? bar(all) + "  " : "";
  const auto amount = [&](double value) { return options_.whole ? fmt::format("{:.0f}", value) : with_prefix(value); };
  return fmt::format("{}  {:.0f} %  {}{} of {}{}  {}{}/s  {}", options_.command, std::floor(all * 100), drawing,
                     amount(all * options_.amount), amount(options_.amount), options_.unit,
                     options_.whole ? short_number(rate) : with_prefix(rate), options_.unit, left);
}

std::string ProgressDisplay::json(std::uint64_t done, std::uint64_t total, double seconds) const {
  return fmt::format(R"({{"command": "{}", "blocks_done": {}, "blocks": {}, "seconds": {:.3f}{}}})", options_.command,
                     done, total, seconds, more_json_ ? ", " + more_json_() : "");
}

}  // namespace rankwise::report
