#include "rankwise/storage/result_table.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "tests/storage/result_files.hpp"

namespace rankwise::storage {
namespace {

using namespace test;

ResultTable big_table() {
  return {{{"name", Texts(20'000, "a text")}, {"value", Reals(20'000, 0.1)}}};
}

/// What each format says of a disk that is full, and what is left there, when the program around it ends well.
void expect_errors_where_nothing_fits(const std::string& folder, const std::string& reason) {
  for (const std::string name : {"x.h5", "x.csv", "x.json", "x.npy"}) {
    const std::string path = folder + '/' + name;
    std::ofstream(path) << "old";
    const std::string error = error_of([&] { write_result(parse_destination(path), big_table(), record, true); });
    if (error != path + " cannot be written: " + reason) {
      fprintf(stderr, "%s\n", error.c_str());
      _exit(1);
    }
    if (fs::file_size(path) != 3 || std::distance(fs::directory_iterator(folder), {}) != 1) _exit(2);
    fs::remove(path);
  }
  // Ends the process as main does, through HDF5's own end.
  exit(0);
}

class ResultFullDiskTest : public test::ResultTest {};

TEST_F(ResultFullDiskTest, that_may_not_grow_leaves_the_old_file_and_ends_well) {
  const auto act = [&] {
    signal(SIGXFSZ, SIG_IGN);
    const struct rlimit small = {100'000, 100'000};
    setrlimit(RLIMIT_FSIZE, &small);
    expect_errors_where_nothing_fits(folder_, "File too large");
  };
  EXPECT_EXIT(act(), testing::ExitedWithCode(0), testing::Eq(""));
}

TEST_F(ResultFullDiskTest, on_a_full_disk_leaves_the_old_file_and_ends_well) {
  if (mount("rankwise-test", folder_.c_str(), "tmpfs", 0, "size=128k") != 0) {
    GTEST_SKIP() << "a file system of 128 KiB cannot be mounted: " << std::strerror(errno);
  }
  EXPECT_EXIT(expect_errors_where_nothing_fits(folder_, "No space left on device"), testing::ExitedWithCode(0),
              testing::Eq(""));
  EXPECT_EQ(umount(folder_.c_str()), 0);
}

}  // namespace
}  // namespace rankwise::storage
