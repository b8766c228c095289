#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "apps/rankwise/command_line.hpp"
#include "apps/rankwise/commands/commands.hpp"
#include "apps/rankwise/common_options.hpp"
#include "apps/rankwise/invocation.hpp"
#include "rankwise/engine/shards.hpp"
#include "rankwise/ranks/agreement.hpp"
#include "rankwise/ranks/collectives.hpp"

namespace rankwise::app {
namespace {

/// What shards of one job may differ in: the same results lead to another answer.
constexpr std::array answer_options{"--stats", "--ddof", "--nan-policy"};

/// An option as a command line has it, `--option value`, or that it has none.
std::string in_words(const std::vector<std::string>& words, const std::string& option) {
  for (std::size_t i = words.size(); i-- > 0;) {
    if (words[i] == option && i + 1 < words.size()) return option + " " + words[i + 1];
    if (words[i].starts_with(option + "=")) return option + " " + words[i].substr(option.size() + 1);
  }
  return "no " + option;
}

/// The answer of a job from the checkpoints of its shards: the command runs again, with nothing left to compute.
class Merge final : public Command {
 public:
  void add_options(CLI::App& app) override {
    app.add_option("parts", parts_, "the checkpoints of all shards")->required()->type_name("PART...");
    add_value(app, "--out", "FILE[:DATASET]", "also write the result to a new file, as the command itself does",
              [this](const std::string& text) { add("--out", text); });
    app.add_flag_callback(
        "--overwrite", [this] { own_words_.push_back("--overwrite"); }, "replace the file of --out if it exists");
    app.add_flag_callback(
        "--json", [this] { own_words_.push_back("--json"); }, "print one JSON object instead of the table");
    add_value(app, "--top", "N", "print the first N, where the command prints a few",
              [this](const std::string& text) { add("--top", text); });
  }

  ExitCode run(Invocation& invocation) override {
    const ranks::Communicator& ranks = invocation.session().ranks();
    std::vector<std::byte> bytes;
    ranks::agree(ranks, [&] {
      if (!invocation.is_root()) return;
      std::vector<std::string> first;
      const auto see = [&](const std::string& path, const std::vector<std::string>& their_words) {
        if (first.empty()) first = their_words;
        for (const char* option : answer_options) {
          const std::string here = in_words(their_words, option), there = in_words(first, option);
          if (here == there) continue;
          invocation.note(fmt::format("{} was made with {}, the answer has that of shard 1: {}", path, here, there));
        }
      };
      bytes = engine::join_shards(parts_, see).encode();
    });
    bytes = ranks::broadcast(ranks, std::move(bytes));
    std::optional<ParsedLine> line;
    std::vector<std::string> words;
    engine::Record record;
    ranks::agree(ranks, [&] {
      record = engine::Record::decode(ByteReader(bytes));
      words = with_own_words(record.words);
      line = parse_command_line(words);
      // A file says which command that is: none that does more than to print what the checkpoints hold.
      if (!line->command || !line->command->takes_shards()) {
        throw InputError("the checkpoints are of no command that takes --shard");
      }
    });
    Invocation whole(&invocation.session(), *line->entry, words);
    whole.set_restored(std::move(record));
    return line->command->run(whole);
  }

 private:
  void add(const char* option, const std::string& value) { own_words_.insert(own_words_.end(), {option, value}); }

  /// The words of a shard without what was its own: where it ran, what it kept, how it was shown.
  [[nodiscard]] std::vector<std::string> with_own_words(const std::vector<std::string>& theirs) const {
    constexpr std::array with_value{
        "--checkpoint", "--checkpoint-every", "--max-time", "--shard",   "--out",      "--top",
        "--progress",   "--threads",          "--memory",   "--deliver", "--watchdog", "--verify"};
    constexpr std::array alone{"--resume", "--overwrite", "--json", "--plan", "--help", "-h"};
    std::vector<std::string> words;
    for (std::size_t i = 0; i < theirs.size(); ++i) {
      const std::string name = theirs[i].substr(0, theirs[i].find('='));
      const auto is = [&](const char* option) { return name == option; };
      if (std::any_of(alone.begin(), alone.end(), is)) continue;
      if (std::any_of(with_value.begin(), with_value.end(), is)) {
        if (name == theirs[i]) ++i;
        continue;
      }
      words.push_back(theirs[i]);
    }
    // Behind the command's name: what comes after a -- is no option.
    if (!words.empty()) words.insert(words.begin() + 1, own_words_.begin(), own_words_.end());
    return words;
  }

  std::vector<std::string> parts_;
  std::vector<std::string> own_words_;
};

}  // namespace

const char* const merge_explanation =
    R"(Puts together the checkpoints of --shard 1/N to N/N of one command and prints the answer of the whole job: the same
bits as one run gives. The input is not read again and need not be there. A shard that is missing, not done, or of another
job is refused; where --stats, --ddof or --nan-policy differ, those of shard 1 hold, and a note tells.

Examples:
  rankwise pi --samples 1e10 --shard 1/2 --checkpoint part1.ckpt
  rankwise pi --samples 1e10 --shard 2/2 --checkpoint part2.ckpt
  rankwise merge part1.ckpt part2.ckpt
)";

std::unique_ptr<Command> make_merge() {
  return std::make_unique<Merge>();
}

}  // namespace rankwise::app
