#pragma once

#include <cstdint>
#include <string>

namespace rankwise::storage {

/// What kind of file system it is: its f_type of statfs(2).
struct FileSystem {
  std::uint64_t type = 0;

  /// `ext4`, `NFS`, ...
  [[nodiscard]] std::string name() const;
  /// Whether several nodes may write one file at once, each its own part. Where a node's cache is not kept in step with
  /// the others', as on NFS, pages that two of them write to come out wrong. False for what is not known.
  [[nodiscard]] bool keeps_nodes_in_step() const;
  /// Whether MPI-IO knows better than its users how several nodes write to one file. False for what is not known.
  [[nodiscard]] bool is_best_written_by_mpi_io() const;
  /// Whether this machine alone has its files. False for what is not known.
  [[nodiscard]] bool is_local() const;
};

/// The file system that a path is on; of an unknown type if nobody can tell.
FileSystem file_system_of(const std::string& path);

/// A file's path from the root, without symbolic links: the same from everywhere.
std::string whole_path(const std::string& file);

}  // namespace rankwise::storage
