#pragma once

#include <sys/types.h>

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

// For the sources of this folder alone: what it takes to write a file, and to give it its name, so that it survives.
namespace rankwise::storage {

/// Files are written so many bytes at a time. Measured on one virtual machine (Linux 6.18, ext4): up to 256 KiB at a
/// time take the same, 1 MiB up to ten times as long, most likely since larger runs of free memory are not at hand
/// there.
inline constexpr std::size_t most_bytes_at_once = std::size_t{128} << 10;

/// By anything, be it a link to nothing.
bool name_is_taken(const std::string& path);

/// What a path stands for if it is a symbolic link, whether or not that exists. @pre links do not go in circles
std::string behind_links(std::filesystem::path path);

/// A hidden name in the same folder that ends so, no longer than a file name may be.
std::string name_beside(const std::filesystem::path& path, std::string_view ending);

/// Those of the file that is replaced, or else what the umask leaves. @note the umask is set for a moment
mode_t permissions_for(const std::string& path);

/// @return 0, or errno. A file system that has nothing to sync is none the worse for it.
int sync(int descriptor);
int sync_folder_of(const std::string& path);

/// Renames where the new name is free. @return 0, or errno
int rename_to_free_name(const char* from, const char* to);

}  // namespace rankwise::storage
