#include "rankwise/engine/shared_matrix.hpp"

#include <gtest/gtest.h>

#include <memory>

#include "rankwise/engine/run.hpp"
#include "rankwise/ranks/agreement.hpp"
#include "tests/support/session.hpp"
#include "tests/support/temporary_folder.hpp"

namespace rankwise::engine {
namespace {

/// A file that rank 0 makes, and perhaps takes away again before the others look for it.
class SharedMatrixTest : public testing::Test {
 protected:
  std::string csv(const std::string& content) {
    if (root()) folder_ = std::make_unique<test::TemporaryFolder>();
    const std::string path = ranks::broadcast_text(test::session().ranks(), root() ? *folder_ / "a.csv" : "");
    if (root()) {
      EXPECT_EQ(folder_->file("a.csv", content), path);
    }
    ranks::sum(test::session().ranks(), 0);  // nobody looks before it is there
    return path;
  }
  static bool root() { return test::session().ranks().is_root(); }

  Context context_{test::session(), {.threads = test::threads()}};

 private:
  std::unique_ptr<test::TemporaryFolder> folder_;
};

/// Each block is one value of the matrix, whoever reads it.
struct Values {
  using Partial = double;
  struct Scratch {
    storage::Tile tile;
  };
  const SharedMatrix& matrix;

  [[nodiscard]] Identity identity() const { return {.method = "values"}; }
  [[nodiscard]] blocks::Grid grid() const { return {matrix.info().rows * matrix.info().columns, 1}; }
  [[nodiscard]] Bytes partial_bytes() const { return {8}; }
  [[nodiscard]] Bytes block_bytes() const { return {8}; }
  [[nodiscard]] double run(blocks::Block block, Scratch& scratch) const {
    const std::uint64_t row = block.lane / matrix.info().columns, column = block.lane % matrix.info().columns;
    matrix.reader().read({{row, row + 1}, {column, column + 1}}, scratch.tile);
    return *scratch.tile.data<double>();
  }
  void merge(double&, const double&) const {}
  static void encode(const double& value, ByteWriter& out) { out.put(value); }
  static double decode(ByteReader& in) { return in.get<double>(); }
};

std::vector<double> values_of(const Context& context, const SharedMatrix& matrix) {
  std::vector<double> values;
  run(context, Values{matrix}, [&](std::uint64_t, double value) { values.push_back(value); },
      {.phase = "values", .delivery = matrix.delivery()});
  return values;
}

TEST_F(SharedMatrixTest, every_rank_gets_the_same_values_read_or_delivered) {
  const std::string path = csv("1,2,3\n4,5,6\n");
  for (const Deliver deliver : {Deliver::automatic, Deliver::read, Deliver::scatter}) {
    const SharedMatrix matrix(context_, path, deliver);
    EXPECT_EQ(matrix.info().rows, 2U);
    EXPECT_EQ(matrix.info().columns, 3U);
    const auto others = static_cast<std::uint64_t>(context_.ranks().size() - 1);
    EXPECT_EQ(matrix.delivered_ranks(), deliver == Deliver::scatter ? others : 0);
    const auto values = values_of(context_, matrix);
    if (root()) {
      EXPECT_EQ(values, (std::vector<double>{1, 2, 3, 4, 5, 6}));
    }
  }
}

TEST_F(SharedMatrixTest, the_transpose_is_read_or_delivered_alike) {
  const std::string path = csv("1,2,3\n4,5,6\n");
  for (const Deliver deliver : {Deliver::read, Deliver::scatter}) {
    SharedMatrix matrix(context_, path, deliver);
    matrix.transpose();
    EXPECT_EQ(matrix.info().rows, 3U);
    const auto values = values_of(context_, matrix);
    if (root()) {
      EXPECT_EQ(values, (std::vector<double>{1, 4, 2, 5, 3, 6}));
    }
  }
}

TEST_F(SharedMatrixTest, one_that_moved_is_delivered_all_the_same) {
  const std::string path = csv("1,2,3\n4,5,6\n");
  auto first = std::make_unique<SharedMatrix>(context_, path, Deliver::scatter);
  const SharedMatrix matrix(std::move(*first));
  first.reset();
  const auto values = values_of(context_, matrix);
  if (root()) {
    EXPECT_EQ(values, (std::vector<double>{1, 2, 3, 4, 5, 6}));
  }
}

TEST_F(SharedMatrixTest, what_rank_0_cannot_read_is_the_same_error_everywhere) {
  for (const Deliver deliver : {Deliver::automatic, Deliver::read, Deliver::scatter}) {
    EXPECT_THROW(SharedMatrix(context_, "/there/is/no.csv", deliver), ranks::AgreedError);
  }
}

}  // namespace
}  // namespace rankwise::engine
