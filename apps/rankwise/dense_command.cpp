#include "apps/rankwise/dense_command.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cmath>

#include <cstdio>
#include <deque>
#include <limits>

#include "apps/rankwise/answer.hpp"
#include "apps/rankwise/end_on_stop.hpp"
#include "apps/rankwise/invocation.hpp"
#include "apps/rankwise/matrix_words.hpp"
#include "rankwise/base/control_groups.hpp"
#include "rankwise/base/errors.hpp"
#include "rankwise/dense/blas.hpp"
#include "rankwise/engine/output_file.hpp"
#include "rankwise/ranks/agreement.hpp"
#include "rankwise/report/format.hpp"
#include "rankwise/storage/mapped_file.hpp"
#include "rankwise/storage/matrix_output.hpp"

namespace rankwise::app {
namespace {

/// From here on no digit of an answer is to be believed.
constexpr double worst_condition = 1 / std::numeric_limits<double>::epsilon();

}  // namespace

void DenseCommand::add_options(CLI::App& app) {
  for (std::size_t i = 0; i < inputs_.size(); ++i) {
    app.add_option(inputs_[i], sources_[i], "FILE[:DATASET]: HDF5, .npy, .csv or .tsv")
        ->required()
        ->type_name("SOURCE");
  }
  add_value(app, "--out", "FILE[:DATASET]", "a new file: .h5 (dataset /x unless named) or .npy",
            [this](const std::string& t) { destination_ = storage::parse_destination(t); })
      ->required();
  write_.add_to(app);
  app.add_flag("--overwrite", overwrite_, "replace the file if it exists");
  add_deliver(app, deliver_);
  app.add_flag("--json", json_, "print one JSON object instead");
  compute_.add_threads_to(app);
  compute_.add_memory_to(
      app, "refuse to take more, per rank, such as 2G (default: what the node has; --plan tells how much)");
  compute_.add_plan_to(app);
}

void DenseCommand::check() {
  const auto format = storage::format_of(*destination_);
  if (format != storage::OutputFormat::hdf5 && format != storage::OutputFormat::npy) {
    throw UsageError(fmt::format("{} writes .h5 or .npy; rankwise convert makes other formats of them", name_));
  }
  const std::string& dataset = destination_->dataset;
  if (!dataset.empty() && dataset.find_first_not_of("/.") == std::string::npos) {
    throw UsageError(fmt::format("'{}' is no name for a dataset: FILE:/x", dataset));
  }
  write_.check(*destination_);
  dense::mend_openblas_core();
}

void DenseCommand::check_memory(const Infos& infos, int ranks, int on_this_node) const {
  const Bytes needed = bytes_needed(infos, ranks);
  const auto refuse = [&](const std::string& more_than) {
    throw UsageError(fmt::format("{} takes {} on each of {}: more than {}", name_, format_bytes(needed),
                                 report::plural(static_cast<std::uint64_t>(ranks), "rank"), more_than));
  };
  if (compute_.memory && needed.value > compute_.memory->value) {
    refuse(fmt::format("--memory {}; more ranks take less each", format_bytes(*compute_.memory)));
  }
  const Bytes there = memory_of_this_machine();
  const auto sharing = static_cast<std::uint64_t>(on_this_node);
  if (!compute_.plan && !compute_.memory && needed.value > there.value / sharing) {
    refuse(fmt::format("the {} that {} has for {}; more nodes take less each", format_bytes(there), ranks::host_name(),
                       report::plural(sharing, "rank")));
  }
}

/// @param unfinished what is removed where a signal ends the computation
dense::Answer DenseCommand::compute_unless_stopped(const ranks::Communicator& ranks,
                                                   const std::vector<dense::RowPanel>& panels, const Infos& infos,
                                                   const std::string& unfinished) const {
  const EndOnStop end([&](const Stopped& stopped) {
    if (!ranks.is_root()) return;
    unlink(unfinished.c_str());
    std::fputs(fmt::format("rankwise {}: error: {}\n", name_, stopped.what()).c_str(), stderr);
  });
  return compute(ranks, panels, infos);
}

ExitCode DenseCommand::plan(const Invocation& invocation, const Infos& infos) const {
  if (!invocation.is_root()) return ExitCode::done;
  const Bytes needed = bytes_needed(infos, invocation.session().ranks().size());
  Bytes to_read;
  for (const auto& info : infos) to_read.value += info.stored.value;
  if (json_) {
    auto json = invocation.json_head();
    json["bytes_to_read"] = to_read.value;
    json["bytes_per_rank"] = needed.value;
    json["operations"] = operations(infos);
    answer("{}\n", json_text(json, 2));
  } else {
    answer("plan: {} · {} to read · {} on each rank · {} floating-point operations · {}\n", name_,
           format_bytes(to_read), format_bytes(needed), report::with_prefix(operations(infos)),
           invocation.layout_line());
  }
  return ExitCode::done;
}

ExitCode DenseCommand::run(Invocation& invocation) {
  const engine::Context context = invocation.start(compute_, nullptr);
  const ranks::Communicator& ranks = context.ranks();
  std::deque<engine::SharedMatrix> matrices;
  Infos infos;
  for (const std::string& source : sources_) {
    infos.push_back(matrices.emplace_back(invocation.open(context, source, deliver_)).info());
  }
  ranks::agree(ranks, [&] {
    check_shapes(infos);
    for (const auto& info : infos) dense::check_size(info.rows, info.columns, ranks.size());
    dense::check_size(result(infos).rows, result(infos).columns, ranks.size());
    check_memory(infos, ranks.size(), invocation.session().node().size());
    if (invocation.is_root() && !compute_.plan) storage::check_destination(*destination_, overwrite_);
    if (!compute_.plan) dense::load();
  });
  if (compute_.plan) return plan(invocation, infos);
  const Extents extents = result(infos);
  const storage::MatrixShape shape{.rows = extents.rows, .columns = extents.columns, .is_vector = extents.is_vector};
  engine::OutputFile output(context, {.destination = *destination_,
                                      .overwrite = overwrite_,
                                      .write_by = write_.by(),
                                      .lay_out = [&](const std::string& path) {
                                        const auto begin = storage::lay_out_matrix(path, *destination_, shape);
                                        return std::vector<std::uint64_t>{begin.value_or(0)};
                                      }});
  dense::set_blas_threads(invocation.layout().threads);

  std::vector<dense::RowPanel> panels;
  for (const engine::SharedMatrix& matrix : matrices) {
    const dense::Source source{matrix.info(), matrix.reader(), matrix.delivered_ranks() == 0};
    panels.push_back(dense::read(ranks, source, needs_finite()));
  }
  const dense::Answer computed = compute_unless_stopped(ranks, panels, infos, output.path());
  ranks::agree(ranks, [&] {
    storage::check_mapped_files();  // a file that was cut short meanwhile reads as zeros
    if (computed.condition && !(*computed.condition < worst_condition)) {
      throw InputError(fmt::format("{} is singular to working precision: its condition is {:.1e}, no digit is certain",
                                   infos[0].source, *computed.condition));
    }
  });
  const bool by_root = output.filled_by_all() == nullptr;
  dense::write(ranks, computed.panel, by_root ? output.filled_by_root() : output.filled_by_all(), output.begins()[0],
               by_root);
  output.commit([&](storage::TemporaryFile& file) {
    storage::commit_with_record(file, *destination_, json_text(record(invocation, infos, computed)));
  });
  if (invocation.is_root()) print(invocation, infos, computed);
  return ExitCode::done;
}

void DenseCommand::print(const Invocation& invocation, const Infos& infos, const dense::Answer& computed) const {
  if (json_) {
    answer("{}\n", json_text(record(invocation, infos, computed), 2));
    return;
  }
  const Extents extents = result(infos);
  answer("{}: {} × {} float64 · {}\n", destination_->file, extents.rows, extents.columns, invocation.layout_line());
  answer("{} = {}{}\n", residual_in_words(),
         std::isfinite(computed.residual) ? fmt::format("{:.2g}", computed.residual)
                                          : "not known: there are infinities or NaN",
         computed.condition ? fmt::format(" · condition {:.3g}", *computed.condition) : "");
  answer("in {}, {}FLOP/s\n", report::duration(invocation.seconds()),
         report::with_prefix(operations(infos) / invocation.seconds()));
}

nlohmann::ordered_json DenseCommand::record(const Invocation& invocation, const Infos& infos,
                                            const dense::Answer& computed) const {
  auto json = invocation.json_head();
  for (std::size_t i = 0; i < inputs_.size(); ++i) json["inputs"][inputs_[i]] = infos[i].source;
  const Extents extents = result(infos);
  json["out"] = destination_->file;
  json["rows"] = extents.rows;
  json["columns"] = extents.columns;
  if (std::isfinite(computed.residual)) {
    json["residual"] = computed.residual;
  } else {
    json["residual"] = nullptr;
  }
  if (computed.condition) json["condition"] = *computed.condition;
  if (const auto core = dense::openblas_core()) json["openblas_core"] = *core;
  std::string identities;
  for (const auto& info : infos) identities += (identities.empty() ? "" : " ") + info.identity;
  return invocation.record(std::move(json), identities);
}

}  // namespace rankwise::app
