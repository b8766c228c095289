#include "rankwise/ranks/messenger.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "tests/support/session.hpp"

namespace rankwise::ranks {
namespace {

constexpr Subject subject{1}, other_subject{2};

std::vector<std::byte> bytes(std::size_t size, int seed) {
  std::vector<std::byte> result(size);
  for (std::size_t i = 0; i < size; ++i) result[i] = static_cast<std::byte>(i * 7 + static_cast<std::size_t>(seed));
  return result;
}

class MessengerTest : public testing::TestWithParam<std::uint64_t> {
 protected:
  void SetUp() override { set_transfer_cap({GetParam()}); }
  void TearDown() override { set_transfer_cap({std::uint64_t{1} << 30}); }
};
INSTANTIATE_TEST_SUITE_P(transfer_cap, MessengerTest, testing::Values(std::uint64_t{1} << 30, 4096, 3));

TEST_P(MessengerTest, messages_of_any_size_arrive_whole_and_in_order) {
  Messenger messenger(test::session().ranks().duplicate());
  const int me = messenger.ranks().rank(), size = messenger.ranks().size();
  if (size == 1) return;
  for (const std::size_t length : {0U, 1U, 2U, 3U, 4U, 100U, 4096U, 5000U}) {
    messenger.send((me + 1) % size, subject, bytes(length, me));
    messenger.send((me + 1) % size, subject, bytes(length + 1, me));
  }
  const int before = (me + size - 1) % size;
  for (const std::size_t length : {0U, 1U, 2U, 3U, 4U, 100U, 4096U, 5000U}) {
    EXPECT_EQ(messenger.wait_for(before, subject).bytes, bytes(length, before));
    EXPECT_EQ(messenger.wait_for(before, subject).bytes, bytes(length + 1, before));
  }
  messenger.wait_for_sends();
}

TEST_P(MessengerTest, subjects_and_senders_are_kept_apart) {
  Messenger messenger(test::session().ranks().duplicate());
  const int me = messenger.ranks().rank(), size = messenger.ranks().size();
  if (me != 0) {
    messenger.send(0, subject, bytes(10, me));
    messenger.send(0, other_subject, bytes(20, me));
  } else {
    for (int rank = size - 1; rank > 0; --rank) {
      EXPECT_EQ(messenger.wait_for(rank, other_subject).bytes, bytes(20, rank));
    }
    for (int received = 1; received < size;) {
      if (const auto message = messenger.receive(subject)) {
        EXPECT_EQ(message->bytes, bytes(10, message->source));
        ++received;
      }
    }
    if (size > 1) {
      EXPECT_FALSE(messenger.receive(subject).has_value());
    }
  }
  messenger.wait_for_sends();
}

}  // namespace
}  // namespace rankwise::ranks
