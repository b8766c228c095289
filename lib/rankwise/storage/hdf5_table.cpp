#include "rankwise/storage/hdf5_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "rankwise/storage/hdf5_links.hpp"
#include "rankwise/storage/hdf5_sources.hpp"

namespace rankwise::storage {
namespace {

/// Copies columns from the readers of their datasets side by side.
class TableReader final : public MatrixReader {
 public:
  TableReader(std::vector<std::unique_ptr<const MatrixReader>> readers, const Hdf5Table& table)
      : readers_(std::move(readers)), table_(table) {}

  void read(const Region& region, Tile& tile) const override {
    if (region.columns.size() == 1) {
      read_column(region.columns.begin, region.rows, tile);
      if (tile.contiguous() == Contiguous::columns) return;
    }
    const ElementType type = common_type(region.columns);
    std::byte* to = tile.prepare(region, type, Contiguous::columns).data();
    Tile one;
    for (std::uint64_t c = region.columns.begin; c < region.columns.end; ++c) {
      read_column(c, region.rows, one);
      with_type(type, [&](auto zero) { copy(one, reinterpret_cast<decltype(zero)*>(to)); });
      to += region.rows.size() * size_of(type);
    }
  }
  void announce(const Region& region) const override {
    for (std::uint64_t c = region.columns.begin; c < region.columns.end; ++c) {
      const auto& column = table_.columns[c];
      readers_[column.place]->announce({region.rows, {column.column, column.column + 1}});
    }
  }

 private:
  void read_column(std::uint64_t index, blocks::Range rows, Tile& tile) const {
    const auto& column = table_.columns[index];
    readers_[column.place]->read({rows, {column.column, column.column + 1}}, tile);
  }
  template <class T>
  static void copy(const Tile& column, T* to) {
    with_type(column.type(), [&](auto zero) {
      const auto* from = column.data<decltype(zero)>();
      for (std::uint64_t r = 0; r < column.rows(); ++r) to[r] = static_cast<T>(from[r * column.row_stride()]);
    });
  }

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

void Hdf5Table::add(hid_t file, const Hdf5Entry& entry, const std::vector<std::string>& names,
                    const std::string& other_file) {
  rows = entry.rows();
  stored_bytes += entry.stored_bytes;
  other_files.insert(entry.other_files.begin(), entry.other_files.end());
  not_applied.insert(entry.not_applied.begin(), entry.not_applied.end());
  for (std::size_t i = 0; i < names.size(); ++i) {
    columns.push_back({.name = names[i], .place = places.size(), .column = i});
  }
  places.push_back(find_place(file, entry));
  places.back().file = other_file;
  if (!other_file.empty()) other_files.insert(other_file);
}

void Hdf5Table::add_other(const Hdf5Entry& entry, const std::string& name, const std::string& other_file) {
  others.push_back(
      {.name = name, .file = other_file, .path = entry.path, .before = columns.size(), .rows = entry.extent[0]});
}

void Hdf5Table::encode(ByteWriter& out) const {
  out.put(rows);
  out.put(std::uint64_t{places.size()});
  for (const auto& place : places) place.encode(out);
  out.put(std::uint64_t{columns.size()});
  for (const auto& column : columns) {
    out.put(column.place);
    out.put(column.column);
  }
  out.put(std::uint64_t{others.size()});
  for (const auto& other : others) {
    for (const std::string* text : {&other.name, &other.file, &other.path}) out.put_string(*text);
    out.put(other.before);
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
  for (auto others = in.get<std::uint64_t>(); others > 0; --others) {
    Other& other = table.others.emplace_back();
    for (std::string* text : {&other.name, &other.file, &other.path}) *text = in.get_string();
    other.before = in.get<std::uint64_t>();
  }
  return table;
}

namespace {

/// A column in another file. One that cannot be seen is damage: the table would lack it.
/// @return false if with it there is no table
bool add_linked(hid_t file, const Hdf5Link& link, Hdf5Table& table) {
  const auto found = find_other_file(link.other_file, name_of_file(file), "HDF5_EXT_PREFIX");
  const std::string what = fmt::format("{} is in {}:{}", link.path, link.other_file, link.other_path);
  if (!found) {
    table.damage = what + ", which is missing";
    return true;
  }
  try {
    const Hdf5File other = open_hdf5_file(*found);
    const std::string path = absolute_path(link.other_path);
    const Hdf5Link there = follow_link(other.get(), path);
    if (there.to == Hdf5Link::To::group) return true;
    const Hdf5Entry entry = describe_dataset(other.get(), path);
    if (!entry.damage.empty()) throw InputError(entry.damage);
    if (entry.dimension_scale) return true;
    if (!entry.type && entry.extent.size() == 1) {
      table.add_other(entry, last_name(link.path), *found);
      return true;
    }
    const bool fits = entry.fits() && entry.extent.size() == 1;
    if (!fits || (!table.columns.empty() && entry.rows() != table.rows)) return false;
    table.add(other.get(), entry, {last_name(link.path)}, *found);
  } catch (const Error& error) {
    table.damage = fmt::format("{}, which cannot be read: {}", what, error.what());
  }
  return true;
}

}  // namespace

std::optional<Hdf5Table> table_of_group(hid_t file, const std::string& group) {
  Hdf5Table table;
  for (const Hdf5Link& link : links_of_group(file, group)) {
    if (link.to == Hdf5Link::To::other_file) {
      if (!add_linked(file, link, table)) return std::nullopt;
      continue;
    }
    if (link.to != Hdf5Link::To::dataset && link.to != Hdf5Link::To::damage) continue;
    const Hdf5Entry entry = describe_dataset(file, link.path);
    if (!entry.damage.empty()) table.damage = fmt::format("{} cannot be read: {}", entry.path, entry.damage);
    if (!entry.damage.empty() || entry.dimension_scale) continue;
    if (!entry.type && entry.extent.size() == 1) {
      table.add_other(entry, last_name(entry.path));
      continue;
    }
    if (!entry.fits() || entry.extent.size() != 1) return std::nullopt;
    if (!table.columns.empty() && entry.rows() != table.rows) return std::nullopt;
    table.add(file, entry, {last_name(entry.path)});
  }
  if (table.columns.empty()) return std::nullopt;
  std::erase_if(table.others, [&](const Hdf5Table::Other& other) { return other.rows != table.rows; });
  return table;
}

std::unique_ptr<const MatrixReader> open_table(Hdf5Readers& readers, const Hdf5Table& table) {
  std::vector<std::unique_ptr<const MatrixReader>> opened;
  for (const Hdf5Place& place : table.places) opened.push_back(readers.open(place));
  return std::make_unique<TableReader>(std::move(opened), table);
}

}  // namespace rankwise::storage
