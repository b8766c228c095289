#include "rankwise/base/errors.hpp"

#include <gtest/gtest.h>

#include <csignal>

namespace rankwise {
namespace {

TEST(Errors, have_the_exit_codes_that_the_help_promises) {
  EXPECT_EQ(UsageError("x").exit_code(), 2);
  EXPECT_EQ(InputError("x").exit_code(), 3);
  EXPECT_EQ(IoError("x").exit_code(), 3);
  EXPECT_EQ(MpiError("x").exit_code(), 4);
  EXPECT_EQ(Stopped(SIGTERM).exit_code(), 143);
}

}  // namespace
}  // namespace rankwise
