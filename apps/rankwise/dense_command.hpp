#pragma once

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "apps/rankwise/command.hpp"
#include "apps/rankwise/common_options.hpp"
#include "apps/rankwise/write_option.hpp"
#include "rankwise/dense/linear_algebra.hpp"
#include "rankwise/engine/shared_matrix.hpp"
#include "rankwise/storage/result_table.hpp"

namespace rankwise::app {

/// What matmul, inverse and solve have in common: matrices in, one out, all of them in the memory of all ranks
/// together.
class DenseCommand : public Command {
 public:
  void add_options(CLI::App& app) final;
  void check() final;
  [[nodiscard]] bool may_use_mpi_io() const final { return write_.may_use_mpi_io(*destination_); }
  ExitCode run(Invocation& invocation) final;

 protected:
  /// @param inputs their names on the command line
  DenseCommand(const char* name, std::vector<std::string> inputs) : name_(name), inputs_(std::move(inputs)) {}

  using Infos = std::vector<storage::MatrixInfo>;
  /// @throws UsageError if they do not fit one another
  virtual void check_shapes(const Infos& infos) const = 0;
  struct Extents {
    std::uint64_t rows = 0;
    std::uint64_t columns = 0;
    bool is_vector = false;
  };
  [[nodiscard]] virtual Extents result(const Infos& infos) const = 0;
  [[nodiscard]] virtual Bytes bytes_needed(const Infos& infos, int ranks) const = 0;
  [[nodiscard]] virtual double operations(const Infos& infos) const = 0;
  /// NaN and infinities are refused.
  [[nodiscard]] virtual bool needs_finite() const { return true; }
  [[nodiscard]] virtual dense::Answer compute(const ranks::Communicator& ranks,
                                              const std::vector<dense::RowPanel>& panels, const Infos& infos) const = 0;
  /// What the residual is of: `‖A·X − 1‖`.
  [[nodiscard]] virtual const char* residual_in_words() const = 0;

 private:
  /// @param ranks and how many of them are on this node
  void check_memory(const Infos& infos, int ranks, int on_this_node) const;
  [[nodiscard]] dense::Answer compute_unless_stopped(const ranks::Communicator& ranks,
                                                     const std::vector<dense::RowPanel>& panels, const Infos& infos,
                                                     const std::string& unfinished) const;
  ExitCode plan(const Invocation& invocation, const Infos& infos) const;
  [[nodiscard]] nlohmann::ordered_json record(const Invocation& invocation, const Infos& infos,
                                              const dense::Answer& answer) const;
  void print(const Invocation& invocation, const Infos& infos, const dense::Answer& answer) const;

  const char* name_;
  std::vector<std::string> inputs_;
  std::vector<std::string> sources_ = std::vector<std::string>(inputs_.size());
  std::optional<storage::Destination> destination_;
  bool overwrite_ = false;
  WriteOption write_;
  engine::Deliver deliver_ = engine::Deliver::automatic;
  bool json_ = false;
  ComputeOptions compute_;
};

}  // namespace rankwise::app
