#include <fmt/format.h>

#include <memory>

#include "apps/rankwise/commands/commands.hpp"
#include "apps/rankwise/dense_command.hpp"
#include "rankwise/base/errors.hpp"

namespace rankwise::app {
namespace {

class Solve final : public DenseCommand {
 public:
  Solve() : DenseCommand("solve", {"a", "b"}) {}

 private:
  void check_shapes(const Infos& infos) const override {
    const storage::MatrixInfo &a = infos[0], &b = infos[1];
    if (a.rows == 0) throw UsageError(fmt::format("{} is empty", a.source));
    if (a.rows != a.columns) {
      throw UsageError(fmt::format("{} is {} × {}: only square matrices are solved", a.source, a.rows, a.columns));
    }
    if (a.rows == b.rows) return;
    throw UsageError(fmt::format("{} has {} rows, {} has {}: as many equations as unknowns are solved", a.source,
                                 a.rows, b.source, b.rows));
  }
  [[nodiscard]] Extents result(const Infos& infos) const override {
    return {infos[1].rows, infos[1].columns, infos[1].is_vector};
  }
  [[nodiscard]] Bytes bytes_needed(const Infos& infos, int ranks) const override {
    return dense::bytes_to_solve(infos[0].rows, infos[1].columns, ranks);
  }
  [[nodiscard]] double operations(const Infos& infos) const override {
    const auto n = static_cast<double>(infos[0].rows), right_sides = static_cast<double>(infos[1].columns);
    return 2.0 / 3 * n * n * n + 2 * n * n * right_sides;
  }
  [[nodiscard]] dense::Answer compute(const ranks::Communicator& ranks, const std::vector<dense::RowPanel>& panels,
                                      const Infos& infos) const override {
    return dense::solve(ranks, panels[0], panels[1], infos[0].source);
  }
  [[nodiscard]] const char* residual_in_words() const override { return "‖A·X − B‖ / ‖B‖"; }
};

}  // namespace

const char* const solve_explanation =
    R"(X with A·X = B in float64, by ScaLAPACK on all ranks, by LAPACK on one: LU factors with partial pivoting. B is a vector or
has a column for each right side. The matrices are in the memory of all ranks together; --plan says how much that takes. The
residual is of all columns, or, of more than 16, as 16 random combinations of them see it, in the Frobenius norm. The
condition is an estimate of ‖A‖·‖A⁻¹‖ in the ∞-norm: about so many times rounding errors grow; a matrix that is singular, or
singular to working precision, is an error. Other numbers of ranks and threads add up in another order: the last bits may
differ.

Examples:
  rankwise solve a.npy b.npy --out x.npy
  mpiexec -n 4 rankwise solve a.h5:/a a.h5:/b --out x.h5:/x
)";

std::unique_ptr<Command> make_solve() {
  return std::make_unique<Solve>();
}

}  // namespace rankwise::app
