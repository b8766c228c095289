#pragma once

#include <boost/mpi/communicator.hpp>

#include "rankwise/ranks/communicator.hpp"
#include "rankwise/ranks/mpi_calls.hpp"

namespace rankwise::ranks {

struct Communicator::Handle {
  boost::mpi::communicator boost;
};

inline MPI_Comm comm_of(const Communicator& communicator) {
  return communicator.handle()->boost;
}

}  // namespace rankwise::ranks
