#pragma once

#include <chrono>

namespace rankwise::processes {

/// From now on processes whose parent ends become children of this one instead of init's, if this is the nearest of
/// their ancestors that asked for it: nothing that a child starts, not even a daemon, gets out of sight.
void adopt_orphans();

/// Kills (SIGKILL) all children of this process, theirs, and so on, and waits until none is left.
/// @return whether none is left: a process that the kernel does not let go, waiting for a dead disk, may stay
bool end_descendants(std::chrono::milliseconds longest);

}  // namespace rankwise::processes
