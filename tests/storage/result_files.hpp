#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <limits>
#include <set>
#include <string>
#include <vector>

#include "rankwise/base/errors.hpp"
#include "rankwise/storage/result_table.hpp"

namespace rankwise::storage::test {

namespace fs = std::filesystem;
using Names = std::set<std::string>;
using Texts = std::vector<std::string>;
using Unsigned = std::vector<std::uint64_t>;
using Signed = std::vector<std::int64_t>;
using Reals = std::vector<double>;

inline constexpr double infinity = std::numeric_limits<double>::infinity();
inline constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
inline const std::string record = R"({"version":"0.1","digest":"99aa","note":"für alle"})";

/// What a result may hold, at its limits.
inline ResultTable odd_table() {
  return {{{"name", Texts{"plain", "a,b\tc", "say \"so\"", "two\nlines", "Größe €", "😀"}},
           {"count, all", Unsigned{0, 1, UINT64_MAX, 3, 4, 5}},
           {"least", Signed{0, INT64_MIN, INT64_MAX, -1, 4, 5}},
           {"mean", Reals{0.1, -0.0, not_a_number, infinity, -infinity, 5e-324}}}};
}

/// Writes results into a folder that goes with the test.
class ResultTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "rankwise-result-XXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { fs::remove_all(folder_); }

  [[nodiscard]] std::string in_folder(const std::string& name) const { return folder_ + '/' + name; }
  [[nodiscard]] Names listing() const {
    Names names;
    for (const auto& entry : fs::directory_iterator(folder_)) names.insert(entry.path().filename().string());
    return names;
  }
  [[nodiscard]] std::string content(const std::string& name) const {
    std::ifstream in(in_folder(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  void put(const std::string& name, const std::string& text) const { std::ofstream(in_folder(name)) << text; }
  void write(const std::string& name, const ResultTable& table, bool overwrite = false) const {
    write_result(parse_destination(in_folder(name)), table, record, overwrite);
  }
  [[nodiscard]] std::string written(const std::string& name, const ResultTable& table) const {
    write(name, table, true);
    return content(name);
  }

  std::string folder_;
};

inline std::string error_of(const std::function<void()>& act) {
  try {
    act();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace rankwise::storage::test
