#include "rankwise/storage/read_ahead.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <string>

#include "rankwise/storage/mapped_file.hpp"
#include "tests/support/temporary_folder.hpp"

namespace rankwise::storage {
namespace {

constexpr std::size_t size = std::size_t{8} << 20;

/// A file of which nothing is in memory, where the file system can forget.
std::shared_ptr<const MappedFile> cold_file(const test::TemporaryFolder& folder) {
  const auto file = std::make_shared<InputFile>(folder.file("a", std::string(size, '\1')));
  fsync(file->descriptor());
  posix_fadvise(file->descriptor(), 0, 0, POSIX_FADV_DONTNEED);
  return MappedFile::map(file);
}

bool is_in_memory(std::span<const std::byte> bytes) {
  std::vector<unsigned char> pages(bytes.size() / static_cast<std::size_t>(getpagesize()));
  EXPECT_EQ(mincore(const_cast<std::byte*>(bytes.data()), bytes.size(), pages.data()), 0);
  return std::all_of(pages.begin(), pages.end(), [](unsigned char page) { return (page & 1U) != 0; });
}

bool comes_into_memory(std::span<const std::byte> bytes) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!is_in_memory(bytes)) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

TEST(ReadAhead, brings_bytes_into_memory_that_nobody_looks_at) {
  const test::TemporaryFolder folder;
  const auto file = cold_file(folder);
  ReadAhead read_ahead;
  read_ahead.fetch(file, file->bytes());
  EXPECT_TRUE(comes_into_memory(file->bytes()));
}

TEST(ReadAhead, an_announced_view_comes_into_memory) {
  const test::TemporaryFolder folder;
  const auto file = cold_file(folder);
  file->expect_long_views();
  announce_view(file, size / 2, size / 2);
  EXPECT_TRUE(comes_into_memory(file->bytes().subspan(size / 2)));
}

TEST(ReadAhead, a_file_that_is_cut_short_meanwhile_harms_nobody) {
  const test::TemporaryFolder folder;
  const auto file = cold_file(folder);
  ASSERT_EQ(truncate((folder / "a").c_str(), 0), 0);
  ReadAhead read_ahead;
  for (int i = 0; i < 100; ++i) read_ahead.fetch(file, file->bytes());
}

TEST(ReadAhead, requests_keep_their_file_until_they_are_served_or_forgotten) {
  const test::TemporaryFolder folder;
  auto file = cold_file(folder);
  const std::weak_ptr<const MappedFile> watched = file;
  {
    ReadAhead read_ahead;
    for (int i = 0; i < 100; ++i) read_ahead.fetch(file, file->bytes());
    file.reset();
  }
  EXPECT_TRUE(watched.expired());
}

}  // namespace
}  // namespace rankwise::storage
