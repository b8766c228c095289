#include "rankwise/storage/csv_ranges.hpp"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <exception>
#include <map>
#include <mutex>
#include <span>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "rankwise/base/stop_request.hpp"
#include "rankwise/storage/csv_join.hpp"

namespace rankwise::storage {
namespace {

/// Small enough to stay in the cache from the search for NUL bytes to the scan.
constexpr std::uint64_t piece_bytes = std::uint64_t{1} << 18;

class RangesScan {
 public:
  RangesScan(const CsvText& text, const CsvScan::Options& rows, const CsvRanges& ranges)
      : text_(text),
        rows_(rows),
        range_(ranges.range.value),
        places_(ranges.places),
        ahead_(static_cast<std::uint64_t>(ranges.threads)),
        join_(text, rows) {
    const std::uint64_t bytes = text.size() - rows.offset;
    ranges_ = bytes / range_ + (bytes % range_ == 0 ? 0 : 1);
  }

  /// Also in the calling thread.
  void run() {
    text_.announce({rows_.offset, range_of(ahead_).begin});
    {
      std::vector<std::jthread> others;
      const std::uint64_t most = std::min(ahead_, ranges_);
      try {
        while (others.size() + 1 < most) others.emplace_back([this] { work(); });
      } catch (const std::system_error&) {
        // There are no more threads to be had: those that there are do it.
      }
      work();
    }
    if (failure_ != nullptr) std::rethrow_exception(failure_);
  }

  std::optional<CsvRows> result() {
    if (!sound_) return std::nullopt;
    join_.finish();
    if (!join_.sound()) return std::nullopt;
    return CsvRows{join_.records(), join_.chunks()};
  }

 private:
  [[nodiscard]] blocks::Range range_of(std::uint64_t index) const {
    const std::uint64_t begin = rows_.offset + index * range_;
    return {begin, std::min(begin + range_, text_.size())};
  }

  void work() noexcept {
    try {
      CsvText::Room room;
      for (std::uint64_t index = next_++; index < ranges_ && sound_; index = next_++) {
        text_.announce(range_of(index + ahead_));
        auto scan = scan_range(range_of(index), room);
        if (sound_) join(index, std::move(scan));
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
            .separator = rows_.separator, .offset = at + line, .columns = rows_.columns, .chunk = places_});
        bytes = bytes.subspan(line);
      }
      scan->add(bytes);
    }
    return scan;
  }

  /// Whoever brings the range that the join waits for adds all that follow it.
  void join(std::uint64_t index, std::optional<CsvScan> scan) {
    const std::lock_guard lock(mutex_);
    scanned_.emplace(index, std::move(scan));
    for (; !scanned_.empty() && scanned_.begin()->first == joined_ && sound_; ++joined_) {
      join_.add(range_of(joined_), std::move(scanned_.extract(scanned_.begin()).mapped()));
      if (!join_.sound()) sound_ = false;
    }
  }

  const CsvText& text_;
  CsvScan::Options rows_;
  std::uint64_t range_;
  Bytes places_;
  std::uint64_t ahead_;  // that far ahead, a range is read from the disk while this one is scanned
  std::uint64_t ranges_ = 0;

  std::atomic<std::uint64_t> next_{0};
  std::atomic<bool> sound_{true};
  std::mutex mutex_;
  std::map<std::uint64_t, std::optional<CsvScan>> scanned_;  // but not joined
  std::uint64_t joined_ = 0;
  CsvJoin join_;
  std::exception_ptr failure_;
};

}  // namespace

std::optional<CsvRows> scan_ranges(const CsvText& text, const CsvScan::Options& rows, const CsvRanges& ranges) {
  RangesScan scan(text, rows, ranges);
  scan.run();
  return scan.result();
}

}  // namespace rankwise::storage
