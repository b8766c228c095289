#include "rankwise/storage/hdf5_types.hpp"

#include <fmt/format.h>

#include <cstring>
#include <utility>

namespace rankwise::storage {
namespace {

std::optional<ElementType> integer_type(std::size_t size, bool has_sign) {
  if (size == 1) return has_sign ? ElementType::int8 : ElementType::uint8;
  if (size == 2) return has_sign ? ElementType::int16 : ElementType::uint16;
  if (size <= 4) return has_sign ? ElementType::int32 : ElementType::uint32;
  if (size <= 8) return has_sign ? ElementType::int64 : ElementType::uint64;
  return std::nullopt;
}

bool is_complex(hid_t type) {
  if (H5Tget_nmembers(type) != 2) return false;
  for (unsigned i = 0; i < 2; ++i) {
    if (H5Tget_member_class(type, i) != H5T_FLOAT) return false;
  }
  return true;
}

/// Texts of a list that `read` fills with elements of the given memory type.
template <class Read>
std::optional<std::vector<std::string>> read_texts(hid_t type, hid_t space, std::uint64_t count, Read read) {
  if (H5Tget_class(type) != H5T_STRING || !std::cmp_equal(H5Sget_simple_extent_npoints(space), count)) {
    return std::nullopt;
  }
  const bool variable = H5Tis_variable_str(type) > 0;
  const std::size_t length = H5Tget_size(type);
  constexpr std::size_t most_bytes = std::size_t{1} << 30;
  if (!variable && count > most_bytes / length) return std::nullopt;
  std::vector<std::string> texts(count);
  if (variable) {
    const Hdf5Type text(H5Tcopy(H5T_C_S1));
    H5Tset_size(text.get(), H5T_VARIABLE);
    H5Tset_cset(text.get(), H5Tget_cset(type));
    std::vector<char*> pointers(texts.size(), nullptr);
    if (read(text.get(), pointers.data()) < 0) return std::nullopt;
    for (std::size_t i = 0; i < texts.size(); ++i) {
      if (pointers[i] != nullptr) texts[i] = pointers[i];
    }
    H5Dvlen_reclaim(text.get(), space, H5P_DEFAULT, pointers.data());
    return texts;
  }
  std::vector<char> room(length * texts.size());
  if (read(type, room.data()) < 0) return std::nullopt;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    texts[i].assign(room.data() + i * length, strnlen(room.data() + i * length, length));
    if (H5Tget_strpad(type) == H5T_STR_SPACEPAD) texts[i].erase(texts[i].find_last_not_of(' ') + 1);
  }
  return texts;
}

}  // namespace

std::optional<ElementType> element_type_of(hid_t type) {
  const std::size_t size = H5Tget_size(type);
  switch (H5Tget_class(type)) {
    case H5T_INTEGER:
      return integer_type(size, H5Tget_sign(type) == H5T_SGN_2);
    case H5T_FLOAT:
      return size <= 4 ? ElementType::float32 : ElementType::float64;
    case H5T_ENUM: {  // h5py's bool, and named integers
      const Hdf5Type base(H5Tget_super(type));
      return integer_type(size, H5Tget_sign(base.get()) == H5T_SGN_2);
    }
    default:
      return std::nullopt;
  }
}

hid_t memory_type(ElementType type) {
  switch (type) {
    case ElementType::int8:
      return H5T_NATIVE_INT8;
    case ElementType::int16:
      return H5T_NATIVE_INT16;
    case ElementType::int32:
      return H5T_NATIVE_INT32;
    case ElementType::int64:
      return H5T_NATIVE_INT64;
    case ElementType::uint8:
      return H5T_NATIVE_UINT8;
    case ElementType::uint16:
      return H5T_NATIVE_UINT16;
    case ElementType::uint32:
      return H5T_NATIVE_UINT32;
    case ElementType::uint64:
      return H5T_NATIVE_UINT64;
    case ElementType::float32:
      return H5T_NATIVE_FLOAT;
    case ElementType::float64:
      break;
  }
  return H5T_NATIVE_DOUBLE;
}

std::string type_in_words(hid_t type) {
  const std::size_t size = H5Tget_size(type);
  const auto with_order = [&](std::string name) {
    return size > 1 && H5Tget_order(type) == H5T_ORDER_BE ? name + " big-endian" : name;
  };
  switch (H5Tget_class(type)) {
    case H5T_INTEGER:
      return with_order(fmt::format("{}int{}", H5Tget_sign(type) == H5T_SGN_2 ? "" : "u", 8 * size));
    case H5T_FLOAT:
      return with_order(fmt::format("float{}", 8 * size));
    case H5T_ENUM:
      return H5Tget_nmembers(type) == 2 && size == 1 ? "bool" : fmt::format("named int{}", 8 * size);
    case H5T_STRING:
      return "text";
    case H5T_COMPOUND:
      return is_complex(type) ? "complex numbers" : fmt::format("compound of {} members", H5Tget_nmembers(type));
    case H5T_VLEN:
      return "lists of varying length";
    case H5T_ARRAY:
      return "arrays";
    case H5T_REFERENCE:
      return "references";
    case H5T_OPAQUE:
      return "opaque bytes";
    case H5T_BITFIELD:
      return "bit fields";
    default:
      return "an unknown type";
  }
}

std::optional<std::vector<std::string>> texts_of_attribute(hid_t object, const char* name, std::uint64_t count) {
  if (H5Aexists(object, name) <= 0) return std::nullopt;
  const Hdf5Attribute attribute(H5Aopen(object, name, H5P_DEFAULT));
  const Hdf5Type type(H5Aget_type(attribute.get()));
  const Hdf5Space space(H5Aget_space(attribute.get()));
  return read_texts(type.get(), space.get(), count,
                    [&](hid_t memory, void* room) { return H5Aread(attribute.get(), memory, room); });
}

std::optional<std::string> text_attribute(hid_t object, const char* name) {
  auto texts = texts_of_attribute(object, name, 1);
  if (!texts) return std::nullopt;
  return std::move(texts->front());
}

std::optional<std::vector<std::string>> texts_of_dataset(hid_t dataset, std::uint64_t count) {
  const Hdf5Type type(H5Dget_type(dataset));
  const Hdf5Space space(H5Dget_space(dataset));
  return read_texts(type.get(), space.get(), count, [&](hid_t memory, void* room) {
    return H5Dread(dataset, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, room);
  });
}

void write_text_attribute(hid_t object, const char* name, const std::string& text, const std::string& file) {
  const Hdf5Type type(H5Tcopy(H5T_C_S1));
  H5Tset_size(type.get(), H5T_VARIABLE);  // the kind that h5py gives back as str
  H5Tset_cset(type.get(), H5T_CSET_UTF8);
  const Hdf5Space space(H5Screate(H5S_SCALAR));
  if (H5Aexists(object, name) > 0) H5Adelete(object, name);
  const char* pointer = text.c_str();
  const Hdf5Attribute attribute(H5Acreate2(object, name, type.get(), space.get(), H5P_DEFAULT, H5P_DEFAULT));
  if (attribute.valid() && H5Awrite(attribute.get(), type.get(), &pointer) >= 0) return;
  throw IoError(fmt::format("{} cannot be written: {}", file, hdf5_reason()));
}

}  // namespace rankwise::storage
