#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "apps/rankwise/answer.hpp"
#include "apps/rankwise/commands/commands.hpp"
#include "apps/rankwise/invocation.hpp"
#include "rankwise/report/format.hpp"
#include "rankwise/report/table.hpp"
#include "rankwise/storage/description.hpp"

namespace rankwise::app {
namespace {

using storage::DatasetDescription;
using storage::FileDescription;

class Info final : public Command {
 public:
  void add_options(CLI::App& app) override {
    app.add_option("source", source_, "FILE[:DATASET], or a quoted pattern of files")->required()->type_name("SOURCE");
    app.add_flag("--json", json_, "print one JSON object instead");
  }
  [[nodiscard]] bool needs_ranks() const override { return false; }

  ExitCode run(Invocation&) override {
    const FileDescription description = storage::describe(source_);
    json_ ? print_json(description) : print(description);
    return ExitCode::done;
  }

 private:
  static std::string shape_of(const DatasetDescription& d) {
    if (!d.damage.empty() || !d.elsewhere.empty()) return "-";
    return d.shape.empty() ? "one" : fmt::format("{}", fmt::join(d.shape, " × "));
  }

  static void print(const FileDescription& description) {
    answer("{} · {} · {}\n", report::printable(description.file), description.format,
           report::plural(description.datasets.size(), "dataset"));
    report::Table table(
        {"dataset", "shape", "type", "layout", "filters", "stored", "one row reads", "one column reads"});
    for (const DatasetDescription& d : description.datasets) {
      const auto cost = [&](Bytes bytes) { return d.fits ? format_bytes(bytes) : std::string("-"); };
      table.add({report::printable(d.dataset.empty() ? "-" : d.dataset), shape_of(d),
                 report::printable(d.elsewhere.empty() ? d.type : "→ " + d.elsewhere), d.layout,
                 d.filters.empty() ? "-" : fmt::format("{}", fmt::join(d.filters, " ")),
                 d.elsewhere.empty() ? format_bytes(d.stored) : "-", cost(d.one_row), cost(d.one_column)});
    }
    answer("{}", table.text(report::output_width()));
    for (const DatasetDescription& d : description.datasets) {
      if (!d.damage.empty()) answer("{} is unreadable: {}\n", report::printable(d.dataset), d.damage);
      if (!d.note.empty()) answer("{} has {}\n", report::printable(d.dataset), d.note);
      if (d.names.empty()) continue;
      constexpr std::size_t most = 12;
      const auto end = d.names.begin() + static_cast<std::ptrdiff_t>(std::min(most, d.names.size()));
      answer("columns{}: {}{}\n", d.dataset.empty() ? "" : " of " + report::printable(d.dataset),
             report::printable(fmt::format("{}", fmt::join(d.names.begin(), end, ", "))),
             d.names.size() > most ? fmt::format(" and {} more", d.names.size() - most) : "");
    }
  }

  static void print_json(const FileDescription& description) {
    nlohmann::ordered_json json{{"command", "info"},
                                {"version", RANKWISE_VERSION},
                                {"file", description.file},
                                {"format", description.format},
                                {"datasets", nlohmann::ordered_json::array()}};
    for (const DatasetDescription& d : description.datasets) {
      nlohmann::ordered_json entry{{"dataset", d.dataset}, {"shape", d.shape},     {"type", d.type},
                                   {"layout", d.layout},   {"filters", d.filters}, {"stored_bytes", d.stored.value},
                                   {"fits", d.fits}};
      if (d.fits) {
        entry["one_row_bytes"] = d.one_row.value;
        entry["one_column_bytes"] = d.one_column.value;
      }
      if (!d.elsewhere.empty()) entry["elsewhere"] = d.elsewhere;
      if (!d.damage.empty()) entry["damage"] = d.damage;
      if (!d.note.empty()) entry["note"] = d.note;
      if (!d.names.empty()) entry["names"] = d.names;
      json["datasets"].push_back(std::move(entry));
    }
    answer("{}\n", json_text(json, 2));
  }

  std::string source_;
  bool json_ = false;
};

}  // namespace

const char* const info_explanation =
    R"(Shapes are rows × columns as every command sees them: a dataset that is stored column by column (rankwise_layout =
"columns", MATLAB 7.3) is shown in that sense. The last two columns say what has to be read from the file for one row
and for one column: whole chunks, or whole pages.

Examples:
  rankwise info matrix.h5
  rankwise info simulation.nc:/run1 --json
  rankwise info 'part-*.csv'
)";

std::unique_ptr<Command> make_info() {
  return std::make_unique<Info>();
}

}  // namespace rankwise::app
