#include "rankwise/matrices/evaluation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "rankwise/matrices/reduction.hpp"
#include "rankwise/storage/convert_elements.hpp"

namespace rankwise::matrices {
namespace {

using expressions::Leaf;
using expressions::Program;
using expressions::Rectangle;
using storage::ChunkShape;

struct EvaluationScratch final : ElementMaker::Scratch {
  explicit EvaluationScratch(const TileProgram& program) : tiles(program) {}
  TileProgram::Scratch tiles;
  std::vector<double> values;
};

}  // namespace

Evaluation::Evaluation(const expressions::Formula& formula, std::vector<const engine::SharedMatrix*> matrices,
                       Options options)
    : options_(std::move(options)),
      shape_(formula.node(formula.whole()).shape),
      plan_(compile(formula, options_.by_columns)),
      leaves_{.matrices = std::move(matrices)},
      result_(plan_.result, leaves_, options_.seed) {
  for (const expressions::Pass& pass : plan_.passes) passes_.emplace_back(pass.argument, leaves_, options_.seed);
}

engine::Identity Evaluation::identity() const {
  std::string inputs;
  for (std::size_t i = 0; i < leaves_.matrices.size(); ++i) {
    inputs += fmt::format("{}={} ", options_.names[i], leaves_.matrices[i]->info().fingerprint());
  }
  return {.method = "eval", .version = 1, .input = inputs, .seed = options_.seed, .options = options_.text};
}

engine::Delivery* Evaluation::delivery() const {
  for (const auto* matrix : leaves_.matrices) {
    if (auto* delivery = matrix->delivery()) return delivery;
  }
  return nullptr;
}

/// What is wanted of a pass by whatever comes after it.
std::vector<expressions::Reduction> Evaluation::wanted_of(std::size_t pass) const {
  std::vector<expressions::Reduction> wanted;
  const auto look_at = [&](const Program& program) {
    for (const Leaf& leaf : program.leaves) {
      if (leaf.kind == Leaf::Kind::reduced && leaf.index == pass) wanted.push_back(leaf.reduction);
    }
  };
  for (const auto& each : plan_.passes) look_at(each.argument);
  look_at(plan_.result);
  std::sort(wanted.begin(), wanted.end());
  wanted.erase(std::unique(wanted.begin(), wanted.end()), wanted.end());
  return wanted;
}

Reductions Evaluation::reductions_of(std::size_t pass) const {
  Reductions reductions{.argument = &passes_[pass],
                        .axis = plan_.passes[pass].axis,
                        .wanted = wanted_of(pass),
                        .job = identity(),
                        .phase = fmt::format("reduction {}", pass + 1),
                        .delivery = delivery()};
  reductions.job.options += fmt::format(" pass {}", pass + 1);
  return reductions;
}

double Evaluation::work_of(const TileProgram& program) const {
  return static_cast<double>(program.program().shape.elements());
}

void Evaluation::reduce(const engine::Context& context) {
  double all = work_of(result_), done = 0;
  for (const TileProgram& pass : passes_) all += work_of(pass);
  const auto begin = [&](double work) {
    const double begun = done;
    done += work;
    if (options_.before_phase) options_.before_phase(all > 0 ? begun / all : 0, all > 0 ? done / all : 1);
  };
  for (std::size_t i = 0; i < passes_.size(); ++i) {
    begin(work_of(passes_[i]));
    const Reductions reductions = reductions_of(i);
    auto values = matrices::reduce(context, reductions);
    for (std::size_t w = 0; w < values.size(); ++w) {
      leaves_.reduced[{i, reductions.wanted[w]}] = std::move(values[w]);
    }
  }
  begin(work_of(result_));
}

double Evaluation::number(const engine::Context& context) const {
  Reductions least{.argument = &result_,
                   .wanted = {{.statistic = expressions::Statistic::min}},  // one number is its own least
                   .exactly = true,
                   .job = identity(),
                   .phase = "eval",
                   .delivery = delivery()};
  return matrices::reduce(context, least).at(0).at(0);
}

std::vector<engine::PhasePlan> Evaluation::plan_to_reduce(const engine::Context& context) const {
  std::vector<engine::PhasePlan> plans;
  for (std::size_t i = 0; i < passes_.size(); ++i) {
    plans.push_back(matrices::plan_to_reduce(context, reductions_of(i)));
  }
  return plans;
}

Bytes Evaluation::bytes_to_read() const {
  std::uint64_t bytes = 0;
  const auto add = [&](const TileProgram& program) {
    for (const Leaf& leaf : program.program().leaves) {
      if (leaf.kind == Leaf::Kind::operand) bytes += program.matrix_of(leaf).info().stored.value;
    }
  };
  for (const TileProgram& pass : passes_) add(pass);
  add(result_);
  return {bytes};
}

ChunkShape Evaluation::turned(const ChunkShape& region) const {
  if (!options_.by_columns && shape_.dimensions == 2) return region;
  return {.rows = region.columns, .columns = region.rows};
}

ChunkShape Evaluation::tile() const {
  return turned(result_.tile({.written = storage::Contiguous::rows}));
}

/// A vector is written as a column, of which an expression makes a row.
Rectangle Evaluation::rectangle_of(const storage::Region& region) const {
  const bool as_it_is = !options_.by_columns && shape_.dimensions == 2;
  const blocks::Range& rows = as_it_is ? region.rows : region.columns;
  const blocks::Range& columns = as_it_is ? region.columns : region.rows;
  return {.first_row = rows.begin, .first_column = columns.begin, .rows = rows.size(), .columns = columns.size()};
}

std::unique_ptr<ElementMaker::Scratch> Evaluation::make_scratch() const {
  return std::make_unique<EvaluationScratch>(result_);
}

void Evaluation::make(const storage::MatrixShape& shape, const storage::Region& region, Scratch* scratch,
                      std::span<std::byte> to) const {
  auto& room = static_cast<EvaluationScratch&>(*scratch);
  double* values = nullptr;
  if (shape.type == storage::ElementType::float64) {
    values = reinterpret_cast<double*>(to.data());
  } else {
    room.values.resize(region.elements());
    values = room.values.data();
  }
  result_.run(rectangle_of(region), room.tiles, values);
  convert_region(storage::ElementType::float64, reinterpret_cast<const std::byte*>(values), shape, region, to);
}

Bytes Evaluation::bytes_needed(const ChunkShape& region) const {
  return {result_.bytes_needed(turned(region)).value + region.rows * region.columns * sizeof(double)};
}

void Evaluation::announce(const storage::Region& region) const {
  result_.announce(rectangle_of(region));
}

}  // namespace rankwise::matrices
