#include "rankwise/storage/matrix_text.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <iterator>
#include <span>

#include "rankwise/base/errors.hpp"
#include "tests/support/temporary_folder.hpp"

namespace rankwise::storage {
namespace {

std::string text_of(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string written(const std::string& name, const std::vector<std::string>& names, std::uint64_t rows,
                    const std::vector<double>& values) {
  const test::TemporaryFolder folder;
  const auto bytes = std::as_bytes(std::span(values));
  const std::string from = folder.file("values", {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  TemporaryFile file(folder / name, false);
  write_matrix_text(file, {.file = name, .dataset = ""}, names, rows, from);
  file.commit();
  return text_of(folder / name);
}

TEST(MatrixText, is_a_header_and_a_line_per_row) {
  const std::vector<double> values{1, NAN, -0.0, 0.1, 1e300, -2};
  EXPECT_EQ(written("a.csv", {"plain", "a,b", ""}, 2, values), "plain,\"a,b\",\"\"\n1.0,nan,-0.0\n0.1,1e+300,-2.0\n");
  EXPECT_EQ(written("a.tsv", {"a,b", "c\td"}, 3, values), "a,b\t\"c\td\"\n1.0\tnan\n-0.0\t0.1\n1e+300\t-2.0\n");
}

TEST(MatrixText, values_that_are_not_there_are_an_error) {
  EXPECT_THROW(written("a.csv", {"x", "y"}, 2, {1, 2, 3}), IoError);
}

}  // namespace
}  // namespace rankwise::storage
