#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>

#include "apps/rankwise/answer.hpp"
#include "apps/rankwise/checkpoint_options.hpp"
#include "apps/rankwise/commands/commands.hpp"
#include "apps/rankwise/common_options.hpp"
#include "apps/rankwise/invocation.hpp"
#include "apps/rankwise/matrix_words.hpp"
#include "apps/rankwise/plan_report.hpp"
#include "apps/rankwise/write_option.hpp"
#include "rankwise/base/parse_number.hpp"
#include "rankwise/expressions/syntax.hpp"
#include "rankwise/ranks/agreement.hpp"
#include "rankwise/report/format.hpp"
#include "rankwise/storage/result_table.hpp"
#include "rankwise/storage/table_output.hpp"
#include "rankwise/tables/derivation.hpp"
#include "rankwise/tables/transform.hpp"

namespace rankwise::app {
namespace {

using storage::MatrixInfo;
using storage::OutputFormat;
using tables::Derivation;
using tables::Transform;

class TransformCommand final : public Command {
 public:
  void add_options(CLI::App& app) override {
    app.add_option("source", source_, "FILE[:DATASET] with columns: HDF5, .npy, .csv or .tsv")
        ->required()
        ->type_name("SOURCE");
    app.add_option("assignments", made_.assignments, "new columns, or other values of old ones: 'z = 2 * x + y'")
        ->type_name("'NAME = EXPRESSION'...");
    add_value(app, "--out", "FILE[:GROUP]", "a new file: .h5 (a dataset per column), .csv or .tsv",
              [this](const std::string& t) { destination_ = storage::parse_destination(t); })
        ->required();
    add_value(app, "--where", "CONDITION", "only rows for which this is true, on columns of SOURCE: 'x > 0'",
              [this](const std::string& t) { made_.where = t; });
    app.add_flag("--only-new", made_.only_new, "leave out columns that no assignment makes");
    app.add_flag("--copy", copy_, "HDF5: copy columns that stay, where they would be links to SOURCE");
    add_value(app, "--seed", "S", "another seed, other numbers from random() and normal() (default: 0)",
              [this](const std::string& t) { seed_ = parse_count(t, "--seed"); });
    write_.add_to(app);
    app.add_flag("--overwrite", overwrite_, "replace the file if it exists");
    add_deliver(app, deliver_);
    app.add_flag("--json", json_, "print one JSON object instead");
    compute_.add_to(app);
    checkpoint_.add_to(app, {.shards = false, .verify = true});
  }

  void check() override {
    checkpoint_.refuse_as_output(destination_);
    const OutputFormat format = storage::format_of(destination_);
    if (format != OutputFormat::hdf5 && format != OutputFormat::csv) {
      throw UsageError(fmt::format("a table goes to .h5, .csv or .tsv, not to {}", destination_.file));
    }
    write_.check(destination_);
    if (made_.assignments.empty() && !made_.where) {
      throw UsageError("nothing is to be done: write 'NAME = EXPRESSION', or --where CONDITION");
    }
    if (made_.assignments.empty() && made_.only_new) throw UsageError("--only-new without a new column leaves nothing");
    for (const std::string& text : made_.assignments) expressions::parse_assignment(text);
    if (made_.where) expressions::parse(*made_.where);
  }

  [[nodiscard]] bool may_use_mpi_io() const override { return write_.may_use_mpi_io(destination_); }

  ExitCode run(Invocation& invocation) override {
    report::ProgressDisplay progress({.command = "transform", .mode = compute_.progress, .unit = "rows"});
    const engine::Context context = invocation.start(compute_, &progress, checkpoint_);
    const engine::SharedMatrix source = invocation.open(context, source_, deliver_);
    const MatrixInfo& info = source.info();
    std::optional<Derivation> derivation;
    ranks::agree(context.ranks(), [&] {
      for (const auto& other : storage::columns_without_numbers(info)) made_.without_numbers.push_back(other.name);
      derivation.emplace(tables::column_names(info), info.types, made_);
      if (!invocation.is_root()) return;
      refuse_source(info);
      if (!compute_.plan && !checkpoint_.resumes()) storage::check_destination(destination_, overwrite_);
    });
    progress.set_amount(static_cast<double>(info.rows));
    std::vector<storage::TableShape::Other> others;
    Transform transform(context, source, *derivation,
                        {.destination = destination_,
                         .overwrite = overwrite_,
                         .write_by = write_.by(),
                         .copy = copy_,
                         .options = options_in_words(),
                         .seed = seed_,
                         .before_phase =
                             [&](double begin, double end) {
                               progress.begin_part({begin, end});
                             },
                         .record =
                             [&](const std::string& digest, std::uint64_t rows) {
                               return json_text(record(invocation, info, *derivation, others, {digest, rows}));
                             }});
    others = transform.others();
    if (!transform.left_out().empty()) {
      invocation.note(
          fmt::format("{} without numbers left out, such as {}: only a link in an .h5 file, without --where "
                      "and --copy, keeps what is no number",
                      report::plural(transform.left_out().size(), "column"), transform.left_out()[0]));
    }
    if (compute_.plan) {
      std::vector<engine::PhasePlan> phases;
      ranks::agree(context.ranks(), [&] { phases = transform.plan(); });
      print_plan(invocation,
                 {.subject = fmt::format("transform {} to {}", in_words(info), destination_.file),
                  .phases = std::move(phases),
                  .bytes_to_read = transform.bytes_to_read().value},
                 json_);
      return ExitCode::done;
    }
    invocation.begin_job(transform.identity(), &info);
    invocation.check_output(destination_, overwrite_);
    const Transform::Result result = transform.run();
    if (!invocation.is_root()) return ExitCode::done;
    if (json_) {
      answer("{}\n", json_text(record(invocation, info, *derivation, others, result), 2));
      return ExitCode::done;
    }
    const std::size_t links = transform.links(), columns = derivation->columns().size() + others.size();
    answer("{} → {} · {}, {}{} · {}\n", in_words(info), destination_.file, report::plural(result.rows, "row"),
           report::plural(columns, "column"),
           links == 0 ? "" : fmt::format(", {} of them linked to {}", links, info.file), invocation.layout_line());
    answer("in {} · digest {}\n", report::duration(invocation.seconds()), result.digest);
    return ExitCode::done;
  }

 private:
  /// What the values depend on, for identities.
  [[nodiscard]] std::string options_in_words() const {
    std::string words = made_.only_new ? "only new" : "all";
    for (const auto& text : made_.assignments) words += fmt::format(" [{}]", text);
    if (made_.where) words += fmt::format(" where [{}]", *made_.where);
    return words;
  }

  /// The source is never written to, and links to it would lead to themselves.
  void refuse_source(const MatrixInfo& info) const {
    namespace fs = std::filesystem;
    const auto refuse = [&](const std::string& file) {
      std::error_code ignored;
      if (fs::equivalent(file, destination_.file, ignored)) {
        throw UsageError(fmt::format("{} is the source, which is never written to: --out takes another file", file));
      }
    };
    refuse(info.file);
    for (const std::string& file : info.other_files) refuse(file);
  }

  [[nodiscard]] nlohmann::ordered_json record(const Invocation& invocation, const MatrixInfo& info,
                                              const Derivation& derivation,
                                              const std::vector<storage::TableShape::Other>& others,
                                              const Transform::Result& result) const {
    auto json = invocation.json_head();
    json["digest"] = result.digest;
    json["input"] = info.source;
    json["assignments"] = made_.assignments;
    if (made_.where) json["where"] = *made_.where;
    json["seed"] = seed_;
    json["out"] = destination_.file;
    json["rows"] = result.rows;
    for (const auto& column : derivation.columns()) {
      json["columns"].push_back({{"name", column.name}, {"dtype", storage::name_of(column.type)}});
    }
    for (const auto& other : others) json["columns"].push_back({{"name", other.name}, {"dtype", "other"}});
    return invocation.record(std::move(json), info.identity);
  }

  std::string source_;
  Derivation::Options made_;
  storage::Destination destination_;
  bool overwrite_ = false;
  WriteOption write_;
  bool copy_ = false;
  std::uint64_t seed_ = 0;
  engine::Deliver deliver_ = engine::Deliver::automatic;
  bool json_ = false;
  ComputeOptions compute_;
  CheckpointOptions checkpoint_;
};

}  // namespace

const char* const transform_explanation =
    R"(The language is that of eval, row by row: no .T, no sums; `name with spaces` between backticks; columns without names
are col0, col1, ... Assignments are done in their order: a later one sees what an earlier one made; a name that is there
gets other values. random() and normal() depend on the seed and the row's number in SOURCE. --where looks at the columns
of SOURCE, whatever assignments make of them. Comparisons are stored as u1, integers alone as i8, all else as f8. Truth
values that are read are integers: flag == 1 makes truth values of them again.

SOURCE is never written to. In HDF5, each column is a 1-D dataset; columns that stay as they are, and are datasets of their
own in SOURCE, become external links to it, which cost nothing and need SOURCE to stay where it is (--copy: without). Text
stays by a link alone: --where and --copy leave it out. From one CSV to CSV, fields that stay are written as they stand,
numbers or not; from several ('part-*.csv'), and to HDF5, all columns have to be numbers, which are float64.

The result has the same bits on any ranks × threads and any x86-64-v3 or ARMv8 processor. The digest is of names, types and
what is written, not of what links lead to.

Examples:
  rankwise transform trips.h5 'total = fare + tip' 'share = tip / total' --out shares.h5
  rankwise transform table.csv 'z = 2 * x + random()' --where 'x > 0' --out new.csv
  mpiexec -n 2 rankwise transform big.h5:/trips 'col3 = col0 + 100 + random()' --out new.h5 --only-new
)";

std::unique_ptr<Command> make_transform() {
  return std::make_unique<TransformCommand>();
}

}  // namespace rankwise::app
