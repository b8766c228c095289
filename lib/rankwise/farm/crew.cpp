#include "rankwise/farm/crew.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <utility>

#include "rankwise/base/errors.hpp"

namespace rankwise::farm {
namespace {

Printed shown(const processes::CapturedOutput& output) {
  return {.size = output.size(), .bytes = output.is_in_file() ? std::string() : output.in_memory()};
}

/// A part of the files that this process may have open.
std::size_t files_to_keep() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  return static_cast<std::size_t>(std::min<rlim_t>(limit.rlim_cur / 4, 256));
}

}  // namespace

void Outcome::encode(ByteWriter& out) const {
  out.put(task);
  out.put(how);
  out.put(exit_code);
  out.put(signal);
  out.put_string(reason);
  out.put(start);
  out.put(seconds);
  out.put(peak_bytes);
  for (const Printed& stream : printed) {
    out.put(stream.size);
    out.put_string(stream.bytes);
  }
  out.put_string(err_end);
}

Outcome Outcome::decode(ByteReader& in) {
  Outcome outcome;
  outcome.task = in.get<std::uint64_t>();
  outcome.how = in.get<processes::Ended::How>();
  outcome.exit_code = in.get<int>();
  outcome.signal = in.get<int>();
  outcome.reason = in.get_string();
  outcome.start = in.get<double>();
  outcome.seconds = in.get<double>();
  outcome.peak_bytes = in.get<std::uint64_t>();
  for (Printed& stream : outcome.printed) {
    stream.size = in.get<std::uint64_t>();
    stream.bytes = in.get_string();
  }
  outcome.err_end = in.get_string();
  return outcome;
}

Crew::Crew(processes::Helper& helper, std::uint64_t jobs, std::vector<int> processors)
    : helper_(helper), jobs_(jobs), kept_(files_to_keep()) {
  processes::Request request{.kind = processes::Request::Kind::set_up};
  request.jobs = jobs;
  request.processors = std::move(processors);
  helper_.send(request);
}

void Crew::start(std::uint64_t task, const processes::Command& command, std::chrono::milliseconds time_limit) {
  processes::Request request{.kind = processes::Request::Kind::start, .task = task};
  request.command = command;
  request.time_limit = time_limit;
  helper_.send(request);
}

void Crew::cancel(bool running) {
  processes::Request request{.kind = processes::Request::Kind::cancel};
  request.running = running;
  helper_.send(request);
}

std::vector<Outcome> Crew::take() {
  std::vector<Outcome> outcomes;
  for (processes::Ended& ended : helper_.receive()) {
    Outcome outcome{.task = ended.task,
                    .how = ended.how,
                    .exit_code = ended.exit_code,
                    .signal = ended.signal,
                    .reason = std::move(ended.reason),
                    .start = ended.start,
                    .seconds = ended.seconds,
                    .peak_bytes = ended.peak_bytes};
    try {
      outcome.err_end = ended.err.end(err_end_size);
      outcome.printed = {shown(ended.out), shown(ended.err)};
      if (ended.out.is_in_file() || ended.err.is_in_file()) {
        kept_.keep(ended.task, {std::move(ended.out), std::move(ended.err)});
      }
    } catch (const IoError& error) {
      outcome.how = processes::Ended::How::output;
      outcome.reason = error.what();
      outcome.printed = {};
    }
    outcomes.push_back(std::move(outcome));
  }
  return outcomes;
}

std::string Crew::piece(std::uint64_t task, std::size_t stream, std::uint64_t offset) const {
  return kept_.piece(task, stream, offset, piece_size);
}

}  // namespace rankwise::farm
