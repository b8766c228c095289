#include "rankwise/farm/path_parts.hpp"

#include <gtest/gtest.h>

namespace rankwise::farm {
namespace {

/// What GNU parallel 20221122 prints for echo {.} {/} {//} {/.}.
struct Expected {
  const char *value, *without_extension, *name, *folder, *bare_name;
};

TEST(PathParts, AreThoseOfGnuParallel) {
  for (const Expected& e :
       {Expected{"foo", "foo", "foo", ".", "foo"}, Expected{"bar/", "bar/", "", ".", ""},
        Expected{"/abs/x.tar.gz", "/abs/x.tar", "x.tar.gz", "/abs", "x.tar"}, Expected{"./y", "./y", "y", ".", "y"},
        Expected{"a.b/c", "a.b/c", "c", "a.b", "c"}, Expected{".hidden", "", ".hidden", ".", ""},
        Expected{"x.", "x", "x.", ".", "x"}, Expected{"/", "/", "", "/", ""}, Expected{"a//b", "a//b", "b", "a", "b"},
        Expected{"..", ".", "..", ".", "."}, Expected{"", "", "", ".", ""}}) {
    EXPECT_EQ(part_of(e.value, Part::all), e.value);
    EXPECT_EQ(part_of(e.value, Part::without_extension), e.without_extension) << e.value;
    EXPECT_EQ(part_of(e.value, Part::name), e.name) << e.value;
    EXPECT_EQ(part_of(e.value, Part::folder), e.folder) << e.value;
    EXPECT_EQ(part_of(e.value, Part::bare_name), e.bare_name) << e.value;
  }
}

}  // namespace
}  // namespace rankwise::farm
