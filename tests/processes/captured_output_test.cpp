#include "rankwise/processes/captured_output.hpp"

#include <gtest/gtest.h>

namespace rankwise::processes {
namespace {

TEST(CapturedOutput, IsInMemoryWhileItIsLittle) {
  CapturedOutput output;
  EXPECT_EQ(output.end(10), "");
  output.append(std::string("hello "));
  output.append(std::string("world"));
  EXPECT_FALSE(output.is_in_file());
  EXPECT_EQ(output.in_memory(), "hello world");
  EXPECT_EQ(output.end(5), "world");
  EXPECT_EQ(output.piece(6, 100), "world");
}

TEST(CapturedOutput, GoesToAFileWhenItIsMuch) {
  CapturedOutput output;
  std::string all;
  for (int i = 0; i < 2000; ++i) {
    const std::string part = std::to_string(i) + std::string(static_cast<std::size_t>(i % 100), 'x');
    output.append(part);
    all += part;
  }
  EXPECT_TRUE(output.is_in_file());
  EXPECT_EQ(output.size(), all.size());
  EXPECT_EQ(output.piece(0, all.size()), all);
  EXPECT_EQ(output.piece(1000, 50'000), all.substr(1000, 50'000));
  EXPECT_EQ(output.end(1000), all.substr(all.size() - 1000));
}

TEST(CapturedOutput, TravelsWithItsFile) {
  for (const std::size_t size : {std::size_t{0}, std::size_t{5}, CapturedOutput::most_in_memory + 1}) {
    CapturedOutput output;
    output.append(std::string(size, 'a'));
    ByteWriter bytes;
    std::vector<Descriptor> files;
    const bool is_in_file = output.is_in_file();
    output.encode(bytes, files);
    EXPECT_EQ(files.size(), is_in_file ? 1U : 0U);
    const auto encoded = bytes.take();
    ByteReader in(encoded);
    CapturedOutput same;
    same.decode(in, [&] { return std::move(files.at(0)); });
    EXPECT_EQ(same.size(), size);
    EXPECT_EQ(same.piece(0, size), std::string(size, 'a'));
  }
}

}  // namespace
}  // namespace rankwise::processes
