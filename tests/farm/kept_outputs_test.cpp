#include "rankwise/farm/kept_outputs.hpp"

#include <gtest/gtest.h>

#include <filesystem>

namespace rankwise::farm {
namespace {

std::string text_of(std::uint64_t task, std::size_t stream) {
  return std::string(static_cast<std::size_t>(50'000 * stream + task * 997 % 90'000),
                     static_cast<char>('a' + (task + stream) % 26));
}

KeptOutputs::Streams streams_of(std::uint64_t task) {
  KeptOutputs::Streams streams;
  for (std::size_t stream : {0U, 1U}) streams[stream].append(text_of(task, stream));
  return streams;
}

std::ptrdiff_t open_files() {
  return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), std::filesystem::directory_iterator());
}

TEST(KeptOutputs, AreThereWhateverTheyAreKeptIn) {
  KeptOutputs kept(20);
  const auto before = open_files();
  for (std::uint64_t task = 0; task < 300; ++task) kept.keep(task, streams_of(task));
  EXPECT_LE(open_files(), before + 21);
  for (std::uint64_t task = 0; task < 300; task += 2) {
    kept.drop(task);
    kept.drop(task);  // nothing happens
  }
  for (std::uint64_t task = 1; task < 300; task += 2) {
    for (std::size_t stream : {0U, 1U}) {
      const std::string text = text_of(task, stream);
      EXPECT_EQ(kept.piece(task, stream, 0, 1'000'000), text) << task;
      if (text.size() > 100) {
        EXPECT_EQ(kept.piece(task, stream, 100, 50), text.substr(100, 50));
      }
    }
    kept.drop(task);
  }
  EXPECT_EQ(open_files(), before);
  kept.keep(7, streams_of(7));
  EXPECT_EQ(kept.piece(7, 1, 0, 1'000'000), text_of(7, 1));
}

}  // namespace
}  // namespace rankwise::farm
