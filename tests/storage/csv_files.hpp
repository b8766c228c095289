#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "rankwise/base/errors.hpp"
#include "rankwise/storage/csv.hpp"
#include "rankwise/storage/csv_inspection.hpp"

namespace rankwise::storage::test {

/// A folder that goes with the test.
class CsvTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ =
        std::filesystem::temp_directory_path() /
        ("rankwise-csv-" + std::to_string(getpid()) + ::testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::create_directories(folder_);
    path_ = (folder_ / "table.csv").string();
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  void write(std::string_view text) const { std::ofstream(path_, std::ios::binary) << text; }

  MatrixInfo inspect(std::string_view text, char separator = ',', Bytes chunk = {1}) const {
    write(text);
    return inspect_csv(path_, separator, {.chunk = chunk});
  }

  /// What inspecting it, or then reading all of it, says without the path.
  std::string refusal(std::string_view text, char separator = ',') const {
    try {
      const MatrixInfo info = inspect(text, separator);
      Tile tile;
      open_csv(info)->read({{0, info.rows}, {0, info.columns}}, tile);
    } catch (const InputError& error) {
      const std::string message = error.what();
      EXPECT_TRUE(message.starts_with(path_)) << message;
      return message.substr(path_.size());
    }
    return "none";
  }

  std::filesystem::path folder_;
  std::string path_;
};

}  // namespace rankwise::storage::test
