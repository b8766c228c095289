#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <string_view>

// For the sources of this folder alone: what it takes to give a file its name, so that it survives.
namespace rankwise::storage {

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
