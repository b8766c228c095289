#include "rankwise/storage/source.hpp"

#include <gtest/gtest.h>

#include <csignal>

#include "rankwise/base/errors.hpp"
#include "rankwise/base/stop_request.hpp"
#include "tests/support/temporary_folder.hpp"

namespace rankwise::storage {
namespace {

TEST(Source, is_split_at_the_last_colon_unless_the_file_is_called_so) {
  const test::TemporaryFolder folder;
  EXPECT_EQ(split_source("a.h5:/x").file, "a.h5");
  EXPECT_EQ(split_source("a.h5:/x").dataset, "/x");
  EXPECT_EQ(split_source("a.h5").dataset, "");
  EXPECT_EQ(split_source("b:a.h5:x").file, "b:a.h5");
  const std::string odd = folder.file("odd:name", "1\n");
  EXPECT_EQ(split_source(odd).file, odd);
  EXPECT_EQ(split_source(odd + ":/x").file, odd);
}

TEST(Source, formats_are_known_by_their_first_bytes) {
  const test::TemporaryFolder folder;
  EXPECT_EQ(detect_format(folder.file("a.csv", std::string("\x93NUMPY", 6))), Format::npy);
  EXPECT_EQ(detect_format(folder.file("b.csv", std::string("\x89HDF\r\n\x1a\n", 8))), Format::hdf5);
  EXPECT_EQ(detect_format(folder.file("c.mat", std::string(1024, ' ') + std::string("\x89HDF\r\n\x1a\n", 8))),
            Format::hdf5);
  EXPECT_EQ(detect_format(folder.file("d.TSV", "a\tb")), Format::csv);
  EXPECT_EQ(detect_format(folder.file("e.csv", "")), Format::csv);
  EXPECT_THROW(detect_format(folder.file("f.dat", "1,2")), InputError);
  EXPECT_THROW(detect_format(folder.file("g.h5", "1,2")), InputError);
}

TEST(Source, exchanged_rows_and_columns_are_the_transpose) {
  const test::TemporaryFolder folder;
  const MatrixInfo info = inspect_matrix(folder.file("a.csv", "1,2,3\n4,5,6\n"));
  const MatrixInfo exchanged = transposed(info);
  EXPECT_EQ(exchanged.rows, 3U);
  EXPECT_EQ(exchanged.columns, 2U);
  const auto reader = transposed(open_matrix(info), exchanged);
  Tile tile;
  reader->read({{1, 3}, {0, 2}}, tile);
  for (std::uint64_t r = 0; r < 2; ++r) {
    for (std::uint64_t c = 0; c < 2; ++c) {
      EXPECT_EQ(tile.data<double>()[r * tile.row_stride() + c * tile.column_stride()],
                static_cast<double>(r + 2 + 3 * c));
    }
  }
}

TEST(Source, another_file_under_the_same_name_is_noticed) {
  const test::TemporaryFolder folder;
  const MatrixInfo info = inspect_matrix(folder.file("a.csv", "1,2\n3,4\n"));
  const std::string replaced = folder.file("a.csv", "1,2\n3,5\n");
  EXPECT_THROW(open_matrix(info), IoError) << replaced;
}

TEST(Source, a_request_to_stop_ends_the_scan_of_a_csv) {
  const test::TemporaryFolder folder;
  const std::string path = folder.file("a.csv", "1,2\n");
  forget_stop_request();
  watch_for_stop_signals();
  std::raise(SIGTERM);
  EXPECT_THROW(inspect_matrix(path), Stopped);
  forget_stop_request();
  EXPECT_EQ(inspect_matrix(path).rows, 1U);
}

}  // namespace
}  // namespace rankwise::storage
