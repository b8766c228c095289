#include "rankwise/storage/hdf5_matrix.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "rankwise/base/nearest_word.hpp"
#include "rankwise/storage/hdf5_conventions.hpp"
#include "rankwise/storage/hdf5_links.hpp"
#include "rankwise/storage/hdf5_names.hpp"
#include "rankwise/storage/hdf5_pandas.hpp"
#include "rankwise/storage/hdf5_table.hpp"
#include "rankwise/storage/table_output.hpp"

namespace rankwise::storage {
namespace {

enum class Kind : std::uint8_t { dataset, table };

std::string listed(const std::vector<std::string>& things) {
  constexpr std::size_t most = 8;
  if (things.empty()) return "nothing that fits";
  std::string text = fmt::format(
      "{}",
      fmt::join(things.begin(), things.begin() + static_cast<std::ptrdiff_t>(std::min(most, things.size())), ", "));
  if (things.size() > most) text += fmt::format(" and {} more (rankwise info lists them)", things.size() - most);
  return text;
}

std::string words_of_all(const std::vector<Hdf5Entry>& entries) {
  std::vector<std::string> things;
  for (const auto& entry : entries) things.push_back(entry.in_words());
  return listed(things);
}

/// What the file itself does not show: whose bytes the elements are.
std::string other_files_in_words(const std::set<std::string>& files) {
  if (files.empty()) return "";
  if (files.size() == 1) return fmt::format(", elements in {}", *files.begin());
  return fmt::format(", elements in {} and {} more", *files.begin(), files.size() - 1);
}

void set_common(MatrixInfo& info, const std::string& path, const std::set<std::string>& other_files) {
  info.file = path;
  info.format = Format::hdf5;
  info.other_files.assign(other_files.begin(), other_files.end());
  info.identity = identity_of(path, info.other_files);
}

MatrixInfo matrix_of(hid_t file, const std::string& path, const Hdf5Entry& entry) {
  if (!entry.damage.empty()) {
    throw InputError(fmt::format("{}:{} cannot be read: {}", path, entry.path, entry.damage));
  }
  if (!entry.type) {
    throw InputError(fmt::format("{}:{} holds {}, not real numbers", path, entry.path, entry.type_in_words));
  }
  if (!entry.fits()) {
    throw InputError(
        fmt::format("{}:{} has {} dimensions; a matrix has 2, a column 1", path, entry.path, entry.extent.size()));
  }
  MatrixInfo info{.dataset = entry.path, .rows = entry.rows(), .columns = entry.columns()};
  info.is_vector = entry.extent.size() == 1;
  set_common(info, path, entry.other_files);
  info.contiguous = entry.contiguous();
  info.chunk = entry.chunk_shape();
  info.types = {*entry.type};
  info.names = column_names(file, entry);
  info.description = entry.type_in_words;
  for (const auto& filter : entry.filters) info.description += ", " + filter;
  if (!entry.not_applied.empty()) info.description += ", " + raw_values_in_words(entry.not_applied);
  info.description += other_files_in_words(entry.other_files);
  info.stored = {entry.stored_bytes};
  ByteWriter out;
  out.put(Kind::dataset);
  find_place(file, entry).encode(out);
  info.index = out.take();
  return info;
}

MatrixInfo table_info(const std::string& path, const std::string& group, const Hdf5Table& table) {
  if (!table.damage.empty()) throw InputError(fmt::format("{}:{}. {} is no whole table", path, table.damage, group));
  MatrixInfo info{.dataset = group, .rows = table.rows, .columns = table.columns.size()};
  set_common(info, path, table.other_files);
  info.contiguous = Contiguous::columns;
  std::set<ElementType> types;
  for (const auto& column : table.columns) {
    info.types.push_back(table.places[column.place].type);
    types.insert(info.types.back());
    info.names.push_back(column.name);
  }
  info.description = "table";
  for (const ElementType type : types) info.description += fmt::format(", {}", name_of(type));
  if (types.size() == 1) info.types.resize(1);
  if (types.empty()) info.types = {ElementType::float64};
  if (const std::uint64_t left_out = table.left_out + table.others.size(); left_out > 0) {
    info.description += fmt::format(", not counting {} column{} without numbers", left_out, left_out == 1 ? "" : "s");
  }
  if (!table.not_applied.empty()) {
    info.description += ", " + raw_values_in_words({table.not_applied.begin(), table.not_applied.end()});
  }
  info.description += other_files_in_words(table.other_files);
  info.stored = {table.stored_bytes};
  ByteWriter out;
  out.put(Kind::table);
  table.encode(out);
  info.index = out.take();
  return info;
}

std::optional<Hdf5Table> frame_or_table(hid_t file, const std::string& group) {
  if (auto frame = pandas_frame(file, group)) return frame;
  return table_of_group(file, group);
}

/// Whether a group has links to other files, beside columns of its own: then these are not all that is meant.
bool has_columns_here_and_elsewhere(hid_t file, const std::string& group, const std::vector<Hdf5Entry>& entries) {
  const auto is_no_column = [&](const Hdf5Entry& e) {
    return group_of(e.path) == group && e.fits() && !e.dimension_scale && e.extent.size() != 1;
  };
  if (std::any_of(entries.begin(), entries.end(), is_no_column)) return false;
  const auto links = links_of_group(file, group);
  return std::any_of(links.begin(), links.end(), [](const Hdf5Link& l) { return l.to == Hdf5Link::To::other_file; });
}

/// What the user most likely means in a file of which nothing was named: the only thing that fits, where a table counts
/// as one thing and coordinates of other datasets do not count.
MatrixInfo only_thing(hid_t file, const std::string& path) {
  const std::vector<Hdf5Entry> entries = list_datasets(file, "/");
  std::set<std::string> groups;
  for (const auto& entry : entries) groups.insert(group_of(entry.path));
  std::vector<MatrixInfo> found;
  std::vector<std::string> words;
  std::set<std::string> covered;
  for (const std::string& group : groups) {
    const auto frame = pandas_frame(file, group);
    const auto table = frame ? frame : table_of_group(file, group);
    const bool linked = !frame && has_columns_here_and_elsewhere(file, group, entries);
    if (!table && linked) {
      throw InputError(
          fmt::format("{}:{} has links to other files which are no columns as long as its own: name the "
                      "dataset that is meant, as in {}:/x",
                      path, group, path));
    }
    if (!table || (!frame && !linked && table->columns.size() + table->others.size() < 2)) continue;
    covered.insert(group);
    found.push_back(table_info(path, group, *table));
    words.push_back(fmt::format("{} (table of {} rows, {} columns)", group, table->rows, table->columns.size()));
  }
  for (const auto& entry : entries) {
    if (!entry.fits() || entry.dimension_scale || covered.contains(group_of(entry.path))) continue;
    found.push_back(matrix_of(file, path, entry));
    words.push_back(entry.in_words());
  }
  if (found.size() == 1) return found[0];
  if (found.empty()) {
    for (const auto& entry : entries) {
      if (!entry.damage.empty()) return matrix_of(file, path, entry);  // which says why it cannot
    }
    throw InputError(fmt::format("{} has no dataset of real numbers in one or two dimensions; it has {}", path,
                                 words_of_all(entries)));
  }
  throw InputError(fmt::format("{} has several datasets; say which, as in {}:{}. It has {}", path, path,
                               found[0].dataset, listed(words)));
}

}  // namespace

MatrixInfo inspect_hdf5(const std::string& path, const std::string& dataset) {
  const Hdf5Lock lock;
  const Hdf5File opened = open_hdf5_file(path);
  const hid_t file = opened.get();
  if (dataset.empty()) return only_thing(file, path);
  const std::string wanted = absolute_path(dataset);
  switch (follow_link(file, wanted).to) {
    case Hdf5Link::To::dataset:
    case Hdf5Link::To::damage:
      return matrix_of(file, path, describe_dataset(file, wanted));
    case Hdf5Link::To::group:
      if (const auto table = frame_or_table(file, wanted)) return table_info(path, wanted, *table);
      throw InputError(fmt::format("{}:{} is a group whose datasets are not equally long columns; name one of them: {}",
                                   path, wanted, words_of_all(list_datasets(file, wanted))));
    default:
      break;
  }
  const auto entries = list_datasets(file, "/");
  std::vector<std::string> paths;
  for (const auto& entry : entries) paths.push_back(entry.path);
  throw InputError(fmt::format("{} has no dataset {}{}; it has {}", path, wanted, did_you_mean(wanted, paths),
                               words_of_all(entries)));
}

std::unique_ptr<const MatrixReader> open_hdf5(const MatrixInfo& info) {
  ByteReader in(info.index);
  Hdf5Readers readers(info.file);
  if (in.get<Kind>() == Kind::dataset) return readers.open(Hdf5Place::decode(in));
  return open_table(readers, Hdf5Table::decode(in));
}

std::optional<ColumnPlace> place_of_column(const MatrixInfo& info, std::uint64_t column) {
  if (info.format != Format::hdf5) return std::nullopt;
  ByteReader in(info.index);
  if (in.get<Kind>() != Kind::table) return std::nullopt;
  const Hdf5Table table = Hdf5Table::decode(in);
  if (column >= table.columns.size()) throw InputError("the table has no such column");
  const Hdf5Place& place = table.places.at(table.columns[column].place);
  if (!place.one_dimensional) return std::nullopt;
  return ColumnPlace{.file = place.file.empty() ? info.file : place.file, .dataset = place.path};
}

std::vector<TableShape::Other> columns_without_numbers(const MatrixInfo& info) {
  if (info.format != Format::hdf5) return {};
  ByteReader in(info.index);
  if (in.get<Kind>() != Kind::table) return {};
  std::vector<TableShape::Other> columns;
  for (const auto& other : Hdf5Table::decode(in).others) {
    const std::string& file = other.file.empty() ? info.file : other.file;
    columns.push_back({.name = other.name, .link = {.file = file, .dataset = other.path}, .before = other.before});
  }
  return columns;
}

}  // namespace rankwise::storage
