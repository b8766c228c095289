#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "apps/rankwise/model_parameters.hpp"

namespace rankwise::app {

/// The candidates of a search, each known by its number alone: however many there are, they take no memory.
class ParameterGrid {
 public:
  /// @param grid `C=0.1,1,10`, one for each parameter: all their combinations, in the order of scikit-learn's
  /// ParameterGrid
  ///        (names in rising order, the last one changes first)
  /// @param ranges `C=log:0.01:100` or `coef0=-1:1`: what each candidate draws from
  /// @param draws how many candidates draw; 0 without ranges
  /// @throws UsageError for what is neither, for a name that is there twice, or more candidates than 2^40
  ParameterGrid(const std::vector<std::string>& grid, const std::vector<std::string>& ranges, std::uint64_t draws,
                std::uint64_t seed);

  [[nodiscard]] std::uint64_t count() const { return count_; }
  [[nodiscard]] Parameters at(std::uint64_t candidate) const;
  [[nodiscard]] std::string in_words() const { return words_; }

 private:
  struct Choice {
    std::string name = {};
    std::vector<std::string> values = {};
  };
  struct Range {
    std::string name = {};
    bool logarithmic = false;
    double low = 0, high = 1;
  };
  static Range parse_range(const std::string& text);

  std::vector<Choice> choices_;
  std::vector<Range> ranges_;
  std::uint64_t count_ = 1, seed_ = 0;
  std::string words_;
};

}  // namespace rankwise::app
