#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "rankwise/engine/context.hpp"
#include "rankwise/engine/delivery.hpp"
#include "rankwise/engine/identity.hpp"
#include "rankwise/engine/plan.hpp"
#include "rankwise/matrices/element_maker.hpp"
#include "rankwise/storage/matrix_output.hpp"

namespace rankwise::matrices {

/// A matrix that goes to a new file.
struct MatrixToWrite {
  storage::Destination destination = {};
  bool overwrite = false;
  storage::WriteBy write_by = storage::WriteBy::automatic;
  storage::MatrixShape shape = {};
  std::vector<std::string> names = {};           ///< of the columns, or none
  std::optional<storage::ChunkShape> tile = {};  ///< how it is made where it has no chunks; nothing: run by run
  engine::Identity elements = {};                ///< what they depend on; the method's name is the phase's
  engine::Delivery* delivery = nullptr;          ///< of their input
  /// Puts what else there is into the file that is laid out. Called on rank 0.
  std::function<void(const std::string& path)> add_more = {};
  /// The record of the run, given the digest of the values.
  std::function<std::string(const std::string& digest)> record = {};
};

/// Writes a matrix. Ranks that see the file fill their own parts of it; chunks, CSV, and parts of ranks that do not see
/// it, are written by rank 0. With a checkpoint, what a stopped or killed run has written stays for the next one; when
/// the file has its name, the checkpoint is gone.
/// @return the digest of type, shape and values, in the order in which the file has them; on rank 0
/// @throws ranks::AgreedError; then no file under the final name has changed; also if there is a checkpoint and rank 0
///         would have to write
/// @note Collective
std::string write_matrix(const engine::Context& context, const MatrixToWrite& matrix, const ElementMaker& maker);

/// What the file depends on.
engine::Identity identity_of(const MatrixToWrite& matrix);

/// How large a piece of it is made at once.
storage::ChunkShape largest_piece(const MatrixToWrite& matrix);

/// What write_matrix would do, where every rank sees the file; rank 0 writes in several phases elsewhere.
engine::PhasePlan plan_to_write(const engine::Context& context, const MatrixToWrite& matrix, const ElementMaker& maker);

}  // namespace rankwise::matrices
