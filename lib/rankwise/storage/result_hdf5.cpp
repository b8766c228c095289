#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <type_traits>
#include <utility>

#include "rankwise/base/errors.hpp"
#include "rankwise/base/utf8.hpp"
#include "rankwise/storage/hdf5_handle.hpp"
#include "rankwise/storage/matrix_names.hpp"
#include "rankwise/storage/result_formats.hpp"

namespace rankwise::storage {
namespace {

/// An HDF5 file in memory, so that HDF5 never meets a full disk: there it cannot close the file, and 1.10 crashes when
/// the program ends (h5py#914).
class Hdf5Image {
 public:
  explicit Hdf5Image(const TemporaryFile& file);

  /// Makes the group and those above it. `name` may be empty or begin with a slash: groups are named from the root.
  Hdf5Group make_group(const std::string& name) const;
  void add_column(const Hdf5Group& group, const std::string& name, const ResultTable::Column& column) const;
  void add_text(const Hdf5Group& group, const char* name, const std::string& text) const;
  /// Its bytes, as long as it is there and nothing is added.
  [[nodiscard]] std::string_view bytes() const;
  void close();

 private:
  /// What an HDF5 function returned. @throws IoError if that says that it failed
  hid_t checked(hid_t result, std::string_view what) const;
  void keep_order(const Hdf5Properties& properties) const;

  std::string path_;
  Hdf5Properties links_;
  Hdf5Type text_;
  Hdf5File file_;
};

Hdf5Image::Hdf5Image(const TemporaryFile& file) : path_(file.final_path()) {
  links_ = Hdf5Properties(checked(H5Pcreate(H5P_LINK_CREATE), "names"));
  checked(H5Pset_char_encoding(links_.get(), H5T_CSET_UTF8), "names");
  checked(H5Pset_create_intermediate_group(links_.get(), 1), "names");
  text_ = Hdf5Type(checked(H5Tcopy(H5T_C_S1), "text"));
  checked(H5Tset_size(text_.get(), H5T_VARIABLE), "text");
  checked(H5Tset_cset(text_.get(), H5T_CSET_UTF8), "text");

  const Hdf5Properties access(checked(H5Pcreate(H5P_FILE_ACCESS), "the file"));
  checked(H5Pset_fapl_core(access.get(), output_piece_bytes, false), "the file");
  const Hdf5Properties creation(checked(H5Pcreate(H5P_FILE_CREATE), "the file"));
  keep_order(creation);
  file_ = Hdf5File(checked(H5Fcreate(file.path().c_str(), H5F_ACC_TRUNC, creation.get(), access.get()), "the file"));
}

hid_t Hdf5Image::checked(hid_t result, std::string_view what) const {
  if (result >= 0) return result;
  throw IoError(fmt::format("{} cannot be written: HDF5 fails at {}: {}", path_, what, hdf5_reason()));
}

void Hdf5Image::keep_order(const Hdf5Properties& properties) const {
  checked(H5Pset_link_creation_order(properties.get(), H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED), "the order");
}

Hdf5Group Hdf5Image::make_group(const std::string& name) const {
  const std::string path = group_path(name);
  if (path == "/") return Hdf5Group(checked(H5Gopen2(file_.get(), "/", H5P_DEFAULT), "its root"));
  const Hdf5Properties creation(checked(H5Pcreate(H5P_GROUP_CREATE), "a group"));
  keep_order(creation);
  return Hdf5Group(checked(H5Gcreate2(file_.get(), path.c_str(), links_.get(), creation.get(), H5P_DEFAULT),
                           fmt::format("group {}", path)));
}

void Hdf5Image::add_column(const Hdf5Group& group, const std::string& name, const ResultTable::Column& column) const {
  const std::string what = fmt::format("column {}", name);
  const Hdf5Properties creation(checked(H5Pcreate(H5P_DATASET_CREATE), what));
  checked(H5Pset_obj_track_times(creation.get(), false), what);  // the same result is the same bytes
  const auto write_rows = [&](hid_t type, hsize_t rows, const void* elements) {
    const Hdf5Space space(checked(H5Screate_simple(1, &rows, nullptr), what));
    Hdf5Dataset dataset(checked(
        H5Dcreate2(group.get(), name.c_str(), type, space.get(), links_.get(), creation.get(), H5P_DEFAULT), what));
    if (rows > 0) checked(H5Dwrite(dataset.get(), type, H5S_ALL, H5S_ALL, H5P_DEFAULT, elements), what);
    if (!dataset.close()) checked(-1, what);
  };
  const auto write = [&](hid_t type, const auto& elements) { write_rows(type, elements.size(), elements.data()); };
  std::visit(
      [&](const auto& elements) {
        using Element = typename std::decay_t<decltype(elements)>::value_type;
        if constexpr (std::is_same_v<Element, std::string>) {
          std::vector<std::string> texts;
          for (const auto& text : elements) texts.push_back(valid_utf8(text));
          if (column.padded) {
            std::size_t longest = 1;
            for (const auto& text : texts) longest = std::max(longest, text.size());
            std::string all;
            for (const auto& text : texts) all.append(text).append(longest - text.size(), '\0');
            const Hdf5Type type(checked(H5Tcopy(H5T_C_S1), what));
            checked(H5Tset_cset(type.get(), H5T_CSET_UTF8), what);
            checked(H5Tset_size(type.get(), longest), what);
            checked(H5Tset_strpad(type.get(), H5T_STR_NULLPAD), what);
            return write_rows(type.get(), texts.size(), all.data());
          }
          std::vector<const char*> pointers;
          for (const auto& text : texts) pointers.push_back(text.c_str());
          write(text_.get(), pointers);
        } else if constexpr (std::is_same_v<Element, double>) {
          write(H5T_NATIVE_DOUBLE, elements);
        } else {
          write(std::is_signed_v<Element> ? H5T_NATIVE_INT64 : H5T_NATIVE_UINT64, elements);
        }
      },
      column.values);
}

/// As text of variable length, which HDF5 keeps apart: an attribute proper would end at 64 KiB.
void Hdf5Image::add_text(const Hdf5Group& group, const char* name, const std::string& text) const {
  const std::string what = fmt::format("attribute {}", name), valid = valid_utf8(text);
  const Hdf5Space space(checked(H5Screate(H5S_SCALAR), what));
  Hdf5Attribute attribute(
      checked(H5Acreate2(group.get(), name, text_.get(), space.get(), H5P_DEFAULT, H5P_DEFAULT), what));
  const char* pointer = valid.c_str();
  checked(H5Awrite(attribute.get(), text_.get(), &pointer), what);
  if (!attribute.close()) checked(-1, what);
}

/// Those of HDF5's core driver itself: results may be large.
std::string_view Hdf5Image::bytes() const {
  checked(H5Fflush(file_.get(), H5F_SCOPE_GLOBAL), "the file");
  const auto size = checked(H5Fget_file_image(file_.get(), nullptr, 0), "the file");
  void* buffer = nullptr;
  checked(H5Fget_vfd_handle(file_.get(), H5P_DEFAULT, &buffer), "the file");
  return {*static_cast<const char**>(buffer), static_cast<std::size_t>(size)};
}

void Hdf5Image::close() {
  if (!file_.close()) checked(-1, "the file's end");
}

}  // namespace

std::vector<std::string> link_names(std::vector<std::string> names) {
  constexpr std::string_view division_slash = "\u2215", one_dot_leader = "\u2024";
  for (auto& name : names) name = valid_utf8(name);
  names = distinct(std::move(names));
  for (auto& name : names) {
    for (auto at = name.find('/'); at != std::string::npos; at = name.find('/')) {
      name.replace(at, 1, division_slash);
    }
    if (name == ".") name = one_dot_leader;
  }
  return distinct(std::move(names));
}

std::string group_path(const std::string& name) {
  std::string path;
  for (std::size_t begin = 0; begin < name.size();) {
    const std::size_t end = std::min(name.find('/', begin), name.size());
    const std::string part = valid_utf8(std::string_view(name).substr(begin, end - begin));
    if (!part.empty() && part != ".") path += '/' + part;
    begin = end + 1;
  }
  return path.empty() ? "/" : path;
}

void write_hdf5(TemporaryFile& file, const std::string& group, const ResultTable& table, const std::string& record) {
  const Hdf5Lock lock;
  Hdf5Image image(file);
  {
    Hdf5Group columns = image.make_group(group);
    const std::vector<std::string> names = link_names(distinct_names(table));
    for (std::size_t i = 0; i < names.size(); ++i) image.add_column(columns, names[i], table.columns[i]);
    image.add_text(columns, "rankwise_run", record);
  }
  file.write(image.bytes());
  image.close();
}

}  // namespace rankwise::storage
