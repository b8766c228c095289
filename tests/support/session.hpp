#pragma once

#include <cstdlib>

#include "rankwise/ranks/session.hpp"

namespace rankwise::test {

/// The one session of a test program that runs under mpiexec.
const ranks::Session& session();

/// The threads per rank that this run was asked for.
inline int threads() {
  const char* text = std::getenv("RANKWISE_TEST_THREADS");
  return text != nullptr ? std::atoi(text) : 1;
}

}  // namespace rankwise::test
