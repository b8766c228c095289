#include "apps/rankwise/validate.hpp"

#include <fmt/format.h>

#include "apps/rankwise/plan_report.hpp"
#include "rankwise/ranks/agreement.hpp"
#include "rankwise/report/format.hpp"

namespace rankwise::app {

ExitCode validate(Invocation& invocation, const Validation& validation, const ShowScores& show) {
  const learning::Candidates& candidates = validation.candidates;
  learning::CrossValidationOptions folds = validation.options.validation();
  folds.hear = validation.hear;
  report::ProgressDisplay progress({.command = validation.command,
                                    .mode = validation.compute.progress,
                                    .amount = static_cast<double>(candidates.count) * folds.folds,
                                    .unit = "fits"});
  if (validation.set_remarks) validation.set_remarks(progress);
  const engine::Context context = invocation.start(validation.compute, &progress, validation.checkpoint);
  const SampleOptions::Sources sources = validation.options.samples().open(invocation, context);
  const storage::MatrixInfo& info = sources.info();
  if (validation.compute.plan) {
    engine::PhasePlan phase;
    ranks::agree(context.ranks(), [&] {
      phase = learning::plan_to_cross_validate(context, validation.options.samples().sizes(sources), candidates, folds);
    });
    print_plan(
        invocation,
        {.subject = fmt::format("{} {} of {}", validation.command, candidates.in_words, report::printable(info.source)),
         .phases = {phase},
         .bytes_to_read = info.stored.value},
        validation.json);
    return ExitCode::done;
  }
  const learning::Dataset data = validation.options.samples().read(context, sources);
  invocation.begin_job(learning::identity_of(data, candidates, folds), &info);
  const std::vector<double> scores = learning::cross_validate(context, data, candidates, folds);
  if (invocation.is_root()) show(info, data, scores);
  invocation.save_checkpoint();
  return ExitCode::done;
}

}  // namespace rankwise::app
