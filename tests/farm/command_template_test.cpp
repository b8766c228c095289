#include "rankwise/farm/command_template.hpp"

#include <gtest/gtest.h>

#include "rankwise/base/errors.hpp"

namespace rankwise::farm {
namespace {

using Words = std::vector<std::string>;

processes::Command filled(const std::string& text, Words values, std::uint64_t number = 1) {
  return CommandTemplate(text).fill({.number = number, .values = std::move(values)});
}

TEST(CommandTemplate, WithoutShellCharactersValuesAreWordsAsTheyAre) {
  const auto command = filled("gzip -k {} --to {/.}", {"/a b/c'd.e"});
  EXPECT_EQ(command.words, (Words{"gzip", "-k", "/a b/c'd.e", "--to", "c'd"}));
  EXPECT_EQ(command.line, "gzip -k '/a b/c'\"'\"'d.e' --to 'c'\"'\"'d'");
}

TEST(CommandTemplate, WithThemAShellGetsTheLine) {
  const auto command = filled("cat {} > {.}.x", {"a b.c"});
  EXPECT_TRUE(command.words.empty());
  EXPECT_EQ(command.line, "cat 'a b.c' > 'a b'.x");
}

TEST(CommandTemplate, WithoutAPlaceTheValueFollows) {
  EXPECT_EQ(filled("echo", {"x"}).words, (Words{"echo", "x"}));
  EXPECT_EQ(filled("seed {#}", {"x"}, 7).words, (Words{"seed", "7"}));
}

TEST(CommandTemplate, WithoutACommandTheValueIsOne) {
  EXPECT_EQ(filled("", {"echo  a b"}).words, (Words{"echo", "a", "b"}));
  EXPECT_EQ(filled("", {"echo a; echo b"}).line, "echo a; echo b");
  EXPECT_TRUE(filled("", {"echo a; echo b"}).words.empty());
}

TEST(CommandTemplate, SeveralValuesAreSeveralWords) {
  EXPECT_EQ(filled("echo a{}b", {"1", "2 3"}).words, (Words{"echo", "a1", "2 3b"}));
  EXPECT_EQ(filled("echo {2}-{1} {-1} {3}", {"x", "y"}).words, (Words{"echo", "y-x", "y"}));
  EXPECT_EQ(filled("echo {2}; x", {"x", "y z"}).line, "echo 'y z'; x");
}

TEST(CommandTemplate, OtherBracesAreText) {
  EXPECT_EQ(filled("awk {print} {}", {"f"}).line, "awk {print} f");
  EXPECT_EQ(filled("echo {0} {a} { } {1.2} {99999999999} {}", {"f"}).line, "echo {0} {a} { } {1.2} {99999999999} f");
}

TEST(CommandTemplate, EmptyValuesAreWordsToo) {
  EXPECT_EQ(filled("echo {}", {""}).words, (Words{"echo", ""}));
  EXPECT_EQ(filled("echo {};", {""}).line, "echo '';");
}

TEST(CommandTemplate, ValuesBetweenQuotesArePlainOnes) {
  EXPECT_EQ(filled("awk '{print \"{}\"}' f", {"x.y"}).line, "awk '{print \"x.y\"}' f");
  for (const char* text : {"echo \"{}\"", "sh -c 'echo {}'", "sh -c 'echo '\\''{}'\\'''", "echo `echo {}`"}) {
    EXPECT_THROW(filled(text, {"a b"}), UsageError) << text;
  }
}

TEST(CommandTemplate, WhatIsMissingJoinsNothing) {
  EXPECT_EQ(filled("cat <{3}<{1};", {"E"}).line, "cat <''<E;");
  EXPECT_EQ(filled("echo $HO{3}{1};", {"ME"}).line, "echo $HO'''ME';");
  EXPECT_EQ(filled("echo {3} {1};", {"a"}).line, "echo  a;");
}

TEST(CommandTemplate, KnowsItsNumbers) {
  EXPECT_TRUE(CommandTemplate("x {#}").has_numbers());
  EXPECT_FALSE(CommandTemplate("x {1}").has_numbers());
}

}  // namespace
}  // namespace rankwise::farm
