#include "rankwise/engine/spread.hpp"

#include <sched.h>
#include <strings.h>

#include <cstddef>
#include <cstdlib>

namespace rankwise::engine {
namespace {

bool forbidden() {
  const char* binding = std::getenv("OMP_PROC_BIND");
  return binding != nullptr && strcasecmp(binding, "false") == 0;
}

}  // namespace

void spread(int thread, int threads) {
  cpu_set_t allowed;
  if (threads == 1 || forbidden() || sched_getaffinity(0, sizeof allowed, &allowed) != 0 ||
      CPU_COUNT(&allowed) != threads)
    return;
  std::size_t processor = 0;
  for (int before = thread;; ++processor) {
    if (CPU_ISSET(processor, &allowed) && before-- == 0) break;
  }
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(processor, &one);
  sched_setaffinity(0, sizeof one, &one);
}

}  // namespace rankwise::engine
