#include "rankwise/storage/temporary_file.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <set>

#include "rankwise/base/errors.hpp"

namespace {

/// What the C library's calls are made to fail with, as on file systems that are not at hand; 0: they work.
struct Refusals {
  int renameat2 = 0, link = 0, fsync_file = 0, fsync_folder = 0;
  std::function<void()> before_rename = [] {};
} refusals;

}  // namespace

extern "C" {

int renameat2(int from_folder, const char* from, int to_folder, const char* to, unsigned flags) noexcept {
  refusals.before_rename();
  errno = refusals.renameat2;
  return errno != 0 ? -1 : static_cast<int>(syscall(SYS_renameat2, from_folder, from, to_folder, to, flags));
}

int link(const char* from, const char* to) noexcept {
  errno = refusals.link;
  return errno != 0 ? -1 : static_cast<int>(syscall(SYS_linkat, AT_FDCWD, from, AT_FDCWD, to, 0));
}

int fsync(int descriptor) {
  struct stat status = {};
  fstat(descriptor, &status);
  errno = S_ISDIR(status.st_mode) ? refusals.fsync_folder : refusals.fsync_file;
  return errno != 0 ? -1 : static_cast<int>(syscall(SYS_fsync, descriptor));
}
}

namespace rankwise::storage {
namespace {

namespace fs = std::filesystem;

class TemporaryFileTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "rankwise-temporary-XXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    fs::permissions(folder_, fs::perms(0755));
    refusals = {};
  }
  void TearDown() override {
    refusals = {};
    fs::remove_all(folder_);
  }

  [[nodiscard]] std::string in_folder(const std::string& name) const { return folder_ + '/' + name; }
  [[nodiscard]] std::set<std::string> listing() const {
    std::set<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder_)) names.insert(entry.path().filename().string());
    return names;
  }
  static std::string content(const std::string& path) {
    std::ifstream in(path);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  static void put(const std::string& path, const std::string& text) { std::ofstream(path) << text; }
  static mode_t mode(const std::string& path) {
    struct stat status = {};
    EXPECT_EQ(stat(path.c_str(), &status), 0);
    return status.st_mode & 07777;
  }
  static std::string error_of(const std::function<void()>& act) {
    try {
      act();
    } catch (const IoError& error) {
      return error.what();
    }
    return "no error";
  }
  static std::string error_of_making(const std::string& path, bool overwrite) {
    return error_of([&] { const TemporaryFile file(path, overwrite); });
  }

  std::string folder_;
};

using Names = std::set<std::string>;

TEST_F(TemporaryFileTest, has_its_name_only_when_it_is_committed) {
  const std::string path = in_folder("x.csv");
  TemporaryFile file(path, false);
  EXPECT_TRUE(fs::path(file.path()).filename().string().starts_with(".x.csv.rankwise-"));
  EXPECT_EQ(fs::path(file.path()).parent_path(), folder_);
  file.write("one ");
  file.write("two");
  EXPECT_FALSE(fs::exists(path));
  file.commit();
  EXPECT_EQ(content(path), "one two");
  EXPECT_EQ(listing(), Names{"x.csv"});
}

TEST_F(TemporaryFileTest, goes_when_nobody_commits_it) {
  {
    TemporaryFile file(in_folder("x.csv"), false);
    file.write("half");
    EXPECT_EQ(listing().size(), 1U);
  }
  EXPECT_EQ(listing(), Names{});
  {
    TemporaryFile file(in_folder("x.csv"), false);
    file.seal();
  }
  EXPECT_EQ(listing(), Names{});
}

TEST_F(TemporaryFileTest, may_be_written_by_others_under_its_path) {
  TemporaryFile file(in_folder("x.csv"), false);
  put(file.path(), "by a library");
  file.commit();
  EXPECT_EQ(content(in_folder("x.csv")), "by a library");
}

TEST_F(TemporaryFileTest, in_the_current_folder_needs_no_slash) {
  const fs::path before = fs::current_path();
  fs::current_path(folder_);
  TemporaryFile file("x.csv", false);
  file.commit();
  fs::current_path(before);
  EXPECT_EQ(listing(), Names{"x.csv"});
}

TEST_F(TemporaryFileTest, is_private_until_it_is_committed_and_then_what_the_umask_leaves) {
  for (const auto& [mask, expected] : {std::pair<mode_t, mode_t>{022, 0644}, {027, 0640}, {0, 0666}}) {
    const mode_t before = umask(mask);
    const std::string path = in_folder(std::to_string(mask));
    TemporaryFile file(path, false);
    EXPECT_EQ(mode(file.path()), 0600U);
    file.commit();
    EXPECT_EQ(mode(path), expected);
    EXPECT_EQ(umask(before), mask);
  }
}

TEST_F(TemporaryFileTest, takes_over_the_permissions_of_the_file_it_replaces) {
  put(in_folder("x.csv"), "secret");
  fs::permissions(in_folder("x.csv"), fs::perms(0600));
  TemporaryFile file(in_folder("x.csv"), true);
  file.commit();
  EXPECT_EQ(mode(in_folder("x.csv")), 0600U);
}

TEST_F(TemporaryFileTest, replaces_a_file_only_if_told_to) {
  const std::string path = in_folder("x.csv");
  put(path, "old");
  EXPECT_EQ(error_of_making(path, false), path + " exists; --overwrite replaces it");
  EXPECT_EQ(listing(), Names{"x.csv"});
  TemporaryFile file(path, true);
  file.write("new");
  EXPECT_EQ(content(path), "old");
  file.commit();
  EXPECT_EQ(content(path), "new");
  EXPECT_EQ(listing(), Names{"x.csv"});
}

TEST_F(TemporaryFileTest, refuses_names_that_are_no_files) {
  fs::create_directory(in_folder("folder"));
  EXPECT_EQ(error_of_making(in_folder("folder"), true), in_folder("folder is a folder"));
  EXPECT_EQ(error_of_making(in_folder("folder/"), false), in_folder("folder/ is a folder"));
  EXPECT_EQ(error_of_making("/dev/null", true), "/dev/null is a pipe or device, not a file that can be replaced");
  EXPECT_EQ(error_of_making(in_folder("new/"), false), '\'' + in_folder("new/' names no file"));
  EXPECT_EQ(error_of_making("", false), "'' names no file");
  EXPECT_EQ(listing(), Names{"folder"});
}

TEST_F(TemporaryFileTest, says_what_is_wrong_with_its_folder) {
  EXPECT_EQ(error_of_making(in_folder("none/x.csv"), false),
            in_folder("none/x.csv cannot be written: folder ") + in_folder("none: No such file or directory"));
  put(in_folder("file"), "");
  EXPECT_EQ(error_of_making(in_folder("file/x.csv"), false),
            in_folder("file/x.csv cannot be written: Not a directory"));
  const std::string long_name = in_folder(std::string(256, 'x'));
  EXPECT_EQ(error_of_making(long_name, false), long_name + " cannot be written: File name too long");
  EXPECT_NE(error_of_making("/proc/x.csv", false), "no error");
}

TEST_F(TemporaryFileTest, says_that_its_folder_is_not_writable) {
  fs::permissions(folder_, fs::perms(0555));
  const bool root = geteuid() == 0;
  ASSERT_TRUE(!root || seteuid(65534) == 0);  // to whom nothing belongs
  const std::string error = error_of_making(in_folder("x.csv"), false);
  ASSERT_TRUE(!root || seteuid(0) == 0);
  fs::permissions(folder_, fs::perms(0755));
  EXPECT_EQ(error, in_folder("x.csv cannot be written: folder ") + folder_ + ": Permission denied");
}

TEST_F(TemporaryFileTest, takes_names_as_long_as_they_may_be) {
  std::string name(251, 'x');
  name.replace(236, 6, "ééé");
  for (const std::string& long_name : {name + ".csv", "x" + name + "csv"}) {
    TemporaryFile file(in_folder(long_name), false);
    file.commit();
    EXPECT_TRUE(fs::exists(in_folder(long_name)));
  }
  EXPECT_EQ(listing().size(), 2U);
}

TEST_F(TemporaryFileTest, replaces_what_a_link_points_to_and_keeps_the_link) {
  fs::create_directory(in_folder("elsewhere"));
  put(in_folder("elsewhere/x.csv"), "old");
  fs::create_symlink("elsewhere/x.csv", in_folder("first"));
  fs::create_symlink(in_folder("first"), in_folder("second"));
  EXPECT_EQ(error_of_making(in_folder("second"), false), in_folder("second exists; --overwrite replaces it"));
  TemporaryFile file(in_folder("second"), true);
  EXPECT_EQ(file.final_path(), in_folder("second"));
  file.write("new");
  file.commit();
  EXPECT_TRUE(fs::is_symlink(in_folder("second")));
  EXPECT_TRUE(fs::is_symlink(in_folder("first")));
  EXPECT_EQ(content(in_folder("elsewhere/x.csv")), "new");
  EXPECT_EQ(listing(), (Names{"elsewhere", "first", "second"}));
}

TEST_F(TemporaryFileTest, makes_what_a_link_to_nothing_points_to) {
  fs::create_symlink("x.csv", in_folder("link"));
  EXPECT_EQ(error_of_making(in_folder("link"), false), in_folder("link exists; --overwrite replaces it"));
  TemporaryFile file(in_folder("link"), true);
  file.write("new");
  file.commit();
  EXPECT_TRUE(fs::is_symlink(in_folder("link")));
  EXPECT_EQ(content(in_folder("x.csv")), "new");
  fs::create_symlink("circle", in_folder("circle"));
  EXPECT_EQ(error_of_making(in_folder("circle"), true),
            in_folder("circle cannot be written: Too many levels of symbolic links"));
  EXPECT_EQ(error_of([&] { const TemporaryFile left(in_folder("circle"), true, "aB3dE6"); }),
            in_folder("circle cannot be written: Too many levels of symbolic links"));
}

TEST_F(TemporaryFileTest, never_replaces_a_file_that_came_meanwhile) {
  const std::string path = in_folder("x.csv");
  for (const int renameat2_fails : {0, EINVAL}) {
    for (const int link_fails : {0, EPERM}) {
      TemporaryFile file(path, false);
      refusals.renameat2 = renameat2_fails;
      refusals.link = link_fails;
      refusals.before_rename = [&] { put(path, "another's"); };
      EXPECT_EQ(error_of([&] { file.commit(); }), path + " exists; --overwrite replaces it");
      EXPECT_EQ(content(path), "another's");
      EXPECT_EQ(listing(), Names{"x.csv"});
      fs::remove(path);
    }
  }
  TemporaryFile file(path, false);
  put(path, "another's");
  EXPECT_EQ(error_of([&] { file.seal(); }), path + " exists; --overwrite replaces it");
  EXPECT_EQ(listing(), Names{"x.csv"});
}

TEST_F(TemporaryFileTest, gets_its_name_on_file_systems_that_lack_calls) {
  for (const int link_fails : {0, EPERM}) {
    refusals.renameat2 = EINVAL;
    refusals.link = link_fails;
    TemporaryFile file(in_folder("x.csv"), false);
    file.write("whole");
    file.commit();
    EXPECT_EQ(content(in_folder("x.csv")), "whole");
    EXPECT_EQ(listing(), Names{"x.csv"});
    fs::remove(in_folder("x.csv"));
  }
}

TEST_F(TemporaryFileTest, knows_its_own_link_when_the_server_says_that_it_is_there) {
  TemporaryFile file(in_folder("x.csv"), false);
  refusals = {.renameat2 = EINVAL, .link = EEXIST};
  refusals.before_rename = [&] {
    syscall(SYS_linkat, AT_FDCWD, file.path().c_str(), AT_FDCWD, in_folder("x.csv").c_str(), 0);
  };
  file.commit();
  EXPECT_EQ(listing(), Names{"x.csv"});
}

TEST_F(TemporaryFileTest, comes_with_its_record_or_not_at_all) {
  const std::string path = in_folder("x.csv"), record_path = in_folder("x.csv.run.json");
  const auto commit_while_another_comes = [&] {
    TemporaryFile file(path, false), record(record_path, true);
    record.write("new");
    refusals.before_rename = [&] { put(path, "another's"); };
    return error_of([&] { file.commit_with(record); });
  };
  EXPECT_EQ(commit_while_another_comes(), path + " exists; --overwrite replaces it");
  EXPECT_EQ(listing(), Names{"x.csv"});
  fs::remove(path);
  put(record_path, "old");
  EXPECT_EQ(commit_while_another_comes(), path + " exists; --overwrite replaces it");
  EXPECT_EQ(content(path), "another's");
  EXPECT_EQ(content(record_path), "old");
  EXPECT_EQ(listing(), (Names{"x.csv", "x.csv.run.json"}));

  refusals = {};
  TemporaryFile file(path, true), record(record_path, true);
  file.write("new");
  record.write("new");
  file.commit_with(record);
  EXPECT_EQ(content(path) + content(record_path), "newnew");
  EXPECT_EQ(listing(), (Names{"x.csv", "x.csv.run.json"}));
}

TEST_F(TemporaryFileTest, whose_record_cannot_be_put_in_its_place_is_not_there) {
  TemporaryFile file(in_folder("x.csv"), false), record(in_folder("x.csv.run.json"), true);
  fs::create_directories(in_folder("x.csv.run.json/full"));
  EXPECT_NE(error_of([&] { file.commit_with(record); }), "no error");
  fs::remove_all(in_folder("x.csv.run.json"));
  EXPECT_EQ(listing().count("x.csv"), 0U);
}

TEST_F(TemporaryFileTest, that_cannot_be_synced_is_an_error_and_leaves_nothing) {
  TemporaryFile file(in_folder("x.csv"), false);
  refusals.fsync_file = ENOSPC;
  EXPECT_EQ(error_of([&] { file.commit(); }), in_folder("x.csv cannot be written: No space left on device"));
  EXPECT_EQ(listing(), Names{});
}

TEST_F(TemporaryFileTest, does_without_a_sync_where_there_is_none) {
  refusals.fsync_folder = EINVAL;
  TemporaryFile file(in_folder("x.csv"), false);
  file.commit();
  EXPECT_EQ(listing(), Names{"x.csv"});
}

TEST_F(TemporaryFileTest, is_not_durable_before_its_folder_is) {
  TemporaryFile file(in_folder("x.csv"), false);
  file.make_durable();
  refusals.fsync_folder = EIO;
  EXPECT_NE(error_of([&] { file.make_durable(); }).find("x.csv cannot be written"), std::string::npos);
}

TEST_F(TemporaryFileTest, tells_that_its_folder_could_not_be_synced) {
  refusals.fsync_folder = EIO;
  TemporaryFile file(in_folder("x.csv"), false);
  EXPECT_NE(error_of([&] { file.commit(); }).find("x.csv is written, but"), std::string::npos);
  EXPECT_EQ(listing(), Names{"x.csv"});
}

TEST_F(TemporaryFileTest, that_finds_no_room_leaves_nothing) {
  put(in_folder("x.csv"), "old");
  signal(SIGXFSZ, SIG_IGN);
  struct rlimit before = {};
  getrlimit(RLIMIT_FSIZE, &before);
  struct rlimit small = before;
  small.rlim_cur = 10'000;
  TemporaryFile file(in_folder("x.csv"), true);
  setrlimit(RLIMIT_FSIZE, &small);
  const std::string error = error_of([&] { file.write(std::string(20'000, 'x')); });
  setrlimit(RLIMIT_FSIZE, &before);
  EXPECT_EQ(error, in_folder("x.csv cannot be written: File too large"));
  EXPECT_EQ(content(in_folder("x.csv")), "old");
  EXPECT_EQ(listing(), Names{"x.csv"});
}

}  // namespace
}  // namespace rankwise::storage
