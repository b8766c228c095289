#include "rankwise/engine/inspection.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <string>

#include "rankwise/ranks/agreement.hpp"
#include "rankwise/storage/csv.hpp"
#include "tests/support/session.hpp"
#include "tests/support/temporary_folder.hpp"

namespace rankwise::engine {
namespace {

/// A text of six ranges or so, with newlines in quotes.
std::string long_text() {
  std::string text = "a,\"b\nc\"\n";
  while (text.size() < (std::size_t{21} << 20)) {
    const std::string number = std::to_string(text.size());
    text += number + (text.size() % 7 == 0 ? ",\"1,2\n3,4\n\"\n" : ",5\r\n");
    if (text.size() % 5000 == 0) text += "1,\"" + std::string(std::size_t{1} << 20, '\n') + "\"\n";
  }
  return text;
}

std::string described(const storage::MatrixInfo& info) {
  ByteWriter out;
  info.encode(out);
  return {reinterpret_cast<const char*>(out.bytes().data()), out.bytes().size()};
}

/// Each rank in a folder of its own, where the same name may be another file.
class InspectionTest : public testing::Test {
 protected:
  InspectionTest() : before_(std::filesystem::current_path()) {}
  ~InspectionTest() override { std::filesystem::current_path(before_); }
  InspectionTest(const InspectionTest&) = delete;
  InspectionTest& operator=(const InspectionTest&) = delete;

  void enter_folder_with(const std::string& content) {
    if (!content.empty()) (void)folder_.file("a.csv", content);
    std::filesystem::current_path(folder_ / ".");
  }
  /// What rank 0 finds by itself.
  static std::string alone() { return described(storage::inspect_csv("a.csv", ',')); }
  [[nodiscard]] std::string together(const Help& help = {}) const {
    auto info = inspect_together(context_, "a.csv", help);
    info.source.clear();
    return described(info);
  }
  /// The error that every rank throws.
  [[nodiscard]] std::string error() const {
    try {
      inspect_together(context_, "a.csv", {});
    } catch (const ranks::AgreedError& error) {
      return error.what();
    }
    return "";
  }
  static int rank() { return test::session().ranks().rank(); }

  Context context_{test::session(), {.threads = test::threads()}};

 private:
  test::TemporaryFolder folder_;
  std::filesystem::path before_;
};

TEST_F(InspectionTest, all_ranks_find_what_one_finds) {
  enter_folder_with(long_text());
  EXPECT_EQ(together(), alone());
  EXPECT_EQ(together({.ranges_at_once = 2}), alone());
  EXPECT_EQ(together({.allowed = false}), alone());
}

TEST_F(InspectionTest, ranks_that_see_no_file_or_another_one_do_no_harm) {
  std::string text = long_text();
  const std::string sound = text;
  if (rank() % 3 == 1) text.clear();
  if (rank() % 3 == 2) text += "\n1,2\n";
  enter_folder_with(text);
  const std::string found = together();
  enter_folder_with(sound);
  EXPECT_EQ(found, alone());
}

TEST_F(InspectionTest, a_short_text_is_looked_at_by_rank_0) {
  enter_folder_with(rank() == 0 ? "1,2\n3,4\n" : "");
  const auto info = inspect_together(context_, "a.csv", {});
  EXPECT_EQ(info.rows, 2U);
  EXPECT_EQ(info.columns, 2U);
}

TEST_F(InspectionTest, what_is_wrong_is_told_alike_on_every_rank) {
  const std::string text = long_text();
  enter_folder_with(text + "1\n");
  EXPECT_NE(error().find(" has 1 field, not 2 as the first line"), std::string::npos) << error();
  enter_folder_with(text + "1,\"2\n");
  EXPECT_NE(error().find("is never closed"), std::string::npos) << error();
  enter_folder_with(text + std::string(1, '\0') + "\n");
  EXPECT_NE(error().find("holds a NUL byte"), std::string::npos) << error();
  std::filesystem::remove("a.csv");
  EXPECT_NE(error().find("a.csv: No such file"), std::string::npos) << error();
}

}  // namespace
}  // namespace rankwise::engine
