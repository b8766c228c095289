#pragma once

namespace rankwise::engine {

/// Binds this thread, the `thread`th of a team of `threads`, to a processor of its own where the team is as large as
/// what it may run on and OMP_PROC_BIND is not false. A thread that is free starts or wakes on the processor of whoever
/// started or woke it, and waits there for a slice of time, some milliseconds, while another processor idles.
void spread(int thread, int threads);

}  // namespace rankwise::engine
