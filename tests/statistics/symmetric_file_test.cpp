#include "rankwise/statistics/symmetric_file.hpp"

#include <gtest/gtest.h>

#include <filesystem>

#include "rankwise/base/errors.hpp"
#include "rankwise/storage/source.hpp"
#include "tests/support/temporary_folder.hpp"

namespace rankwise::statistics {
namespace {

constexpr std::uint64_t columns = 7, panel = 3;

double value(std::uint64_t a, std::uint64_t b) {
  return static_cast<double>(std::min(a, b) * 100 + std::max(a, b));
}

/// All blocks of the upper triangle, in any order.
void write_all(SymmetricFile& file) {
  for (std::uint64_t j = 0; j < columns; j += panel) {
    for (std::uint64_t i = 0; i <= j; i += panel) {
      const blocks::Range rows{i, std::min(i + panel, columns)}, right{j, std::min(j + panel, columns)};
      std::vector<double> values;
      for (std::uint64_t r = rows.begin; r < rows.end; ++r) {
        for (std::uint64_t c = right.begin; c < right.end; ++c) values.push_back(value(r, c));
      }
      file.write({.rows = rows, .columns = right, .values = values});
    }
  }
}

std::size_t files_in(const test::TemporaryFolder& folder) {
  const std::filesystem::directory_iterator all(folder / "");
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

TEST(SymmetricFile, has_both_halves_in_every_format) {
  const std::vector<std::string> names{"a", "b", "c", "d", "e", "f", "g"};
  for (const char* name : {"r.h5", "r.npy", "r.csv", "r.tsv"}) {
    const test::TemporaryFolder folder;
    SymmetricFile file({.file = folder / name, .dataset = ""}, false, columns, names);
    write_all(file);
    EXPECT_FALSE(std::filesystem::exists(folder / name)) << "not whole yet";
    file.commit("{}");
    EXPECT_EQ(files_in(folder), name == std::string("r.h5") ? 1U : 2U);

    const storage::MatrixInfo info = storage::inspect_matrix(folder / name);
    ASSERT_EQ(info.rows, columns) << name;
    if (name != std::string("r.npy")) {
      EXPECT_EQ(info.names, names);
    }
    storage::Tile tile;
    storage::open_matrix(info)->read({{0, columns}, {0, columns}}, tile);
    for (std::uint64_t a = 0; a < columns; ++a) {
      for (std::uint64_t b = 0; b < columns; ++b) {
        EXPECT_EQ(tile.data<double>()[a * tile.row_stride() + b * tile.column_stride()], value(a, b)) << name;
      }
    }
  }
}

TEST(SymmetricFile, a_header_of_numbers_stays_a_header) {
  const test::TemporaryFolder folder;
  SymmetricFile file({.file = folder / "r.csv", .dataset = ""}, false, 3, {"1990", "1991", "nan"});
  const blocks::Range all{0, 3};
  const std::vector<double> values(9, 0.5);
  file.write({.rows = all, .columns = all, .values = values});
  file.commit("{}");
  const storage::MatrixInfo info = storage::inspect_matrix(folder / "r.csv");
  EXPECT_EQ(info.rows, 3U);
  EXPECT_EQ(info.names, (std::vector<std::string>{"x1990", "x1991", "xnan"}));
}

TEST(SymmetricFile, leaves_nothing_behind_unless_committed) {
  for (const char* name : {"r.h5", "r.npy", "r.csv"}) {
    const test::TemporaryFolder folder;
    {
      SymmetricFile file({.file = folder / name, .dataset = ""}, false, columns, {});
      write_all(file);
    }
    EXPECT_EQ(files_in(folder), 0U);
    EXPECT_THROW(SymmetricFile({.file = folder / "none/r.npy", .dataset = ""}, false, columns, {}), IoError);
    EXPECT_EQ(files_in(folder), 0U);
  }
}

TEST(SymmetricFile, is_taken_up_with_all_of_its_files) {
  for (const char* name : {"r.h5", "r.npy", "r.csv"}) {
    const test::TemporaryFolder folder;
    const storage::Destination destination{.file = folder / name, .dataset = ""};
    storage::LeftOutput left;
    {
      SymmetricFile file(destination, false, columns, {});
      left = file.left();
      file.leave();
    }
    EXPECT_EQ(files_in(folder), left.tags.size()) << name;
    for (storage::LeftOutput less = left; !less.tags.empty();) {
      less.tags.pop_back();
      EXPECT_THROW(SymmetricFile(destination, false, columns, {}, less).leave(), InputError) << name;
      EXPECT_EQ(files_in(folder), left.tags.size()) << name;
    }
    SymmetricFile(destination, false, columns, {}, left).leave();
  }
}

}  // namespace
}  // namespace rankwise::statistics
