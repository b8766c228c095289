#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace rankwise::report {

enum class ProgressMode { automatic, bar, lines, json, none };

/// Shows on standard error how far a command is: a bar redrawn in place on a terminal, a line every 10 seconds
/// elsewhere. The bar is gone when all blocks are done, so that an answer finds its place empty.
class ProgressDisplay {
 public:
  struct Options {
    std::string command;  ///< `columns`
    ProgressMode mode = ProgressMode::automatic;
    double amount = 0;      ///< of everything
    std::string unit = {};  ///< of the amount: `B`, `samples`
    bool whole = false;     ///< the amount is that of blocks, and shown with all digits: `630 of 1000 tasks`
  };

  explicit ProgressDisplay(Options options);
  ProgressDisplay(const ProgressDisplay&) = delete;
  ProgressDisplay& operator=(const ProgressDisplay&) = delete;
  ~ProgressDisplay();

  /// For an amount that is known only later.
  void set_amount(double amount) { options_.amount = amount; }
  /// The blocks that are shown from now on are one part of the whole, such as from 0.25 to 1 of it.
  struct Part {
    double begin = 0;
    double end = 1;
  };
  void begin_part(Part part);
  /// What else is to be shown from now on: lines below the bar or the line, and more keys of a JSON object.
  using Remarks = std::function<std::vector<std::string>()>;
  void set_remarks(Remarks lines, std::function<std::string()> json) {
    remarks_ = std::move(lines);
    more_json_ = std::move(json);
  }
  /// `done` blocks are done, and nobody knows of how many.
  void show_open_end(std::uint64_t done);
  /// `done` of `total` blocks of this part are done. What is done already when a part is first shown was done before,
  /// by another run: it counts for the share, not for the rate.
  void show(std::uint64_t done, std::uint64_t total);

  /// What a line says `seconds` after the start.
  [[nodiscard]] std::string line(std::uint64_t done, std::uint64_t total, double seconds) const;
  [[nodiscard]] std::string json(std::uint64_t done, std::uint64_t total, double seconds) const;

 private:
  using Clock = std::chrono::steady_clock;
  void print(std::uint64_t done, std::uint64_t total, bool more,
             const std::function<std::string(double seconds)>& words);
  void draw(const std::string& line);
  void clear();
  [[nodiscard]] double share(std::uint64_t done, std::uint64_t total) const;

  Options options_;
  Part part_;
  double done_before_ = 0;  // the share of everything that this run found done
  bool part_is_new_ = true;
  Clock::time_point start_ = Clock::now();
  Clock::time_point next_;
  bool drawn_ = false;
  Remarks remarks_;
  std::function<std::string()> more_json_;
  std::size_t lines_below_ = 0;  // that were drawn below the bar
};

}  // namespace rankwise::report
