#include "rankwise/engine/delivery.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "rankwise/base/errors.hpp"

namespace rankwise::engine {
namespace {

TEST(Delivery, answers_reach_the_threads_that_asked) {
  Delivery delivery;
  const auto twice = delivery.add([](auto request) { return Delivery::Bytes{request[0], request[0]}; });
  const auto once = delivery.add([](auto request) { return Delivery::Bytes{request[0]}; });
  delivery.open();
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] {
      const Delivery::Bytes request{static_cast<std::byte>(i)};
      const auto answer = delivery.fetch(i % 2 == 0 ? twice : once, request);
      ASSERT_EQ(answer.size(), i % 2 == 0 ? 2U : 1U);
      EXPECT_EQ(answer[0], static_cast<std::byte>(i));
    });
  }
  for (int answered = 0; answered < 4;) {
    for (auto& request : delivery.take_requests()) {
      delivery.answer(request.id, delivery.serve(request.bytes));
      ++answered;
    }
  }
  for (auto& thread : threads) thread.join();
}

TEST(Delivery, closing_sends_waiting_threads_home_with_an_error) {
  Delivery delivery;
  delivery.open();
  std::thread waiting([&] { EXPECT_THROW(delivery.fetch(0, {}), IoError); });
  while (delivery.take_requests().empty()) std::this_thread::yield();
  delivery.close();
  waiting.join();
}

}  // namespace
}  // namespace rankwise::engine
