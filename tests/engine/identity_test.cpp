#include "rankwise/engine/identity.hpp"

#include <gtest/gtest.h>

namespace rankwise::engine {
namespace {

TEST(Identity, whatever_moves_bits_tells_jobs_apart) {
  const Identity base{.method = "columns", .version = 1, .input = "x", .seed = 0, .options = "a"};
  EXPECT_EQ(base.digest(), Identity(base).digest());
  Identity other = base;
  other.method = "rows";
  EXPECT_NE(base.digest(), other.digest());
  other = base;
  other.version = 2;
  EXPECT_NE(base.digest(), other.digest());
  other = base;
  other.input = "y";
  EXPECT_NE(base.digest(), other.digest());
  other = base;
  other.seed = 1;
  EXPECT_NE(base.digest(), other.digest());
  other = base;
  other.options = "b";
  EXPECT_NE(base.digest(), other.digest());
}

}  // namespace
}  // namespace rankwise::engine
