#include "rankwise/storage/hdf5_pandas.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <queue>
#include <utility>

#include "rankwise/storage/hdf5_links.hpp"
#include "rankwise/storage/hdf5_names.hpp"
#include "rankwise/storage/hdf5_types.hpp"

// The format: pandas/io/pytables.py, class BlockManagerFixed. Columns of one type are a block, stored as rows × columns
// with the names of its columns beside it; axis0 has the names of all columns in the frame's order.
namespace rankwise::storage {
namespace {

/// Dates and durations are stored as integers, which are no numbers to compute with.
bool holds_dates(hid_t file, const std::string& path) {
  const Hdf5Dataset dataset(H5Dopen2(file, path.c_str(), H5P_DEFAULT));
  const auto kind = text_attribute(dataset.get(), "value_type");
  return kind && (kind->starts_with("datetime64") || kind->starts_with("timedelta64"));
}

/// Names on several levels, and Python objects, are stored otherwise than as one list.
InputError no_names(hid_t file, const std::string& group) {
  return InputError(
      fmt::format("{}:{} is a pandas frame whose column names cannot be read: they are damaged, on several levels, or "
                  "neither texts nor numbers",
                  name_of_file(file), group));
}

/// What an axis claims to have; its names are read only by those who are sure of that number.
std::uint64_t axis_size(hid_t file, const std::string& path) {
  const Hdf5Dataset dataset = open_dataset(file, path);
  const Hdf5Space space(H5Dget_space(dataset.get()));
  return static_cast<std::uint64_t>(std::max<hssize_t>(0, H5Sget_simple_extent_npoints(space.get())));
}

std::vector<std::string> axis_names(hid_t file, const std::string& group, const std::string& axis, std::uint64_t size) {
  const Hdf5Dataset dataset = open_dataset(file, joined_path(group, axis));
  auto names = values_as_names(dataset.get(), size);
  if (names.size() != size) throw no_names(file, group);
  return names;
}

/// @throws InputError for pandas' table format
bool is_frame(hid_t file, const std::string& group) {
  const Hdf5Object object(H5Oopen(file, group.c_str(), H5P_DEFAULT));
  const auto kind = object.valid() ? text_attribute(object.get(), "pandas_type") : std::nullopt;
  if (kind != "frame_table") return kind == "frame";
  throw InputError(
      fmt::format("{}:{} is a frame in pandas' table format, a compound; write it with frame.to_hdf(..., "
                  "format='fixed') instead",
                  name_of_file(file), group));
}

/// The columns in the frame's order.
std::vector<Hdf5Table::Column> in_order(std::vector<Hdf5Table::Column> columns, const std::vector<std::string>& order) {
  std::map<std::string, std::queue<Hdf5Table::Column>> by_name;  // names may come twice
  for (auto& column : columns) by_name[column.name].push(std::move(column));
  columns.clear();
  for (const std::string& name : order) {
    const auto found = by_name.find(name);
    if (found == by_name.end() || found->second.empty()) continue;
    columns.push_back(std::move(found->second.front()));
    found->second.pop();
  }
  return columns;
}

}  // namespace

std::optional<Hdf5Table> pandas_frame(hid_t file, const std::string& group) {
  if (!is_frame(file, group)) return std::nullopt;
  Hdf5Table table;
  for (int block = 0;; ++block) {
    const std::string path = joined_path(group, fmt::format("block{}_values", block));
    if (follow_link(file, path).to == Hdf5Link::To::nothing) break;
    const Hdf5Entry values = describe_dataset(file, path);
    if (!values.damage.empty()) table.damage = fmt::format("{} cannot be read: {}", path, values.damage);
    const std::string items = fmt::format("block{}_items", block);
    if (!values.fits() || holds_dates(file, path)) {
      table.left_out += axis_size(file, joined_path(group, items));
      continue;
    }
    if (!table.places.empty() && values.rows() != table.rows) {
      throw InputError(fmt::format("{}:{} is a damaged pandas frame: its blocks have {} and {} rows",
                                   name_of_file(file), group, table.rows, values.rows()));
    }
    table.add(file, values, axis_names(file, group, items, values.columns()));
  }
  if (!table.columns.empty()) {
    const std::uint64_t all = table.columns.size() + table.left_out;
    table.columns = in_order(std::move(table.columns), axis_names(file, group, "axis0", all));
  }
  return table;
}

}  // namespace rankwise::storage
