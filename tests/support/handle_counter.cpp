// Between a program and MPI: complains at the end about communicators that were made and not given back, which Open MPI
// itself does not tell. Linked into the tests of several ranks; for the program, preload it. With HANDLE_COUNTER_TELLS
// set it also tells the numbers where they are right.
#include <mpi.h>

#include <cstdio>
#include <cstdlib>

namespace {

int made = 0, freed = 0;

int count(int code) {
  if (code == MPI_SUCCESS) ++made;
  return code;
}

}  // namespace

extern "C" {

int MPI_Comm_dup(MPI_Comm comm, MPI_Comm* copy) {
  return count(PMPI_Comm_dup(comm, copy));
}
int MPI_Comm_split(MPI_Comm comm, int color, int key, MPI_Comm* part) {
  return count(PMPI_Comm_split(comm, color, key, part));
}
int MPI_Comm_split_type(MPI_Comm comm, int type, int key, MPI_Info info, MPI_Comm* part) {
  return count(PMPI_Comm_split_type(comm, type, key, info, part));
}
int MPI_Comm_create(MPI_Comm comm, MPI_Group group, MPI_Comm* part) {
  return count(PMPI_Comm_create(comm, group, part));
}
int MPI_Comm_free(MPI_Comm* comm) {
  const int code = PMPI_Comm_free(comm);
  if (code == MPI_SUCCESS) ++freed;
  return code;
}
int MPI_Finalize() {
  if (made != freed) {
    std::fprintf(stderr, "%d of %d communicators are still allocated at MPI_FINALIZE\n", made - freed, made);
  } else if (std::getenv("HANDLE_COUNTER_TELLS") != nullptr) {
    std::fprintf(stderr, "all of %d communicators are freed\n", made);
  }
  return PMPI_Finalize();
}

}  // extern "C"
