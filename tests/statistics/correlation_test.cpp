#include "rankwise/statistics/correlation.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>
#include <memory>
#include <optional>
#include <random>

#include "rankwise/ranks/agreement.hpp"
#include "rankwise/storage/matrix_output.hpp"
#include "tests/support/session.hpp"
#include "tests/support/temporary_folder.hpp"

namespace rankwise::statistics {
namespace {

using Matrix = std::vector<std::vector<double>>;  // of columns

/// Columns that move together, each at another size, far from 0.
Matrix some_matrix(std::size_t rows, std::size_t columns) {
  std::mt19937_64 random(rows);
  std::normal_distribution<double> normal;
  Matrix matrix(columns, std::vector<double>(rows));
  for (std::size_t r = 0; r < rows; ++r) {
    const double common = normal(random);
    for (std::size_t c = 0; c < columns; ++c) {
      matrix[c][r] = 1e6 + (static_cast<double>(c) + 1) * (normal(random) + (c % 3 == 0 ? -common : common));
    }
  }
  return matrix;
}

/// As an .npy file, column after column.
std::string write_npy(const std::string& path, const Matrix& matrix) {
  const storage::MatrixShape shape{
      .rows = matrix[0].size(), .columns = matrix.size(), .contiguous = storage::Contiguous::columns};
  std::ofstream(path).close();
  std::uint64_t offset = storage::lay_out_matrix(path, {.file = path, .dataset = ""}, shape).value();
  const storage::FilledFile file(path, path);
  for (const auto& column : matrix) {
    file.write(offset, std::as_bytes(std::span(column)));
    offset += column.size() * sizeof(double);
  }
  return path;
}

/// (correlation, covariance with ddof 0) in two passes of long double.
std::pair<double, double> oracle(const std::vector<double>& a, const std::vector<double>& b) {
  const auto n = static_cast<long double>(a.size());
  long double mean_a = 0, mean_b = 0, ab = 0, aa = 0, bb = 0;
  for (std::size_t r = 0; r < a.size(); ++r) {
    mean_a += a[r] / n;
    mean_b += b[r] / n;
  }
  for (std::size_t r = 0; r < a.size(); ++r) {
    ab += (a[r] - mean_a) * (b[r] - mean_b);
    aa += (a[r] - mean_a) * (a[r] - mean_a);
    bb += (b[r] - mean_b) * (b[r] - mean_b);
  }
  return {static_cast<double>(ab / std::sqrt(aa) / std::sqrt(bb)), static_cast<double>(ab / n)};
}

/// With a file that every rank sees, and panels and blocks so small that there are many.
class CorrelationTest : public testing::Test {
 protected:
  struct Result {
    Correlation correlation;
    Matrix values;  ///< on and above the diagonal, on rank 0
  };

  Result correlate_file(const Matrix& matrix, CorrelationOptions options = {}, std::optional<Bytes> memory = {}) {
    if (root() && !folder_) folder_ = std::make_unique<test::TemporaryFolder>();
    const auto& ranks = test::session().ranks();
    const std::string path =
        ranks::broadcast_text(ranks, root() ? write_npy(*folder_ / fmt::format("{}.npy", ++files_), matrix) : "");
    const engine::Context context(test::session(), {.threads = test::threads(), .memory = memory, .show_progress = {}});
    const engine::SharedMatrix shared(context, path, engine::Deliver::automatic);
    options.cut = {.most_panel_columns = 5, .block_bytes = 4096};
    Result result{.correlation = {}, .values = Matrix(matrix.size(), std::vector<double>(matrix.size(), unset))};
    const CorrelationSink sink{[&](const CorrelationBlock& block) {
      EXPECT_TRUE(root());
      for (std::uint64_t i = 0; i < block.values.size(); ++i) {
        auto& value =
            result.values[block.rows.begin + i / block.columns.size()][block.columns.begin + i % block.columns.size()];
        EXPECT_EQ(value, unset) << "written twice";
        value = block.values[i];
      }
    }};
    result.correlation = correlate(context, shared, options, sink);
    return result;
  }
  static bool root() { return test::session().ranks().is_root(); }

  static constexpr double unset = -123;

 private:
  std::unique_ptr<test::TemporaryFolder> folder_;
  int files_ = 0;
};

TEST_F(CorrelationTest, values_are_those_of_long_double) {
  const Matrix matrix = some_matrix(1009, 23);
  const Result correlations = correlate_file(matrix);
  const Result covariances = correlate_file(matrix, {.covariance = true});
  if (!root()) return;
  for (std::size_t a = 0; a < matrix.size(); ++a) {
    for (std::size_t b = a; b < matrix.size(); ++b) {
      const auto [correlation, covariance] = oracle(matrix[a], matrix[b]);
      const double scale = static_cast<double>((a + 1) * (b + 1));
      EXPECT_NEAR(correlations.values[a][b], correlation, 1e-12);
      EXPECT_NEAR(covariances.values[a][b], covariance, 1e-12 * scale);
    }
    EXPECT_EQ(correlations.values[a][a], 1.0);
  }
}

TEST_F(CorrelationTest, means_that_no_double_holds_cost_no_digits) {
  Matrix matrix(2, std::vector<double>(1000));
  for (std::size_t r = 0; r < 1000; ++r) {
    matrix[0][r] = 0x1p52 + static_cast<double>(r % 2);  // the mean is 2^52 + 1/2
    matrix[1][r] = 0x1p52 + static_cast<double>(r % 4 < 3 ? r % 2 : 0);
  }
  const Result result = correlate_file(matrix, {.covariance = true});
  if (!root()) return;
  EXPECT_DOUBLE_EQ(result.values[0][0], 0.25);
  EXPECT_DOUBLE_EQ(result.values[0][1], 0.125);
}

TEST_F(CorrelationTest, strips_of_few_lanes_give_the_same_bits) {
  const Matrix matrix = some_matrix(500, 23);
  const Result whole = correlate_file(matrix);
  const Result strips = correlate_file(matrix, {}, Bytes{100000});  // room for 4 of 15 lanes
  EXPECT_EQ(whole.values, strips.values);
  EXPECT_EQ(whole.correlation.digest, strips.correlation.digest);
  EXPECT_EQ(whole.correlation.strongest, strips.correlation.strongest);
  EXPECT_THROW(correlate_file(matrix, {}, Bytes{100}), ranks::AgreedError);
}

TEST_F(CorrelationTest, the_strongest_pairs_are_those_of_the_matrix) {
  const Matrix matrix = some_matrix(300, 17);
  const Result result = correlate_file(matrix, {.strongest = 20});
  if (!root()) return;
  StrongestPairs expected(20);
  for (std::uint64_t a = 0; a < 17; ++a) {
    for (std::uint64_t b = a + 1; b < 17; ++b) expected.add({.a = a, .b = b, .value = result.values[a][b]});
  }
  EXPECT_EQ(result.correlation.strongest, expected.take());
  EXPECT_EQ(result.correlation.strongest.size(), 20U);
}

TEST_F(CorrelationTest, columns_with_nan_and_of_equal_values_have_nan) {
  Matrix matrix = some_matrix(300, 12);
  matrix[3][77] = std::numeric_limits<double>::quiet_NaN();
  std::fill(matrix[9].begin(), matrix[9].end(), 0.1);
  const Result result = correlate_file(matrix);
  const Result covariances = correlate_file(matrix, {.covariance = true});
  EXPECT_THROW(correlate_file(matrix, {.nan_policy = NanPolicy::raise}), ranks::AgreedError);
  if (!root()) return;
  EXPECT_EQ(result.correlation.columns_with_nan, 1U);
  EXPECT_EQ(result.correlation.constant_columns, 1U);
  for (std::size_t a = 0; a < 12; ++a) {
    for (std::size_t b = a; b < 12; ++b) {
      EXPECT_EQ(std::isnan(result.values[a][b]), a == 3 || b == 3 || a == 9 || b == 9) << a << ", " << b;
      EXPECT_EQ(std::isnan(covariances.values[a][b]), a == 3 || b == 3) << a << ", " << b;
    }
  }
  EXPECT_EQ(covariances.values[9][9], 0.0);
}

TEST_F(CorrelationTest, parts_of_the_work_follow_one_another) {
  double end_of_last = 0;
  const auto note = [&](double begin, double end) {
    EXPECT_NEAR(begin, end_of_last, 1e-12);
    EXPECT_GT(end, begin);
    end_of_last = end;
  };
  correlate_file(some_matrix(50, 11), {.before_phase = note}, Bytes{100000});
  EXPECT_DOUBLE_EQ(end_of_last, 1);
}

}  // namespace
}  // namespace rankwise::statistics
