#include "rankwise/processes/nameless_file.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <filesystem>

#include "rankwise/base/errors.hpp"
#include "tests/support/temporary_folder.hpp"

namespace rankwise::processes {
namespace {

class InFolder {
 public:
  explicit InFolder(const std::string& folder) { setenv("TMPDIR", folder.c_str(), 1); }
  InFolder(const InFolder&) = delete;
  InFolder& operator=(const InFolder&) = delete;
  ~InFolder() { unsetenv("TMPDIR"); }
};

TEST(NamelessFile, HasNoNameAndKeepsWhatIsWritten) {
  const test::TemporaryFolder folder;
  const InFolder in(folder / "");
  const Descriptor file = nameless_file();
  write_at(file.get(), std::as_bytes(std::span("world", 5)), 100'000);
  std::array<char, 10> read{};
  EXPECT_EQ(read_at(file.get(), std::as_writable_bytes(std::span(read)), 100'000), 5U);
  EXPECT_EQ(std::string(read.data(), 5), "world");
  EXPECT_EQ(read_at(file.get(), std::as_writable_bytes(std::span(read)), 1'000'000), 0U);
  EXPECT_TRUE(std::filesystem::is_empty(folder / ""));
}

TEST(NamelessFile, AFolderThatIsNotThereIsAnError) {
  const InFolder in("/nowhere");
  try {
    nameless_file();
    FAIL();
  } catch (const IoError& error) {
    EXPECT_NE(std::string(error.what()).find("/nowhere ($TMPDIR)"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace rankwise::processes
