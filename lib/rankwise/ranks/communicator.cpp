#include "rankwise/ranks/communicator.hpp"

#include <utility>

#include "rankwise/ranks/handle.hpp"
#include "rankwise/ranks/mpi_communicator.hpp"

namespace rankwise::ranks {
namespace {

Bytes cap = {std::uint64_t{1} << 30};

}  // namespace

Bytes transfer_cap() {
  return cap;
}
void set_transfer_cap(Bytes new_cap) {
  cap = new_cap;
}

Communicator::Communicator(std::shared_ptr<const Handle> handle) : handle_(std::move(handle)) {
  rank_ = handle_->boost.rank();
  size_ = handle_->boost.size();
  check(MPI_Comm_set_errhandler(comm_of(*this), MPI_ERRORS_RETURN), "MPI_Comm_set_errhandler");
}

MPI_Comm mpi_communicator(const Communicator& ranks) {
  return comm_of(ranks);
}

Communicator Communicator::duplicate() const {
  if (handle_ == nullptr) return {};
  return Communicator(
      std::make_shared<const Handle>(Handle{boost::mpi::communicator(comm_of(*this), boost::mpi::comm_duplicate)}));
}

Communicator Communicator::on_this_node() const {
  if (handle_ == nullptr) return {};
  MPI_Comm node = MPI_COMM_NULL;
  check(MPI_Comm_split_type(comm_of(*this), MPI_COMM_TYPE_SHARED, rank_, MPI_INFO_NULL, &node), "MPI_Comm_split_type");
  return Communicator(
      std::make_shared<const Handle>(Handle{boost::mpi::communicator(node, boost::mpi::comm_take_ownership)}));
}

}  // namespace rankwise::ranks
