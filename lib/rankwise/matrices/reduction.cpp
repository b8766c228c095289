#include "rankwise/matrices/reduction.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "rankwise/base/checked.hpp"
#include "rankwise/base/control_groups.hpp"
#include "rankwise/engine/run.hpp"
#include "rankwise/kernels/moments.hpp"
#include "rankwise/kernels/moments_of_any.hpp"
#include "rankwise/ranks/agreement.hpp"

namespace rankwise::matrices {
namespace {

using expressions::Rectangle;
using expressions::Reduction;
using expressions::Statistic;
using kernels::FloatMoments;
using kernels::IntegerMoments;
using storage::ChunkShape;
using storage::Contiguous;
using storage::ElementType;
using storage::Tile;

/// Of each column of a tile.
template <class T>
std::vector<kernels::MomentsOf<T>> moments_of_columns(const Tile& tile) {
  std::vector<kernels::MomentsOf<T>> moments(tile.columns());
  const T* values = tile.data<T>();
  if (tile.contiguous() == Contiguous::rows) {
    kernels::moments_of_columns<T>(values, tile.rows(), tile.row_stride(), std::max<std::uint64_t>(1, tile.rows()),
                                   moments);
  } else {
    for (std::uint64_t c = 0; c < tile.columns(); ++c) {
      moments[c] = kernels::moments_of_run(values + c * tile.column_stride(), tile.rows());
    }
  }
  return moments;
}

/// Of all elements of a tile, line by line of what lies side by side.
/// @param one_run lines lie one behind another, and count as one
template <class T>
std::vector<kernels::MomentsOf<T>> moments_of_all(const Tile& tile, bool one_run) {
  const bool by_rows = tile.contiguous() == Contiguous::rows;
  const std::uint64_t lines = by_rows ? tile.rows() : tile.columns(), length = by_rows ? tile.columns() : tile.rows();
  const std::uint64_t stride = by_rows ? tile.row_stride() : tile.column_stride();
  if (one_run) return {kernels::moments_of_run(tile.data<T>(), lines * length)};
  std::vector<kernels::MomentsOf<T>> moments(1);
  for (std::uint64_t i = 0; i < lines; ++i) {
    kernels::merge(moments[0], kernels::moments_of_run(tile.data<T>() + i * stride, length));
  }
  return moments;
}

template <class M>
double value_of(const M& m, const Reduction& reduction) {
  constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
  if (m.nan > 0) return not_a_number;
  const auto n = static_cast<double>(m.count);
  switch (reduction.statistic) {
    case Statistic::sum:
      return static_cast<double>(m.sum);
    case Statistic::mean:
      return m.count == 0 ? not_a_number : static_cast<double>(m.sum) / n;
    case Statistic::min:
      return static_cast<double>(m.min);
    case Statistic::max:
      return static_cast<double>(m.max);
    case Statistic::var:
    case Statistic::std:
      break;
  }
  if (m.count <= reduction.ddof) return not_a_number;
  const double variance = m.m2 / static_cast<double>(m.count - reduction.ddof);
  return reduction.statistic == Statistic::var ? variance : std::sqrt(variance);
}

/// A lane is what stands side by side when all is reduced along its axis: a run of columns, a run of rows, or all.
class ReductionJob {
 public:
  using Partial = kernels::MomentsOfAny;
  struct Scratch {
    Tile tile;
    std::vector<double> values;
    std::unique_ptr<TileProgram::Scratch> program;
  };

  explicit ReductionJob(const Reductions& reductions)
      : reductions_(reductions), argument_(*reductions.argument), tile_(argument_.tile(use_of(reductions.axis))) {}

  [[nodiscard]] engine::Identity identity() const {
    engine::Identity identity = reductions_.job;
    identity.options += fmt::format(" reduced along {} in {} × {}", reductions_.axis, tile_.rows, tile_.columns);
    return identity;
  }
  [[nodiscard]] blocks::Grid grid() const {
    if (reductions_.axis == 0) return {.lanes = tiles_in_a_row(), .steps = tiles_in_a_column()};
    if (reductions_.axis == 1) return {.lanes = tiles_in_a_column(), .steps = tiles_in_a_row()};
    return {.lanes = 1, .steps = checked_product(tiles_in_a_column(), tiles_in_a_row(), "the number of tiles")};
  }
  [[nodiscard]] Bytes partial_bytes() const {
    const std::uint64_t size = reductions_.axis == 0 ? tile_.columns : reductions_.axis == 1 ? tile_.rows : 1;
    return {size * sizeof(IntegerMoments) + 64};
  }
  [[nodiscard]] Bytes block_bytes() const {
    const std::uint64_t elements = tile_.rows * tile_.columns;
    // Read as they are, or made, and made integers of.
    return {checked_sum(argument_.bytes_needed(tile_).value, 2 * elements * sizeof(double), "a tile")};
  }

  [[nodiscard]] Partial run(blocks::Block block, Scratch& scratch) const {
    make(rectangle_of(block), scratch);
    if (reductions_.axis == 1) scratch.tile.transpose();
    return storage::with_type(scratch.tile.type(), [&](auto zero) -> Partial {
      using T = decltype(zero);
      if (reductions_.axis >= 0) return moments_of_columns<T>(scratch.tile);
      return moments_of_all<T>(scratch.tile, lies_together(scratch.tile));
    });
  }
  void announce(blocks::Block block) const { argument_.announce(rectangle_of(block)); }
  void merge(Partial& left, const Partial& right) const { left.merge(right); }
  static void encode(const Partial& partial, ByteWriter& out) { partial.encode(out); }
  static Partial decode(ByteReader& in) { return Partial::decode(in); }
  [[nodiscard]] bool fits(const Partial& partial, std::uint64_t lane) const {
    const Rectangle first = rectangle_of({lane, 0});
    const std::uint64_t size = reductions_.axis == 0 ? first.columns : reductions_.axis == 1 ? first.rows : 1;
    return gives_integers() == partial.of_integers() && partial.size() == size;
  }

 private:
  [[nodiscard]] std::uint64_t rows() const { return argument_.program().shape.rows(); }
  [[nodiscard]] std::uint64_t columns() const { return argument_.program().shape.columns(); }
  [[nodiscard]] std::uint64_t tiles_in_a_column() const { return divide_up(rows(), tile_.rows); }
  [[nodiscard]] std::uint64_t tiles_in_a_row() const { return divide_up(columns(), tile_.columns); }

  [[nodiscard]] Rectangle rectangle_of(blocks::Block block) const {
    std::uint64_t row = block.step, column = block.lane;
    if (reductions_.axis == 1) std::swap(row, column);
    if (reductions_.axis < 0) {
      row = block.step / tiles_in_a_row();
      column = block.step % tiles_in_a_row();
    }
    const blocks::Range r = blocks::piece(rows(), tile_.rows, row), c = blocks::piece(columns(), tile_.columns, column);
    return {.first_row = r.begin, .first_column = c.begin, .rows = r.size(), .columns = c.size()};
  }

  static TileUse use_of(int axis) {
    if (axis < 0) return {};
    return {.reduced = axis == 0 ? Contiguous::columns : Contiguous::rows};
  }

  /// Whether the matrix is taken as its file has it.
  [[nodiscard]] bool reads_alone() const { return argument_.bare_matrix() != nullptr && !reductions_.exactly; }
  /// Whether all lines of a tile lie one behind another, however it was read.
  [[nodiscard]] bool lies_together(const Tile& tile) const {
    if (!reads_alone()) return true;
    return tile.contiguous() == Contiguous::rows ? tile.columns() == columns() : tile.rows() == rows();
  }
  [[nodiscard]] bool gives_integers() const { return argument_.program().elements != expressions::Elements::reals; }

  /// A matrix as its file has it; or what the program makes, integers as such: their sums are exact.
  void make(const Rectangle& rectangle, Scratch& scratch) const {
    if (reads_alone()) return argument_.read_bare(rectangle, scratch.tile);
    if (!scratch.program) scratch.program = std::make_unique<TileProgram::Scratch>(argument_);
    const storage::Region region{{0, rectangle.rows}, {0, rectangle.columns}};
    if (!gives_integers()) {
      const auto room = scratch.tile.prepare(region, ElementType::float64, Contiguous::rows);
      return argument_.run(rectangle, *scratch.program, reinterpret_cast<double*>(room.data()));
    }
    scratch.values.resize(region.elements());
    argument_.run(rectangle, *scratch.program, scratch.values.data());
    const auto room = scratch.tile.prepare(region, ElementType::int64, Contiguous::rows);
    auto* integers = reinterpret_cast<std::int64_t*>(room.data());
    std::transform(scratch.values.begin(), scratch.values.end(), integers,
                   [](double value) { return static_cast<std::int64_t>(value); });
  }

  const Reductions& reductions_;
  const TileProgram& argument_;
  ChunkShape tile_;
};

std::uint64_t size_of_result(const Reductions& reductions) {
  const expressions::Shape& shape = reductions.argument->program().shape;
  return reductions.axis == 0 ? shape.columns() : reductions.axis == 1 ? shape.rows() : 1;
}

/// Every rank holds all results; on rank 0 they come together.
void check_room(const engine::Context& context, const Reductions& reductions) {
  const std::uint64_t each = sizeof(IntegerMoments) + 4 * sizeof(double) * reductions.wanted.size();
  const std::uint64_t size = size_of_result(reductions);
  const auto memory = context.options().memory;
  const Bytes room = memory.value_or(memory_of_this_machine());
  if (size <= room.value / each) return;
  const std::string what = fmt::format("{} results of a reduction do not fit into", size);
  if (memory) throw UsageError(fmt::format("{} --memory {}, at {} B each", what, format_bytes(room), each));
  throw InputError(fmt::format("{} this machine's memory of {}, at {} B each", what, format_bytes(room), each));
}

}  // namespace

std::vector<std::vector<double>> reduce(const engine::Context& context, const Reductions& reductions) {
  ranks::agree(context.ranks(), [&] { check_room(context, reductions); });
  std::vector<std::vector<double>> values(reductions.wanted.size());
  const auto append = [&](const auto& moments) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      for (const auto& each : moments) values[i].push_back(value_of(each, reductions.wanted[i]));
    }
  };
  if (reductions.argument->program().shape.elements() == 0) {
    append(std::vector<FloatMoments>(size_of_result(reductions)));
    return values;
  }
  engine::run(context, ReductionJob(reductions),
              [&](std::uint64_t, const ReductionJob::Partial& lane) { lane.visit(append); },
              {.phase = reductions.phase, .delivery = reductions.delivery});
  for (auto& each : values) {
    ByteWriter out;
    out.put_vector(each);
    const auto bytes = ranks::broadcast(context.ranks(), out.take());
    each = ByteReader(bytes).get_vector<double>();
  }
  return values;
}

engine::PhasePlan plan_to_reduce(const engine::Context& context, const Reductions& reductions) {
  return engine::plan(context.options(), ReductionJob(reductions), reductions.phase);
}

}  // namespace rankwise::matrices
