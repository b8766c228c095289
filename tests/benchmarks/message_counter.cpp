// Counts what each rank of rankwise sends, from between the program and MPI (its profiling interface): preload it, and
// name a file in RANKWISE_COUNT_TO. Rank 0 writes there {"sent": of all ranks, "sent_bytes", "to_root",
// "to_root_bytes", "most_sent": of the busiest rank but 0, "by_root", "by_root_bytes", "collectives": calls of each
// rank}.
#include <mpi.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

namespace {

struct Counts {
  std::uint64_t messages = 0;
  std::uint64_t bytes = 0;
  std::uint64_t to_root = 0;
  std::uint64_t to_root_bytes = 0;
  std::uint64_t collectives = 0;
};
Counts counts;

void note(int count, MPI_Datatype type, int to) {
  int size = 0;
  PMPI_Type_size(type, &size);
  const auto bytes = static_cast<std::uint64_t>(count) * static_cast<std::uint64_t>(size);
  ++counts.messages;
  counts.bytes += bytes;
  if (to != 0) return;
  ++counts.to_root;
  counts.to_root_bytes += bytes;
}

}  // namespace

extern "C" {

int MPI_Isend(const void* data, int count, MPI_Datatype type, int to, int tag, MPI_Comm comm, MPI_Request* request) {
  note(count, type, to);
  return PMPI_Isend(data, count, type, to, tag, comm, request);
}

#define RANKWISE_COUNT_COLLECTIVE(name, parameters, arguments) \
  int MPI_##name parameters {                                  \
    ++counts.collectives;                                      \
    return PMPI_##name arguments;                              \
  }
RANKWISE_COUNT_COLLECTIVE(Ibcast,
                          (void* data, int count, MPI_Datatype type, int root, MPI_Comm comm, MPI_Request* request),
                          (data, count, type, root, comm, request))
RANKWISE_COUNT_COLLECTIVE(Iallreduce,
                          (const void* from, void* to, int count, MPI_Datatype type, MPI_Op op, MPI_Comm comm,
                           MPI_Request* request),
                          (from, to, count, type, op, comm, request))
RANKWISE_COUNT_COLLECTIVE(Iallgather,
                          (const void* from, int sent, MPI_Datatype send_type, void* to, int received,
                           MPI_Datatype receive_type, MPI_Comm comm, MPI_Request* request),
                          (from, sent, send_type, to, received, receive_type, comm, request))
RANKWISE_COUNT_COLLECTIVE(Iscatter,
                          (const void* from, int sent, MPI_Datatype send_type, void* to, int received,
                           MPI_Datatype receive_type, int root, MPI_Comm comm, MPI_Request* request),
                          (from, sent, send_type, to, received, receive_type, root, comm, request))
RANKWISE_COUNT_COLLECTIVE(Ibarrier, (MPI_Comm comm, MPI_Request* request), (comm, request))

int MPI_Finalize() {
  int rank = 0, size = 1;
  PMPI_Comm_rank(MPI_COMM_WORLD, &rank);
  PMPI_Comm_size(MPI_COMM_WORLD, &size);
  std::vector<Counts> all(static_cast<std::size_t>(size));
  constexpr int words = sizeof(Counts) / sizeof(std::uint64_t);
  PMPI_Gather(&counts, words, MPI_UINT64_T, all.data(), words, MPI_UINT64_T, 0, MPI_COMM_WORLD);
  const char* path = std::getenv("RANKWISE_COUNT_TO");
  if (rank == 0 && path != nullptr) {
    Counts sum;
    std::uint64_t most = 0;
    for (std::size_t i = 0; i < all.size(); ++i) {
      sum.messages += all[i].messages;
      sum.bytes += all[i].bytes;
      sum.to_root += i > 0 ? all[i].to_root : 0;
      sum.to_root_bytes += i > 0 ? all[i].to_root_bytes : 0;
      if (i > 0) most = std::max(most, all[i].messages);
    }
    if (std::FILE* file = std::fopen(path, "w"); file != nullptr) {
      std::fprintf(file,
                   "{\"sent\": %lu, \"sent_bytes\": %lu, \"to_root\": %lu, \"to_root_bytes\": %lu, \"most_sent\": %lu, "
                   "\"by_root\": %lu, \"by_root_bytes\": %lu, \"collectives\": %lu}\n",
                   sum.messages, sum.bytes, sum.to_root, sum.to_root_bytes, most, all[0].messages, all[0].bytes,
                   all[0].collectives);
      std::fclose(file);
    }
  }
  return PMPI_Finalize();
}

}  // extern "C"
