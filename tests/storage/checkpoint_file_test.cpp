#include "rankwise/storage/checkpoint_file.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "rankwise/base/errors.hpp"
#include "tests/support/temporary_folder.hpp"

namespace rankwise::storage {
namespace {

namespace fs = std::filesystem;
using Start = CheckpointFile::Start;

std::span<const std::byte> bytes(const std::string& text) {
  return std::as_bytes(std::span<const char>(text));
}

std::string text(const std::vector<std::byte>& state) {
  return {reinterpret_cast<const char*>(state.data()), state.size()};
}

std::string content(const std::string& path) {
  std::ostringstream all;
  all << std::ifstream(path, std::ios::binary).rdbuf();
  return all.str();
}

std::size_t names_in(const std::string& folder) {
  std::size_t names = 0;
  for ([[maybe_unused]] const auto& each : fs::directory_iterator(folder)) ++names;
  return names;
}

std::string error_of(const std::function<void()>& act) {
  try {
    act();
  } catch (const Error& error) {
    EXPECT_EQ(error.exit_code(), 3);
    return error.what();
  }
  return "";
}

class CheckpointFileTest : public testing::Test {
 protected:
  test::TemporaryFolder folder_;
  std::string path_ = folder_ / "night.ckpt";
};

TEST_F(CheckpointFileTest, the_last_state_is_there_for_the_next_process) {
  {
    CheckpointFile file(path_, Start::afresh);
    EXPECT_FALSE(file.exists());
    EXPECT_FALSE(fs::exists(path_)) << "nothing is there before there is a state";
    for (const std::string& state : {std::string("one"), std::string(), std::string(100'000, 'x') + '\0'}) {
      file.replace(bytes(state));
      EXPECT_EQ(text(file.read()), state);
      EXPECT_EQ(text(read_checkpoint_file(path_)), state);
    }
    file.replace(bytes("last"));
  }
  CheckpointFile file(path_, Start::resume);
  ASSERT_TRUE(file.exists());
  EXPECT_EQ(text(file.read()), "last");
  EXPECT_EQ(names_in(folder_ / ""), 1U) << "nothing is left beside it";
}

TEST_F(CheckpointFileTest, to_resume_without_a_file_is_to_start) {
  CheckpointFile file(path_, Start::resume);
  EXPECT_FALSE(file.exists());
  file.replace(bytes("state"));
  EXPECT_EQ(text(read_checkpoint_file(path_)), "state");
}

TEST_F(CheckpointFileTest, work_that_is_there_is_not_started_over) {
  CheckpointFile(path_, Start::afresh).replace(bytes("state"));
  const std::string error = error_of([&] { CheckpointFile(path_, Start::afresh); });
  EXPECT_NE(error.find("--resume"), std::string::npos) << error;
  EXPECT_EQ(text(read_checkpoint_file(path_)), "state");
}

TEST_F(CheckpointFileTest, a_second_run_is_refused_as_long_as_the_first_one_lives) {
  for (const bool has_state : {true, false}) {
    fs::remove(path_);
    auto first = std::make_unique<CheckpointFile>(path_, Start::resume);
    if (has_state) first->replace(bytes("first"));
    auto second = std::unique_ptr<CheckpointFile>();
    const std::string error = error_of([&] {
      second = std::make_unique<CheckpointFile>(path_, Start::resume);
      first->replace(bytes("first"));
      second->replace(bytes("second"));
    });
    EXPECT_NE(error.find("in use by another run"), std::string::npos) << error;
    EXPECT_EQ(text(read_checkpoint_file(path_)), "first");
    second.reset();
    first->replace(bytes("again"));
    first.reset();
    CheckpointFile(path_, Start::resume).replace(bytes("third"));
  }
}

TEST_F(CheckpointFileTest, the_lock_goes_with_a_killed_process_and_what_it_left_is_taken_over) {
  CheckpointFile(path_, Start::afresh).replace(bytes("state"));
  const pid_t child = fork();
  if (child == 0) {
    const CheckpointFile file(path_, Start::resume);
    std::ofstream(folder_ / ".night.ckpt.rankwise-next") << "half";
    raise(SIGKILL);
  }
  waitpid(child, nullptr, 0);
  CheckpointFile file(path_, Start::resume);
  file.replace(bytes("next"));
  EXPECT_EQ(text(file.read()), "next");
  EXPECT_EQ(names_in(folder_ / ""), 1U);
}

TEST_F(CheckpointFileTest, a_process_killed_while_a_state_took_its_name_is_not_in_the_way) {
  CheckpointFile(path_, Start::afresh).replace(bytes("one"));
  fs::create_hard_link(path_, folder_ / ".night.ckpt.rankwise-next");  // where files are renamed by link and unlink
  CheckpointFile file(path_, Start::resume);
  file.replace(bytes("two"));
  EXPECT_EQ(text(file.read()), "two");
  EXPECT_EQ(names_in(folder_ / ""), 1U);
}

TEST_F(CheckpointFileTest, every_flipped_bit_and_every_cut_is_noticed) {
  CheckpointFile(path_, Start::afresh).replace(bytes("state"));
  const std::string whole = content(path_);
  const std::string other = folder_ / "other.ckpt";
  for (std::size_t bit = 0; bit < 8 * whole.size(); ++bit) {
    std::string flipped = whole;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
    (void)folder_.file("other.ckpt", flipped);
    const std::string error = error_of([&] { read_checkpoint_file(other); });
    EXPECT_TRUE(error.find("is damaged") != std::string::npos || error.find("is not a checkpoint") != std::string::npos)
        << bit << error;
  }
  for (std::size_t size = 0; size < whole.size(); ++size) {
    (void)folder_.file("other.ckpt", whole.substr(0, size));
    EXPECT_NE(error_of([&] { read_checkpoint_file(other); }), "") << size;
  }
  (void)folder_.file("other.ckpt", whole + "x");
  EXPECT_NE(error_of([&] { read_checkpoint_file(other); }), "");
}

TEST_F(CheckpointFileTest, other_files_are_no_checkpoints_and_stay_as_they_are) {
  for (const std::string& content : {std::string(), std::string("a,b\n1,2\n"), std::string(10'000, 'x')}) {
    (void)folder_.file("night.ckpt", content);
    EXPECT_NE(error_of([&] { (void)CheckpointFile(path_, Start::resume).read(); }).find("is not a checkpoint"),
              std::string::npos);
    EXPECT_EQ(::rankwise::storage::content(path_), content);
  }
}

TEST_F(CheckpointFileTest, folders_pipes_and_missing_folders_are_refused) {
  fs::create_directory(path_);
  EXPECT_NE(error_of([&] { CheckpointFile(path_, Start::resume); }), "");
  fs::remove(path_);
  mkfifo(path_.c_str(), 0600);
  EXPECT_NE(error_of([&] { CheckpointFile(path_, Start::resume); }).find("is not a file"), std::string::npos);
  const std::string error = error_of([&] { CheckpointFile(folder_ / "none/night.ckpt", Start::resume); });
  EXPECT_NE(error.find("none/night.ckpt cannot be written: No such file"), std::string::npos) << error;
}

TEST_F(CheckpointFileTest, a_link_put_in_its_way_is_not_followed) {
  const std::string victim = folder_.file("victim", "precious");
  fs::create_symlink(victim, folder_ / ".night.ckpt.rankwise-next");
  EXPECT_NE(error_of([&] { CheckpointFile(path_, Start::resume).replace(bytes("state")); }), "");
  EXPECT_EQ(content(victim), "precious");
  fs::remove(folder_ / ".night.ckpt.rankwise-next");
  fs::create_hard_link(victim, folder_ / ".night.ckpt.rankwise-next");
  EXPECT_NE(error_of([&] { CheckpointFile(path_, Start::resume).replace(bytes("state")); }), "");
  EXPECT_EQ(content(victim), "precious");
}

TEST_F(CheckpointFileTest, the_name_may_be_a_link) {
  const std::string behind = folder_ / "behind.ckpt";
  fs::create_symlink("behind.ckpt", path_);
  CheckpointFile(path_, Start::resume).replace(bytes("one"));
  CheckpointFile(path_, Start::resume).replace(bytes("two"));
  EXPECT_TRUE(fs::is_symlink(path_));
  EXPECT_EQ(text(read_checkpoint_file(behind)), "two");
}

TEST_F(CheckpointFileTest, a_file_that_is_removed_comes_back_and_another_one_under_its_name_is_left_alone) {
  CheckpointFile file(path_, Start::afresh);
  file.replace(bytes("one"));
  fs::remove(path_);
  file.replace(bytes("two"));
  EXPECT_EQ(text(read_checkpoint_file(path_)), "two");
  fs::remove(path_);
  (void)folder_.file("night.ckpt", "someone else's");
  EXPECT_NE(error_of([&] { file.replace(bytes("three")); }).find("another file now"), std::string::npos);
  EXPECT_EQ(content(path_), "someone else's");
}

TEST_F(CheckpointFileTest, permissions_are_the_users) {
  const mode_t before = umask(027);
  CheckpointFile(path_, Start::afresh).replace(bytes("state"));
  umask(before);
  EXPECT_EQ(fs::status(path_).permissions(), fs::perms(0640));
  fs::permissions(path_, fs::perms(0600));
  CheckpointFile(path_, Start::resume).replace(bytes("state"));
  EXPECT_EQ(fs::status(path_).permissions(), fs::perms(0600));
}

}  // namespace
}  // namespace rankwise::storage
