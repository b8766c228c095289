#include "rankwise/learning/dataset.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "tests/learning/table.hpp"

namespace rankwise::learning {
namespace {

using test::context;
using test::Table;

TEST(Dataset, is_there_on_every_rank_however_it_came) {
  const Table table(1000);
  for (const auto deliver : {engine::Deliver::automatic, engine::Deliver::scatter}) {
    const engine::Context here = context();
    const engine::SharedMatrix matrix(here, table.path(), deliver);
    const Dataset data(here, matrix, "kind");
    ASSERT_EQ(data.samples(), 1000U);
    ASSERT_EQ(data.features(), 3U);
    ASSERT_EQ(data.targets().size(), 1U);
    EXPECT_EQ(data.target().labels, Labels(std::vector<double>{-10, 0, 10}));
    for (std::uint64_t r = 0; r < data.samples(); ++r) {
      ASSERT_EQ(data.row(r)[0], static_cast<double>(r));
      ASSERT_EQ(data.row(r)[1], Table::square(r));
      ASSERT_EQ(data.row(r)[2], 5);
      ASSERT_EQ(data.target().label(data.target().classes[r]), std::to_string(Table::target(r)));
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

}  // namespace
}  // namespace rankwise::learning
