#include "apps/rankwise/output_options.hpp"

#include "apps/rankwise/common_options.hpp"
#include "rankwise/ranks/agreement.hpp"

namespace rankwise::app {

void OutputOptions::add_to(CLI::App& app) {
  app.add_flag("--json", json_, "print one JSON object instead of the table");
  auto* out =
      add_value(app, "--out", "FILE[:DATASET]", "also write the result to a new file: .h5, .csv, .tsv, .json or .npy",
                [this](const std::string& text) { destination_ = storage::parse_destination(text); });
  app.add_flag("--overwrite", overwrite_, "replace the file of --out if it exists")->needs(out);
}

void OutputOptions::check(const Invocation& invocation) const {
  ranks::agree(invocation.session().ranks(), [&] {
    if (destination_ && invocation.is_root()) storage::check_destination(*destination_, overwrite_);
  });
}

void OutputOptions::write(const Invocation& invocation, const storage::ResultTable& table,
                          const nlohmann::ordered_json& record) const {
  ranks::agree(invocation.session().ranks(), [&] {
    if (destination_ && invocation.is_root())
      storage::write_result(*destination_, table, json_text(record), overwrite_);
  });
}

}  // namespace rankwise::app
