#include "rankwise/storage/hdf5_conventions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <string_view>
#include <utility>

#include "rankwise/storage/hdf5_types.hpp"

namespace rankwise::storage {
namespace {

std::optional<double> number_attribute(hid_t object, const char* name) {
  if (H5Aexists(object, name) <= 0) return std::nullopt;
  const Hdf5Attribute attribute(H5Aopen(object, name, H5P_DEFAULT));
  const Hdf5Space space(H5Aget_space(attribute.get()));
  double value = 0;
  if (H5Sget_simple_extent_npoints(space.get()) != 1) return std::nullopt;
  if (H5Aread(attribute.get(), H5T_NATIVE_DOUBLE, &value) < 0) return std::nullopt;
  return value;
}

std::optional<ElementType> type_of_class(std::string_view matlab_class) {
  if (matlab_class == "double") return ElementType::float64;
  if (matlab_class == "single") return ElementType::float32;
  if (matlab_class == "logical") return ElementType::uint8;
  for (auto type = ElementType::int8; type <= ElementType::uint64;
       type = static_cast<ElementType>(static_cast<int>(type) + 1)) {
    if (matlab_class == name_of(type)) return type;
  }
  return std::nullopt;
}

/// MATLAB stores the dimensions of an array without elements in its place.
void read_matlab_empty(hid_t dataset, Hdf5Entry& entry) {
  constexpr std::size_t most_dimensions = 32;
  const auto empty = number_attribute(dataset, "MATLAB_empty");
  if (!empty || *empty == 0) return;
  std::array<std::uint64_t, most_dimensions> shape{};
  const bool is_list = entry.extent.size() == 1 && entry.extent[0] <= shape.size();
  const auto end = shape.begin() + (is_list ? static_cast<std::ptrdiff_t>(entry.extent[0]) : 0);
  if (!is_list || H5Dread(dataset, H5T_NATIVE_UINT64, H5S_ALL, H5S_ALL, H5P_DEFAULT, shape.data()) < 0 ||
      std::find(shape.begin(), end, 0U) == end) {
    entry.damage = "it is marked MATLAB_empty, but does not hold the dimensions of an empty array";
    return;
  }
  entry.extent.assign(shape.begin(), end);
  std::reverse(entry.extent.begin(), entry.extent.end());  // as MATLAB stores all others
  const std::string matlab_class = text_attribute(dataset, "MATLAB_class").value_or("");
  entry.type = type_of_class(matlab_class);
  entry.type_in_words = entry.type ? name_of(*entry.type) : "an empty MATLAB " + matlab_class;
}

/// The numbers in a pickled tuple, `(I2\nI0\ntp0\n.`, as PyTables stores attributes that are tuples.
std::vector<std::uint64_t> pickled_numbers(std::string_view text) {
  std::vector<std::uint64_t> numbers;
  for (auto at = text.find('I'); at != std::string_view::npos; at = text.find('I', at + 1)) {
    std::uint64_t number = 0;
    if (std::from_chars(text.data() + at + 1, text.data() + text.size(), number).ec == std::errc()) {
      numbers.push_back(number);
    }
  }
  return numbers;
}

/// pandas stores one element in place of an array without any (pandas/io/pytables.py, write_array_empty).
void read_pandas_empty(hid_t dataset, Hdf5Entry& entry) {
  if (entry.extent.empty() || std::any_of(entry.extent.begin(), entry.extent.end(), [](auto n) { return n != 1; })) {
    return;
  }
  const auto pickled = text_attribute(dataset, "shape");
  if (!pickled || H5Aexists(dataset, "value_type") <= 0) return;
  auto shape = pickled_numbers(*pickled);
  if (shape.size() != entry.extent.size() || std::find(shape.begin(), shape.end(), 0U) == shape.end()) return;
  std::reverse(shape.begin(), shape.end());  // the others are stored transposed, as rows × columns
  entry.extent = std::move(shape);
}

/// NetCDF's attributes that make other numbers of the stored ones (NetCDF Users' Guide, attribute conventions). A
/// missing value that is NaN is one here, too.
std::vector<std::string> attributes_not_applied(hid_t dataset) {
  std::vector<std::string> names;
  constexpr std::array<std::pair<const char*, double>, 4> without_effect{
      {{"scale_factor", 1}, {"add_offset", 0}, {"_FillValue", NAN}, {"missing_value", NAN}}};
  for (const auto& [name, neutral] : without_effect) {
    const auto value = number_attribute(dataset, name);
    if (value && *value != neutral && !std::isnan(*value)) names.emplace_back(name);
  }
  return names;
}

}  // namespace

void apply_conventions(hid_t dataset, Hdf5Entry& entry) {
  const bool from_matlab = H5Aexists(dataset, "MATLAB_class") > 0;  // which writes its matrices column by column
  entry.holds_columns = from_matlab || text_attribute(dataset, "rankwise_layout") == "columns";
  entry.dimension_scale = text_attribute(dataset, "CLASS") == "DIMENSION_SCALE";
  entry.not_applied = attributes_not_applied(dataset);
  if (from_matlab) read_matlab_empty(dataset, entry);
  read_pandas_empty(dataset, entry);
}

std::string raw_values_in_words(const std::vector<std::string>& not_applied) {
  if (not_applied.empty()) return "";
  const auto last = not_applied.end() - 1;
  if (not_applied.size() == 1) return fmt::format("raw values: {} is not applied", *last);
  return fmt::format("raw values: {} and {} are not applied", fmt::join(not_applied.begin(), last, ", "), *last);
}

}  // namespace rankwise::storage
