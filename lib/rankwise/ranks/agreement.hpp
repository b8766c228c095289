#pragma once

#include <fmt/format.h>

#include <exception>
#include <functional>
#include <new>
#include <string>
#include <utility>

#include "rankwise/base/errors.hpp"
#include "rankwise/ranks/collectives.hpp"

namespace rankwise::ranks {

/// An error that every rank knows and throws alike: rank 0 prints it, nobody waits for anybody.
struct AgreedError : Error {
  using Error::Error;
};

/// What went wrong on this rank, if anything: the exit code (0: nothing) and one sentence.
struct Failure {
  int exit_code = 0;
  std::string message = {};
};

/// The exception at hand as a failure. @pre called in a catch block
Failure current_failure();

/// Does `act` on this rank, unless a signal has asked it to stop, then finds out whether it went well on all of them.
/// @throws AgreedError on every rank if it failed on any: the failure of the lowest rank it failed on, which is named
///         unless it is rank 0.
/// @note Collective
void agree(const Communicator& ranks, const std::function<void()>& act);

}  // namespace rankwise::ranks
