#include "rankwise/ranks/agreement.hpp"

#include <algorithm>
#include <system_error>
#include <vector>

#include "rankwise/base/stop_request.hpp"
#include "rankwise/ranks/session.hpp"

namespace rankwise::ranks {

Failure current_failure() {
  try {
    throw;
  } catch (const Error& error) {
    return {error.exit_code(), error.what()};
  } catch (const std::bad_alloc&) {
    return {static_cast<int>(ExitCode::internal), "out of memory; --memory and --threads make a rank use less"};
  } catch (const std::system_error& error) {
    const bool no_thread = error.code() == std::errc::resource_unavailable_try_again;
    return {static_cast<int>(ExitCode::internal),
            no_thread ? "no thread can be started: there is no memory for it, or there are too many (ulimit -u)"
                      : fmt::format("unexpected failure: {}", error.what())};
  } catch (const std::exception& error) {
    return {static_cast<int>(ExitCode::internal), fmt::format("unexpected failure: {}", error.what())};
  } catch (...) {
    return {static_cast<int>(ExitCode::internal), "unexpected failure"};
  }
}

void agree(const Communicator& ranks, const std::function<void()>& act) {
  Failure mine;
  try {
    heed_stop_request();
    act();
  } catch (...) {
    mine = current_failure();
  }
  const std::uint64_t failed = sum(ranks, mine.exit_code != 0 ? 1 : 0);
  if (failed == 0) return;

  const auto messages = all_gather_text(ranks, mine.message);
  const int code = mine.exit_code;
  const auto codes = all_gather(ranks, std::span(&code, 1));
  const auto first = static_cast<std::size_t>(
      std::find_if(codes.begin(), codes.end(), [](int each) { return each != 0; }) - codes.begin());
  std::string message = messages[first];
  // Rank 0 acts for all (it inspects the input, it writes the result): only another rank's failure is its own.
  const auto hosts = all_gather_text(ranks, host_name());
  // A signal is not a rank's own fault either.
  if (first != 0 && codes[first] < 128)
    message += fmt::format(" (rank {} of {} on {})", first, ranks.size(), hosts[first]);
  throw AgreedError(codes[first], message);
}

}  // namespace rankwise::ranks
