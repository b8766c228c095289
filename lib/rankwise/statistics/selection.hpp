#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace rankwise::statistics {

/// Finds values by their rank among all values of a column that lies in memory. Its room is kept from one column to
/// the next.
template <class T>
class Selection {
 public:
  /// The values of ranks among `values` without its NaN, -0.0 before 0.0.
  /// @param ranks from 0, ascending, each once, less than the number of values that are not NaN
  /// @return one per rank; none if the values have changed meanwhile
  /// @note A sample tells between which two values a rank most probably lies; those between are kept and searched.
  /// R. W. Floyd, R. L. Rivest, "Expected time bounds for selection" (1975). Where the sample was wrong, all are.
  std::span<const T> find(std::span<const T> values, std::uint64_t nan, std::span<const std::uint64_t> ranks);

 private:
  struct Bracket {
    T low, high;
    std::size_t first, last;  ///< the ranks [first, last) that it is for
  };
  void draw_sample(std::span<const T> values);
  void set_brackets(std::uint64_t count, std::span<const std::uint64_t> ranks);
  /// @return whether there are as many values as ranks ask for
  bool search(std::span<const T> values, const Bracket& bracket, std::span<const std::uint64_t> ranks);

  std::vector<T> kept_;
  std::vector<T> sample_;
  std::vector<Bracket> brackets_;
  std::vector<T> found_;
};

}  // namespace rankwise::statistics
