#include "rankwise/storage/csv_output.hpp"

#include "rankwise/storage/csv_fields.hpp"

namespace rankwise::storage {

void append_text(std::string& out, std::string_view text, char separator) {
  const char special[] = {separator, '"', '\n', '\r', '\0'};
  const bool plain = !text.empty() && text.find_first_of(special) == std::string_view::npos &&
                     !is_white_space(text.front()) && !is_white_space(text.back());
  if (plain) {
    out += text;
    return;
  }
  out += '"';
  for (const char c : text) out.append(c == '"' ? 2 : 1, c);
  out += '"';
}

std::uint64_t longest_number(ElementType type) {
  if (!is_floating(type)) return sizeof("-9223372036854775808") - 1;
  return sizeof("-1.2345678901234567e-308") - 1;  // also of float32, which may have as many zeros before its point
}

}  // namespace rankwise::storage
