#include "rankwise/learning/dataset.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <numeric>
#include <string>
#include <vector>

#include "rankwise/learning/cross_validation.hpp"
#include "rankwise/learning/sample_products.hpp"
#include "rankwise/learning/standard_scale.hpp"
#include "rankwise/ranks/agreement.hpp"
#include "tests/support/session.hpp"

namespace rankwise::learning {
namespace {

/// A CSV of `rows` samples with features r, r² / 8 and 5, and a target; the same on every rank, written by rank 0.
class Table {
 public:
  Table(std::uint64_t rows, const std::string& last_line = "")
      : path_(testing::TempDir() + "rankwise_dataset_test.csv") {
    ranks::agree(test::session().ranks(), [&] {
      if (!test::session().ranks().is_root()) return;
      std::ofstream file(path_);
      file.precision(17);
      file << "a,kind,b,c\n";
      for (std::uint64_t r = 0; r < rows; ++r) file << r << "," << target(r) << "," << square(r) << ",5\n";
      file << last_line;
    });
  }
  ~Table() {
    ranks::barrier(test::session().ranks());
    if (test::session().ranks().is_root()) std::remove(path_.c_str());
  }
  [[nodiscard]] const std::string& path() const { return path_; }
  static double square(std::uint64_t r) { return static_cast<double>(r * r) / 8; }
  static int target(std::uint64_t r) { return static_cast<int>(r % 3) * 10 - 10; }

 private:
  std::string path_;
};

engine::Context context() {
  return engine::Context(test::session(), {.threads = test::threads(), .memory = {}, .show_progress = {}});
}

TEST(Dataset, is_there_on_every_rank_however_it_came) {
  const Table table(1000);
  for (const auto deliver : {engine::Deliver::automatic, engine::Deliver::scatter}) {
    const engine::Context here = context();
    const engine::SharedMatrix matrix(here, table.path(), deliver);
    const Dataset data(here, matrix, "kind");
    ASSERT_EQ(data.samples(), 1000U);
    ASSERT_EQ(data.features(), 3U);
    EXPECT_EQ(data.labels(), (std::vector<double>{-10, 0, 10}));
    for (std::uint64_t r = 0; r < data.samples(); ++r) {
      ASSERT_EQ(data.row(r)[0], static_cast<double>(r));
      ASSERT_EQ(data.row(r)[1], Table::square(r));
      ASSERT_EQ(data.row(r)[2], 5);
      ASSERT_EQ(data.labels()[data.classes()[r]], Table::target(r));
    }
  }
}

TEST(Dataset, refuses_what_models_cannot_take) {
  const Table missing(10, "1,0,,5\n");
  const engine::Context here = context();
  const engine::SharedMatrix matrix(here, missing.path(), engine::Deliver::automatic);
  EXPECT_THROW(Dataset(here, matrix, "kind"), ranks::AgreedError);
  EXPECT_THROW(Dataset(here, matrix, "sort"), ranks::AgreedError);
}

TEST(SampleProducts, are_those_of_all_pairs) {
  const Table table(700);
  const engine::Context here = context();
  const engine::SharedMatrix matrix(here, table.path(), engine::Deliver::automatic);
  const Dataset data(here, matrix, "kind");
  const auto order = by_class(data.classes());
  const SharedProducts shared(here, data, order);
  std::vector<double> values(data.row(0), data.row(0) + data.samples() * data.features());
  std::vector<double> alone(data.samples() * data.samples());
  take_products(values, data.features(), alone);
  for (std::uint64_t i = 0; i < data.samples(); ++i) {
    for (std::uint64_t j = 0; j < data.samples(); ++j) {
      const double* row = data.row(order[i]);
      const double expected = std::inner_product(row, row + 3, data.row(order[j]), 0.0);
      ASSERT_DOUBLE_EQ(shared.products().of(i, j), expected) << i << " " << j;
      ASSERT_EQ(alone[order[i] * data.samples() + order[j]], shared.products().of(i, j));
      ASSERT_LE(data.classes()[order[std::min(i, j)]], data.classes()[order[std::max(i, j)]]);
    }
  }
}

TEST(StandardScale, makes_means_0_and_variances_1) {
  const Table table(300);
  const engine::Context here = context();
  const engine::SharedMatrix matrix(here, table.path(), engine::Deliver::automatic);
  const Dataset data(here, matrix, "kind");
  std::vector<std::uint32_t> samples(200);
  std::iota(samples.begin(), samples.end(), 50);
  std::vector<double> scaled;
  StandardScale(data, samples).apply(data, samples, scaled);
  std::iota(samples.begin(), samples.end(), 0);  // in what is scaled
  for (std::uint64_t f = 0; f < 3; ++f) {
    double sum = 0, squares = 0;
    for (const std::uint32_t s : samples) {
      sum += scaled[s * 3 + f];
      squares += scaled[s * 3 + f] * scaled[s * 3 + f];
    }
    EXPECT_NEAR(sum / 200, 0, 1e-12);
    EXPECT_NEAR(squares / 200, f == 2 ? 0 : 1, 1e-12);  // one that is the same everywhere is only moved
  }
  EXPECT_NEAR(variance_of(scaled.data(), 3, samples), 2.0 / 3, 1e-12);
}

TEST(CrossValidation, has_one_score_for_each_fold_the_same_on_any_ranks) {
  const Table table(120);
  const engine::Context here = context();
  const engine::SharedMatrix matrix(here, table.path(), engine::Deliver::automatic);
  const Dataset data(here, matrix, "kind");
  const auto scores = cross_validate(here, data, {.count = 2}, {.folds = 7, .shuffle = 1});
  if (!test::session().ranks().is_root()) return;
  ASSERT_EQ(scores.size(), 14U);
  EXPECT_TRUE(std::equal(scores.begin(), scores.begin() + 7, scores.begin() + 7));  // two candidates alike
  for (const double score : scores) {
    EXPECT_GE(score, 0);
    EXPECT_LE(score, 1);
  }
}

TEST(SupportVectors, tell_classes_that_lie_apart) {
  const Table table(90);
  const engine::Context here = context();
  const engine::SharedMatrix matrix(here, table.path(), engine::Deliver::automatic);
  const Dataset data(here, matrix, "kind");
  std::vector<std::uint32_t> classes, samples, order(90);
  std::iota(order.begin(), order.end(), 0U);
  const SharedProducts shared(here, data, order);
  for (std::uint32_t s = 0; s < 90; ++s) {
    classes.push_back(s / 30);  // by their first feature
    if (s % 30 % 7 != 3) samples.push_back(s);
  }
  const SupportVectors model(SvcOptions{.c = 100}, {.products = shared.products(),
                                                    .classes = classes,
                                                    .places = samples,
                                                    .features = 3,
                                                    .variance = variance_of(data.row(0), 3, samples)});
  for (std::uint32_t s = 0; s < 90; ++s) EXPECT_EQ(model.predict(s), classes[s]) << s;
}

}  // namespace
}  // namespace rankwise::learning
