#include "rankwise/storage/input_file.hpp"

#include <gtest/gtest.h>

#include <filesystem>

#include "rankwise/base/errors.hpp"
#include "tests/support/temporary_folder.hpp"

namespace rankwise::storage {
namespace {

TEST(InputFile, reads_any_place) {
  const test::TemporaryFolder folder;
  const InputFile file(folder.file("a", "0123456789"));
  EXPECT_EQ(file.size(), 10U);
  std::string text(3, ' ');
  file.read(7, std::as_writable_bytes(std::span(text)));
  EXPECT_EQ(text, "789");
  EXPECT_THROW(file.read(8, std::as_writable_bytes(std::span(text))), IoError);
}

TEST(InputFile, says_what_it_cannot_read) {
  const test::TemporaryFolder folder;
  EXPECT_THROW(InputFile(folder / "none"), IoError);
  EXPECT_THROW(InputFile(folder / "."), IoError);
  EXPECT_THROW(InputFile("/dev/null"), IoError);
}

TEST(InputFile, a_file_that_shrinks_is_an_error) {
  const test::TemporaryFolder folder;
  const std::string path = folder.file("a", std::string(10000, 'x'));
  const InputFile file(path);
  std::filesystem::resize_file(path, 100);
  std::string text(200, ' ');
  EXPECT_THROW(file.read(0, std::as_writable_bytes(std::span(text))), IoError);
}

TEST(InputFile, identity_is_of_the_content) {
  const test::TemporaryFolder folder;
  const std::string small = folder.file("a", "abc");
  EXPECT_EQ(InputFile(small).identity(), InputFile(folder.file("b", "abc")).identity());
  EXPECT_NE(InputFile(small).identity(), InputFile(folder.file("c", "abd")).identity());
  EXPECT_NE(InputFile(small).identity(), InputFile(folder.file("d", "abc\n")).identity());
  std::string large(1 << 20, 'x');
  const std::string first = InputFile(folder.file("e", large)).identity();
  large.back() = 'y';
  EXPECT_NE(InputFile(folder.file("f", large)).identity(), first) << "the last page counts";
}

TEST(InputFile, identity_of_several_files_is_of_all_their_contents) {
  const test::TemporaryFolder folder;
  const std::string a = folder.file("a", "abc"), b = folder.file("b", "def"), c = folder.file("c", "abc");
  EXPECT_EQ(identity_of(a, {}), InputFile(a).identity());
  EXPECT_EQ(identity_of(a, {b}), identity_of(c, {b}));
  EXPECT_NE(identity_of(a, {b}), identity_of(a, {}));
  EXPECT_NE(identity_of(a, {b}), identity_of(b, {a}));
  EXPECT_THROW(identity_of(a, {folder / "none"}), IoError);
}

}  // namespace
}  // namespace rankwise::storage
