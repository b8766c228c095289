#include "rankwise/storage/filled_file.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "rankwise/base/errors.hpp"
#include "tests/support/temporary_folder.hpp"

namespace rankwise::storage {
namespace {

TEST(FilledFile, is_filled_in_any_order) {
  const test::TemporaryFolder folder;
  const std::string path = folder.file("a", "");
  {
    const FilledFile file(path, "a");
    file.write(3, std::as_bytes(std::span("def", 3)));
    file.write(0, std::as_bytes(std::span("abc", 3)));
    file.sync();
  }
  std::ifstream in(path);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(in), {}), "abcdef");
}

TEST(FilledFile, room_is_reserved) {
  const test::TemporaryFolder folder;
  const std::string path = folder.file("a", "");
  FilledFile(path, "a").reserve(100000);
  EXPECT_EQ(std::filesystem::file_size(path), 100000U);
}

TEST(FilledFile, errors_tell_the_name_that_the_user_knows) {
  const test::TemporaryFolder folder;
  try {
    const FilledFile file(folder / ".hidden", "result.npy");
    FAIL();
  } catch (const IoError& error) {
    EXPECT_TRUE(std::string(error.what()).starts_with("result.npy")) << error.what();
  }
  EXPECT_THROW(FilledFile("/dev/full", "x").write(0, std::as_bytes(std::span("a", 1))), IoError);
}

}  // namespace
}  // namespace rankwise::storage
