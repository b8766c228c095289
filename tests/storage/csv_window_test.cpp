#include "rankwise/storage/csv_window.hpp"

#include <gtest/gtest.h>

#include "tests/support/temporary_folder.hpp"

namespace rankwise::storage {
namespace {

TEST(CsvWindow, shows_a_place_piece_by_piece) {
  const test::TemporaryFolder folder;
  const CsvText text(folder.file("a.csv", "0123456789"));
  CsvWindow window(text, {3});
  window.open({1, 9});
  EXPECT_EQ(window.shown(), "");
  ASSERT_TRUE(window.read_on(window.shown().data()));
  EXPECT_EQ(window.shown(), "123");
  ASSERT_TRUE(window.read_on(window.shown().data() + 2));
  EXPECT_EQ(window.shown(), "3456");
  EXPECT_EQ(window.offset_of(window.shown().data() + 1), 4U);
  ASSERT_TRUE(window.read_on(window.shown().data()));
  EXPECT_EQ(window.shown(), "345678") << "a piece, but no more than there is";
  EXPECT_FALSE(window.read_on(window.shown().data()));
  EXPECT_EQ(window.shown(), "345678");
  window.open({0, 1});
  ASSERT_TRUE(window.read_on(window.shown().data()));
  EXPECT_EQ(window.shown(), "0");
}

TEST(CsvWindow, doubles_while_nothing_is_let_go) {
  const test::TemporaryFolder folder;
  const CsvText text(folder.file("a.csv", std::string(1000, 'x')));
  CsvWindow window(text, {1});
  window.open({0, 1000});
  int times = 0;
  while (window.read_on(window.shown().data())) ++times;
  EXPECT_EQ(window.shown(), std::string(1000, 'x'));
  EXPECT_LE(times, 11);
}

}  // namespace
}  // namespace rankwise::storage
