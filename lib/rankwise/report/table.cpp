#include "rankwise/report/table.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>

#include "rankwise/report/format.hpp"

namespace rankwise::report {
namespace {

std::string padded(const std::string& text, std::size_t width, bool to_the_right) {
  const std::size_t have = cells(text);
  const std::string blank(have < width ? width - have : 0, ' ');
  return to_the_right ? blank + text : text + blank;
}

/// The first `width` cells, an ellipsis last where something was cut.
std::string cut(const std::string& text, std::size_t width) {
  if (cells(text) <= width) return text;
  std::string result;
  std::size_t used = 0;
  for (const char c : text) {
    if ((static_cast<unsigned char>(c) & 0xC0U) != 0x80U && ++used >= width) break;
    result += c;
  }
  return result + "…";
}

}  // namespace

std::string Table::text(std::size_t width) const {
  std::vector<std::size_t> widths(heading_.size());
  for (std::size_t c = 0; c < heading_.size(); ++c) widths[c] = cells(heading_[c]);
  for (const Row& row : rows_) {
    for (std::size_t c = 0; c < (row.is_remark ? 1 : row.cells.size()); ++c) {
      widths[c] = std::max(widths[c], cells(row.cells[c]));
    }
  }
  constexpr std::size_t gap = 2, shortest_name = 8;
  std::size_t numbers = 0;
  for (std::size_t c = 1; c < widths.size(); ++c) numbers += gap + widths[c];
  const std::size_t room = width > numbers + shortest_name ? width - numbers : shortest_name;
  widths[0] = std::min(widths[0], std::max(room, cells(heading_[0])));

  std::string result;
  const auto add_line = [&](const std::vector<std::string>& row, bool is_remark) {
    std::string line = padded(cut(row[0], widths[0]), widths[0], false);
    if (is_remark) {
      line += std::string(gap, ' ') + row[1];
    } else {
      for (std::size_t c = 1; c < row.size(); ++c) line += std::string(gap, ' ') + padded(row[c], widths[c], true);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    result += line + '\n';
  };
  add_line(heading_, false);
  for (const Row& row : rows_) add_line(row.cells, row.is_remark);
  return result;
}

std::size_t output_width() {
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return 100;
}

}  // namespace rankwise::report
