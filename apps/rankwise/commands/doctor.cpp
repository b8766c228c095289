#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <vector>

#include "apps/rankwise/answer.hpp"
#include "apps/rankwise/commands/commands.hpp"
#include "apps/rankwise/common_options.hpp"
#include "apps/rankwise/invocation.hpp"
#include "rankwise/dense/blas.hpp"
#include "rankwise/kernels/targets.hpp"
#include "rankwise/ranks/collectives.hpp"
#include "rankwise/ranks/diagnose.hpp"
#include "rankwise/report/format.hpp"
#include "rankwise/storage/hdf5_library.hpp"

namespace rankwise::app {
namespace {

class Doctor final : public Command {
 public:
  void add_options(CLI::App& app) override {
    app.add_option("--path", path_, "a folder whose file system is tried (default: the current one)")
        ->type_name("FOLDER");
    app.add_flag("--json", json_, "print one JSON object instead");
    compute_.add_threads_to(app);
  }

  ExitCode run(Invocation& invocation) override {
    invocation.lay_out(compute_);
    std::vector<Finding> findings = ranks::diagnose(invocation.session(), invocation.layout());
    const auto add = [&](std::vector<Finding> more) {
      std::move(more.begin(), more.end(), std::back_inserter(findings));
    };
    add(kernels::diagnose());
    if (invocation.is_root()) {
      add(dense::diagnose());
      add(storage::diagnose(path_));
      json_ ? print_json(invocation, findings) : print(findings);
    }
    const bool ok = all_ok(findings);
    // What only rank 0 found decides for all.
    return ranks::sum(invocation.session().ranks(), ok ? 0 : 1) == 0 ? ExitCode::done : ExitCode::failed;
  }

 private:
  static void print(const std::vector<Finding>& findings) {
    std::size_t width = 0;
    for (const Finding& finding : findings) width = std::max(width, report::cells(finding.topic));
    for (const Finding& finding : findings) {
      const std::string blank(width - report::cells(finding.topic), ' ');
      answer("{:<4}  {}{}  {}\n", finding.ok ? "ok" : "mend", finding.topic, blank, finding.message);
      if (!finding.mend.empty()) answer("{}{}\n", std::string(width + 8, ' '), finding.mend);
    }
  }

  static void print_json(const Invocation& invocation, const std::vector<Finding>& findings) {
    auto json = invocation.json_head();
    json["ok"] = all_ok(findings);
    for (const Finding& finding : findings) {
      json["findings"].push_back(
          {{"ok", finding.ok}, {"topic", finding.topic}, {"message", finding.message}, {"mend", finding.mend}});
    }
    answer("{}\n", json_text(json, 2));
  }

  std::string path_ = ".";
  bool json_ = false;
  ComputeOptions compute_;
};

}  // namespace

const char* const doctor_explanation =
    R"(Start it exactly as you would start your job: mpiexec -n 4 rankwise doctor, srun rankwise doctor. A line that begins with
`mend` says what to change; the exit code is 1 then.

Examples:
  rankwise doctor
  mpiexec -n 4 --bind-to core rankwise doctor --threads 4 --path /scratch/me
)";

std::unique_ptr<Command> make_doctor() {
  return std::make_unique<Doctor>();
}

}  // namespace rankwise::app
