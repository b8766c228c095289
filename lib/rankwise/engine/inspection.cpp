#include "rankwise/engine/inspection.hpp"

#include <algorithm>
#include <exception>
#include <memory>
#include <utility>

#include "rankwise/base/stop_request.hpp"
#include "rankwise/ranks/agreement.hpp"
#include "rankwise/storage/csv.hpp"
#include "rankwise/storage/input_file.hpp"
#include "rankwise/storage/source.hpp"

namespace rankwise::engine {
namespace {

using storage::CsvRanges;
using storage::CsvRows;
using storage::CsvScan;
using storage::CsvScans;
using storage::CsvText;

constexpr std::uint64_t worth_help = 4;  // ranges

/// What rank 0 asks all ranks to scan. Nothing at all, encoded as no bytes, ends their help.
struct Request {
  std::string path;
  std::string identity;
  CsvScan::Options rows;
  CsvRanges ranges;
  blocks::Range some;  ///< of the ranges

  [[nodiscard]] std::vector<std::byte> encode() const {
    ByteWriter out;
    out.put_string(path);
    out.put_string(identity);
    out.put(rows.separator);
    out.put(rows.offset);
    out.put(rows.columns);
    out.put(rows.chunk.value);
    out.put(ranges.range.value);
    out.put(ranges.places.value);
    out.put(some);
    return out.take();
  }
  static Request decode(ByteReader in) {
    Request request{.path = in.get_string(), .identity = in.get_string(), .rows = {}, .ranges = {}, .some = {}};
    request.rows.separator = in.get<char>();
    request.rows.offset = in.get<std::uint64_t>();
    request.rows.columns = in.get<std::uint64_t>();
    request.rows.chunk = {in.get<std::uint64_t>()};
    request.ranges.range = {in.get<std::uint64_t>()};
    request.ranges.places = {in.get<std::uint64_t>()};
    request.some = in.get<blocks::Range>();
    return request;
  }
};

/// Nothing where this rank does not see the file that rank 0 sees.
std::unique_ptr<const CsvText> open_same(const Request& request) {
  try {
    auto text = std::make_unique<const CsvText>(request.path);
    if (text->identity() == request.identity) return text;
  } catch (const Error&) {
    // It has no part in this; whether it can do without the file is asked later.
  }
  return nullptr;
}

std::vector<std::byte> encoded(const std::optional<CsvScans>& scans) {
  ByteWriter out;
  out.put(scans.has_value());
  for (const auto& scan : scans.value_or(CsvScans{})) {
    out.put(scan.has_value());
    if (scan) scan->encode(out);
  }
  return out.take();
}

/// @param shares how many ranges each helper scanned, in the order of `bytes`
std::optional<CsvScans> decoded(ByteReader in, const std::vector<std::uint64_t>& shares) {
  CsvScans scans;
  for (const std::uint64_t share : shares) {
    if (!in.get<bool>()) return std::nullopt;
    for (std::uint64_t i = 0; i < share; ++i) {
      scans.push_back(in.get<bool>() ? std::optional(CsvScan::decode(in)) : std::nullopt);
    }
  }
  return scans;
}

/// @return on rank 0 the scans; nothing elsewhere, or if there is a NUL byte, or if nobody can help
/// @note Collective
std::optional<CsvScans> scan_together(const ranks::Communicator& ranks, const Request& request, int threads) {
  CsvRanges ranges = request.ranges;
  ranges.threads = threads;
  std::unique_ptr<const CsvText> text;
  ranks::agree(ranks, [&] { text = open_same(request); });
  const std::uint64_t helps = text == nullptr ? 0 : 1;
  const auto helpers = ranks::all_gather(ranks, std::span(&helps, 1));
  const auto count = [&](std::size_t so_many) {
    return static_cast<int>(std::count(helpers.begin(), helpers.begin() + static_cast<std::ptrdiff_t>(so_many), 1));
  };
  const int all = count(helpers.size());
  std::vector<std::byte> mine;
  ranks::agree(ranks, [&] {
    if (text == nullptr) return;
    auto share = blocks::share(request.some.size(), count(static_cast<std::size_t>(ranks.rank())), all);
    share.begin += request.some.begin;
    share.end += request.some.begin;
    mine = encoded(scan_some(*text, request.rows, ranges, share));
  });
  const auto bytes = ranks::gather(ranks, std::span<const std::byte>(mine));
  if (all == 0 || !ranks.is_root()) return std::nullopt;
  std::vector<std::uint64_t> shares;
  for (int i = 0; i < all; ++i) shares.push_back(blocks::share(request.some.size(), i, all).size());
  return decoded(ByteReader(bytes), shares);
}

bool is_still(const storage::MatrixInfo& known, const std::string& source) {
  if (known.format != storage::Format::csv || known.source != source) return false;
  // The path is the user's, not one that a checkpoint brings along.
  if (known.file != storage::split_source(source).file) return false;
  try {
    storage::check_csv(known);
    return storage::identity_of(known.file, {}) == known.identity;
  } catch (const Error&) {
    return false;  // what is wrong with the file is told when it is looked at
  }
}

storage::MatrixInfo inspect(const std::string& source, const storage::MatrixInfo* known,
                            const storage::CsvInspection& how) {
  return known != nullptr && is_still(*known, source) ? *known : storage::inspect_matrix(source, how);
}

/// Rank 0.
storage::MatrixInfo inspect_with_help(const ranks::Communicator& ranks, const std::string& source, int threads,
                                      const Help& help) {
  const auto scanner = [&](const CsvText& text, const CsvScan::Options& rows,
                           const CsvRanges& ranges) -> std::optional<CsvRows> {
    const std::uint64_t count = count_ranges(text, rows, ranges);
    if (count < worth_help) return scan_ranges(text, rows, ranges);
    Request request{.path = text.path(), .identity = text.identity(), .rows = rows, .ranges = ranges, .some = {}};
    storage::CsvRangesJoin join(text, rows, ranges);
    for (std::uint64_t begin = 0; begin < count; begin += help.ranges_at_once) {
      request.some = {begin, std::min(begin + help.ranges_at_once, count)};
      ranks::broadcast(ranks, request.encode());
      auto scans = scan_together(ranks, request, threads);
      if (!scans) return std::nullopt;
      for (std::uint64_t i = 0; i < scans->size(); ++i) {
        heed_stop_request();
        if (!join.add(begin + i, std::move((*scans)[i]))) return std::nullopt;
      }
    }
    return join.result();
  };
  try {
    auto info = inspect(source, help.known, {.ranges = {.threads = threads}, .scanner = scanner});
    ranks::broadcast(ranks, std::vector<std::byte>());
    return info;
  } catch (const ranks::AgreedError&) {
    throw;  // the others know
  } catch (...) {
    ranks::broadcast(ranks, std::vector<std::byte>());
    throw;
  }
}

/// The other ranks.
void give_help(const ranks::Communicator& ranks, int threads) {
  while (true) {
    const auto bytes = ranks::broadcast(ranks, std::vector<std::byte>());
    if (bytes.empty()) return;
    scan_together(ranks, Request::decode(ByteReader(bytes)), threads);
  }
}

}  // namespace

storage::MatrixInfo inspect_together(const Context& context, const std::string& source, const Help& help) {
  const ranks::Communicator& ranks = context.ranks();
  const int threads = context.options().threads;
  std::vector<std::byte> bytes;
  std::exception_ptr failure;
  // Every rank goes through all of it, whatever signals come: the others wait for it inside.
  try {
    if (ranks.is_root()) {
      const auto info = help.allowed && ranks.size() > 1
                            ? inspect_with_help(ranks, source, threads, help)
                            : inspect(source, help.known, {.ranges = {.threads = threads}});
      ByteWriter out;
      info.encode(out);
      bytes = out.take();
    } else if (help.allowed) {
      give_help(ranks, threads);
    }
  } catch (...) {
    failure = std::current_exception();
  }
  ranks::agree(ranks, [&] {
    if (failure) std::rethrow_exception(failure);
  });
  bytes = ranks::broadcast(ranks, std::move(bytes));
  ByteReader in(bytes);
  return storage::MatrixInfo::decode(in);
}

}  // namespace rankwise::engine
