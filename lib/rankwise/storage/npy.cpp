#include "rankwise/storage/npy.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <optional>
#include <string_view>
#include <vector>

#include "rankwise/base/errors.hpp"
#include "rankwise/storage/flat_reader.hpp"

// The format: numpy/lib/format.py, "A simple file format for NumPy arrays". A magic string, the version, the length of
// the header, and a Python dictionary literal: {'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }.
namespace rankwise::storage {
namespace {

constexpr std::string_view magic = "\x93NUMPY";
constexpr std::uint64_t longest_header = 1 << 20;

struct Header {
  std::string text;
  std::uint64_t data_offset = 0;
};

Header read_header(const InputFile& file) {
  const auto damaged = [&](std::string_view why) {
    return InputError(fmt::format("{} is no whole .npy file: {}", file.path(), why));
  };
  std::array<std::byte, 12> start{};
  if (file.size() < start.size()) throw damaged("it is shorter than a header");
  file.read(0, start);
  if (std::memcmp(start.data(), magic.data(), magic.size()) != 0) throw damaged("it does not begin as one");
  const auto byte = [&](std::size_t i) { return static_cast<std::uint64_t>(start[i]); };
  const std::uint64_t version = byte(6);
  if (version < 1 || version > 3) throw damaged(fmt::format("its version is {}, known are 1 to 3", version));
  Header header;
  std::uint64_t length = byte(8) | byte(9) << 8;
  header.data_offset = 10;
  if (version > 1) {
    length |= byte(10) << 16 | byte(11) << 24;
    header.data_offset = 12;
  }
  if (length > longest_header || header.data_offset + length > file.size()) throw damaged("its header is cut short");
  header.text.resize(length);
  file.read(header.data_offset, std::as_writable_bytes(std::span(header.text)));
  header.data_offset += length;
  return header;
}

/// What stands behind 'key': in the dictionary.
std::optional<std::string_view> value_of(std::string_view dictionary, std::string_view key) {
  for (const char quote : {'\'', '"'}) {
    const auto at = dictionary.find(fmt::format("{}{}{}", quote, key, quote));
    if (at == std::string_view::npos) continue;
    const auto colon = dictionary.find(':', at);
    if (colon == std::string_view::npos) return std::nullopt;
    const auto begin = dictionary.find_first_not_of(" \t\n", colon + 1);
    if (begin != std::string_view::npos) return dictionary.substr(begin);
  }
  return std::nullopt;
}

std::optional<std::vector<std::uint64_t>> parse_shape(std::string_view text) {
  const auto end = text.find(')');
  if (text.empty() || text[0] != '(' || end == std::string_view::npos) return std::nullopt;
  std::vector<std::uint64_t> shape;
  for (std::string_view rest = text.substr(1, end - 1); !rest.empty();) {
    const auto digit = rest.find_first_not_of(" ,");
    if (digit == std::string_view::npos) break;
    rest.remove_prefix(digit);
    std::uint64_t value = 0;
    const auto [stop, error] = std::from_chars(rest.data(), rest.data() + rest.size(), value);
    if (error != std::errc()) return std::nullopt;
    rest.remove_prefix(static_cast<std::size_t>(stop - rest.data()));
    if (!rest.empty() && rest[0] == 'L') rest.remove_prefix(1);  // Python 2 wrote longs
    rest.remove_prefix(std::min(rest.size(), rest.find_first_not_of(' ')));
    if (!rest.empty() && rest[0] != ',') return std::nullopt;
    shape.push_back(value);
  }
  return shape;
}

/// `<f8` and its like. @throws InputError in words for what is not a real number
void set_type(FlatLayout& layout, std::string_view descr, const std::string& path) {
  const auto refuse = [&](std::string_view what) {
    return InputError(fmt::format("{} holds {}, not real numbers", path, what));
  };
  if (descr.empty() || (descr[0] != '\'' && descr[0] != '"')) throw refuse("records (a structured dtype)");
  const std::string_view code = descr.substr(1, descr.find(descr[0], 1) - 1);
  if (code.ends_with("O")) throw refuse("pickled Python objects, which are not loaded");
  if (code.size() < 3) throw refuse(fmt::format("the unknown type '{}'", code.substr(0, 20)));
  const char order = code[0], kind = code[1];
  const std::string_view size = code.substr(2);
  if (kind == 'U' || kind == 'S' || kind == 'a') throw refuse("text");
  if (kind == 'c') throw refuse("complex numbers");
  if (kind == 'M' || kind == 'm') throw refuse("dates or durations");
  constexpr std::array<std::pair<std::string_view, ElementType>, 12> known{{{"b1", ElementType::uint8},
                                                                            {"i1", ElementType::int8},
                                                                            {"i2", ElementType::int16},
                                                                            {"i4", ElementType::int32},
                                                                            {"i8", ElementType::int64},
                                                                            {"u1", ElementType::uint8},
                                                                            {"u2", ElementType::uint16},
                                                                            {"u4", ElementType::uint32},
                                                                            {"u8", ElementType::uint64},
                                                                            {"f2", ElementType::float32},
                                                                            {"f4", ElementType::float32},
                                                                            {"f8", ElementType::float64}}};
  const auto* const found =
      std::find_if(known.begin(), known.end(), [&](const auto& each) { return each.first == code.substr(1); });
  if (found == known.end()) throw refuse(fmt::format("the type '{}'", code.substr(0, 20)));
  layout.type = found->second;
  const bool swapped = order == '>' && size != "1";
  if (size == "2" && kind == 'f') {
    layout.encoding = swapped ? Encoding::half_swapped : Encoding::half;
  } else {
    layout.encoding = swapped ? Encoding::swapped : Encoding::native;
  }
}

}  // namespace

MatrixInfo inspect_npy(const std::string& path) {
  const InputFile file(path);
  const Header header = read_header(file);
  const auto descr = value_of(header.text, "descr");
  const auto order = value_of(header.text, "fortran_order");
  const auto shape_text = value_of(header.text, "shape");
  const auto shape = shape_text ? parse_shape(*shape_text) : std::nullopt;
  if (!descr || !order || !shape)
    throw InputError(fmt::format("{} is no whole .npy file: its header is damaged", path));

  FlatLayout layout{.offset = header.data_offset};
  set_type(layout, *descr, path);
  if (shape->empty() || shape->size() > 2) {
    throw InputError(fmt::format("{} has {} dimensions; a matrix has 2, a column 1", path, shape->size()));
  }
  const bool fortran = order->starts_with("True");
  layout.rows = (*shape)[0];
  layout.columns = shape->size() == 2 ? (*shape)[1] : 1;
  layout.contiguous = fortran || shape->size() == 1 ? Contiguous::columns : Contiguous::rows;
  const std::uint64_t bytes = layout.bytes(path);
  if (bytes > file.size() - layout.offset) {
    throw InputError(fmt::format("{} is cut short: its header promises {} × {} elements, {}, but only {} follow", path,
                                 layout.rows, layout.columns, format_bytes({bytes}),
                                 format_bytes({file.size() - layout.offset})));
  }

  MatrixInfo info{.file = path, .format = Format::npy, .rows = layout.rows, .columns = layout.columns};
  info.is_vector = shape->size() == 1;
  info.contiguous = layout.contiguous;
  info.types = {layout.type};
  const bool half = layout.stored_bytes_per_element() != size_of(layout.type);
  info.description = half ? "float16" : std::string(name_of(layout.type));
  info.stored = {bytes};
  info.identity = file.identity();
  ByteWriter out;
  layout.encode(out);
  info.index = out.take();
  return info;
}

std::unique_ptr<const MatrixReader> open_npy(const MatrixInfo& info) {
  ByteReader in(info.index);
  FlatFile file{.file = std::make_shared<InputFile>(info.file)};
  return open_flat(file, FlatLayout::decode(in));
}

}  // namespace rankwise::storage
