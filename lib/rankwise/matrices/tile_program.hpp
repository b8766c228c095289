#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "rankwise/base/bytes.hpp"
#include "rankwise/engine/shared_matrix.hpp"
#include "rankwise/expressions/evaluator.hpp"
#include "rankwise/expressions/program.hpp"
#include "rankwise/matrices/tile_shape.hpp"

namespace rankwise::matrices {

/// What the leaves of an expression's programs stand for.
struct Leaves {
  std::vector<const engine::SharedMatrix*> matrices = {};  ///< by operand
  /// What passes gave, by pass and reduction: one number for each column, each row, or all.
  std::map<std::pair<std::uint64_t, expressions::Reduction>, std::vector<double>> reduced = {};
};

/// A program over matrices in files: reads what its leaves need for a rectangle of its result, where that lies in their
/// files, and runs it on that.
class TileProgram {
 public:
  /// Of one thread.
  struct Scratch {
    explicit Scratch(const TileProgram& of);
    expressions::Evaluator evaluator;
    std::vector<storage::Tile> tiles;
    std::vector<expressions::LeafView> views;
  };

  /// @param leaves what is reduced may be filled in later, before the first run
  TileProgram(const expressions::Program& program, const Leaves& leaves, std::uint64_t seed)
      : program_(program), leaves_(leaves), seed_(seed) {}

  /// @param result element (r, c) of the rectangle goes to result[r · rectangle.columns + c]
  /// @throws InputError, IoError
  void run(const expressions::Rectangle& rectangle, Scratch& scratch, double* result) const;
  void announce(const expressions::Rectangle& rectangle) const;

  /// How what it makes is best cut: see tile_shape.
  [[nodiscard]] storage::ChunkShape tile(const TileUse& use) const;
  /// What a run over so large a rectangle takes beside the result.
  [[nodiscard]] Bytes bytes_needed(const storage::ChunkShape& rectangle) const;

  /// The leaf that it is, if nothing is computed: a matrix of one type as it is or transposed.
  [[nodiscard]] const expressions::Leaf* bare_matrix() const;
  /// Reads what that takes for a rectangle, as its file has it. @pre bare_matrix()
  void read_bare(const expressions::Rectangle& rectangle, storage::Tile& tile) const;
  /// The matrix that an operand's leaf takes.
  [[nodiscard]] const engine::SharedMatrix& matrix_of(const expressions::Leaf& leaf) const {
    return *leaves_.matrices[leaf.index];
  }
  [[nodiscard]] const expressions::Program& program() const { return program_; }

 private:
  expressions::LeafView read(const expressions::Leaf& leaf, const expressions::Rectangle& rectangle,
                             storage::Tile& tile) const;

  const expressions::Program& program_;
  const Leaves& leaves_;
  std::uint64_t seed_;
};

}  // namespace rankwise::matrices
