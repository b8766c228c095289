#include "rankwise/learning/support_vectors.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <vector>

#include "rankwise/learning/standard_scale.hpp"
#include "tests/learning/table.hpp"

namespace rankwise::learning {
namespace {

using test::context;
using test::Table;

TEST(SupportVectors, tell_classes_that_lie_apart) {
  const Table table(90);
  const engine::Context here = context();
  const engine::SharedMatrix matrix(here, table.path(), engine::Deliver::automatic);
  const Dataset data(here, matrix, "kind");
  std::vector<double> classes;
  for (std::uint32_t s = 0; s < 90; ++s) classes.push_back(s / 30);  // by their first feature
  const Places places(Target("thirds", classes));
  std::vector<std::vector<std::uint32_t>> training(3);
  std::vector<std::uint32_t> samples;
  for (std::uint32_t s = 0; s < 90; ++s) {
    if (s % 30 % 7 == 3) continue;
    samples.push_back(s);
    training[s / 30].push_back(s % 30);
  }
  const SvcOptions options{.c = 100};
  const KernelFunction kernel = options.kernel_for(3, variance_of(data.row(0), 3, samples));
  std::vector<std::uint64_t> tested(90);
  std::iota(tested.begin(), tested.end(), std::uint64_t{0});
  for (const bool whole : {true, false}) {
    const SharedProducts shared(here, data, places.samples, whole);
    KernelRows rows;
    rows.begin(shared.products(), places, {data.row(0), 3, places.samples}, kernel, mebibytes(whole ? 1 : 0));
    std::vector<double> scores(90 * 3);
    const auto told = SupportVectors(options, rows, training).predict(tested, scores);
    for (std::uint32_t s = 0; s < 90; ++s) {
      EXPECT_EQ(told[s], s / 30) << s;
      EXPECT_EQ(std::max_element(&scores[s * 3], &scores[s * 3] + 3) - &scores[s * 3], s / 30) << s;
    }
  }
}

TEST(SupportVectors, know_only_classes_with_samples) {
  const Table table(90);
  const engine::Context here = context();
  const engine::SharedMatrix matrix(here, table.path(), engine::Deliver::automatic);
  const Dataset data(here, matrix, "kind");
  std::vector<double> classes;
  for (std::uint32_t s = 0; s < 90; ++s) classes.push_back(s / 30);
  const Places places(Target("thirds", classes));
  const SharedProducts shared(here, data, places.samples, true);
  KernelRows rows;
  rows.begin(shared.products(), places, {data.row(0), 3, places.samples}, {.gamma = 0.01}, mebibytes(1));
  std::vector<std::vector<std::uint32_t>> training(3);
  for (std::uint32_t s = 0; s < 30; ++s) {
    training[0].push_back(s);
    training[2].push_back(s);
  }
  std::vector<double> scores(2 * 2);
  const std::vector<std::uint64_t> tested{5, 85};
  EXPECT_EQ(SupportVectors({.c = 100}, rows, training).predict(tested, scores), (std::vector<std::uint32_t>{0, 1}));
}

}  // namespace
}  // namespace rankwise::learning
