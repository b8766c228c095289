#include "rankwise/storage/file_system.hpp"

#include <fmt/format.h>
#include <sys/statfs.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <system_error>

namespace rankwise::storage {
namespace {

/// Which machines write its files, whether the pages that they keep agree, and whether MPI-IO has ways of its own
/// there.
enum class Writers : std::uint8_t { one, many_in_step, many_by_mpi_io, many };

struct Known {
  std::uint64_t type;
  const char* name;
  Writers writers;
};

// From linux/magic.h and the file systems' own sources. BeeGFS caches as NFS does in one of its modes.
constexpr std::array known{
    Known{0xEF53, "ext4", Writers::one},
    Known{0x58465342, "XFS", Writers::one},
    Known{0x9123683E, "Btrfs", Writers::one},
    Known{0xF2F52010, "F2FS", Writers::one},
    Known{0xCA451A4E, "bcachefs", Writers::one},
    Known{0x01021994, "tmpfs", Writers::one},
    Known{0x2FC12FC1, "ZFS", Writers::one},
    Known{0x794C7630, "overlayfs", Writers::one},
    Known{0x0BD00BD0, "Lustre", Writers::many_by_mpi_io},
    Known{0x47504653, "GPFS", Writers::many_by_mpi_io},
    Known{0x00C36400, "CephFS", Writers::many_in_step},
    Known{0x19830326, "BeeGFS", Writers::many},
    Known{0x6969, "NFS", Writers::many},
    Known{0x517B, "SMB", Writers::many},
    Known{0xFE534D42, "SMB", Writers::many},
    Known{0xFF534D42, "SMB", Writers::many},
    Known{0x65735546, "FUSE", Writers::many},
    Known{0x01021997, "9P", Writers::many},
    Known{0x5346414F, "AFS", Writers::many},
};

const Known* find(std::uint64_t type) {
  const auto* found = std::find_if(known.begin(), known.end(), [&](const Known& each) { return each.type == type; });
  return found == known.end() ? nullptr : found;
}

}  // namespace

std::string FileSystem::name() const {
  if (type == 0) return "unknown";
  const Known* found = find(type);
  return found != nullptr ? found->name : fmt::format("file system {:#x}", type);
}

bool FileSystem::keeps_nodes_in_step() const {
  const Known* found = find(type);
  return found != nullptr && found->writers != Writers::many;
}

bool FileSystem::is_best_written_by_mpi_io() const {
  const Known* found = find(type);
  return found != nullptr && found->writers == Writers::many_by_mpi_io;
}

bool FileSystem::is_local() const {
  const Known* found = find(type);
  return found != nullptr && found->writers == Writers::one;
}

FileSystem file_system_of(const std::string& path) {
  struct statfs status = {};
  if (statfs(path.c_str(), &status) != 0) return {};
  return {static_cast<std::uint64_t>(status.f_type) & 0xFFFFFFFF};  // some are sign-extended
}

std::string whole_path(const std::string& file) {
  std::error_code ignored;
  return std::filesystem::weakly_canonical(std::filesystem::absolute(file, ignored), ignored).string();
}

}  // namespace rankwise::storage
