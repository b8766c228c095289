#include "rankwise/base/utf8.hpp"

#include <cstddef>

namespace rankwise {
namespace {

constexpr unsigned char byte(char c) {
  return static_cast<unsigned char>(c);
}

/// How many bytes a character has by its first one; 0 if none begins so.
std::size_t character_bytes(unsigned char first) {
  return first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
}

/// Which second bytes a first byte may have: neither longer than needed, nor surrogates, nor beyond U+10FFFF.
bool is_second_byte(unsigned char first, unsigned char second) {
  const int least = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
  const int most = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
  return second >= least && second <= most;
}

}  // namespace

std::u32string characters(std::string_view text) {
  constexpr char32_t replacement = U'\ufffd';
  std::u32string out;
  for (std::size_t i = 0; i < text.size();) {
    const unsigned char first = byte(text[i]);
    const std::size_t size = character_bytes(first);
    if (size <= 1) {
      out += size == 0 || first == 0 ? replacement : first;
      ++i;
      continue;
    }
    char32_t character = first & (0x7f >> size);
    std::size_t good = 1;
    for (; good < size && i + good < text.size(); ++good) {
      const unsigned char next = byte(text[i + good]);
      if (good == 1 ? !is_second_byte(first, next) : (next & 0xc0) != 0x80) break;
      character = character << 6 | (next & 0x3f);
    }
    out += good == size ? character : replacement;
    i += good;
  }
  return out;
}

std::string utf8(std::u32string_view characters) {
  std::string out;
  for (const char32_t c : characters) {
    if (c < 0x80) {
      out += static_cast<char>(c);
      continue;
    }
    const int more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;  // bytes after the first, each with six bits
    out += static_cast<char>((0xf00 >> (more + 1) & 0xff) | c >> (6 * more));
    for (int i = more - 1; i >= 0; --i) out += static_cast<char>(0x80 | (c >> (6 * i) & 0x3f));
  }
  return out;
}

std::string valid_utf8(std::string_view text) {
  return utf8(characters(text));
}

}  // namespace rankwise
