#include "rankwise/engine/content_hash.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <set>

#include "rankwise/ranks/agreement.hpp"
#include "tests/support/session.hpp"
#include "tests/support/temporary_folder.hpp"

namespace rankwise::engine {
namespace {

/// Files that rank 0 makes; the matrix is in all of them.
class ContentHashTest : public testing::Test {
 protected:
  storage::MatrixInfo matrix_of(const std::vector<std::string>& contents) {
    storage::MatrixInfo matrix;
    if (root()) folder_ = std::make_unique<test::TemporaryFolder>();
    for (std::size_t i = 0; i < contents.size(); ++i) {
      const std::string name = std::to_string(i);
      const std::string path = ranks::broadcast_text(context_.ranks(), root() ? *folder_ / name : "");
      if (root()) {
        EXPECT_EQ(folder_->file(name, contents[i]), path);
      }
      (i == 0 ? matrix.file : matrix.other_files.emplace_back()) = path;
    }
    ranks::sum(context_.ranks(), 0);  // nobody looks before they are there
    return matrix;
  }
  std::string hash(const std::vector<std::string>& contents, bool others_read = true) {
    return content_hash(context_, matrix_of(contents), others_read);
  }
  static bool root() { return test::session().ranks().is_root(); }

  Context context_{test::session(), {.threads = test::threads()}};

 private:
  std::unique_ptr<test::TemporaryFolder> folder_;
};

constexpr std::size_t several_blocks = 20'000'001;

std::string some_bytes(std::size_t size) {
  std::string bytes(size, '\0');
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>(i * i / 251);
  return bytes;
}

TEST_F(ContentHashTest, is_the_same_whoever_reads_and_wherever_one_file_ends) {
  const std::string bytes = some_bytes(several_blocks);
  const std::string expected = hash({bytes});
  EXPECT_EQ(expected.size(), 32U);
  EXPECT_EQ(ranks::broadcast_text(context_.ranks(), expected), expected);
  EXPECT_EQ(hash({bytes}, false), expected);
  const std::size_t block = std::size_t{1} << 22;
  for (const std::size_t end : {std::size_t{0}, std::size_t{1}, block - 1, block, block + 1, 3 * block + 7}) {
    EXPECT_EQ(hash({bytes.substr(0, end), bytes.substr(end)}), expected) << end;
  }
}

TEST_F(ContentHashTest, is_another_for_any_other_byte) {
  const std::string bytes = some_bytes(several_blocks);
  std::set<std::string> hashes{hash({bytes}), hash({bytes + '\0'}), hash({bytes.substr(1)}), hash({""})};
  for (const std::size_t at : {std::size_t{0}, several_blocks / 3, several_blocks - 1}) {
    std::string other = bytes;
    other[at] = static_cast<char>(other[at] ^ 64);
    hashes.insert(hash({other}));
  }
  EXPECT_EQ(hashes.size(), 7U);
}

TEST_F(ContentHashTest, a_file_that_is_not_there_is_the_same_error_everywhere) {
  storage::MatrixInfo matrix = matrix_of({"a"});
  matrix.other_files = {"/there/is/none"};
  try {
    content_hash(context_, matrix, true);
    FAIL();
  } catch (const ranks::AgreedError& error) {
    EXPECT_NE(std::string(error.what()).find("/there/is/none"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace rankwise::engine
