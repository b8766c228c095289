#pragma once

namespace rankwise::engine {

/// Puts this thread, the `thread`th of a team of `threads`, on a processor of its own where the team is as large as
/// what it may run on, and leaves it free to be moved from there. A new thread otherwise starts on its parent's
/// processor and waits there for a slice of time, some milliseconds, while another processor idles.
void spread(int thread, int threads);

}  // namespace rankwise::engine
