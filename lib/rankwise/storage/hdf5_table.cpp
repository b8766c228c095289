#include "rankwise/storage/hdf5_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "rankwise/storage/hdf5_types.hpp"

namespace rankwise::storage {
namespace {

const Hdf5Entry* find_entry(const std::vector<Hdf5Entry>& entries, const std::string& path) {
  const auto found =
      std::find_if(entries.begin(), entries.end(), [&](const auto& entry) { return entry.path == path; });
  return found == entries.end() ? nullptr : &*found;
}

std::string joined(const std::string& group, const std::string& name) {
  return group == "/" ? "/" + name : group + "/" + name;
}

/// Items of a pandas axis as names: texts, or numbers.
std::vector<std::string> axis_items(hid_t file, const std::string& path) {
  const Hdf5Dataset dataset(H5Dopen2(file, path.c_str(), H5P_DEFAULT));
  if (!dataset.valid()) return {};
  if (auto texts = texts_of_dataset(dataset.get())) return *std::move(texts);
  const Hdf5Space space(H5Dget_space(dataset.get()));
  std::vector<std::int64_t> numbers(
      static_cast<std::size_t>(std::max<hssize_t>(0, H5Sget_simple_extent_npoints(space.get()))));
  if (H5Dread(dataset.get(), H5T_NATIVE_INT64, H5S_ALL, H5S_ALL, H5P_DEFAULT, numbers.data()) < 0) return {};
  std::vector<std::string> names;
  for (const auto number : numbers) names.push_back(std::to_string(number));
  return names;
}

/// pandas stores dates and durations as integers, which are no numbers to compute with.
bool holds_dates(hid_t file, const std::string& path) {
  const Hdf5Dataset dataset(H5Dopen2(file, path.c_str(), H5P_DEFAULT));
  const auto kind = text_attribute(dataset.get(), "value_type");
  return kind && (kind->starts_with("datetime64") || kind->starts_with("timedelta64"));
}

/// Copies columns from the readers of their datasets side by side.
class TableReader final : public MatrixReader {
 public:
  TableReader(std::vector<std::unique_ptr<const MatrixReader>> readers, const Hdf5Table& table)
      : readers_(std::move(readers)), table_(table) {}

  void read(const Region& region, Tile& tile) const override {
    const ElementType type = common_type(region.columns);
    std::byte* to = tile.prepare(region, type, Contiguous::columns).data();
    Tile one;
    for (std::uint64_t c = region.columns.begin; c < region.columns.end; ++c) {
      const auto& column = table_.columns[c];
      readers_[column.place]->read({region.rows, {column.column, column.column + 1}}, one);
      const std::size_t bytes = static_cast<std::size_t>(region.rows.size()) * size_of(type);
      if (one.type() == type) {
        if (bytes > 0) std::memcpy(to, one.bytes().data(), bytes);
      } else {
        with_type(one.type(), [&](auto zero) {
          const auto* values = one.data<decltype(zero)>();
          std::transform(values, values + region.rows.size(), reinterpret_cast<double*>(to),
                         [](auto value) { return static_cast<double>(value); });
        });
      }
      to += bytes;
    }
  }

 private:
  /// One column's own type; that of several columns where the whole table agrees; float64 elsewhere.
  [[nodiscard]] ElementType common_type(blocks::Range columns) const {
    const auto type_of = [&](const Hdf5Table::Column& column) { return table_.places[column.place].type; };
    if (columns.empty()) return ElementType::float64;
    const ElementType type = type_of(table_.columns[columns.begin]);
    const bool agree = std::all_of(table_.columns.begin(), table_.columns.end(),
                                   [&](const Hdf5Table::Column& column) { return type_of(column) == type; });
    return columns.size() == 1 || agree ? type : ElementType::float64;
  }

  std::vector<std::unique_ptr<const MatrixReader>> readers_;
  Hdf5Table table_;
};

}  // namespace

void Hdf5Table::encode(ByteWriter& out) const {
  out.put(rows);
  out.put(std::uint64_t{places.size()});
  for (const auto& place : places) place.encode(out);
  out.put(std::uint64_t{columns.size()});
  for (const auto& column : columns) {
    out.put(column.place);
    out.put(column.column);
  }
}

Hdf5Table Hdf5Table::decode(ByteReader& in) {
  Hdf5Table table;
  table.rows = in.get<std::uint64_t>();
  const auto places = in.get<std::uint64_t>();
  for (std::uint64_t i = 0; i < places; ++i) table.places.push_back(Hdf5Place::decode(in));
  const auto columns = in.get<std::uint64_t>();
  for (std::uint64_t i = 0; i < columns; ++i) {
    const auto place = in.get<std::uint64_t>();
    table.columns.push_back({.place = place, .column = in.get<std::uint64_t>()});
  }
  return table;
}

std::optional<Hdf5Table> table_of_group(hid_t file, const std::string& group, const std::vector<Hdf5Entry>& entries) {
  Hdf5Table table;
  for (const Hdf5Entry& entry : entries) {
    if (group_of(entry.path) != group || entry.dimension_scale) continue;
    if (!entry.type && entry.extent.size() == 1) {
      ++table.left_out;
      continue;
    }
    if (!entry.fits() || entry.extent.size() != 1) return std::nullopt;
    if (!table.columns.empty() && entry.rows() != table.rows) return std::nullopt;
    table.rows = entry.rows();
    table.stored_bytes += entry.stored_bytes;
    table.columns.push_back({.name = entry.path.substr(entry.path.rfind('/') + 1), .place = table.places.size()});
    table.places.push_back(find_place(file, entry));
  }
  if (table.columns.empty()) return std::nullopt;
  return table;
}

std::optional<Hdf5Table> pandas_frame(hid_t file, const std::string& group, const std::vector<Hdf5Entry>& entries) {
  const Hdf5Object object(H5Oopen(file, group.c_str(), H5P_DEFAULT));
  if (!object.valid()) return std::nullopt;
  const auto kind = text_attribute(object.get(), "pandas_type");
  if (!kind || (*kind != "frame" && *kind != "frame_table")) return std::nullopt;
  if (*kind == "frame_table") {
    throw InputError(
        fmt::format("{} is a frame in pandas' table format, a compound; write it with "
                    "frame.to_hdf(..., format='fixed') instead",
                    group));
  }
  Hdf5Table table;
  std::vector<Hdf5Table::Column> unordered;
  for (int block = 0;; ++block) {
    const Hdf5Entry* values = find_entry(entries, joined(group, fmt::format("block{}_values", block)));
    if (values == nullptr) break;
    const auto items = axis_items(file, joined(group, fmt::format("block{}_items", block)));
    if (!values->fits() || items.size() != values->columns() || holds_dates(file, values->path)) {
      table.left_out += items.size();
      continue;
    }
    if (!unordered.empty() && values->rows() != table.rows) {
      throw InputError(fmt::format("{} is a damaged pandas frame: its blocks have {} and {} rows", group, table.rows,
                                   values->rows()));
    }
    table.rows = values->rows();
    table.stored_bytes += values->stored_bytes;
    for (std::uint64_t i = 0; i < items.size(); ++i) {
      unordered.push_back({.name = items[i], .place = table.places.size(), .column = i});
    }
    table.places.push_back(find_place(file, *values));
  }
  for (const std::string& name : axis_items(file, joined(group, "axis0"))) {
    const auto found = std::find_if(unordered.begin(), unordered.end(), [&](const auto& c) { return c.name == name; });
    if (found == unordered.end()) continue;
    table.columns.push_back(*found);
    unordered.erase(found);  // names may come twice
  }
  return table;
}

std::unique_ptr<const MatrixReader> open_table(Hdf5Readers& readers, const Hdf5Table& table) {
  std::vector<std::unique_ptr<const MatrixReader>> opened;
  for (const Hdf5Place& place : table.places) opened.push_back(readers.open(place));
  return std::make_unique<TableReader>(std::move(opened), table);
}

}  // namespace rankwise::storage
