#include "rankwise/dense/row_panel.hpp"

#include <fmt/format.h>
#include <mpi.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "rankwise/base/byte_encoding.hpp"
#include "rankwise/base/checked.hpp"
#include "rankwise/base/errors.hpp"
#include "rankwise/dense/large_pages.hpp"
#include "rankwise/dense/routines.hpp"
#include "rankwise/ranks/agreement.hpp"
#include "rankwise/ranks/collectives.hpp"
#include "rankwise/storage/mapped_file.hpp"

namespace rankwise::dense {
namespace {

using storage::Tile;

blocks::Range rows_of(const ranks::Communicator& ranks, std::uint64_t rows, int rank) {
  const std::uint64_t height = RowPanel::height(ranks, rows);
  const auto begin = std::min(rows, static_cast<std::uint64_t>(rank) * height);
  return {begin, std::min(rows, begin + height)};
}

void check_finite(const Source& source, std::uint64_t row, std::span<const double> values) {
  const auto odd = std::find_if(values.begin(), values.end(), [](double x) { return !std::isfinite(x); });
  if (odd == values.end()) return;
  throw InputError(fmt::format("{}: row {}, column {} is {}", source.info.source, row, odd - values.begin(), *odd));
}

/// The rows where they are mapped, if they lie there row by row as float64; else nullptr.
const double* rows_in_place(const Source& source, blocks::Range rows, bool finite) {
  const std::uint64_t columns = source.info.columns;
  if (!source.reader.shows_in_place() || rows.size() == 0 || columns == 0) return nullptr;
  Tile tile;
  source.reader.read({rows, {0, columns}}, tile);
  if (tile.type() != storage::ElementType::float64 || tile.column_stride() != 1 || tile.row_stride() != columns) {
    return nullptr;
  }
  const auto* values = tile.data<double>();
  for (std::uint64_t r = 0; finite && r < rows.size(); ++r) {
    check_finite(source, rows.begin + r, {values + r * columns, columns});
  }
  return values;
}

/// Reads rows, piece by piece, chunks whole where they are not higher than a piece.
void read_rows(const Source& source, blocks::Range rows, bool finite, std::span<double> to) {
  constexpr Bytes piece = mebibytes(32);
  const std::uint64_t columns = source.info.columns, row_bytes = std::max<std::uint64_t>(1, columns * sizeof(double));
  const std::uint64_t chunk = source.info.chunk ? std::max<std::uint64_t>(1, source.info.chunk->rows) : 1;
  const std::uint64_t at_once = divide_up(std::max<std::uint64_t>(1, piece.value / row_bytes), chunk) * chunk;
  Tile tile;
  for (std::uint64_t begin = rows.begin; begin < rows.end;) {
    const std::uint64_t end = std::min(rows.end, (begin / at_once + 1) * at_once);
    source.reader.read({{begin, end}, {0, columns}}, tile);
    tile.widen();
    const double* from = tile.data<double>();
    for (std::uint64_t r = begin; r < end; ++r) {
      double* row = to.data() + (r - rows.begin) * columns;
      const double* first = from + (r - begin) * tile.row_stride();
      for (std::uint64_t c = 0; c < columns; ++c) row[c] = first[c * tile.column_stride()];
      if (finite) check_finite(source, r, {row, columns});
    }
    storage::check_mapped_files();  // a file that was cut short meanwhile reads as zeros
    begin = end;
  }
}

/// Rank 0 reads each rank's rows and sends them.
void read_for_all(const ranks::Communicator& ranks, const Source& source, bool finite, RowPanel& panel) {
  for (int rank = 0; rank < ranks.size(); ++rank) {
    const blocks::Range rows = rows_of(ranks, panel.rows, rank);
    std::vector<double> of_rank;
    ranks::agree(ranks, [&] {
      if (!ranks.is_root()) return;
      of_rank.resize(rows.size() * panel.columns);
      read_rows(source, rows, finite, of_rank);
    });
    std::vector<std::uint64_t> counts(static_cast<std::size_t>(ranks.size()));
    counts[static_cast<std::size_t>(rank)] = rows.size() * panel.columns;
    auto mine = ranks::scatter<double>(ranks, of_rank, counts);
    if (rank == ranks.rank()) panel.values = std::move(mine);
  }
}

}  // namespace

std::uint64_t RowPanel::height(const ranks::Communicator& ranks, std::uint64_t rows) {
  return std::max<std::uint64_t>(1, divide_up(rows, static_cast<std::uint64_t>(ranks.size())));
}

RowPanel::RowPanel(const ranks::Communicator& ranks, std::uint64_t all_rows, std::uint64_t all_columns)
    : rows(all_rows), columns(all_columns), mine(rows_of(ranks, all_rows, ranks.rank())) {}

RowPanel read(const ranks::Communicator& ranks, const Source& source, bool finite) {
  RowPanel panel(ranks, source.info.rows, source.info.columns);
  if (!source.seen_by_all) {
    read_for_all(ranks, source, finite, panel);
    return panel;
  }
  ranks::agree(ranks, [&] {
    panel.in_place = rows_in_place(source, panel.mine, finite);
    if (panel.in_place != nullptr) return;
    panel.values = zeros_in_large_pages(panel.mine.size() * panel.columns);
    read_rows(source, panel.mine, finite, panel.values);
  });
  return panel;
}

void write(const ranks::Communicator& ranks, const RowPanel& panel, const storage::FilledFile* file,
           std::uint64_t begin, bool by_root) {
  const auto place = [&](std::uint64_t row) { return begin + row * panel.columns * sizeof(double); };
  if (!by_root) {
    return ranks::agree(ranks, [&] { file->write(place(panel.mine.begin), std::as_bytes(panel.elements())); });
  }
  for (int rank = 0; rank < ranks.size(); ++rank) {
    const std::span<const double> mine = rank == ranks.rank() ? panel.elements() : std::span<const double>();
    const std::vector<double> values = ranks::gather<double>(ranks, mine);
    ranks::agree(ranks, [&] {
      if (!ranks.is_root()) return;
      file->write(place(rows_of(ranks, panel.rows, rank).begin), std::as_bytes(std::span(values)));
    });
  }
}

std::vector<double> product(const ranks::Communicator& ranks, const RowPanel& a, std::span<const double> b,
                            std::uint64_t columns_of_b) {
  const int m = static_cast<int>(columns_of_b), n = static_cast<int>(a.mine.size()), k = static_cast<int>(a.columns);
  std::vector<double> mine = zeros_in_large_pages(a.mine.size() * columns_of_b);
  const double one = 1, zero = 0;
  // What lies row by row is its transposed matrix column by column.
  if (!mine.empty() && k > 0)
    routines().dgemm("N", "N", &m, &n, &k, &one, b.data(), &m, a.elements().data(), &k, &zero, mine.data(), &m);
  return ranks.size() == 1 ? mine : ranks::all_gather<double>(ranks, mine);
}

std::vector<double> sum(const ranks::Communicator& ranks, std::vector<double> mine) {
  // By way of rank 0, some at a time: it has them of all ranks.
  constexpr std::size_t at_once = std::size_t{1} << 16;
  for (std::size_t begin = 0; begin < mine.size(); begin += at_once) {
    const auto some = std::span(mine).subspan(begin, std::min(at_once, mine.size() - begin));
    const std::vector<double> all = ranks::gather<double>(ranks, some);
    if (ranks.is_root()) {
      std::fill(some.begin(), some.end(), 0.0);
      for (std::size_t i = 0; i < all.size(); ++i) some[i % some.size()] += all[i];
    }
    ByteWriter sums;
    sums.put_span(std::span<const double>(some));
    const std::vector<std::byte> bytes = ranks::broadcast(ranks, sums.take());
    ByteReader(bytes).get_span(some);
  }
  return mine;
}

double norm_1(const ranks::Communicator& ranks, const RowPanel& a) {
  std::vector<double> sums(a.columns);
  const std::span<const double> elements = a.elements();
  for (std::size_t r = 0; r < a.mine.size(); ++r) {
    for (std::size_t c = 0; c < a.columns; ++c) sums[c] += std::abs(elements[r * a.columns + c]);
  }
  sums = sum(ranks, std::move(sums));
  return sums.empty() ? 0 : *std::max_element(sums.begin(), sums.end());
}

double norm_infinity(const ranks::Communicator& ranks, const RowPanel& a) {
  const std::span<const double> elements = a.elements();
  double largest = 0;
  for (std::size_t r = 0; r < a.mine.size(); ++r) {
    double sum = 0;
    for (std::size_t c = 0; c < a.columns; ++c) sum += std::abs(elements[r * a.columns + c]);
    largest = std::max(largest, sum);
  }
  const std::vector<double> all = ranks::all_gather<double>(ranks, std::span(&largest, 1));
  return *std::max_element(all.begin(), all.end());
}

}  // namespace rankwise::dense
