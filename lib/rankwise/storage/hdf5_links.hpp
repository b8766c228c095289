#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "rankwise/storage/hdf5_handle.hpp"

// For the sources of this folder alone.
namespace rankwise::storage {

/// What a name in a group leads to; links to other files are not followed.
struct Hdf5Link {
  enum class To : std::uint8_t { dataset, group, something_else, nothing, damage, other_file };
  std::string path = {};
  To to = To::nothing;
  bool soft = false;
  haddr_t address = HADDR_UNDEF;  ///< the same for all names of one object
  std::string other_file = {};    ///< as the link names it
  std::string other_path = {};    ///< in that file
};

/// What lies under a path, through hard and soft links.
/// @throws InputError for a link to another file
Hdf5Link follow_link(hid_t file, const std::string& path);

/// The dataset under a path of this file; an invalid one if there is none. @throws InputError for a link to another
/// file
Hdf5Dataset open_dataset(hid_t file, const std::string& path);

/// The links of a group: in the order of their making where the group keeps it, of their names elsewhere. Those that
/// lead to another file by way of a link elsewhere count as nothing.
std::vector<Hdf5Link> links_of_group(hid_t file, const std::string& group);

/// `/a/b` for `a/b`, `/a/b/` and the like.
std::string absolute_path(const std::string& path);
/// The path of a name in a group.
std::string joined_path(const std::string& group, const std::string& name);

}  // namespace rankwise::storage
