#include "rankwise/storage/element_type.hpp"

#include <gtest/gtest.h>

#include <string>

namespace rankwise::storage {
namespace {

TEST(ElementType, sizes_and_names_agree) {
  for (int i = 0; i < 10; ++i) {
    const auto type = static_cast<ElementType>(i);
    const std::string name(name_of(type));
    EXPECT_TRUE(name.ends_with(std::to_string(8 * size_of(type)))) << name;
    EXPECT_EQ(is_floating(type), name.starts_with("float"));
    with_type(type, [&](auto zero) {
      EXPECT_EQ(sizeof(zero), size_of(type));
      EXPECT_EQ(std::is_floating_point_v<decltype(zero)>, is_floating(type));
      EXPECT_EQ(std::is_unsigned_v<decltype(zero)>, name.starts_with("uint"));
    });
  }
}

}  // namespace
}  // namespace rankwise::storage
