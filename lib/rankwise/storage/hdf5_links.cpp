#include "rankwise/storage/hdf5_links.hpp"

#include <fmt/format.h>

#include <optional>
#include <string_view>
#include <utility>

namespace rankwise::storage {
namespace {

#if H5_VERSION_GE(1, 12, 0)
using ObjectInfo = H5O_info1_t;
#else
using ObjectInfo = H5O_info_t;
#endif

herr_t refuse_external(const char*, const char*, const char* file, const char*, unsigned*, hid_t, void* other) {
  *static_cast<std::string*>(other) = file;
  return -1;
}

/// The properties for following links within one file; a link out of it puts the other file's name into `other`.
Hdf5Properties within_file(std::string& other) {
  Hdf5Properties access(H5Pcreate(H5P_LINK_ACCESS));
  H5Pset_elink_cb(access.get(), refuse_external, &other);
  return access;
}

herr_t collect_name(hid_t, const char* name, const H5L_info_t*, void* names) {
  static_cast<std::vector<std::string>*>(names)->emplace_back(name);
  return 0;
}

bool keeps_order(hid_t group) {
  const Hdf5Properties made(H5Gget_create_plist(group));
  unsigned flags = 0;
  return H5Pget_link_creation_order(made.get(), &flags) >= 0 && (flags & H5P_CRT_ORDER_TRACKED) != 0;
}

/// Whether something has this name, be it damaged.
bool has_name(hid_t file, const std::string& path, hid_t access) {
  for (auto slash = path.find('/', 1);; slash = path.find('/', slash + 1)) {
    if (H5Lexists(file, path.substr(0, slash).c_str(), access) <= 0) return false;
    if (slash == std::string::npos) return true;
  }
}

bool is_soft(hid_t file, const std::string& path, hid_t access) {
  H5L_info_t info;
  return path != "/" && H5Lget_info(file, path.c_str(), &info, access) >= 0 && info.type == H5L_TYPE_SOFT;
}

/// Where an external link itself leads to; nothing for any other.
std::optional<Hdf5Link> external_link(hid_t file, const std::string& path) {
  H5L_info_t info;
  if (H5Lget_info(file, path.c_str(), &info, H5P_DEFAULT) < 0 || info.type != H5L_TYPE_EXTERNAL) return std::nullopt;
  std::vector<char> value(info.u.val_size);
  const char *other_file = nullptr, *other_path = nullptr;
  if (H5Lget_val(file, path.c_str(), value.data(), value.size(), H5P_DEFAULT) < 0 ||
      H5Lunpack_elink_val(value.data(), value.size(), nullptr, &other_file, &other_path) < 0) {
    return std::nullopt;
  }
  return Hdf5Link{.path = path, .to = Hdf5Link::To::other_file, .other_file = other_file, .other_path = other_path};
}

/// @param other the file that an external link leads to
Hdf5Link follow(hid_t file, const std::string& path, std::string& other) {
  const Hdf5Properties access = within_file(other);
  Hdf5Link link{.path = path, .soft = is_soft(file, path, access.get())};
  ObjectInfo info;
  if (H5Oget_info_by_name2(file, path.c_str(), &info, H5O_INFO_BASIC, access.get()) < 0) {
    // A soft link to what is not there is no damage: it may be made before its target.
    const bool there = other.empty() && path != "/" && !link.soft && has_name(file, path, access.get());
    link.to = there ? Hdf5Link::To::damage : Hdf5Link::To::nothing;
  } else {
    link.address = info.addr;
    link.to = info.type == H5O_TYPE_DATASET ? Hdf5Link::To::dataset
              : info.type == H5O_TYPE_GROUP ? Hdf5Link::To::group
                                            : Hdf5Link::To::something_else;
  }
  H5Eclear2(H5E_DEFAULT);
  return link;
}

}  // namespace

Hdf5Link follow_link(hid_t file, const std::string& path) {
  std::string other;
  const Hdf5Link link = follow(file, path, other);
  if (other.empty()) return link;
  throw InputError(
      fmt::format("{}:{} is a link to another file, {}; name that file instead", name_of_file(file), path, other));
}

Hdf5Dataset open_dataset(hid_t file, const std::string& path) {
  follow_link(file, path);
  return Hdf5Dataset(H5Dopen2(file, path.c_str(), H5P_DEFAULT));
}

std::vector<Hdf5Link> links_of_group(hid_t file, const std::string& group) {
  const Hdf5Object object(H5Oopen(file, group.c_str(), H5P_DEFAULT));
  const auto order = keeps_order(object.get()) ? H5_INDEX_CRT_ORDER : H5_INDEX_NAME;
  std::vector<std::string> names;
  const bool damaged = H5Literate(object.get(), order, H5_ITER_INC, nullptr, collect_name, &names) < 0;
  std::vector<Hdf5Link> links;
  for (const auto& name : names) {
    if (group == "/" && name.starts_with('#')) continue;  // MATLAB keeps its references there
    std::string other;
    Hdf5Link link = follow(file, joined_path(group, name), other);
    if (!other.empty()) link = external_link(file, link.path).value_or(link);
    links.push_back(std::move(link));
  }
  if (damaged) links.push_back({.path = group, .to = Hdf5Link::To::damage});
  H5Eclear2(H5E_DEFAULT);
  return links;
}

std::string absolute_path(const std::string& path) {
  std::string clean;
  for (const char c : "/" + path) {
    if (c != '/' || !clean.ends_with('/')) clean += c;
  }
  if (clean.size() > 1 && clean.ends_with('/')) clean.pop_back();
  return clean;
}

std::string joined_path(const std::string& group, const std::string& name) {
  return group == "/" ? "/" + name : group + "/" + name;
}

}  // namespace rankwise::storage
