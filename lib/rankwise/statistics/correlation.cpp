#include "rankwise/statistics/correlation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "rankwise/base/checked.hpp"
#include "rankwise/base/digest.hpp"
#include "rankwise/engine/run.hpp"
#include "rankwise/ranks/agreement.hpp"
#include "rankwise/statistics/products_job.hpp"

namespace rankwise::statistics {
namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr Bytes most_sums_at_once = mebibytes(128);  // on rank 0

/// What a correlation has to know of a column.
struct Column {
  double centre = not_a_number;  ///< its mean, as rounded
  double lack = not_a_number;    ///< what the centre lacks of the mean
  double m2 = not_a_number;      ///< the sum of squared deviations from the mean
  double root = not_a_number;    ///< of m2
};

Column column_of(const ColumnMoments& moments) {
  return std::visit(
      [](const auto& m) {
        Column column;
        if (m.nan > 0 || m.count == 0) return column;
        column.centre = m.centre + m.offset;
        column.lack = (m.centre - column.centre) + m.offset;
        column.m2 = m.m2;
        column.root = std::sqrt(m.m2);
        return column;
      },
      moments);
}

/// Makes correlations or covariances of sums of products. On rank 0.
class Finish {
 public:
  Finish(const storage::MatrixInfo& info, const CorrelationOptions& options, std::vector<Column> columns)
      : options_(options),
        rows_(static_cast<double>(info.rows)),
        divisor_(info.rows > options.ddof ? static_cast<double>(info.rows - options.ddof) : not_a_number),
        columns_(std::move(columns)),
        strongest_(options.strongest) {
    digest_.add(options.covariance ? "covariance" : "correlation");
    digest_.add(info.rows);
    digest_.add(info.columns);
    for (std::uint64_t c = 0; c < info.columns; ++c) digest_.add(info.name_of(c));
  }

  /// @param sums as a ProductsJob leaves them
  CorrelationBlock block(const PairCut::Panels& panels, std::span<const double> sums) {
    const auto& [rows, columns] = panels;
    const std::size_t width = kernels::whole_strips(columns.size());
    values_.resize(rows.size() * columns.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const std::size_t first = rows == columns ? i : 0;
      double* row = values_.data() + i * columns.size();
      for (std::size_t j = first; j < columns.size(); ++j) {
        row[j] = value(rows.begin + i, columns.begin + j, sums[i * width + j]);
      }
      for (std::size_t j = 0; j < first; ++j) row[j] = values_[j * columns.size() + i];
      digest_.add_bytes(std::as_bytes(std::span<const double>(row + first, columns.size() - first)));
    }
    return {.rows = rows, .columns = columns, .values = values_};
  }

  void tell(Correlation& result) {
    result.strongest = strongest_.take();
    result.digest = digest_.hex();
  }

 private:
  double value(std::uint64_t a, std::uint64_t b, double sum) {
    const double value = a == b ? on_the_diagonal(columns_[a]) : between(columns_[a], columns_[b], sum);
    if (std::isnan(value)) return not_a_number;  // one NaN, for the digest
    if (a != b) strongest_.add({.a = a, .b = b, .value = value});
    return value;
  }
  [[nodiscard]] double on_the_diagonal(const Column& column) const {
    if (options_.covariance) return column.m2 / divisor_;
    return column.m2 > 0 ? 1 : not_a_number;
  }
  [[nodiscard]] double between(const Column& a, const Column& b, double sum) const {
    const double products = sum - rows_ * a.lack * b.lack;
    if (options_.covariance) return products / divisor_;
    if (!(a.m2 > 0 && b.m2 > 0)) return not_a_number;
    const double correlation = products / (a.root * b.root);
    return std::isnan(correlation) ? correlation : std::clamp(correlation, -1.0, 1.0);
  }

  const CorrelationOptions& options_;
  double rows_, divisor_;
  std::vector<Column> columns_;
  StrongestPairs strongest_;
  Digest digest_;
  std::vector<double> values_;
};

/// The columns, on rank 0; what is to be told of them goes to the result.
std::vector<Column> describe(const storage::MatrixInfo& info, const std::vector<ColumnMoments>& moments,
                             const CorrelationOptions& options, Correlation& result) {
  std::vector<Column> columns;
  for (std::size_t c = 0; c < moments.size(); ++c) {
    columns.push_back(column_of(moments[c]));
    if (columns.back().m2 == 0) ++result.constant_columns;
    const std::uint64_t nan = std::visit([](const auto& m) { return m.nan; }, moments[c]);
    if (nan == 0) continue;
    ++result.columns_with_nan;
    if (options.nan_policy == NanPolicy::raise) {
      throw InputError(fmt::format("{}: column {} has {} NaN; --nan-policy propagate makes its correlations NaN",
                                   info.source, info.name_of(c), nan));
    }
  }
  return columns;
}

std::vector<double> broadcast_centres(const ranks::Communicator& ranks, const std::vector<Column>& columns) {
  ByteWriter out;
  for (const Column& column : columns) out.put(column.centre);
  const auto bytes = ranks::broadcast(ranks, out.take());
  std::vector<double> centres(bytes.size() / sizeof(double));
  ByteReader(bytes).get_span(std::span<double>(centres));
  return centres;
}

/// How many lanes one phase has: their sums stay on rank 0 until it is over.
std::uint64_t lanes_at_once(const engine::Context& context, const ProductsJob& job) {
  std::uint64_t room = most_sums_at_once.value / job.partial_bytes().value;
  if (const auto memory = context.options().memory) {
    room = std::min(room, memory->value / (job.partial_bytes().value + job.block_bytes().value));
  }
  return std::max<std::uint64_t>(1, room);
}

}  // namespace

Correlation correlate(const engine::Context& context, const engine::SharedMatrix& matrix,
                      const CorrelationOptions& options, const std::function<void(const CorrelationBlock&)>& write) {
  const ranks::Communicator& ranks = context.ranks();
  const storage::MatrixInfo& info = matrix.info();
  const PairCut cut = cut_pairs(info, options.cut);
  const auto begin_phase = [&](double begin, double end) {
    if (options.before_phase) options.before_phase(begin, end);
  };
  // Each panel is read once for the means, and once for each of its pairs.
  const double first_pass = 1.0 / (2.0 + static_cast<double>(cut.panels()));
  begin_phase(0, first_pass);
  const auto moments = column_moments(context, matrix);

  Correlation result;
  std::vector<Column> columns;
  ranks::agree(ranks, [&] {
    if (ranks.is_root()) columns = describe(info, moments, options, result);
  });
  const std::vector<double> centres = broadcast_centres(ranks, columns);
  Finish finish(info, options, std::move(columns));

  blocks::Range lanes{0, cut.grid().lanes};
  const std::uint64_t at_once = lanes_at_once(context, ProductsJob(matrix, cut, centres, lanes));
  const std::uint64_t phases = divide_up(lanes.size(), at_once);
  for (std::uint64_t i = 0; i < phases; ++i) {
    const blocks::Range strip = blocks::piece(lanes.size(), at_once, i);
    const auto share_before = [&](std::uint64_t lane) {
      return first_pass + (1 - first_pass) * static_cast<double>(lane) / static_cast<double>(lanes.size());
    };
    begin_phase(share_before(strip.begin), share_before(strip.end));
    const auto take = [&](std::uint64_t lane, const ProductsJob::Partial& sums) {
      write(finish.block(cut.panels_of(strip.begin + lane), sums));
    };
    engine::run(context, ProductsJob(matrix, cut, centres, strip), take,
                {.phase = fmt::format("products {}", i), .delivery = matrix.delivery()});
  }
  finish.tell(result);
  return result;
}

CorrelationPlan plan_correlation(const engine::Context& context, const engine::SharedMatrix& matrix,
                                 const CorrelationOptions& options) {
  const storage::MatrixInfo& info = matrix.info();
  const PairCut cut = cut_pairs(info, options.cut);
  const std::uint64_t lanes = cut.grid().lanes;
  const std::uint64_t at_once = lanes_at_once(context, ProductsJob(matrix, cut, {}, {0, lanes}));
  const ProductsJob first(matrix, cut, {}, {0, std::min(lanes, at_once)});
  return {
      .phases = {plan_moments(context, matrix), engine::plan(context.options(), first, "products 0")},
      .strips = divide_up(lanes, at_once),
      .to_read = {static_cast<std::uint64_t>((1 + times_read(info, cut)) * static_cast<double>(info.stored.value))}};
}

}  // namespace rankwise::statistics
