#include "rankwise/expressions/evaluator.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "rankwise/base/errors.hpp"
#include "rankwise/kernels/deviates.hpp"
#include "rankwise/kernels/transpose.hpp"
#include "rankwise/random/normal.hpp"
#include "rankwise/random/philox.hpp"

namespace rankwise::expressions {
namespace {

/// All registers together stay in a core's own cache, as long as there are not thousands of them.
std::size_t strip_size_of(const Program& program) {
  constexpr std::size_t cached = (std::size_t{256} << 10) / sizeof(double), least = 32, most = 512;
  return std::clamp<std::size_t>(cached / std::max<std::size_t>(1, program.registers), least, most);
}

constexpr std::size_t panel_rows = 8;  // numbers of a cache line

/// What lies side by side in memory is below one another here.
bool is_across(const LeafView& view) {
  return view.row_stride == 1 && view.column_stride > 1;
}

/// Where the numbers of rows × columns elements lie, rows behind one another: in place, or copied to `room`.
const double* together(const LeafView& view, const double* first, std::size_t rows, std::size_t columns, double* room) {
  const auto [data, row_stride, column_stride] = view;
  if (column_stride == 1 && (rows == 1 || row_stride == columns)) return first;
  double* to = room;
  for (std::size_t r = 0; r < rows; ++r, first += row_stride, to += columns) {
    if (column_stride == 1) {
      std::copy_n(first, columns, to);
    } else if (column_stride == 0) {
      std::fill_n(to, columns, *first);
    } else {
      for (std::size_t c = 0; c < columns; ++c) to[c] = first[c * column_stride];
    }
  }
  return room;
}

/// Whether each of them is an integer that float64 tells from its neighbours.
bool are_exact(const double* values, std::size_t size) {
  std::size_t exact = 0;
  for (std::size_t i = 0; i < size; ++i) exact += static_cast<std::size_t>(std::abs(values[i]) < most_exact);
  return exact == size;
}

/// Begins to bring what the next strip will take: across pages, processors do not look ahead by themselves.
void fetch(const double* next, std::size_t size) {
  constexpr std::size_t line = 8;  // numbers of a cache line
  for (std::size_t i = 0; i < size; i += line) __builtin_prefetch(next + i);
}

bool is_drawn(const Leaf& leaf) {
  return leaf.kind == Leaf::Kind::uniform || leaf.kind == Leaf::Kind::normal;
}

/// Draws for elements (row, column), (row, column + 1), ... of what has `shape`.
void draw(const Leaf& leaf, const Shape& shape, std::uint64_t seed, std::uint64_t row, std::uint64_t column,
          std::span<double> to) {
  const random::Stream stream(seed, random::StreamName::expressions, leaf.index);
  const std::uint64_t first = leaf.swapped ? column * shape.rows() + row : row * shape.columns() + column;
  const std::uint64_t step = leaf.swapped ? shape.rows() : 1;
  if (step == 1)
    return leaf.kind == Leaf::Kind::uniform ? kernels::uniform(stream, first, to) : kernels::normal(stream, first, to);
  for (std::size_t i = 0; i < to.size(); ++i) {
    const std::uint64_t word = stream.word64(first + i * step);
    to[i] = leaf.kind == Leaf::Kind::uniform ? random::unit_interval(word) : random::normal_deviate(word);
  }
}

}  // namespace

LeafView view_of(const Leaf& leaf, const double* data, std::size_t row_stride, std::size_t column_stride) {
  if (leaf.one_row) row_stride = 0;
  if (leaf.one_column) column_stride = 0;
  if (leaf.swapped) std::swap(row_stride, column_stride);
  return {data, row_stride, column_stride};
}

Evaluator::Evaluator(const Program& program, std::uint64_t seed)
    : program_(program),
      seed_(seed),
      strip_size_(strip_size_of(program)),
      room_(program.registers * strip_size_),
      registers_(program.registers) {
  for (std::size_t r = 0; r < registers_.size(); ++r) registers_[r] = room_of(r);
  for (std::size_t c = 0; c < program.constants.size(); ++c) {
    std::fill_n(room_of(program.leaves.size() + c), strip_size_, program.constants[c]);
  }
}

std::size_t Evaluator::bytes_needed(const Program& program) {
  const auto operands = static_cast<std::size_t>(std::count_if(
      program.leaves.begin(), program.leaves.end(), [](const Leaf& leaf) { return leaf.kind == Leaf::Kind::operand; }));
  const std::size_t strip = strip_size_of(program) * sizeof(double);
  return program.registers * (strip + sizeof(const double*)) + operands * panel_rows * strip +
         program.leaves.size() * sizeof(LeafView);
}

void Evaluator::run(const Rectangle& rectangle, std::span<const LeafView> views, double* result,
                    std::size_t row_stride) {
  if (rectangle.columns == 0) return;
  const auto across = static_cast<std::size_t>(std::count_if(views.begin(), views.end(), is_across));
  if (across == 0) return run_along(rectangle, views, result, row_stride);
  panels_.resize(across * panel_rows * strip_size_);
  // In panels whose rows take whole cache lines of what lies across.
  const std::uint64_t columns = std::min<std::uint64_t>(strip_size_, rectangle.columns);
  const std::uint64_t rows = std::max<std::uint64_t>(panel_rows, strip_size_ / columns);
  for (std::uint64_t column = 0; column < rectangle.columns; column += columns) {
    for (std::uint64_t row = 0; row < rectangle.rows; row += rows) {
      const Rectangle panel{.first_row = rectangle.first_row + row,
                            .first_column = rectangle.first_column + column,
                            .rows = std::min(rows, rectangle.rows - row),
                            .columns = std::min(columns, rectangle.columns - column)};
      double* room = panels_.data();
      turned_.assign(views.begin(), views.end());
      for (LeafView& view : turned_) {
        view.data += row * view.row_stride + column * view.column_stride;
        if (!is_across(view)) continue;
        kernels::transpose(view.data, view.column_stride, panel.rows, panel.columns, room, panel.columns);
        view = {room, panel.columns, 1};
        room += panel_rows * strip_size_;
      }
      run_along(panel, turned_, result + row * row_stride + column, row_stride);
    }
  }
}

void Evaluator::run_along(const Rectangle& rectangle, std::span<const LeafView> views, double* result,
                          std::size_t row_stride) {
  const std::uint64_t columns = std::min<std::uint64_t>(strip_size_, rectangle.columns);
  const std::uint64_t rows = strip_size_ / columns;
  for (std::uint64_t row = 0; row < rectangle.rows; row += rows) {
    for (std::uint64_t column = 0; column < rectangle.columns; column += columns) {
      const Strip strip{row, column, std::min(rows, rectangle.rows - row),
                        std::min(columns, rectangle.columns - column)};
      run_strip(rectangle, strip, views, result + row * row_stride + column, row_stride);
    }
  }
}

void Evaluator::need_exact(const double* integers, std::size_t size) {
  if (are_exact(integers, size)) return;
  throw InputError(
      "an integer is 2^53 or more, where float64, in which everything is computed, is not exact; 1.0 * ... takes them "
      "as real numbers");
}

void Evaluator::run_strip(const Rectangle& rectangle, const Strip& strip, std::span<const LeafView> views,
                          double* result, std::size_t row_stride) {
  const std::size_t size = strip.rows * strip.columns;
  for (std::size_t i = 0; i < program_.leaves.size(); ++i) {
    const Leaf& leaf = program_.leaves[i];
    double* room = room_of(i);
    if (is_drawn(leaf)) {
      for (std::size_t r = 0; r < strip.rows; ++r) {
        draw(leaf, program_.shape, seed_, rectangle.first_row + strip.row + r, rectangle.first_column + strip.column,
             {room + r * strip.columns, strip.columns});
      }
      continue;
    }
    const double* first = views[i].data + strip.row * views[i].row_stride + strip.column * views[i].column_stride;
    registers_[i] = together(views[i], first, strip.rows, strip.columns, room);
    if (strip.rows == 1 && views[i].column_stride == 1) {
      fetch(first + size, std::min<std::size_t>(size, rectangle.columns - strip.column - size));
    }
    if (leaf.exact) need_exact(registers_[i], size);
  }
  const bool in_place = strip.rows == 1 || row_stride == strip.columns;
  const double* made = registers_[program_.result];
  for (std::size_t s = 0; s < program_.steps.size(); ++s) {
    const Step& step = program_.steps[s];
    const bool last = s + 1 == program_.steps.size();  // which makes the result
    double* to = last && in_place ? result : room_of(step.result);
    kernels::apply(step.operation,
                   {registers_[step.operands[0]], registers_[step.operands[1]], registers_[step.operands[2]]}, size,
                   to);
    if (step.exact) need_exact(to, size);
    made = to;
  }
  if (made == result) return;
  for (std::size_t r = 0; r < strip.rows; ++r) {
    std::copy_n(made + r * strip.columns, strip.columns, result + r * row_stride);
  }
}

}  // namespace rankwise::expressions
