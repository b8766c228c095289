#include <fmt/format.h>

#include <memory>

#include "apps/rankwise/commands/commands.hpp"
#include "apps/rankwise/dense_command.hpp"
#include "rankwise/base/errors.hpp"

namespace rankwise::app {
namespace {

class Matmul final : public DenseCommand {
 public:
  Matmul() : DenseCommand("matmul", {"a", "b"}) {}

 private:
  void check_shapes(const Infos& infos) const override {
    if (infos[0].columns == infos[1].rows) return;
    throw UsageError(fmt::format("{} has {} columns, {} has {} rows: they have no product", infos[0].source,
                                 infos[0].columns, infos[1].source, infos[1].rows));
  }
  [[nodiscard]] Extents result(const Infos& infos) const override {
    return {infos[0].rows, infos[1].columns, infos[1].is_vector};
  }
  [[nodiscard]] Bytes bytes_needed(const Infos& infos, int ranks) const override {
    return dense::bytes_to_multiply(infos[0].rows, infos[0].columns, infos[1].columns, ranks);
  }
  [[nodiscard]] double operations(const Infos& infos) const override {
    return 2.0 * static_cast<double>(infos[0].rows) * static_cast<double>(infos[0].columns) *
           static_cast<double>(infos[1].columns);
  }
  [[nodiscard]] dense::Answer compute(const ranks::Communicator& ranks, const std::vector<dense::RowPanel>& panels,
                                      const Infos&) const override {
    return dense::multiply(ranks, panels[0], panels[1]);
  }
  [[nodiscard]] bool needs_finite() const override { return false; }
  [[nodiscard]] const char* residual_in_words() const override { return "‖C − A·B‖ / ‖A·B‖"; }
};

}  // namespace

const char* const matmul_explanation =
    R"(The matrix product A·B in float64, by ScaLAPACK on all ranks, by BLAS on one. The matrices are in the memory of all ranks
together; --plan says how much that takes. The answer is tried on 16 random vectors: the residual says how far it is off, in
the Frobenius norm. Other numbers of ranks and threads add up in another order: the last bits may differ.

Examples:
  rankwise matmul a.npy b.npy --out c.npy
  mpiexec -n 4 rankwise matmul a.h5:/x b.h5:/x --out c.h5:/c
)";

std::unique_ptr<Command> make_matmul() {
  return std::make_unique<Matmul>();
}

}  // namespace rankwise::app
