#include "rankwise/storage/hdf5_sources.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "rankwise/storage/hdf5_links.hpp"
#include "rankwise/storage/input_file.hpp"

namespace rankwise::storage {
namespace {

namespace fs = std::filesystem;

struct Search {
  std::set<std::string> files = {};
  std::set<std::pair<std::string, std::string>> seen = {};  ///< datasets, by file: they may name each other
};

void search_dataset(hid_t dataset, Search& search);

/// Where HDF5 is told to look by the user's environment.
std::string prefix_from(const char* variable, const fs::path& file) {
  constexpr std::string_view origin = "${ORIGIN}";
  const char* value = std::getenv(variable);
  std::string prefix = value == nullptr ? "" : value;
  if (prefix.starts_with(origin)) prefix.replace(0, origin.size(), fs::absolute(file).parent_path().string());
  return prefix;
}

}  // namespace

std::optional<std::string> find_other_file(const std::string& other, const std::string& file, const char* variable) {
  const fs::path name = other;
  std::error_code ignored;
  if (name.is_absolute() && fs::exists(name, ignored)) return name.string();
  const fs::path wanted = name.is_absolute() ? name.filename() : name;
  const fs::path beside = fs::path(file).parent_path();
  std::vector<fs::path> folders;
  const std::string prefixes = prefix_from(variable, file);
  for (std::size_t begin = 0; begin < prefixes.size();) {
    const std::size_t end = std::min(prefixes.find(':', begin), prefixes.size());
    folders.emplace_back(prefixes.substr(begin, end - begin));
    begin = end + 1;
  }
  folders.insert(folders.end(), {beside, fs::path(), fs::canonical(fs::path(file), ignored).parent_path()});
  for (const fs::path& folder : folders) {
    if (fs::exists(folder / wanted, ignored)) return (folder / wanted).string();
  }
  return std::nullopt;
}

namespace {

std::optional<std::string> find_source(const std::string& name, const std::string& file) {
  return find_other_file(name, file, "HDF5_VDS_PREFIX");
}

/// HDF5's patterns: %b is the number of a block, %% a percent sign.
std::string of_block(std::string_view pattern, std::uint64_t block) {
  std::string name;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const char next = pattern[i] == '%' && i + 1 < pattern.size() ? pattern[i + 1] : '\0';
    if (next == 'b') name += std::to_string(block);
    if (next == '%') name += '%';
    if (next == 'b' || next == '%') {
      ++i;
    } else {
      name += pattern[i];
    }
  }
  return name;
}

bool counts_blocks(std::string_view pattern) {
  return of_block(pattern, 0) != of_block(pattern, 1);
}

void search_source(const std::string& file, const std::string& dataset, Search& search) {
  if (!search.seen.emplace(file, dataset).second) return;
  search.files.insert(file);
  const Hdf5File opened = open_hdf5_file(file);
  if (counts_blocks(dataset)) return;  // as many as there are: HDF5 makes the matrix so large
  const Hdf5Dataset source = open_dataset(opened.get(), of_block(dataset, 0));
  if (!source.valid()) {
    throw InputError(fmt::format("its source {}:{} cannot be opened: {}", file, dataset, hdf5_reason()));
  }
  search_dataset(source.get(), search);
}

template <class Get>
std::string text_of(Get get) {
  std::string text(static_cast<std::size_t>(std::max<ssize_t>(0, get(nullptr, 0))), '\0');
  get(text.data(), text.size() + 1);
  return text;
}

void search_virtual(hid_t dataset, hid_t properties, Search& search) {
  const std::string own = name_of_file(dataset);
  std::size_t count = 0;
  H5Pget_virtual_count(properties, &count);
  for (std::size_t i = 0; i < count; ++i) {
    const auto file =
        text_of([&](char* room, std::size_t size) { return H5Pget_virtual_filename(properties, i, room, size); });
    const auto source =
        text_of([&](char* room, std::size_t size) { return H5Pget_virtual_dsetname(properties, i, room, size); });
    auto found = file == "." ? own : find_source(of_block(file, 0), own);
    if (!found) throw InputError(fmt::format("its source {} is missing", of_block(file, 0)));
    for (std::uint64_t block = 1; found; ++block) {
      search_source(*found, source, search);
      found = counts_blocks(file) ? find_source(of_block(file, block), own) : std::nullopt;
    }
  }
}

void search_external(hid_t dataset, hid_t properties, int count, Search& search) {
  const Hdf5Space space(H5Dget_space(dataset));
  const Hdf5Type type(H5Dget_type(dataset));
  const auto elements = static_cast<std::uint64_t>(std::max<hssize_t>(0, H5Sget_simple_extent_npoints(space.get())));
  std::uint64_t left = elements * H5Tget_size(type.get());
  const fs::path folder = prefix_from("HDF5_EXTFILE_PREFIX", name_of_file(dataset));
  for (unsigned i = 0; i < static_cast<unsigned>(count); ++i) {
    constexpr std::size_t longest_path = 4096;
    std::string name(longest_path, '\0');
    off_t offset = 0;
    hsize_t size = 0;
    H5Pget_external(properties, i, name.size() - 1, name.data(), &offset, &size);
    const InputFile raw((folder / name.c_str()).string());
    const std::uint64_t used = std::min<std::uint64_t>(left, size);
    if (used > 0 && raw.size() < static_cast<std::uint64_t>(offset) + used) {
      throw InputError(fmt::format("its external storage {} is cut short: it has {} B, not {} B", raw.path(),
                                   raw.size(), static_cast<std::uint64_t>(offset) + used));
    }
    left -= used;
    search.files.insert(raw.path());
  }
}

void search_dataset(hid_t dataset, Search& search) {
  const Hdf5Properties properties(H5Dget_create_plist(dataset));
  const int external = H5Pget_external_count(properties.get());
  if (H5Pget_layout(properties.get()) == H5D_VIRTUAL) search_virtual(dataset, properties.get(), search);
  if (external > 0) search_external(dataset, properties.get(), external, search);
}

}  // namespace

std::set<std::string> files_behind(hid_t dataset) {
  Search search;
  search_dataset(dataset, search);
  search.files.erase(name_of_file(dataset));
  return search.files;
}

}  // namespace rankwise::storage
