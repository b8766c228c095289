#include "apps/rankwise/fit_forest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "apps/rankwise/answer.hpp"
#include "apps/rankwise/plan_report.hpp"
#include "rankwise/learning/train_forest.hpp"
#include "rankwise/ranks/agreement.hpp"
#include "rankwise/report/format.hpp"
#include "rankwise/report/table.hpp"

namespace rankwise::app {
namespace {

using learning::Dataset;
using learning::ForestModel;

nlohmann::ordered_json record_of(const Invocation& invocation, const ForestWork& work, const ForestModel& model,
                                 nlohmann::ordered_json samples, const std::string& digest) {
  auto json = invocation.json_head();
  json["digest"] = digest;
  json["action"] = "fit";
  json.update(samples);
  json["out"] = work.destination.file;
  json["trees"] = model.forest.trees.size();
  json["nodes"] = model.node_count();
  json["oob_score"] = model.oob_score ? nlohmann::ordered_json(*model.oob_score) : nlohmann::ordered_json();
  for (std::size_t f = 0; f < model.features.size(); ++f) {
    json["importances"][model.features[f]] = model.importances[f];
  }
  return json;
}

void print(const ForestWork& work, const ForestModel& model) {
  report::Table table({"feature", "importance"});
  std::vector<std::size_t> order(model.features.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](auto a, auto b) { return model.importances[a] > model.importances[b]; });
  constexpr std::size_t top = 10;
  for (std::size_t i = 0; i < std::min(top, order.size()); ++i) {
    table.add({report::printable(model.features[order[i]]), report::short_number(model.importances[order[i]])});
  }
  if (order.size() > top) {
    table.add_remark("...", fmt::format("{} more, all in {}", order.size() - top, work.destination.file));
  }
  answer("{}", table.text(report::output_width()));
  answer("{}: {}, {}{}\n", work.destination.file, report::plural(model.forest.trees.size(), "tree"),
         report::plural(model.node_count(), "node"),
         model.oob_score ? fmt::format(" · out-of-bag accuracy {}", report::short_number(*model.oob_score)) : "");
}

}  // namespace

ExitCode fit_forest(Invocation& invocation, const ForestWork& work, const SampleOptions& samples,
                    const learning::ForestOptions& options) {
  report::ProgressDisplay progress({.command = "forest",
                                    .mode = work.compute.progress,
                                    .amount = static_cast<double>(options.trees),
                                    .unit = "trees"});
  const engine::Context context = invocation.start(work.compute, &progress, work.checkpoint);
  const SampleOptions::Sources sources = samples.open(invocation, context);
  const storage::MatrixInfo& info = sources.info();
  engine::PhasePlan phase;
  ranks::agree(context.ranks(), [&] {
    const Dataset sizes = samples.sizes(sources);
    if (sizes.targets().size() != 1) {
      throw InputError(fmt::format("a forest has one target, not {}", sizes.targets().size()));
    }
    if (work.compute.plan) phase = learning::plan_to_train(context, sizes, options);
    if (invocation.is_root()) work.check_destination();
  });
  if (work.compute.plan) {
    print_plan(invocation,
               {.subject = fmt::format("a forest of {}", report::printable(info.source)),
                .phases = {phase},
                .bytes_to_read = info.stored.value},
               work.json);
    return ExitCode::done;
  }
  const Dataset data = samples.read(context, sources);
  invocation.begin_job(learning::identity_of(data, options), &info);
  const ForestModel model = learning::train_forest(context, data, options);
  invocation.save_checkpoint();
  ranks::agree(context.ranks(), [&] {
    if (!invocation.is_root()) return;
    const storage::ResultTable arrays = model.table();
    const std::string digest = ForestModel::digest_of(arrays);
    const auto record = [&] {
      nlohmann::ordered_json of_samples;
      samples.add_to(of_samples, info, data);
      auto json = record_of(invocation, work, model, std::move(of_samples), digest);
      json["seed"] = options.seed;
      return invocation.record(std::move(json), info.identity);
    };
    storage::write_result(work.destination, arrays, json_text(record()), work.overwrite);
    if (work.json) return answer("{}\n", json_text(record(), 2));
    answer("forest of {} · {}\n", SampleOptions::in_words(info, data), invocation.layout_line());
    print(work, model);
    answer("in {} · digest {}\n", report::duration(invocation.seconds()), digest);
  });
  return ExitCode::done;
}

}  // namespace rankwise::app
