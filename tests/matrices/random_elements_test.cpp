#include "rankwise/matrices/random_elements.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "rankwise/random/normal.hpp"
#include "rankwise/random/philox.hpp"

namespace rankwise::matrices {
namespace {

using storage::Contiguous;
using storage::MatrixShape;

template <class T>
std::vector<T> filled(const RandomElements& elements, const MatrixShape& shape, const storage::Region& region) {
  std::vector<T> values(region.elements());
  elements.fill(shape, region, std::as_writable_bytes(std::span(values)));
  return values;
}

TEST(RandomElements, an_element_depends_on_its_number_alone) {
  const RandomElements elements{.distribution = Distribution::normal, .seed = 3};
  const random::Stream stream(3, random::StreamName::generate_values);
  for (const auto contiguous : {Contiguous::rows, Contiguous::columns}) {
    const MatrixShape shape{.rows = 50, .columns = 7, .contiguous = contiguous};
    for (const storage::Region region : {storage::Region{{0, 50}, {0, 7}}, storage::Region{{13, 29}, {2, 5}}}) {
      const auto values = filled<double>(elements, shape, region);
      std::size_t at = 0;
      const bool by_rows = contiguous == Contiguous::rows;
      for (std::uint64_t o = (by_rows ? region.rows : region.columns).begin;
           o < (by_rows ? region.rows : region.columns).end; ++o) {
        for (std::uint64_t i = (by_rows ? region.columns : region.rows).begin;
             i < (by_rows ? region.columns : region.rows).end; ++i) {
          const std::uint64_t index = by_rows ? o * 7 + i : i * 7 + o;
          ASSERT_EQ(values[at++], random::normal_deviate(stream.word64(index)));
        }
      }
    }
  }
}

TEST(RandomElements, floats_stay_below_one) {
  const MatrixShape shape{.rows = 1000, .columns = 1000, .type = storage::ElementType::float32};
  for (const float x : filled<float>({}, shape, {{0, 1000}, {0, 1000}})) {
    ASSERT_GE(x, 0.0F);
    ASSERT_LT(x, 1.0F);
  }
}

TEST(RandomElements, nan_come_in_the_share_asked_for_and_move_nothing_else) {
  const MatrixShape shape{.rows = 1000, .columns = 100};
  const auto whole = filled<double>({}, shape, {{0, 1000}, {0, 100}});
  const auto holed = filled<double>({.nan_fraction = 0.25}, shape, {{0, 1000}, {0, 100}});
  int missing = 0;
  for (std::size_t i = 0; i < whole.size(); ++i) {
    if (std::isnan(holed[i])) {
      ++missing;
    } else {
      ASSERT_EQ(holed[i], whole[i]);
    }
  }
  EXPECT_NEAR(missing, 25000, 5 * std::sqrt(100000 * 0.25 * 0.75));
}

TEST(RandomElements, integers_are_uniform_from_0_to_99) {
  const MatrixShape shape{.rows = 1000, .columns = 100, .type = storage::ElementType::uint8};
  std::vector<int> counts(100);
  for (const std::uint8_t x :
       filled<std::uint8_t>({.distribution = Distribution::integers}, shape, {{0, 1000}, {0, 100}})) {
    ASSERT_LT(x, 100);
    ++counts[x];
  }
  for (const int count : counts) EXPECT_NEAR(count, 1000, 5 * std::sqrt(1000.0));
}

}  // namespace
}  // namespace rankwise::matrices
