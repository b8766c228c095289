#include "rankwise/storage/file_system.hpp"

#include <gtest/gtest.h>
#include <linux/magic.h>

namespace rankwise::storage {
namespace {

TEST(FileSystem, nodes_write_one_file_together_only_where_that_is_known_to_be_safe) {
  EXPECT_FALSE(FileSystem{NFS_SUPER_MAGIC}.keeps_nodes_in_step());
  EXPECT_FALSE(FileSystem{SMB_SUPER_MAGIC}.keeps_nodes_in_step());
  EXPECT_FALSE(FileSystem{0xFF534D42}.keeps_nodes_in_step());  // CIFS
  EXPECT_FALSE(FileSystem{0x65735546}.keeps_nodes_in_step());  // FUSE
  EXPECT_FALSE(FileSystem{V9FS_MAGIC}.keeps_nodes_in_step());
  EXPECT_FALSE(FileSystem{0x12345678}.keeps_nodes_in_step());
  EXPECT_FALSE(FileSystem{}.keeps_nodes_in_step());
  EXPECT_TRUE(FileSystem{0x0BD00BD0}.keeps_nodes_in_step());  // Lustre
  EXPECT_TRUE(FileSystem{EXT4_SUPER_MAGIC}.keeps_nodes_in_step());
}

TEST(FileSystem, mpi_io_writes_where_it_has_ways_of_its_own) {
  EXPECT_TRUE(FileSystem{0x0BD00BD0}.is_best_written_by_mpi_io());  // Lustre
  EXPECT_TRUE(FileSystem{0x47504653}.is_best_written_by_mpi_io());  // GPFS
  EXPECT_TRUE(FileSystem{0x47504653}.keeps_nodes_in_step());
  EXPECT_FALSE(FileSystem{NFS_SUPER_MAGIC}.is_best_written_by_mpi_io());
  EXPECT_FALSE(FileSystem{EXT4_SUPER_MAGIC}.is_best_written_by_mpi_io());
  EXPECT_FALSE(FileSystem{}.is_best_written_by_mpi_io());
}

TEST(FileSystem, files_are_mapped_only_where_this_machine_alone_has_them) {
  EXPECT_TRUE(FileSystem{EXT4_SUPER_MAGIC}.is_local());
  EXPECT_TRUE(FileSystem{TMPFS_MAGIC}.is_local());
  EXPECT_FALSE(FileSystem{NFS_SUPER_MAGIC}.is_local());
  EXPECT_FALSE(FileSystem{0x0BD00BD0}.is_local());  // Lustre
  EXPECT_FALSE(FileSystem{0x12345678}.is_local());
  EXPECT_FALSE(FileSystem{}.is_local());
}

TEST(FileSystem, has_a_name) {
  EXPECT_EQ(FileSystem{NFS_SUPER_MAGIC}.name(), "NFS");
  EXPECT_EQ(FileSystem{TMPFS_MAGIC}.name(), "tmpfs");
  EXPECT_EQ(FileSystem{0x1234}.name(), "file system 0x1234");
  EXPECT_EQ(file_system_of("/none/at/all").name(), "unknown");
  EXPECT_EQ(file_system_of("/proc").type, static_cast<std::uint64_t>(PROC_SUPER_MAGIC));
}

}  // namespace
}  // namespace rankwise::storage
