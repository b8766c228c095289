#pragma once

#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <string>

#include "rankwise/engine/context.hpp"
#include "rankwise/engine/shared_matrix.hpp"
#include "rankwise/ranks/agreement.hpp"
#include "tests/support/session.hpp"

namespace rankwise::learning::test {

/// A CSV of `rows` samples with features r, r² / 8 and 5, and a target; the same on every rank, written by rank 0.
class Table {
 public:
  Table(std::uint64_t rows, const std::string& last_line = "")
      : path_(testing::TempDir() + "rankwise_dataset_test.csv") {
    ranks::agree(rankwise::test::session().ranks(), [&] {
      if (!rankwise::test::session().ranks().is_root()) return;
      std::ofstream file(path_);
      file.precision(17);
      file << "a,kind,b,c\n";
      for (std::uint64_t r = 0; r < rows; ++r) file << r << "," << target(r) << "," << square(r) << ",5\n";
      file << last_line;
    });
  }
  ~Table() {
    ranks::barrier(rankwise::test::session().ranks());
    if (rankwise::test::session().ranks().is_root()) std::remove(path_.c_str());
  }
  [[nodiscard]] const std::string& path() const { return path_; }
  static double square(std::uint64_t r) { return static_cast<double>(r * r) / 8; }
  static int target(std::uint64_t r) { return static_cast<int>(r % 3) * 10 - 10; }

 private:
  std::string path_;
};

inline engine::Context context() {
  return engine::Context(rankwise::test::session(),
                         {.threads = rankwise::test::threads(), .memory = {}, .show_progress = {}});
}

}  // namespace rankwise::learning::test
