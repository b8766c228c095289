#include "apps/rankwise/sample_options.hpp"

#include <fmt/format.h>

#include <memory>
#include <variant>

#include "rankwise/learning/target_columns.hpp"
#include "rankwise/ranks/agreement.hpp"
#include "rankwise/ranks/collectives.hpp"
#include "rankwise/report/format.hpp"
#include "rankwise/storage/text_column.hpp"

namespace rankwise::app {

SampleOptions::Added SampleOptions::add_to(CLI::App& app, const std::string& target, const std::string& labels,
                                           const std::string& names) {
  Added added{};
  added.target = app.add_option("--target", target_, target)->type_name(names);
  added.labels = app.add_option("--labels", labels_, labels)->type_name("SOURCE");
  add_deliver(app, deliver_);
  return added;
}

void SampleOptions::check() const {
  if (target_.empty() != labels_.empty()) return;
  throw UsageError("--target NAME, a column of DATA, or --labels SOURCE tells the classes: one of them");
}

SampleOptions::Sources SampleOptions::open(const Invocation& invocation, const engine::Context& context) const {
  const auto delivery = std::make_shared<engine::Delivery>();
  Sources sources{.samples = invocation.open(context, source_, deliver_, delivery), .labels = std::nullopt};
  if (labels_.empty()) return sources;
  ranks::agree(context.ranks(), [&] {
    if (context.ranks().is_root()) sources.texts = storage::read_texts(labels_);
  });
  const bool are_texts = ranks::sum(context.ranks(), sources.texts ? 1 : 0) > 0;
  if (are_texts && !sources.texts) sources.texts.emplace();
  if (!are_texts) sources.labels.emplace(invocation.open(context, labels_, deliver_, delivery));
  return sources;
}

learning::Dataset SampleOptions::read(const engine::Context& context, const Sources& sources) const {
  if (sources.labels) return {context, sources.samples, *sources.labels};
  if (sources.texts) return {context, sources.samples, labels_, *sources.texts};
  return {context, sources.samples, target_};
}

learning::Dataset SampleOptions::sizes(const Sources& sources) const {
  const storage::MatrixInfo& info = sources.info();
  if (sources.labels) return {info.rows, info.columns, sources.labels->info().columns};
  if (sources.texts) return {info.rows, info.columns, 1};
  const auto targets = learning::targets_named(info, target_);
  return {info.rows, info.columns - learning::columns_of(targets).size(), targets.size()};
}

std::string SampleOptions::in_words(const storage::MatrixInfo& info, const learning::Dataset& data) {
  const std::size_t targets = data.targets().size();
  return fmt::format(
      "{} · {} × {}, {}", report::printable(info.source), report::plural(data.samples(), "sample"),
      report::plural(data.features(), "feature"),
      targets > 1 ? fmt::format("{} targets", targets) : fmt::format("{} classes", data.target().class_count()));
}

void SampleOptions::add_to(nlohmann::ordered_json& json, const storage::MatrixInfo& info,
                           const learning::Dataset& data) const {
  json["input"] = info.source;
  json[labels_.empty() ? "target" : "labels"] = labels_.empty() ? target_ : labels_;
  json["samples"] = data.samples();
  json["features"] = data.features();
  const auto labels_of = [](const learning::Target& target) {
    return std::visit([](const auto& labels) { return nlohmann::ordered_json(labels); }, target.labels);
  };
  if (data.targets().size() == 1) {
    json["classes"] = labels_of(data.target());
    return;
  }
  for (const learning::Target& target : data.targets()) {
    json["targets"].push_back({{"name", target.name}, {"classes", labels_of(target)}});
  }
}

}  // namespace rankwise::app
