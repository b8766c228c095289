#include "apps/rankwise/common_options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "rankwise/base/duration.hpp"
#include "rankwise/base/errors.hpp"
#include "rankwise/base/nearest_word.hpp"
#include "rankwise/base/parse_number.hpp"

namespace rankwise::app {

void ComputeOptions::add_threads_to(CLI::App& app) {
  add_value(app, "--threads", "N", "threads per rank (default: the processors it may use, shared with its neighbours)",
            [this](const std::string& text) {
              const std::uint64_t value = parse_count(text, "--threads");
              if (value < 1 || value > 4096) throw UsageError(fmt::format("--threads takes 1 to 4096, not {}", text));
              threads = static_cast<int>(value);
            });
}

void ComputeOptions::add_memory_to(CLI::App& app, const std::string& description) {
  add_value(app, "--memory", "SIZE", description,
            [this](const std::string& text) { memory = parse_bytes(text, "--memory"); });
}

void ComputeOptions::add_plan_to(CLI::App& app) {
  app.add_flag("--plan", plan, "say what would be done (blocks, bytes to read, memory) and stop");
}

void ComputeOptions::add_to(CLI::App& app) {
  add_threads_to(app);
  add_memory_to(app, "memory for blocks in flight, per rank, such as 2G (default: as needed)");
  add_plan_to(app);
  add_progress_to(app);
  add_value(app, "--watchdog", "TIME",
            "give up when no block is done for so long, such as 10m; under srun also on a rank silent for 30s",
            [this](const std::string& text) { watchdog = parse_duration(text, "--watchdog"); });
}

void ComputeOptions::add_progress_to(CLI::App& app) {
  add_choice<report::ProgressMode>(app, "--progress", "how to show progress on standard error",
                                   {{"auto", report::ProgressMode::automatic},
                                    {"bar", report::ProgressMode::bar},
                                    {"lines", report::ProgressMode::lines},
                                    {"json", report::ProgressMode::json},
                                    {"none", report::ProgressMode::none}},
                                   progress);
}

void add_deliver(CLI::App& app, engine::Deliver& deliver) {
  using engine::Deliver;
  add_choice<Deliver>(app, "--deliver", "each rank reads its blocks, or rank 0 reads and sends (default: auto)",
                      {{"auto", Deliver::automatic}, {"read", Deliver::read}, {"scatter", Deliver::scatter}}, deliver);
}

CLI::Option* add_value(CLI::App& app, const std::string& name, const std::string& value_name,
                       const std::string& description, std::function<void(const std::string&)> take) {
  return app.add_option_function<std::string>(name, std::move(take), description)->type_name(value_name);
}

std::string pick(const std::string& option, const std::string& text, const std::vector<std::string>& known) {
  for (const auto& word : known) {
    if (word == text) return word;
  }
  throw UsageError(
      fmt::format("{} takes {}, not '{}'{}", option, fmt::join(known, ", "), text, did_you_mean(text, known)));
}

bool is_name(const std::string& text) {
  const auto fits = [](char c) { return c == '_' || std::isalnum(static_cast<unsigned char>(c)) != 0; };
  return !text.empty() && std::isdigit(static_cast<unsigned char>(text[0])) == 0 &&
         std::all_of(text.begin(), text.end(), fits);
}

std::vector<std::string> split_words(const std::string& text) {
  std::vector<std::string> words;
  std::size_t begin = 0;
  while (true) {
    const auto comma = text.find(',', begin);
    words.push_back(text.substr(begin, comma - begin));
    if (comma == std::string::npos) return words;
    begin = comma + 1;
  }
}

}  // namespace rankwise::app
