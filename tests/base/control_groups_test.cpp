#include "rankwise/base/control_groups.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace rankwise {
namespace {

class ControlGroups : public testing::Test {
 protected:
  void SetUp() override {
    root_ = std::filesystem::temp_directory_path() / ("rankwise-control-groups-" + std::to_string(getpid()));
    std::filesystem::create_directories(root_ / "job/step");
  }
  void TearDown() override { std::filesystem::remove_all(root_); }
  void write(const std::string& name, const std::string& text) const { std::ofstream(root_ / name) << text; }
  [[nodiscard]] std::optional<std::uint64_t> memory() const { return memory_limit(root_, root_ / "membership"); }
  [[nodiscard]] std::optional<double> quota() const { return processor_quota(root_, root_ / "membership"); }
  std::filesystem::path root_;
};

TEST_F(ControlGroups, the_quota_of_version_2_is_the_least_on_the_way_up) {
  write("membership", "0::/job/step\n");
  EXPECT_EQ(quota(), std::nullopt);
  write("job/cpu.max", "250000 100000\n");
  write("job/step/cpu.max", "max 100000\n");
  EXPECT_EQ(quota(), 2.5);
  write("job/step/cpu.max", "150000 100000\n");
  EXPECT_EQ(quota(), 1.5);
}

TEST_F(ControlGroups, the_quota_of_version_1_is_found_below_its_controller) {
  std::filesystem::create_directories(root_ / "cpu/job");
  write("membership", "4:memory:/x\n1:cpu:/job\n0::/\n");
  write("cpu/job/cpu.cfs_quota_us", "300000\n");
  write("cpu/job/cpu.cfs_period_us", "100000\n");
  EXPECT_EQ(quota(), 3.0);
  write("cpu/job/cpu.cfs_quota_us", "-1\n");
  EXPECT_EQ(quota(), std::nullopt);
}

TEST_F(ControlGroups, memory_is_limited_by_either_version) {
  std::filesystem::create_directories(root_ / "memory/job");
  write("membership", "4:memory:/job\n1:cpu:/x\n0::/job/step\n");
  EXPECT_EQ(memory(), std::nullopt);
  write("memory/job/memory.limit_in_bytes", "2000\n");
  write("memory/memory.limit_in_bytes", "9223372036854771712\n");
  EXPECT_EQ(memory(), 2000);
  write("job/step/memory.max", "max\n");
  EXPECT_EQ(memory(), 2000);
  write("job/memory.max", "1000\n");
  EXPECT_EQ(memory(), 1000);
}

TEST_F(ControlGroups, nothing_there_is_no_limit) {
  EXPECT_EQ(memory(), std::nullopt);
  EXPECT_EQ(quota(), std::nullopt);
}

}  // namespace
}  // namespace rankwise
