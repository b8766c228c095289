#include "apps/rankwise/predict_forest.hpp"

#include <fmt/format.h>

#include <optional>

#include "apps/rankwise/answer.hpp"
#include "apps/rankwise/plan_report.hpp"
#include "rankwise/learning/forest_prediction.hpp"
#include "rankwise/ranks/agreement.hpp"
#include "rankwise/ranks/collectives.hpp"
#include "rankwise/report/format.hpp"
#include "rankwise/storage/result_input.hpp"

namespace rankwise::app {
namespace {

using learning::ForestModel;

nlohmann::ordered_json record_of(const Invocation& invocation, const ForestWork& work, const ForestQuestion& question,
                                 const storage::MatrixInfo& info, const ForestModel& model, const std::string& digest) {
  auto json = invocation.json_head();
  json["digest"] = digest;
  json["action"] = "predict";
  json["model"] = question.model;
  json["input"] = info.source;
  json["out"] = work.destination.file;
  json["rows"] = info.rows;
  json["trees"] = model.forest.trees.size();
  return invocation.record(std::move(json), info.identity);
}

/// Rank 0 reads it for all.
ForestModel read_model(const engine::Context& context, const std::string& file) {
  ByteWriter out;
  ranks::agree(context.ranks(), [&] {
    if (!context.ranks().is_root()) return;
    const auto table = storage::read_result(file, ForestModel::columns_in_a_file());
    ForestModel::of_table(table, file).encode(out);
  });
  const auto bytes = ranks::broadcast(context.ranks(), out.take());
  ByteReader in(bytes);
  return ForestModel::decode(in);
}

}  // namespace

ExitCode predict_forest(Invocation& invocation, const ForestWork& work, const ForestQuestion& question) {
  report::ProgressDisplay progress({.command = "forest", .mode = work.compute.progress, .unit = "rows"});
  const engine::Context context = invocation.start(work.compute, &progress, work.checkpoint);
  const engine::SharedMatrix table = invocation.open(context, question.table, question.deliver);
  const storage::MatrixInfo& info = table.info();
  const ForestModel model = read_model(context, question.model);
  progress.set_amount(static_cast<double>(info.rows));
  std::optional<learning::ForestPrediction> prediction;
  ranks::agree(context.ranks(), [&] {
    prediction.emplace(model, table,
                       learning::ForestPrediction::Options{.destination = work.destination,
                                                           .overwrite = work.overwrite,
                                                           .probabilities = question.probabilities,
                                                           .record = [&](const std::string& digest) {
                                                             return json_text(record_of(invocation, work, question,
                                                                                        info, model, digest));
                                                           }});
    if (invocation.is_root()) work.check_destination();
  });
  if (work.compute.plan) {
    engine::PhasePlan phase;
    ranks::agree(context.ranks(), [&] { phase = prediction->plan(context); });
    print_plan(invocation,
               {.subject = fmt::format("predictions of {}", report::printable(info.source)),
                .phases = {phase},
                .bytes_to_read = info.stored.value},
               work.json);
    return ExitCode::done;
  }
  invocation.begin_job(prediction->identity(), &info);
  invocation.check_output(work.destination, work.overwrite);
  const std::string digest = prediction->run(context);
  if (!invocation.is_root()) return ExitCode::done;
  if (work.json) {
    answer("{}\n", json_text(record_of(invocation, work, question, info, model, digest), 2));
    return ExitCode::done;
  }
  answer("{} → {} · {} by {} · {}\n", report::printable(info.source), work.destination.file,
         report::plural(info.rows, "prediction"), report::plural(model.forest.trees.size(), "tree"),
         invocation.layout_line());
  answer("in {} · digest {}\n", report::duration(invocation.seconds()), digest);
  return ExitCode::done;
}

}  // namespace rankwise::app
