#include "rankwise/storage/csv_ranges.hpp"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "rankwise/base/checked.hpp"
#include "rankwise/base/stop_request.hpp"

namespace rankwise::storage {
namespace {

/// Small enough to stay in the cache from the search for NUL bytes to the scan.
constexpr std::uint64_t piece_bytes = std::uint64_t{1} << 18;

blocks::Range place_of(std::uint64_t index, const CsvText& text, const CsvScan::Options& rows,
                       const CsvRanges& ranges) {
  const std::uint64_t begin = rows.offset + index * ranges.range.value;
  return {begin, std::min(begin + ranges.range.value, text.size())};
}

/// Scans ranges in several threads.
class RangesScan {
 public:
  /// Takes the scan of a range, in whatever order they come, in one thread at a time. @return whether to go on
  using Take = std::function<bool(std::uint64_t index, std::optional<CsvScan> scan)>;

  RangesScan(const CsvText& text, const CsvScan::Options& rows, const CsvRanges& ranges, const blocks::Range& some,
             Take take)
      : text_(text),
        rows_(rows),
        ranges_(ranges),
        ahead_(static_cast<std::uint64_t>(ranges.threads)),
        next_(some.begin),
        some_(some),
        take_(std::move(take)) {}

  /// Also in the calling thread. @return whether all were taken, and none holds a NUL byte
  bool run() {
    text_.announce({place(some_.begin).begin, place(std::min(some_.begin + ahead_, some_.end)).begin});
    {
      std::vector<std::jthread> others;
      const std::uint64_t most = std::min(ahead_, some_.size());
      try {
        while (others.size() + 1 < most) others.emplace_back([this] { work(); });
      } catch (const std::system_error&) {
        // There are no more threads to be had: those that there are do it.
      }
      work();
    }
    if (failure_ != nullptr) std::rethrow_exception(failure_);
    return sound_;
  }

 private:
  [[nodiscard]] blocks::Range place(std::uint64_t index) const { return place_of(index, text_, rows_, ranges_); }

  void work() noexcept {
    try {
      CsvText::Room room;
      for (std::uint64_t index = next_++; index < some_.end && sound_; index = next_++) {
        if (index + ahead_ < some_.end) text_.announce(place(index + ahead_));
        auto scan = scan_range(place(index), room);
        if (!sound_) return;
        const std::lock_guard lock(mutex_);
        if (!take_(index, std::move(scan))) sound_ = false;
      }
    } catch (...) {
      const std::lock_guard lock(mutex_);
      if (failure_ == nullptr) failure_ = std::current_exception();
      sound_ = false;
    }
  }

  /// @return nothing if no line begins in the range, or all is over
  std::optional<CsvScan> scan_range(const blocks::Range& range, CsvText::Room& room) {
    std::optional<CsvScan> scan;
    for (std::uint64_t at = range.begin; at < range.end && sound_; at += piece_bytes) {
      heed_stop_request();
      auto bytes = text_.bytes({at, std::min(at + piece_bytes, range.end)}, room);
      if (std::memchr(bytes.data(), 0, bytes.size()) != nullptr) sound_ = false;
      if (!scan) {
        std::size_t line = 0;
        if (at != rows_.offset) {
          const auto newline = std::find(bytes.begin(), bytes.end(), '\n');
          if (newline == bytes.end()) continue;
          line = static_cast<std::size_t>(newline - bytes.begin()) + 1;
        }
        scan.emplace(CsvScan::Options{
            .separator = rows_.separator, .offset = at + line, .columns = rows_.columns, .chunk = ranges_.places});
        bytes = bytes.subspan(line);
      }
      scan->add(bytes);
    }
    return scan;
  }

  const CsvText& text_;
  CsvScan::Options rows_;
  CsvRanges ranges_;
  std::uint64_t ahead_;  // that far ahead, a range is read from the disk while this one is scanned

  std::atomic<std::uint64_t> next_;
  std::atomic<bool> sound_{true};
  std::mutex mutex_;
  blocks::Range some_;
  Take take_;
  std::exception_ptr failure_;
};

}  // namespace

std::uint64_t count_ranges(const CsvText& text, const CsvScan::Options& rows, const CsvRanges& ranges) {
  return divide_up(text.size() - rows.offset, ranges.range.value);
}

std::optional<CsvScans> scan_some(const CsvText& text, const CsvScan::Options& rows, const CsvRanges& ranges,
                                  const blocks::Range& some) {
  CsvScans scans(some.size());
  RangesScan scan(text, rows, ranges, some, [&](std::uint64_t index, std::optional<CsvScan> found) {
    scans[index - some.begin] = std::move(found);
    return true;
  });
  if (!scan.run()) return std::nullopt;
  return scans;
}

bool CsvRangesJoin::add(std::uint64_t index, std::optional<CsvScan> scan) {
  waiting_.emplace(index, std::move(scan));
  for (; join_.sound() && !waiting_.empty() && waiting_.begin()->first == joined_; ++joined_) {
    join_.add(place_of(joined_, text_, rows_, ranges_), std::move(waiting_.extract(waiting_.begin()).mapped()));
  }
  return join_.sound();
}

std::optional<CsvRows> CsvRangesJoin::result() {
  join_.finish();
  if (!join_.sound()) return std::nullopt;
  return CsvRows{join_.records(), join_.chunks()};
}

std::optional<CsvRows> scan_ranges(const CsvText& text, const CsvScan::Options& rows, const CsvRanges& ranges) {
  CsvRangesJoin join(text, rows, ranges);
  RangesScan scan(text, rows, ranges, {0, count_ranges(text, rows, ranges)},
                  [&](std::uint64_t index, std::optional<CsvScan> found) { return join.add(index, std::move(found)); });
  if (!scan.run()) return std::nullopt;
  return join.result();
}

}  // namespace rankwise::storage
