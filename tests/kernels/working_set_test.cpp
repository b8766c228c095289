#include "rankwise/kernels/working_set.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <vector>

#include "rankwise/kernels/targets.hpp"
#include "rankwise/random/philox.hpp"

namespace rankwise::kernels {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr Partner nobody{.least = -infinity};

/// Coarse numbers, so that many are equal; places in another order than the variables.
struct Problem {
  std::vector<double> violations, up, down, places, diagonal;
  std::vector<float> row_i, row_j;
  std::vector<Variables::Run> runs;

  explicit Problem(std::size_t size, std::uint64_t seed) {
    const random::Stream stream(seed, random::StreamName::classification);
    auto draw = [&, next = std::uint64_t{0}](double range) mutable {
      return static_cast<double>(stream.word64(next++) % 9) / 8 * range;
    };
    for (std::size_t t = 0; t < size; ++t) {
      violations.push_back(draw(2) - 1);
      up.push_back(draw(1) < 0.3 ? -infinity : 0);
      down.push_back(draw(1) < 0.3 ? infinity : 0);
      places.push_back(static_cast<double>(size - 1 - (t * 7) % size));
      diagonal.push_back(1);
      row_i.push_back(static_cast<float>(draw(1)));
      row_j.push_back(static_cast<float>(draw(1.1)));
    }
    // all of them, or some with gaps
    if (seed % 2 == 0) runs = {{0, size}};
    for (std::size_t begin = seed % 5; runs.empty() && begin < size; begin += 37) {
      runs.push_back({begin, std::min(size, begin + 5 + seed % 24)});
    }
  }
  [[nodiscard]] Variables view() const {
    return {violations.data(), up.data(), down.data(), places.data(), diagonal.data(), runs};
  }
};

TEST(WorkingSet, every_target_equals_the_reference) {
  for (std::size_t size = 0; size < 200; size += 1 + size / 9) {
    Problem expected(size, size);
    const Chosen chosen = reference::step(expected.view(), expected.violations.data(), expected.row_i.data(),
                                          expected.row_j.data(), 0.37, -0.11);
    const Partner among = size % 3 == 0 ? nobody : Partner{0.25, static_cast<double>(size % 40), -1};
    const Partner partner = reference::best_partner(expected.view(), expected.row_i.data(), 0.75, 1, among);
    for_each_target([&](const std::string& target) {
      Problem found(size, size);
      const Chosen c = step(found.view(), found.violations.data(), found.row_i.data(), found.row_j.data(), 0.37, -0.11);
      EXPECT_EQ(found.violations, expected.violations) << target << " " << size;
      EXPECT_EQ(c.value, chosen.value) << target << " " << size;
      EXPECT_TRUE(c.place == chosen.place || chosen.value == -infinity) << target << " " << size;
      const Partner p = best_partner(found.view(), found.row_i.data(), 0.75, 1, among);
      EXPECT_EQ(p.gain, partner.gain) << target << " " << size;
      EXPECT_EQ(p.place, partner.place) << target << " " << size;
      EXPECT_EQ(p.least, partner.least) << target << " " << size;
    });
  }
}

TEST(WorkingSet, of_equal_ones_the_greatest_place_is_taken) {
  const std::vector<double> same(20, 0.5), zero(20), one(20, 1),
      places{3, 19, 4, 5, 6, 7, 8, 9, 10, 11, 0, 1, 2, 12, 13, 14, 15, 16, 17, 18};
  const std::vector<float> row(20, 0.25F);
  for_each_target([&](const std::string& target) {
    std::vector<double> violations = same;
    const Variables::Run all{0, 20};
    const Variables variables{violations.data(), zero.data(), zero.data(), places.data(), one.data(), {&all, 1}};
    EXPECT_EQ(step(variables, violations.data(), row.data(), row.data(), 0, 0).place, 19) << target;
    EXPECT_EQ(best_partner(variables, row.data(), 1, 1, nobody).place, 19) << target;
    EXPECT_EQ(best_partner(variables, row.data(), 0.5, 1, nobody).place, -1) << target;
  });
}

}  // namespace
}  // namespace rankwise::kernels
