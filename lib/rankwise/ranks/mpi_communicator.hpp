#pragma once

#include <mpi.h>

#include "rankwise/ranks/communicator.hpp"

namespace rankwise::ranks {

/// MPI's own communicator, for libraries that talk by themselves (dense/ alone). @pre more than one rank
MPI_Comm mpi_communicator(const Communicator& ranks);

}  // namespace rankwise::ranks
