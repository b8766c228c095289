#include "rankwise/statistics/correlation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "rankwise/base/checked.hpp"
#include "rankwise/base/digest.hpp"
#include "rankwise/engine/checkpoint.hpp"
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

  /// What is known after some blocks, for a later run to go on from.
  [[nodiscard]] std::vector<std::byte> encode() const {
    ByteWriter out;
    out.put_vector(hashes_);
    out.put(std::uint64_t{strongest_.pairs().size()});
    for (const Pair& pair : strongest_.pairs()) {
      out.put(pair.a);
      out.put(pair.b);
      out.put(pair.value);
    }
    return out.take();
  }
  /// @return of how many blocks
  std::uint64_t decode(ByteReader in) {
    hashes_ = in.get_vector<std::array<std::uint64_t, 2>>();
    for (auto left = in.get<std::uint64_t>(); left > 0; --left) {
      Pair pair;
      pair.a = in.get<std::uint64_t>();
      pair.b = in.get<std::uint64_t>();
      pair.value = in.get<double>();
      if (pair.a >= pair.b || pair.b >= columns_.size()) throw InputError("the checkpoint has a pair of no columns");
      strongest_.add(pair);
    }
    return hashes_.size();
  }

  /// @param sums as a ProductsJob leaves them
  CorrelationBlock block(const PairCut::Panels& panels, std::span<const double> sums) {
    const auto& [rows, columns] = panels;
    const std::size_t width = kernels::whole_strips(columns.size());
    values_.resize(rows.size() * columns.size());
    Digest digest;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const std::size_t first = rows == columns ? i : 0;
      double* row = values_.data() + i * columns.size();
      for (std::size_t j = first; j < columns.size(); ++j) {
        row[j] = value(rows.begin + i, columns.begin + j, sums[i * width + j]);
      }
      for (std::size_t j = 0; j < first; ++j) row[j] = values_[j * columns.size() + i];
      digest.add_bytes(std::as_bytes(std::span<const double>(row + first, columns.size() - first)));
    }
    hashes_.push_back(digest.words());
    return {.rows = rows, .columns = columns, .values = values_};
  }

  void tell(Correlation& result) {
    for (const auto& hash : hashes_) {
      for (const std::uint64_t word : hash) digest_.add(word);
    }
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
  std::vector<std::array<std::uint64_t, 2>> hashes_;  // of the blocks so far
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
                      const CorrelationOptions& options, const CorrelationSink& sink) {
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
  engine::Checkpoint* checkpoint = context.options().checkpoint;
  ranks::agree(ranks, [&] {
    if (checkpoint == nullptr || !ranks.is_root() || checkpoint->record().state.empty()) return;
    lanes.begin = finish.decode(ByteReader(checkpoint->record().state));
    if (lanes.begin > lanes.end) throw InputError("the checkpoint is of more columns");
    const std::uint64_t done = lanes.begin * cut.grid().steps;
    checkpoint->count(done, done);
  });
  lanes.begin = ranks::sum(ranks, ranks.is_root() ? lanes.begin : 0);
  for (std::uint64_t begin = lanes.begin; begin < lanes.end; begin += std::min(at_once, lanes.end - begin)) {
    const blocks::Range strip{begin, std::min(begin + at_once, lanes.end)};
    const auto share_before = [&](std::uint64_t lane) {
      return first_pass + (1 - first_pass) * static_cast<double>(lane) / static_cast<double>(lanes.end);
    };
    begin_phase(share_before(strip.begin), share_before(strip.end));
    const auto take = [&](std::uint64_t lane, const ProductsJob::Partial& sums) {
      sink.write(finish.block(cut.panels_of(strip.begin + lane), sums));
    };
    // Not by their number alone: --memory decides how many lanes there are at once.
    engine::run(context, ProductsJob(matrix, cut, centres, strip), take,
                {.phase = fmt::format("products {} to {}", strip.begin, strip.end), .delivery = matrix.delivery()});
    ranks::agree(ranks, [&] {
      if (checkpoint == nullptr || !ranks.is_root()) return;
      if (sink.make_durable) sink.make_durable();
      checkpoint->set_state(finish.encode(), "products ");
    });
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
  const blocks::Range strip{0, std::min(lanes, at_once)};
  const ProductsJob first(matrix, cut, {}, strip);
  return {
      .phases = {plan_moments(context, matrix),
                 engine::plan(context.options(), first, fmt::format("products {} to {}", strip.begin, strip.end))},
      .strips = divide_up(lanes, at_once),
      .to_read = {static_cast<std::uint64_t>((1 + times_read(info, cut)) * static_cast<double>(info.stored.value))}};
}

}  // namespace rankwise::statistics
