#pragma once

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "rankwise/base/bytes.hpp"
#include "rankwise/engine/shared_matrix.hpp"
#include "rankwise/report/progress.hpp"

namespace rankwise::app {

/// Options of every command that computes on ranks × threads.
struct ComputeOptions {
  std::optional<int> threads;
  std::optional<Bytes> memory;
  bool plan = false;  ///< say what would be done, and stop
  report::ProgressMode progress = report::ProgressMode::automatic;
  std::chrono::milliseconds watchdog{0};  ///< 0: none

  void add_to(CLI::App& app);
  // One by one, for commands that have no blocks:
  void add_threads_to(CLI::App& app);
  void add_memory_to(CLI::App& app, const std::string& description);
  void add_plan_to(CLI::App& app);
  void add_progress_to(CLI::App& app);
};

/// --deliver: how ranks get at the input.
void add_deliver(CLI::App& app, engine::Deliver& deliver);

/// An option with a value that `take` reads; it throws UsageError for what it cannot read.
CLI::Option* add_value(CLI::App& app, const std::string& name, const std::string& value_name,
                       const std::string& description, std::function<void(const std::string&)> take);

/// `text` if it is one of the known words. @throws UsageError with the nearest one
std::string pick(const std::string& option, const std::string& text, const std::vector<std::string>& known);

/// Letters, digits and underscores, no digit first: what an expression takes for one name.
bool is_name(const std::string& text);

/// `a,b,c` as three words.
std::vector<std::string> split_words(const std::string& text);

/// An option that takes one of a few words.
template <class Value>
CLI::Option* add_choice(CLI::App& app, const std::string& name, const std::string& description,
                        std::vector<std::pair<std::string, Value>> choices, Value& chosen) {
  std::vector<std::string> known;
  for (const auto& choice : choices) known.push_back(choice.first);
  const std::string words = fmt::format("{}", fmt::join(known, "|"));
  return add_value(app, name, words, description, [name, known, choices, &chosen](const std::string& text) {
    pick(name, text, known);
    for (const auto& choice : choices) {
      if (choice.first == text) chosen = choice.second;
    }
  });
}

}  // namespace rankwise::app
