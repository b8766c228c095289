#include "rankwise/farm/wait.hpp"

#include <poll.h>

#include <vector>

namespace rankwise::farm {
namespace {

constexpr int alone = 50;         // milliseconds, between looks for signals and at the clock
constexpr int between_looks = 1;  // at messages
constexpr int when_idle = 5;
constexpr int rounds_to_idle = 200;

}  // namespace

void Wait::for_any(std::span<const File> files, bool something_happened) {
  idle_rounds_ = something_happened ? 0 : idle_rounds_ + 1;
  std::vector<pollfd> looked_at;
  for (const File& file : files) {
    const auto events = static_cast<short>(POLLIN | (file.for_output ? POLLOUT : 0));
    looked_at.push_back({.fd = file.descriptor, .events = events, .revents = 0});  // poll skips those below 0
  }
  const int longest = !others_ ? alone : idle_rounds_ > rounds_to_idle ? when_idle : between_looks;
  poll(looked_at.data(), looked_at.size(), longest);
}

}  // namespace rankwise::farm
