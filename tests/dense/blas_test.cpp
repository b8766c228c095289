#include "rankwise/dense/blas.hpp"

#include <gtest/gtest.h>

namespace rankwise::dense {
namespace {

TEST(Blas, is_in_order_where_it_can_be_loaded) {
  load();
  const auto findings = diagnose();
  ASSERT_EQ(findings.size(), 1);
  EXPECT_TRUE(findings[0].ok) << findings[0].message;
  EXPECT_EQ(findings[0].topic, openblas_core() ? "OpenBLAS" : "BLAS");
}

}  // namespace
}  // namespace rankwise::dense
