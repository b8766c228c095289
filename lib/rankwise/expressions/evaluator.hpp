#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "rankwise/expressions/program.hpp"

namespace rankwise::expressions {

/// Some of the elements of what a program makes: a rectangle of its shape as a matrix.
struct Rectangle {
  std::uint64_t first_row = 0, first_column = 0;
  std::uint64_t rows = 0, columns = 0;
};

/// What a leaf gives to a rectangle: element (r, c) of that takes data[r · row_stride + c · column_stride].
struct LeafView {
  const double* data = nullptr;
  std::size_t row_stride = 0, column_stride = 0;
};

/// The view of a leaf whose own element (r, c) is data[r · row_stride + c · column_stride], where (0, 0) is the one
/// that the rectangle's first element takes.
LeafView view_of(const Leaf& leaf, const double* data, std::size_t row_stride, std::size_t column_stride);

/// Runs a program over rectangles, for one thread: every step over some hundred elements, which stay in the cache
/// between steps. An element depends on what the leaves give to it, on the seed, and, where something is drawn, on its
/// place in the whole: not on how that is cut into rectangles.
class Evaluator {
 public:
  /// @param program outlives the evaluator
  Evaluator(const Program& program, std::uint64_t seed);
  Evaluator(const Evaluator&) = delete;
  Evaluator& operator=(const Evaluator&) = delete;

  /// @param views of the program's leaves; of those that are drawn, nothing is looked at
  /// @param result element (r, c) goes to result[r · row_stride + c]
  /// @throws InputError if integers or truth values are made of integers of 2^53 or more, which float64 rounds
  void run(const Rectangle& rectangle, std::span<const LeafView> views, double* result, std::size_t row_stride);

  /// What one evaluator takes.
  static std::size_t bytes_needed(const Program& program);

 private:
  /// Some rows of a rectangle, or a part of one.
  struct Strip {
    std::uint64_t row = 0, column = 0;  ///< its first element's, in the rectangle
    std::size_t rows = 0, columns = 0;
  };
  /// Where nothing lies across.
  void run_along(const Rectangle& rectangle, std::span<const LeafView> views, double* result, std::size_t row_stride);
  void run_strip(const Rectangle& rectangle, const Strip& strip, std::span<const LeafView> views, double* result,
                 std::size_t row_stride);
  static void need_exact(const double* integers, std::size_t size);
  double* room_of(std::size_t index) { return room_.data() + index * strip_size_; }

  const Program& program_;
  std::uint64_t seed_;
  std::size_t strip_size_;
  std::vector<double> room_;              // strip_size_ numbers for each register
  std::vector<const double*> registers_;  // where their numbers are: there, or where a leaf's lie already
  std::vector<double> panels_;            // of what lies across, one for each such leaf
  std::vector<LeafView> turned_;
};

}  // namespace rankwise::expressions
