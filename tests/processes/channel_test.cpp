#include "rankwise/processes/channel.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>

#include "rankwise/processes/nameless_file.hpp"

namespace rankwise::processes {
namespace {

std::vector<std::byte> message_of(std::size_t size, int seed) {
  std::vector<std::byte> message(size);
  for (std::size_t i = 0; i < size; ++i)
    message[i] = static_cast<std::byte>((i * 31 + static_cast<std::size_t>(seed)) & 255);
  return message;
}

TEST(Channel, MessagesArriveWholeAndInOrder) {
  auto [one, other] = Channel::make_pair();
  std::vector<std::size_t> sizes{0, 1, 100, 70'000, 3, 2'000'000, 0, 17};
  for (std::size_t i = 0; i < sizes.size(); ++i) one.send(message_of(sizes[i], static_cast<int>(i)));
  EXPECT_TRUE(one.has_unsent());
  EXPECT_GT(one.unsent_bytes(), 1'000'000U);
  for (std::size_t i = 0; i < sizes.size();) {
    one.flush();
    EXPECT_TRUE(other.receive());
    while (const auto message = other.next()) {
      EXPECT_EQ(*message, message_of(sizes[i], static_cast<int>(i))) << i;
      ++i;
    }
  }
  EXPECT_FALSE(one.has_unsent());
  EXPECT_EQ(one.unsent_bytes(), 0U);
}

TEST(Channel, FilesTravelWithMessages) {
  auto [one, other] = Channel::make_pair();
  constexpr int count = 200;  // more than fit at once
  int received = 0;
  for (int i = 0; i < count; ++i) {
    std::vector<Descriptor> files;
    files.push_back(nameless_file());
    write_at(files[0].get(), std::as_bytes(std::span(&i, 1)), 0);
    one.send(message_of(5000, i), std::move(files));
    if (i % 50 != 0) continue;
    EXPECT_TRUE(other.receive());
  }
  while (received < count) {
    one.flush();
    EXPECT_TRUE(other.receive());
    while (const auto message = other.next()) {
      EXPECT_EQ(*message, message_of(5000, received));
      const Descriptor file = other.next_file();
      int number = -1;
      read_at(file.get(), std::as_writable_bytes(std::span(&number, 1)), 0);
      EXPECT_EQ(number, received);
      EXPECT_NE(fcntl(file.get(), F_GETFD) & FD_CLOEXEC, 0);
      ++received;
    }
  }
  EXPECT_FALSE(other.next_file());
}

TEST(Channel, TheOtherEndSeesThatItIsClosed) {
  auto [one, other] = Channel::make_pair();
  one.send(message_of(10, 1));
  one.close();
  EXPECT_FALSE(other.receive());
  EXPECT_EQ(other.next(), message_of(10, 1));  // what came before is there
  other.send(message_of(10, 2));               // and this is no signal
  EXPECT_FALSE(other.has_unsent());
}

}  // namespace
}  // namespace rankwise::processes
