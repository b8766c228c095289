#include "rankwise/base/finding.hpp"

#include <gtest/gtest.h>

namespace rankwise {
namespace {

TEST(Finding, one_that_is_not_ok_is_noticed) {
  EXPECT_TRUE(all_ok({}));
  EXPECT_TRUE(all_ok({{.topic = "a"}, {.topic = "b"}}));
  EXPECT_FALSE(all_ok({{.topic = "a"}, {.ok = false, .topic = "b"}}));
}

}  // namespace
}  // namespace rankwise
