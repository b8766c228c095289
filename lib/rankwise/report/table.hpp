#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace rankwise::report {

/// Rows of cells under a heading; the first column is text, the others are numbers. Printed as wide as needed, names
/// cut where a line would not fit.
class Table {
 public:
  explicit Table(std::vector<std::string> heading) : heading_(std::move(heading)) {}

  void add(std::vector<std::string> row) { rows_.push_back({std::move(row), false}); }
  /// A line of running text between rows.
  void add_remark(std::string first, std::string text) { rows_.push_back({{std::move(first), std::move(text)}, true}); }

  /// Lines that end with a newline, at most `width` cells wide where names can be cut to fit.
  [[nodiscard]] std::string text(std::size_t width) const;

 private:
  struct Row {
    std::vector<std::string> cells;
    bool is_remark = false;
  };
  std::vector<std::string> heading_;
  std::vector<Row> rows_;
};

/// The width of the terminal behind standard output, or 100 where there is none.
std::size_t output_width();

}  // namespace rankwise::report
