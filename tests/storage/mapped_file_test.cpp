#include "rankwise/storage/mapped_file.hpp"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <string>
#include <thread>
#include <vector>

#include "rankwise/base/errors.hpp"
#include "rankwise/storage/flat_reader.hpp"
#include "tests/support/temporary_folder.hpp"

namespace rankwise::storage {
namespace {

constexpr std::size_t big = std::size_t{8} << 20;

std::size_t sum_of(std::span<const std::byte> bytes) {
  std::size_t sum = 0;
  for (const std::byte byte : bytes) sum += static_cast<std::size_t>(byte);
  return sum;
}

std::string message_of_check() {
  try {
    check_mapped_files();
  } catch (const IoError& error) {
    return error.what();
  }
  return "";
}

TEST(MappedFile, is_the_file) {
  const test::TemporaryFolder folder;
  const auto file = std::make_shared<InputFile>(folder.file("a", "abc"));
  const auto mapped = MappedFile::map(file);
  ASSERT_NE(mapped, nullptr) << "the folder for temporary files is expected to be on a local disk";
  note_view(mapped);
  EXPECT_EQ(sum_of(mapped->bytes()), std::size_t{'a' + 'b' + 'c'});
  EXPECT_EQ(message_of_check(), "");
}

TEST(MappedFile, is_none_of_an_empty_file_or_one_that_is_not_local) {
  const test::TemporaryFolder folder;
  EXPECT_EQ(MappedFile::map(std::make_shared<InputFile>(folder.file("a", ""))), nullptr);
  EXPECT_EQ(MappedFile::map(std::make_shared<InputFile>("/proc/self/status")), nullptr);
}

TEST(MappedFile, cut_short_it_reads_as_zeros_and_the_check_tells) {
  const test::TemporaryFolder folder;
  for (const std::size_t left : {std::size_t{0}, std::size_t{5000}, big / 2}) {
    const std::string path = folder.file("a", std::string(big, '\1'));
    const auto mapped = MappedFile::map(std::make_shared<InputFile>(path));
    note_view(mapped);
    ASSERT_EQ(truncate(path.c_str(), static_cast<off_t>(left)), 0);
    EXPECT_EQ(sum_of(mapped->bytes()), left);
    EXPECT_NE(message_of_check().find(path + " ends at byte " + std::to_string(left)), std::string::npos);
    EXPECT_EQ(message_of_check(), "") << "it is told once";
  }
}

TEST(MappedFile, a_cut_within_its_last_page_is_noticed_too) {
  const test::TemporaryFolder folder;
  const std::string path = folder.file("a", std::string(1000, '\1'));
  const auto mapped = MappedFile::map(std::make_shared<InputFile>(path));
  note_view(mapped);
  ASSERT_EQ(truncate(path.c_str(), 999), 0);
  EXPECT_EQ(sum_of(mapped->bytes()), 999U);
  EXPECT_NE(message_of_check(), "");
}

TEST(MappedFile, many_threads_lose_it_at_once) {
  const test::TemporaryFolder folder;
  const std::string path = folder.file("a", std::string(big, '\1'));
  const auto mapped = MappedFile::map(std::make_shared<InputFile>(path));
  ASSERT_EQ(truncate(path.c_str(), 0), 0);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] {
      note_view(mapped);
      EXPECT_EQ(sum_of(mapped->bytes().subspan(i * big / 4, big / 4)), 0U);
      EXPECT_NE(message_of_check(), "");
    });
  }
  for (auto& thread : threads) thread.join();
}

TEST(MappedFile, a_file_mapped_where_a_lost_one_was_is_well) {
  const test::TemporaryFolder folder;
  for (int i = 0; i < 3; ++i) {
    const std::string path = folder.file("a", std::string(big, '\1'));
    const auto mapped = MappedFile::map(std::make_shared<InputFile>(path));
    note_view(mapped);
    EXPECT_EQ(sum_of(mapped->bytes()), big);
    EXPECT_EQ(message_of_check(), "");
    ASSERT_EQ(truncate(path.c_str(), 0), 0);
    EXPECT_EQ(sum_of(mapped->bytes()), 0U);
    note_view(mapped);
    EXPECT_NE(message_of_check(), "");
  }
}

TEST(MappedFileDeathTest, somebody_elses_lost_page_still_ends_the_program) {
  const test::TemporaryFolder folder;
  const std::string path = folder.file("a", std::string(big, '\1'));
  const auto ours = MappedFile::map(std::make_shared<InputFile>(path));
  EXPECT_EXIT(
      {
        const InputFile file(path);
        auto* theirs = static_cast<volatile char*>(mmap(nullptr, big, PROT_READ, MAP_SHARED, file.descriptor(), 0));
        (void)!truncate(path.c_str(), 0);
        (void)theirs[big - 1];
      },
      [](int status) { return status != 0; }, "");
}

TEST(FlatReader, shows_a_mapped_file_without_a_copy_and_a_cut_one_is_an_error) {
  const test::TemporaryFolder folder;
  const std::string path = folder.file("a", std::string(big, '\1'));
  FlatFile file{.file = std::make_shared<InputFile>(path)};
  const auto reader = open_flat(file, {.offset = 0, .rows = big / 8, .columns = 8, .type = ElementType::uint8});
  Tile tile;
  const Region all{{0, big / 8}, {2, 6}};
  reader->announce(all);
  reader->read(all, tile);
  EXPECT_EQ(tile.row_stride(), 8U);
  EXPECT_EQ(message_of_check(), "");
  reader->read(all, tile);
  ASSERT_EQ(truncate(path.c_str(), 100), 0);
  EXPECT_EQ(tile.data<std::uint8_t>()[big - 8], 0);
  EXPECT_NE(message_of_check(), "");
}

}  // namespace
}  // namespace rankwise::storage
