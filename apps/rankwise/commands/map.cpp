#include <fmt/format.h>
#include <unistd.h>

#include <csignal>
#include <optional>
#include <utility>

#include "apps/rankwise/answer.hpp"
#include "apps/rankwise/commands/commands.hpp"
#include "apps/rankwise/common_options.hpp"
#include "apps/rankwise/invocation.hpp"
#include "apps/rankwise/map_report.hpp"
#include "rankwise/base/duration.hpp"
#include "rankwise/base/parse_number.hpp"
#include "rankwise/farm/map_tasks.hpp"
#include "rankwise/ranks/agreement.hpp"
#include "rankwise/report/format.hpp"

namespace rankwise::app {
namespace {

std::uint64_t parse_positive(const std::string& text, const std::string& option, std::uint64_t most) {
  const std::uint64_t value = parse_count(text, option);
  if (value < 1 || value > most) throw UsageError(fmt::format("{} takes 1 to {}, not {}", option, most, text));
  return value;
}

/// `never`, `now,fail=1`, `soon,fail=10`
farm::Halt parse_halt(const std::string& text) {
  if (text == "never") return {};
  farm::Halt halt;
  std::string_view rest = text;
  const auto take = [&](std::string_view word) {
    if (!rest.starts_with(word)) return false;
    rest.remove_prefix(word.size());
    return true;
  };
  halt.when = take("now,fail=") ? farm::Halt::When::now : farm::Halt::When::soon;
  if (halt.when == farm::Halt::When::soon && !take("soon,fail=")) {
    throw UsageError(fmt::format("--halt takes never, soon,fail=N or now,fail=N, not '{}'", text));
  }
  halt.failures = parse_positive(std::string(rest), "--halt ...,fail=N", 1'000'000'000);
  return halt;
}

class Map final : public Command {
 public:
  void add_options(CLI::App& app) override {
    add_value(app, "-j,--jobs", "N", "tasks at a time, per rank (default: the processors it may use)",
              [this](const std::string& text) { jobs_ = parse_positive(text, "--jobs", 100'000); });
    app.add_option_function<std::vector<std::string>>(
           "-a,--arg-file",
           [this](const std::vector<std::string>& files) {
             for (const std::string& file : files) options_.list.sources.emplace_back(file);
           },
           "values from FILE, - is standard input; given again: each value with each")
        ->type_name("FILE")
        ->allow_extra_args(false);
    app.add_flag("-0,--null", null_, "values end with NUL, not with a newline: those of find -print0");
    add_value(app, "-C,--colsep", "REGEX", "a line is several values, {1} {2} ..., with this between them: , or '\\t'",
              [this](const std::string& text) { options_.list.colsep = text; });
    add_value(
        app, "-n,-N,--max-args", "N", "N lines make one task, with N values (default: 1)",
        [this](const std::string& text) { options_.list.max_args = parse_positive(text, "--max-args", 100'000); });
    add_value(app, "--retries", "N", "a task that fails is tried N times in all, elsewhere if it can be (default: 1)",
              [this](const std::string& text) { options_.tries = parse_positive(text, "--retries", 1'000'000); });
    add_value(app, "--timeout", "TIME", "a task that takes longer is ended, and has failed; such as 90s or 2h",
              [this](const std::string& text) { options_.time_limit = parse_duration(text, "--timeout"); });
    add_value(app, "--halt", "WHEN",
              "never; soon,fail=N: after N failures, begin no more; now,fail=N: end what runs, too",
              [this](const std::string& text) { options_.halt = parse_halt(text); });
    add_value(app, "--joblog", "FILE", "keep a line of JSON for each finished task in FILE",
              [this](const std::string& text) { options_.job_log = text; });
    app.add_flag("--resume", resume_, "run what is not in --joblog yet; where there is none, all");
    app.add_flag("--resume-failed", options_.resume_failed, "the same, and again what failed");
    app.add_flag("--overwrite", overwrite_, "replace --joblog if it exists");
    app.add_flag("-k,--keep-order", options_.keep_order, "print what tasks print in the order of the list");
    add_value(app, "--results", "DIR", "also write what each task prints to DIR/VALUE.out, and DIR/VALUE.err",
              [this](const std::string& text) { options_.results = text; });
    add_value(app, "--max-time", "TIME", "stop after so long, such as 2h; with --joblog --resume goes on from there",
              [this](const std::string& text) { options_.max_time = parse_duration(text, "--max-time"); });
    app.add_flag("--plan,--dry-run", plan_, "print the commands that would be run, and stop");
    compute_.add_progress_to(app);
    app.add_flag("--json", json_, "print the summary as one JSON object; tasks' output goes to --results alone");
  }

  [[nodiscard]] bool takes_a_command() const override { return true; }
  [[nodiscard]] bool needs_helper() const override { return !plan_; }
  [[nodiscard]] bool needs_ranks() const override { return !plan_; }

  void take_command(std::vector<std::string> words) override {
    auto word = words.begin();
    for (; word != words.end() && !word->starts_with(":::"); ++word) {
      options_.command += (options_.command.empty() ? "" : " ") + *word;
    }
    while (word != words.end()) {
      const std::string separator = *word++;
      if (separator != ":::" && separator != "::::") {
        throw UsageError(fmt::format("'{}' is none of ::: VALUE... and :::: FILE...", separator));
      }
      farm::ListOptions::Words values;
      for (; word != words.end() && !word->starts_with(":::"); ++word) values.push_back(*word);
      if (separator == ":::") {
        options_.list.sources.emplace_back(std::move(values));
        continue;
      }
      for (std::string& file : values) options_.list.sources.emplace_back(std::move(file));
    }
  }

  void check() override {
    if ((resume_ || options_.resume_failed) && !options_.job_log) {
      throw UsageError("--resume needs the log of what was done: --joblog FILE");
    }
    if (overwrite_ && (resume_ || options_.resume_failed))
      throw UsageError("--overwrite and --resume exclude each other");
    if (json_ && !options_.results && !plan_) {
      throw UsageError("--json takes standard output for its object; what tasks print goes to --results DIR then");
    }
    using Open = farm::JobLog::Open;
    if (resume_ || options_.resume_failed) options_.open = Open::resume;
    if (overwrite_) options_.open = Open::overwrite;
    if (null_) options_.list.delimiter = '\0';
    options_.list.skip_empty = options_.command.empty();
    options_.print = !json_;
    const bool may_have_bar =
        compute_.progress == report::ProgressMode::automatic || compute_.progress == report::ProgressMode::bar;
    options_.clears_line = may_have_bar && isatty(STDOUT_FILENO) == 1 && isatty(STDERR_FILENO) == 1;
    if (options_.list.sources.empty()) options_.list.sources.emplace_back(std::string("-"));
  }

  ExitCode run(Invocation& invocation) override {
    if (plan_) return print_plan();
    std::signal(SIGPIPE, SIG_IGN);  // that nobody reads on is an error with a message, after which tasks are ended
    const engine::Context context = invocation.start(compute_, nullptr);
    options_.jobs = jobs_.value_or(static_cast<std::uint64_t>(invocation.layout().threads));
    options_.note = [&](const std::string& text) { invocation.note(text); };
    report::ProgressDisplay progress({.command = "map", .mode = compute_.progress, .unit = " tasks", .whole = true});
    if (invocation.is_root()) show_on(progress);
    const farm::MapEnd end = farm::map_tasks(context, invocation.helper(), options_);
    const bool began = end.tally.ranks.size() > 0;
    if (invocation.is_root() && began) {
      json_ ? print_summary_json(invocation, options_, end.tally) : print_summary(invocation, options_, end.tally);
    }
    if (end.failure.exit_code != 0) throw_agreed(end.failure);
    return end.tally.failed + end.tally.failed_before > 0 ? ExitCode::failed : ExitCode::done;
  }

 private:
  void show_on(report::ProgressDisplay& progress) {
    progress.set_remarks(
        [this] {
          std::string remark = fmt::format("{} running", now_.running);
          if (now_.failed > 0) remark += fmt::format(", {} failed", now_.failed);
          return std::vector{remark};
        },
        [this] { return fmt::format(R"("running": {}, "failed": {})", now_.running, now_.failed); });
    options_.show = [&](const farm::MapProgress& now) {
      now_ = now;
      progress.set_amount(static_cast<double>(now.total));
      now.total_is_known ? progress.show(now.done, now.total) : progress.show_open_end(now.done);
    };
  }

  /// A run that was stopped can go on from its job log.
  [[noreturn]] void throw_agreed(ranks::Failure failure) const {
    const bool stopped = failure.exit_code > 128 || failure.exit_code == static_cast<int>(ExitCode::stopped);
    if (stopped && options_.job_log) {
      failure.exit_code = static_cast<int>(ExitCode::stopped);
      failure.message += fmt::format("; {} holds what is done: --resume goes on from there", *options_.job_log);
    }
    throw ranks::AgreedError(failure.exit_code, failure.message);
  }

  ExitCode print_plan() {
    const farm::CommandTemplate command(options_.command);
    farm::ValueList list(options_.list);
    farm::Arguments arguments;
    while (true) {
      const farm::Next next = list.next(arguments);
      if (next == farm::Next::end) return ExitCode::done;
      if (next == farm::Next::value) answer("{}\n", command.fill(arguments).line);
      if (next == farm::Next::later) usleep(1000);
    }
  }

  farm::MapOptions options_;
  farm::MapProgress now_;
  std::optional<std::uint64_t> jobs_;
  ComputeOptions compute_;
  bool null_ = false;
  bool resume_ = false;
  bool overwrite_ = false;
  bool plan_ = false;
  bool json_ = false;
};

}  // namespace

const char* const map_explanation =
    R"(Each line of the list (standard input, --arg-file, or what follows :::) makes one task: COMMAND with the line put in its
places. Tasks go to whichever rank is free; more ranks, on more nodes, do more at a time.

  {}    the value           {.}   without its extension      {/}   the name alone, without folders
  {//}  its folder          {/.}  the name without extension {#}   the task's number
  {1} {2} {-1}, {1/.} ...   of several values one, the last one: with --colsep, --max-args, or several lists
Without any of them the value follows COMMAND. Without COMMAND each line is a command. ::: A B ::: X Y makes AX, AY, BX, BY;
:::: FILE takes the values from a file. What follows COMMAND's first word is its own: options of map come before it.

A value stays a value, whatever is in it: a line without any of the shell's characters is started without a shell, its
values as they are; else /bin/sh reads it, and values are quoted: {} needs no quotes of yours. Between quotes, and in comments,
here-documents, `...`, ${...} and $((...)), only values without such characters can be put; others end the run. To hand a
value to another shell: sh -c 'cd "$1" && make' sh {}

A task has failed if its exit code is not 0, a signal ended it, it took longer than --timeout, or could not be started; it is
tried again as --retries says, and the other tasks go on. --timeout sends SIGTERM to the task and all of its process group,
and SIGKILL 5 s later. When a task's process ends, what is left of its group is killed; a process that still holds its output
open has 1 s to close it. What made a session of its own (a daemon) lives until the end of the run. Tasks read from
/dev/null, have default signals, and no variable that would make an MPI program take itself for a rank of this run.

What a task prints comes out when it has ended, whole, of the last try only: its standard output, then its standard error.
A little of it is kept in memory, more in a file in $TMPDIR (or /tmp) of the rank that ran it.
--keep-order lets it wait for the tasks before it; its line in the log waits, too, unless it printed nothing.
--results DIR writes it to files that are whole: / % and , in a value become %2F %25 and %2C, as do other characters that a
file name cannot have; a long name is cut and ends with the task's id. Where {#} is in COMMAND, it is in the name; else equal
values have one file. mpiexec passes on some 100 MB/s of what its ranks print; --results has no such limit.

--joblog FILE has one JSON object on a line for each task that has ended for good: id (a hash of the command), command, rank,
host, start (seconds since 1970), seconds, exit (128 + signal where one ended it, 124 after --timeout, 125 where what it
printed could not be kept, 126 or 127 where it could not be started), signal, tries, max_rss_bytes, stderr (its last 1000
bytes), reason (in words, where it is not its own exit code).
A task counts as done once what it printed is written and its line is on the disk; a run that is killed begins at most the
others again: each task runs at least once. Of equal commands, as many run as there are. --resume tells tasks by their
commands, not by their place in the list, so that a list may have changed meanwhile; a last line that was cut off does not
count. A task that fails while a run is being stopped by a signal does not count as failed: it runs again.

At the end the summary is printed on standard error: how many tasks were done, failed and retried, the slowest ten, and which
rank did how much. Results of tasks are theirs; nothing is promised about the order in which they are begun.
Exit code: 0 all tasks are done; 1 some failed for good, also in the runs that this one resumes; 3 the list, the log or
standard output could not be read or written; 75 it was stopped, and --joblog has what is done. (Where mpiexec itself is
stopped, the exit code is mpiexec's.) With --keep-order, a run that is stopped prints what waited behind what did not end.

Examples:
  ls *.log | rankwise map gzip -k {}
  rankwise map 'convert {} {.}.png' ::: *.jpg
  find . -name '*.tif' -print0 | mpiexec -n 4 rankwise map -0 --joblog done.jsonl --resume 'tiffinfo {} > {.}.txt'
  rankwise map -j 32 --retries 3 --timeout 30s 'curl -sf {} -o {/}' < urls.txt
  rankwise map --colsep , 'simulate --alpha {1} --beta {2}' :::: parameters.csv
  rankwise map --keep-order echo {1}-{2} ::: a b ::: 1 2
  srun rankwise map --joblog sweep.jsonl --resume-failed --max-time 11h < commands.txt
)";

std::unique_ptr<Command> make_map() {
  return std::make_unique<Map>();
}

}  // namespace rankwise::app
