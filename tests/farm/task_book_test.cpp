#include "rankwise/farm/task_book.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>

namespace rankwise::farm {
namespace {

Task task(std::uint64_t number) {
  return {.number = number, .command = {.line = "task " + std::to_string(number)}};
}

TaskBook book_of(int ranks, std::uint64_t jobs, std::uint64_t tasks, std::uint64_t tries = 1) {
  TaskBook book(ranks, tries);
  for (int rank = 0; rank < ranks; ++rank) book.set_jobs(rank, jobs);
  for (std::uint64_t number = 1; number <= tasks; ++number) book.add(task(number));
  return book;
}

std::vector<std::uint64_t> numbers(const std::vector<const Task*>& tasks) {
  std::vector<std::uint64_t> found;
  for (const Task* task : tasks) found.push_back(task->number);
  return found;
}

using Numbers = std::vector<std::uint64_t>;

TEST(TaskBook, ARankGetsAsManyTasksAsItHasPlaces) {
  TaskBook book = book_of(2, 2, 5);
  EXPECT_EQ(numbers(book.next(0, true)), (Numbers{1, 2}));
  EXPECT_EQ(numbers(book.next(0, true)), Numbers{});
  EXPECT_EQ(numbers(book.next(1, true)), (Numbers{3, 4}));
  EXPECT_EQ(book.end(1, false, 1.0)->number, 1U);
  EXPECT_EQ(numbers(book.next(0, true)), (Numbers{5}));
  EXPECT_EQ(book.in_flight(), 4U);
  EXPECT_EQ(book.waiting(), 0U);
}

TEST(TaskBook, ShortTasksGoOutInBatches) {
  TaskBook book = book_of(1, 1, 1000);
  std::uint64_t handed = 0;
  std::size_t largest = 0;
  while (handed < 1000) {
    const auto batch = numbers(book.next(0, true));
    largest = std::max(largest, batch.size());
    handed += batch.size();
    for (const auto number : batch) EXPECT_TRUE(book.end(number, false, 0.001).has_value());
  }
  EXPECT_GE(largest, 20U);
  EXPECT_LE(largest, 60U);  // some 50 ms of work
}

TEST(TaskBook, LongTasksDoNotWaitBehindOthers) {
  TaskBook book = book_of(1, 1, 200);
  for (int i = 0; i < 100; ++i) {
    for (const auto number : numbers(book.next(0, true))) EXPECT_TRUE(book.end(number, false, 0.5).has_value());
  }
  EXPECT_EQ(book.next(0, true).size(), 1U);
}

TEST(TaskBook, WhatIsGivenBackGoesOutAgainAndBatchesEnd) {
  TaskBook book = book_of(2, 1, 5000);
  for (int i = 0; i < 60; ++i) {
    for (const auto number : numbers(book.next(0, false))) book.end(number, false, 0.001);
  }
  const auto batch = numbers(book.next(0, false));
  ASSERT_GT(batch.size(), 3U);
  for (std::size_t i = 1; i < batch.size(); ++i) book.give_back(batch[i]);
  EXPECT_EQ(numbers(book.next(1, false)), (Numbers{batch[1]}));
  EXPECT_EQ(book.in_flight(), 2U);
}

TEST(TaskBook, TowardsTheEndNobodyTakesMoreThanItsPart) {
  TaskBook book = book_of(4, 1, 100);
  for (int i = 0; i < 60; ++i) {
    for (const auto number : numbers(book.next(0, true))) book.end(number, false, 0.001);
    if (book.waiting() < 20) break;
  }
  const std::uint64_t left = book.waiting();
  EXPECT_LE(book.next(0, true).size(), 1 + left / 8);
}

TEST(TaskBook, AFailureIsTriedAgainAndElsewhere) {
  TaskBook book = book_of(2, 1, 3, 3);
  EXPECT_EQ(numbers(book.next(0, true)), (Numbers{1}));
  EXPECT_EQ(book.end(1, true, 1), std::nullopt);
  EXPECT_EQ(numbers(book.next(0, true)), (Numbers{2}));  // not the one that failed here
  EXPECT_EQ(numbers(book.next(1, true)), (Numbers{1}));  // before those that are new
  EXPECT_EQ(book.end(1, true, 1), std::nullopt);
  EXPECT_EQ(numbers(book.next(1, true)), (Numbers{1}));  // it has failed everywhere
  const auto over = book.end(1, true, 1);
  ASSERT_TRUE(over.has_value());
  EXPECT_EQ(over->tries, 3U);
  EXPECT_EQ(book.retried(), 2U);
}

TEST(TaskBook, ALostRanksTasksGoToOthers) {
  TaskBook book = book_of(2, 2, 4);
  EXPECT_EQ(numbers(book.next(0, true)), (Numbers{1, 2}));
  book.remove(0);
  EXPECT_TRUE(book.has_ranks());
  EXPECT_EQ(numbers(book.next(0, true)), Numbers{});
  EXPECT_EQ(numbers(book.next(1, true)), (Numbers{1, 2}));
  EXPECT_EQ(book.end(1, false, 1)->tries, 1U);  // the try that was lost does not count
  EXPECT_EQ(numbers(book.next(1, true)), (Numbers{3}));
  const auto given_up = book.remove(1);
  ASSERT_EQ(given_up.size(), 1U);  // it was with both
  EXPECT_EQ(given_up[0].number, 2U);
  EXPECT_FALSE(book.has_ranks());
  EXPECT_EQ(book.in_flight(), 0U);
  EXPECT_EQ(book.waiting(), 2U);
  book.forget_waiting();
  EXPECT_EQ(book.waiting(), 0U);
}

TEST(TaskBook, TakesInNoMoreThanItNeeds) {
  TaskBook book(1, 1);
  book.set_jobs(0, 4);
  std::uint64_t tasks = 0;
  while (book.has_room()) book.add(task(++tasks));
  EXPECT_EQ(tasks, 1024U);
  book.forget_waiting();
  Task large = task(1);
  large.command.line = std::string(20 << 20, 'x');
  book.add(large);
  EXPECT_FALSE(book.has_room());
}

TEST(TaskBook, EachTaskIsEndedOnceWhateverHappens) {
  TaskBook book = book_of(3, 2, 500, 2);
  std::map<std::uint64_t, int> ended;
  std::set<std::uint64_t> flying;
  std::uint64_t step = 0;
  while (ended.size() < 500) {
    const int rank = static_cast<int>(++step % 3);
    for (const auto number : numbers(book.next(rank, true))) EXPECT_TRUE(flying.insert(number).second);
    if (flying.empty()) continue;
    const auto number = *std::next(flying.begin(), static_cast<std::ptrdiff_t>(step * 7919 % flying.size()));
    flying.erase(number);
    if (step % 5 == 0) {
      book.give_back(number);
    } else if (book.end(number, step % 3 == 0, 0.001)) {
      ++ended[number];
    }
  }
  for (const auto& [number, times] : ended) EXPECT_EQ(times, 1) << number;
  EXPECT_EQ(book.in_flight() + book.waiting(), 0U);
}

}  // namespace
}  // namespace rankwise::farm
