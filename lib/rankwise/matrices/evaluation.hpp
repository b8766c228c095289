#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "rankwise/engine/context.hpp"
#include "rankwise/engine/delivery.hpp"
#include "rankwise/engine/identity.hpp"
#include "rankwise/engine/plan.hpp"
#include "rankwise/expressions/formula.hpp"
#include "rankwise/expressions/program.hpp"
#include "rankwise/matrices/element_maker.hpp"
#include "rankwise/matrices/reduction.hpp"
#include "rankwise/matrices/tile_program.hpp"

namespace rankwise::matrices {

/// An expression on matrices in files: its reductions are passes over them, one after another; then any region of its
/// result can be made.
class Evaluation final : public ElementMaker {
 public:
  struct Options {
    std::string text = {};                ///< the expression, for identities
    std::vector<std::string> names = {};  ///< of the matrices, likewise
    std::uint64_t seed = 0;
    /// The result is to be stored with its columns side by side. @pre it has two dimensions
    bool by_columns = false;
    /// Tells which part of all work begins, such as from 0.25 to 1 of it.
    std::function<void(double begin, double end)> before_phase = {};
  };
  /// @param matrices what the formula's operands are, in their order; they and their delivery outlive this
  Evaluation(const expressions::Formula& formula, std::vector<const engine::SharedMatrix*> matrices, Options options);

  [[nodiscard]] const expressions::Shape& shape() const { return shape_; }
  [[nodiscard]] expressions::Elements elements() const { return plan_.result.elements; }
  /// What the elements depend on.
  [[nodiscard]] engine::Identity identity() const;
  /// How the result, as a matrix that is written, is best cut.
  [[nodiscard]] storage::ChunkShape tile() const;
  [[nodiscard]] engine::Delivery* delivery() const;
  /// What is read by all passes and in making the result.
  [[nodiscard]] Bytes bytes_to_read() const;

  /// Computes all reductions, which the rest needs. @throws ranks::AgreedError @note Collective
  void reduce(const engine::Context& context);
  /// The result, where it is one number; on every rank. @throws ranks::AgreedError @note Collective
  double number(const engine::Context& context) const;
  /// The passes before the result.
  [[nodiscard]] std::vector<engine::PhasePlan> plan_to_reduce(const engine::Context& context) const;

  [[nodiscard]] std::unique_ptr<Scratch> make_scratch() const override;
  void make(const storage::MatrixShape& shape, const storage::Region& region, Scratch* scratch,
            std::span<std::byte> to) const override;
  [[nodiscard]] Bytes bytes_needed(const storage::ChunkShape& region) const override;
  void announce(const storage::Region& region) const override;

 private:
  [[nodiscard]] Reductions reductions_of(std::size_t pass) const;
  [[nodiscard]] std::vector<expressions::Reduction> wanted_of(std::size_t pass) const;
  [[nodiscard]] expressions::Rectangle rectangle_of(const storage::Region& region) const;
  [[nodiscard]] storage::ChunkShape turned(const storage::ChunkShape& region) const;
  [[nodiscard]] double work_of(const TileProgram& program) const;

  Options options_;
  expressions::Shape shape_;
  expressions::Plan plan_;
  Leaves leaves_;
  std::deque<TileProgram> passes_;
  TileProgram result_;
};

}  // namespace rankwise::matrices
