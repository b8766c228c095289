#include "rankwise/storage/csv_scan.hpp"

#include <algorithm>
#include <bit>

#include "rankwise/storage/csv_fields.hpp"
#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace rankwise::storage {
namespace {

constexpr std::size_t block_bytes = 64;

/// Bit i tells of byte i of a block.
struct Bits {
  std::uint64_t quotes = 0;
  std::uint64_t newlines = 0;
  std::uint64_t separators = 0;
  std::uint64_t white = 0;  // newlines too; not a separator
};

#ifdef __SSE2__
Bits look_at(const char* block, char separator) {
  Bits bits;
  for (int part = 0; part < 4; ++part) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(block) + part);
    const auto put = [&](std::uint64_t& to, __m128i found) {
      to |= std::uint64_t{static_cast<std::uint32_t>(_mm_movemask_epi8(found))} << (16 * part);
    };
    put(bits.quotes, _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')));
    put(bits.newlines, _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\n')));
    put(bits.separators, _mm_cmpeq_epi8(bytes, _mm_set1_epi8(separator)));
    const __m128i above_tab = _mm_sub_epi8(bytes, _mm_set1_epi8('\t'));
    const __m128i tab_to_return = _mm_cmpeq_epi8(_mm_min_epu8(above_tab, _mm_set1_epi8('\r' - '\t')), above_tab);
    put(bits.white, _mm_or_si128(tab_to_return, _mm_cmpeq_epi8(bytes, _mm_set1_epi8(' '))));
  }
  bits.white &= ~bits.separators;
  return bits;
}
#else
Bits look_at(const char* block, char separator) {
  Bits bits;
  for (std::size_t i = 0; i < block_bytes; ++i) {
    bits.quotes |= std::uint64_t{block[i] == '"'} << i;
    bits.newlines |= std::uint64_t{block[i] == '\n'} << i;
    bits.separators |= std::uint64_t{block[i] == separator} << i;
    bits.white |= std::uint64_t{is_white_space(block[i])} << i;
  }
  bits.white &= ~bits.separators;
  return bits;
}
#endif

/// Bit i of the result is the parity of bits 0 to i.
constexpr std::uint64_t parities(std::uint64_t bits) {
  for (int distance = 1; distance < 64; distance *= 2) bits ^= bits << distance;
  return bits;
}

/// std::popcount is a call where the processor is not known to have the instruction.
constexpr std::uint64_t count(std::uint64_t bits) {
  bits -= (bits >> 1) & 0x5555555555555555;
  bits = (bits & 0x3333333333333333) + ((bits >> 2) & 0x3333333333333333);
  bits = (bits + (bits >> 4)) & 0x0f0f0f0f0f0f0f0f;
  return (bits * 0x0101010101010101) >> 56;
}

}  // namespace

CsvScan::CsvScan(const Options& options)
    : separator_(options.separator),
      offset_(options.offset),
      columns_(options.columns),
      record_(options.offset),
      chunks_(options.offset, options.chunk) {}

void CsvScan::add(std::span<const char> bytes) {
  while (!bytes.empty()) {
    const auto part = bytes.first(std::min(bytes.size(), block_bytes));
    if (part.size() < block_bytes || !add_block(part.data())) {
      for (const char c : part) add_byte(c);
    }
    bytes = bytes.subspan(part.size());
  }
}

template <class Scan, class Act>
void CsvScan::for_each_plain(Scan& scan, Act act) {
  act(scan.separator_);
  act(scan.offset_);
  act(scan.columns_);
  act(scan.after_);
  act(scan.after_white_);
  act(scan.blank_);
  act(scan.separators_);
  act(scan.record_);
  act(scan.opening_quote_);
  act(scan.records_);
  act(scan.first_record_);
  act(scan.last_ragged_);
  act(scan.last_end_);
}

void CsvScan::encode(ByteWriter& out) const {
  for_each_plain(*this, [&](const auto& field) { out.put(field); });
  out.put(ragged_.has_value());
  out.put(ragged_.value_or(Ragged{}));
  chunks_.encode(out);
}

CsvScan CsvScan::decode(ByteReader& in) {
  CsvScan scan({});
  for_each_plain(scan, [&]<class Field>(Field& field) { field = in.get<Field>(); });
  const bool is_ragged = in.get<bool>();
  const auto ragged = in.get<Ragged>();
  if (is_ragged) scan.ragged_ = ragged;
  scan.chunks_ = CsvChunks::decode(in);
  return scan;
}

void CsvScan::finish() {
  if (!blank_ && !open_quote()) end_record(offset_, separators_ + 1);
  blank_ = true;
  chunks_.finish(records_);
}

std::optional<std::uint64_t> CsvScan::open_quote() const {
  return after_ == After::quoted ? std::optional(opening_quote_) : std::nullopt;
}

void CsvScan::add_byte(char c) {
  const std::uint64_t at = offset_++;
  if (after_ == After::quoted) {
    if (c == '"') after_ = After::closing_quote;
  } else if (c == '"' && after_ != After::plain) {
    if (after_ == After::field_begin) opening_quote_ = at;
    after_ = After::quoted;
    blank_ = false;
  } else if (c == separator_) {
    after_ = After::field_begin;
    ++separators_;
    blank_ = false;
  } else if (c == '\n') {
    after_ = After::field_begin;
    if (!blank_) end_record(at + 1, separators_ + 1);
    record_ = at + 1;
    separators_ = 0;
    blank_ = true;
  } else {
    after_ = After::plain;
    if (!is_white_space(c)) blank_ = false;
  }
  after_white_ = c != separator_ && is_white_space(c);
}

/// Which bytes of a block its quotes enclose. @return nothing if a quote is a byte like others: one byte after another
/// must tell then
std::optional<std::uint64_t> CsvScan::quoted_bits(std::uint64_t quotes, std::uint64_t field_ends) {
  const std::uint64_t before = after_ == After::quoted ? ~std::uint64_t{0} : 0;
  if (quotes == 0) return before;
  const std::uint64_t quoted = parities(quotes) ^ before;
  const std::uint64_t opening = quotes & quoted;
  const std::uint64_t field_begins = field_ends << 1 | std::uint64_t{after_ == After::field_begin};
  // The second one of a doubled quote opens anew what the first one has closed.
  const std::uint64_t second = quotes << 1 | std::uint64_t{after_ == After::closing_quote};
  if ((opening & ~(field_begins | second)) != 0) return std::nullopt;
  if (const std::uint64_t first = opening & ~second; first != 0) {
    opening_quote_ = offset_ + 63 - static_cast<std::uint64_t>(std::countl_zero(first));
  }
  return quoted;
}

/// Does what add_byte would do for each byte of the block. @return false, and nothing done, where only add_byte can:
/// lines that may be blank, quotes inside fields
bool CsvScan::add_block(const char* block) {
  const Bits bits = look_at(block, separator_);
  // A blank line's newline follows a newline, or white space after white space or a newline.
  const std::uint64_t white_before = bits.white << 1 | std::uint64_t{after_white_};
  const std::uint64_t white_before_that = white_before << 1 | 1;
  if ((bits.newlines & (bits.newlines << 1 | (white_before & white_before_that))) != 0) return false;
  const auto enclosed = quoted_bits(bits.quotes, bits.separators | bits.newlines);
  if (!enclosed) return false;

  const std::uint64_t quoted = *enclosed;
  std::uint64_t separators = bits.separators & ~quoted;
  const std::uint64_t newlines = bits.newlines & ~quoted;
  std::uint64_t rest = ~std::uint64_t{0};  // what comes after the last newline
  for (std::uint64_t left = newlines; left != 0; left &= left - 1) {
    const std::uint64_t before = (left & (~left + 1)) - 1;
    const std::uint64_t end = offset_ + static_cast<std::uint64_t>(std::countr_zero(left)) + 1;
    end_record(end, separators_ + count(separators & before) + 1);
    record_ = end;
    separators_ = 0;
    separators &= ~before;
    rest = ~before << 1;
  }
  separators_ += count(separators);
  blank_ = (newlines != 0 || blank_) && (~bits.white & rest) == 0;
  after_white_ = bits.white >> 63 != 0;
  after_ = quoted >> 63 != 0                    ? After::quoted
           : bits.quotes >> 63 != 0             ? After::closing_quote
           : (separators | newlines) >> 63 != 0 ? After::field_begin
                                                : After::plain;
  offset_ += block_bytes;
  return true;
}

void CsvScan::end_record(std::uint64_t end, std::uint64_t fields) {
  if (columns_ == 0) {
    columns_ = fields;
    first_record_ = {record_, end};
  }
  if (fields != columns_) {
    if (!ragged_) ragged_ = Ragged{record_, fields};
    last_ragged_ = record_;
  }
  last_end_ = end;
  if (++records_ == chunks_.next()) chunks_.add(end);
}

}  // namespace rankwise::storage
