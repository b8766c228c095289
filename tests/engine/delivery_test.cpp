#include "rankwise/engine/delivery.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "rankwise/base/errors.hpp"

namespace rankwise::engine {
namespace {

TEST(Delivery, answers_reach_the_threads_that_asked) {
  Delivery delivery;
  delivery.open();
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] {
      const auto answer = delivery.fetch({static_cast<std::byte>(i)});
      ASSERT_EQ(answer.size(), 2U);
      EXPECT_EQ(answer[0], static_cast<std::byte>(i));
    });
  }
  for (int answered = 0; answered < 4;) {
    for (auto& request : delivery.take_requests()) {
      delivery.answer(request.id, {request.bytes[0], std::byte{0}});
      ++answered;
    }
  }
  for (auto& thread : threads) thread.join();
}

TEST(Delivery, closing_sends_waiting_threads_home_with_an_error) {
  Delivery delivery;
  delivery.open();
  std::thread waiting([&] { EXPECT_THROW(delivery.fetch({}), IoError); });
  while (delivery.take_requests().empty()) std::this_thread::yield();
  delivery.close();
  waiting.join();
}

}  // namespace
}  // namespace rankwise::engine
