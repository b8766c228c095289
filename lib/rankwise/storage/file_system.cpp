#include "rankwise/storage/file_system.hpp"

#include <fmt/format.h>
#include <sys/statfs.h>

#include <algorithm>
#include <array>

namespace rankwise::storage {
namespace {

struct Known {
  std::uint64_t type;
  const char* name;
  bool keeps_nodes_in_step;
};

// From linux/magic.h and the file systems' own sources. A local one is seen by one kernel alone; BeeGFS caches as NFS
// does in one of its modes.
constexpr std::array known{
    Known{0xEF53, "ext4", true},        Known{0x58465342, "XFS", true},  Known{0x9123683E, "Btrfs", true},
    Known{0x01021994, "tmpfs", true},   Known{0x2FC12FC1, "ZFS", true},  Known{0x794C7630, "overlayfs", true},
    Known{0x0BD00BD0, "Lustre", true},  Known{0x47504653, "GPFS", true}, Known{0x00C36400, "CephFS", true},
    Known{0x19830326, "BeeGFS", false}, Known{0x6969, "NFS", false},     Known{0x517B, "SMB", false},
    Known{0xFE534D42, "SMB", false},    Known{0xFF534D42, "SMB", false}, Known{0x65735546, "FUSE", false},
    Known{0x01021997, "9P", false},     Known{0x5346414F, "AFS", false},
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
  return found != nullptr && found->keeps_nodes_in_step;
}

FileSystem file_system_of(const std::string& path) {
  struct statfs status = {};
  if (statfs(path.c_str(), &status) != 0) return {};
  return {static_cast<std::uint64_t>(status.f_type) & 0xFFFFFFFF};  // some are sign-extended
}

}  // namespace rankwise::storage
