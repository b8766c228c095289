#include <fmt/format.h>

#include <memory>

#include "apps/rankwise/commands/commands.hpp"
#include "apps/rankwise/dense_command.hpp"
#include "rankwise/base/errors.hpp"

namespace rankwise::app {
namespace {

class Inverse final : public DenseCommand {
 public:
  Inverse() : DenseCommand("inverse", {"a"}) {}

 private:
  void check_shapes(const Infos& infos) const override {
    if (infos[0].rows == 0) throw UsageError(fmt::format("{} is empty", infos[0].source));
    if (infos[0].rows == infos[0].columns) return;
    throw UsageError(fmt::format("{} is {} × {}: only square matrices have an inverse", infos[0].source, infos[0].rows,
                                 infos[0].columns));
  }
  [[nodiscard]] Extents result(const Infos& infos) const override { return {infos[0].rows, infos[0].columns}; }
  [[nodiscard]] Bytes bytes_needed(const Infos& infos, int ranks) const override {
    return dense::bytes_to_invert(infos[0].rows, ranks);
  }
  [[nodiscard]] double operations(const Infos& infos) const override {
    const auto n = static_cast<double>(infos[0].rows);
    return 2 * n * n * n;
  }
  [[nodiscard]] dense::Answer compute(const ranks::Communicator& ranks, const std::vector<dense::RowPanel>& panels,
                                      const Infos& infos) const override {
    return dense::invert(ranks, panels[0], infos[0].source);
  }
  [[nodiscard]] const char* residual_in_words() const override { return "‖A·X − 1‖"; }
};

}  // namespace

const char* const inverse_explanation =
    R"(The inverse X of a square matrix in float64, by ScaLAPACK on all ranks, by LAPACK on one: LU factors with partial pivoting.
The matrix is in the memory of all ranks together; --plan says how much that takes. The answer is tried on 16 random vectors:
the residual is the Frobenius norm of A·X − 1 as they see it. The condition is ‖A‖·‖X‖ in the 1-norm: about so many times
rounding errors grow; a matrix that is singular, or singular to working precision, is an error. To solve equations, solve is
faster and more exact. Other numbers of ranks and threads add up in another order: the last bits may differ.

Examples:
  rankwise inverse a.npy --out x.npy
  mpiexec -n 4 rankwise inverse a.h5:/x --out inverse.h5:/x
)";

std::unique_ptr<Command> make_inverse() {
  return std::make_unique<Inverse>();
}

}  // namespace rankwise::app
