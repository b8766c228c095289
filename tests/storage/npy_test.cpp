#include "rankwise/storage/npy.hpp"

#include <gtest/gtest.h>

#include "rankwise/base/errors.hpp"
#include "tests/support/temporary_folder.hpp"

namespace rankwise::storage {
namespace {

std::string npy(const std::string& dictionary, std::size_t data_bytes, int version = 1) {
  std::string file("\x93NUMPY", 6);
  file += static_cast<char>(version);
  file += '\0';
  const std::size_t size = dictionary.size() + 1;
  file += static_cast<char>(size & 255U);
  file += static_cast<char>(size >> 8);
  if (version > 1) file += std::string(2, '\0');
  return file + dictionary + "\n" + std::string(data_bytes, '\0');
}

TEST(Npy, headers_of_all_versions_and_spellings) {
  const test::TemporaryFolder folder;
  const std::string usual = "{'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }";
  for (const int version : {1, 2, 3}) {
    const MatrixInfo info = inspect_npy(folder.file("a.npy", npy(usual, 96, version)));
    EXPECT_EQ(info.rows, 3U);
    EXPECT_EQ(info.columns, 4U);
    EXPECT_EQ(info.contiguous, Contiguous::rows);
  }
  const MatrixInfo other =
      inspect_npy(folder.file("b.npy", npy("{\"shape\":(12L,),\"fortran_order\":True,\"descr\":\">i2\"}", 24)));
  EXPECT_EQ(other.rows, 12U);
  EXPECT_EQ(other.columns, 1U);
  EXPECT_EQ(other.types, std::vector{ElementType::int16});
}

TEST(Npy, every_truncation_is_noticed) {
  const test::TemporaryFolder folder;
  const std::string whole = npy("{'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }", 96);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_THROW(inspect_npy(folder.file("a.npy", whole.substr(0, size))), InputError) << size;
  }
}

TEST(Npy, every_flipped_byte_of_the_header_gives_a_result_or_an_error) {
  const test::TemporaryFolder folder;
  const std::string whole = npy("{'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }", 96);
  for (std::size_t at = 0; at < whole.size() - 96; ++at) {
    for (const int bit : {0, 1, 3, 5, 7}) {
      std::string damaged = whole;
      damaged[at] = static_cast<char>(damaged[at] ^ (1 << bit));
      try {
        const MatrixInfo info = inspect_npy(folder.file("a.npy", damaged));
        const auto reader = open_npy(info);
        Tile tile;
        reader->read({{0, info.rows}, {0, info.columns}}, tile);
      } catch (const Error&) {
      }
    }
  }
}

TEST(Npy, sizes_that_overflow_are_refused) {
  const test::TemporaryFolder folder;
  for (const char* shape : {"(18446744073709551615, 2)", "(4294967296, 4294967296)", "(99999999999999999999999, 1)",
                            "(-1, 3)", "(1152921504606846976, 16)", "(3, 4, 5)", "()", "(3.5, 2)", "(3 4)"}) {
    const std::string header = "{'descr': '<f8', 'fortran_order': False, 'shape': " + std::string(shape) + ", }";
    EXPECT_THROW(inspect_npy(folder.file("a.npy", npy(header, 96))), InputError) << shape;
  }
}

TEST(Npy, types_that_are_no_real_numbers_are_named) {
  const test::TemporaryFolder folder;
  for (const char* type : {"|O", "<U5", "|S3", "<c16", "<M8[ns]", "<f16", "<i3", "x", ""}) {
    const std::string header = "{'descr': '" + std::string(type) + "', 'fortran_order': False, 'shape': (1, 1), }";
    EXPECT_THROW(inspect_npy(folder.file("a.npy", npy(header, 96))), InputError) << type;
  }
  EXPECT_THROW(
      inspect_npy(folder.file("a.npy", npy("{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (1,), }", 96))),
      InputError);
}

}  // namespace
}  // namespace rankwise::storage
