#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "rankwise/base/bytes.hpp"
#include "rankwise/storage/file_system.hpp"
#include "rankwise/storage/hdf5_handle.hpp"
#include "rankwise/storage/hdf5_library.hpp"

namespace rankwise::storage {
namespace {

Finding hdf5() {
  const Hdf5Lock lock;
  std::string filters;
  constexpr std::pair<H5Z_filter_t, const char*> known[] = {{H5Z_FILTER_DEFLATE, "gzip"},
                                                            {H5Z_FILTER_SHUFFLE, "shuffle"},
                                                            {H5Z_FILTER_FLETCHER32, "fletcher32"},
                                                            {H5Z_FILTER_SZIP, "szip"},
                                                            {32000, "lzf"},
                                                            {32001, "blosc"},
                                                            {32004, "lz4"},
                                                            {32015, "zstd"}};
  for (const auto& [id, name] : known) {
    if (H5Zfilter_avail(id) > 0) filters += fmt::format(" {}", name);
  }
  H5Eclear2(H5E_DEFAULT);
  Finding finding{.topic = "HDF5", .message = fmt::format("{}, filters:{}", hdf5_version(), filters)};
  if (H5Zfilter_avail(H5Z_FILTER_DEFLATE) <= 0) {
    finding.ok = false;
    finding.mend = "use an HDF5 that was built with zlib: most files need gzip";
  }
  return finding;
}

/// How several nodes fill a large output there, unless --write tells otherwise.
const char* way_of_outputs(const FileSystem& files) {
  if (files.is_best_written_by_mpi_io()) return "outputs go through MPI-IO";
  return files.keeps_nodes_in_step() ? "each rank writes its parts of outputs"
                                     : "rank 0 writes outputs of several nodes";
}

/// Tries in a file of its own what outputs need: making one, locking it, renaming it.
Finding folder(const std::string& path) {
  Finding finding{.topic = path};
  const auto fail = [&](const char* what) {
    finding.ok = false;
    finding.message = fmt::format("{} there: {}", what, std::strerror(errno));
    finding.mend = "choose another folder with --path, and for outputs";
    return finding;
  };
  struct statvfs space = {};
  if (statvfs(path.c_str(), &space) != 0) return fail("nothing can be read");
  std::string name = path + "/.rankwise-doctor-XXXXXX";
  const int descriptor = mkstemp(name.data());
  if (descriptor < 0) return fail("no file can be made");
  const bool locks = flock(descriptor, LOCK_EX | LOCK_NB) == 0;
  const bool syncs = fsync(descriptor) == 0;
  close(descriptor);
  const std::string renamed = name + "-renamed";
  const bool renames = rename(name.c_str(), renamed.c_str()) == 0;
  const int reason = errno;
  unlink(renames ? renamed.c_str() : name.c_str());
  errno = reason;
  if (!renames) return fail("files cannot be renamed");
  finding.message = fmt::format("{}, {} free; locks {}; {}", file_system_of(path).name(),
                                format_bytes({static_cast<std::uint64_t>(space.f_bavail) * space.f_frsize}),
                                locks ? "work" : "do not work (none are needed)", way_of_outputs(file_system_of(path)));
  if (!syncs) {
    finding.ok = false;
    finding.message = fmt::format("{} does not let files be synced", file_system_of(path).name());
    finding.mend = "outputs there may be lost when a node dies: choose another folder";
  }
  return finding;
}

}  // namespace

std::vector<Finding> diagnose(const std::string& path) {
  return {hdf5(), folder(path)};
}

}  // namespace rankwise::storage
