#include "rankwise/learning/target.hpp"

#include <gtest/gtest.h>

namespace rankwise::learning {
namespace {

using Classes = std::vector<std::uint32_t>;
using Numbers = std::vector<double>;
using Texts = std::vector<std::string>;

void expect_same_after_a_journey(const Target& target) {
  ByteWriter out;
  target.encode(out);
  const auto bytes = out.take();
  ByteReader in(bytes);
  const Target found = Target::decode(in);
  EXPECT_TRUE(in.empty());
  EXPECT_EQ(found.name, target.name);
  EXPECT_EQ(found.classes, target.classes);
  EXPECT_EQ(found.labels, target.labels);
}

TEST(Target, classes_are_places_among_sorted_labels) {
  const Target numbers("kind", Numbers{10, -1, 10, 2.5});
  EXPECT_EQ(numbers.classes, (Classes{2, 0, 2, 1}));
  EXPECT_EQ(numbers.labels, Labels(Numbers{-1, 2.5, 10}));
  EXPECT_EQ(numbers.label(2), "10");
  EXPECT_EQ(numbers.class_count(), 3U);
  expect_same_after_a_journey(numbers);

  const Target texts("color", Texts{"red", "Zürich", "blue", "red"});
  EXPECT_EQ(texts.classes, (Classes{2, 0, 1, 2}));
  EXPECT_EQ(texts.labels, Labels(Texts{"Zürich", "blue", "red"}));
  EXPECT_EQ(texts.label(0), "Zürich");
  expect_same_after_a_journey(texts);
}

TEST(Target, of_no_samples_has_no_classes) {
  const Target none("kind", Texts{});
  EXPECT_EQ(none.class_count(), 0U);
  expect_same_after_a_journey(none);
}

}  // namespace
}  // namespace rankwise::learning
