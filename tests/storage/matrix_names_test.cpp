#include "rankwise/storage/matrix_names.hpp"

#include <gtest/gtest.h>

#include "rankwise/storage/matrix_output.hpp"
#include "rankwise/storage/source.hpp"
#include "tests/support/temporary_folder.hpp"

namespace rankwise::storage {
namespace {

/// The names of a square matrix as a reader finds them.
std::vector<std::string> names_read_back(const std::string& dataset, const std::vector<std::string>& names) {
  const test::TemporaryFolder folder;
  const std::string path = folder.file("a.h5", "");
  const Destination destination{.file = path, .dataset = dataset};
  const MatrixShape shape{.rows = names.size(), .columns = names.size()};
  const auto offset = lay_out_matrix(path, destination, shape);
  name_dimensions(path, destination, names, {.first = true, .second = true});
  const std::vector<double> values(names.size() * names.size(), 42);
  FilledFile(path, path).write(offset.value(), std::as_bytes(std::span(values)));

  const MatrixInfo info = inspect_matrix(path);
  EXPECT_EQ(info.rows, names.size());
  Tile tile;
  open_matrix(info)->read({{0, info.rows}, {0, info.columns}}, tile);
  EXPECT_EQ(*tile.data<double>(), 42) << "where its values are has not changed";
  return info.names;
}

TEST(MatrixNames, come_back) {
  const std::vector<std::string> names{"α", "b/c", "with \"quotes\"", "1", "a"};
  EXPECT_EQ(names_read_back("", names), names);
  EXPECT_EQ(names_read_back("deep/inside/r", names), names);
}

TEST(MatrixNames, may_be_more_than_an_attribute_holds) {
  std::vector<std::string> names;
  for (int i = 0; i < 6000; ++i) names.push_back("a rather long name, number " + std::to_string(i));
  EXPECT_EQ(names_read_back("/x", names), names);
}

TEST(MatrixNames, that_are_no_text_are_mended) {
  EXPECT_EQ(names_read_back("", {"caf\xe9", "b"}), (std::vector<std::string>{"caf\uFFFD", "b"}));
}

}  // namespace
}  // namespace rankwise::storage
