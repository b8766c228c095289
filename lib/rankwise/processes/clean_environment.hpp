#pragma once

#include <string>
#include <vector>

namespace rankwise::processes {

/// The environment for a process that is not a rank: without what tells MPI that it is one, by which an MPI program
/// would take itself for a rank of ours, and hang. What Slurm says of the job stays, and so does whatever else there
/// is.
/// @param environment `NAME=value` each, as in `environ`
std::vector<std::string> clean_environment(const char* const* environment);

}  // namespace rankwise::processes
