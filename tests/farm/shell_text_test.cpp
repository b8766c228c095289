#include "rankwise/farm/shell_text.hpp"

#include <gtest/gtest.h>

#include "rankwise/base/errors.hpp"

namespace rankwise::farm {
namespace {

ShellPlace place_after(std::string_view text) {
  ShellReader reader;
  reader.read(text);
  return reader.place();
}

TEST(ShellText, PlainWordsStayAsTheyAre) {
  for (const char* word : {"a", "-x", "a/b.c", "1,2", "a:b@c%d+e", "_"}) EXPECT_EQ(shell_word(word), word);
}

TEST(ShellText, OthersAreQuoted) {
  EXPECT_EQ(shell_word(""), "''");
  EXPECT_EQ(shell_word("a b"), "'a b'");
  EXPECT_EQ(shell_word("$(id)"), "'$(id)'");
  EXPECT_EQ(shell_word("it's"), "'it'\"'\"'s'");
  EXPECT_EQ(shell_word("a=b"), "'a=b'");
  EXPECT_EQ(shell_word("a\nb"), "'a\nb'");
}

TEST(ShellText, AWordIsNeverMuchLongerThanItsValue) {
  EXPECT_EQ(shell_word(std::string(100'000, '\'')).size(), 100'002U);
  EXPECT_EQ(shell_word(std::string(100'000, '$')).size(), 100'002U);
}

TEST(ShellText, PlacesAreKnown) {
  for (const char* text : {"echo ", "echo 'a' \"b\" \\' \\\" ", "(cd x; ", "echo ${x} $y ", "echo a#b ", "echo # all\n",
                           "# one\n# it's two\necho ", "echo \"$(cat ", "echo \"$(cat 'x' | wc -l)\" ", "f() { cat "}) {
    EXPECT_EQ(place_after(text), ShellPlace::plain) << text;
  }
  for (const char* text : {"echo '", "echo '\\", "sh -c 'echo \"", "echo 'a '#'\n"}) {
    EXPECT_EQ(place_after(text), ShellPlace::in_quotes) << text;
  }
  for (const char* text :
       {"echo \"a '", "echo \"\\\"", "echo \"$(cat \"", "echo \"$(cat ')' x) ", "echo \"a \"#\"\n"}) {
    EXPECT_EQ(place_after(text), ShellPlace::in_double_quotes) << text;
  }
}

TEST(ShellText, WhatIsNotCertainIsUnsafe) {
  for (const char* text : {"echo `",
                           "echo \"`",
                           "echo `date` ",
                           "echo # ",
                           "# a\n# b",
                           "cat <<E\n",
                           "cat <\\\n<E\n",
                           "echo ${x:-",
                           "echo ${x:-y} ",
                           "echo $((",
                           "echo $((1 + 2)) ",
                           "echo \"${x:-'",
                           "\\",
                           "echo $",
                           "echo $'it",
                           "echo $\"it",
                           "echo \\\n# ",
                           "$(case a in b) echo ",
                           ": `: \\\\' ",
                           ": \"${x:-(')}"}) {
    EXPECT_EQ(place_after(text), ShellPlace::unsafe) << text;
  }
}

TEST(ShellText, OnlyPlainValuesGoWhereNothingCanBeQuoted) {
  for (const auto place : {ShellPlace::in_quotes, ShellPlace::in_double_quotes, ShellPlace::unsafe}) {
    EXPECT_EQ(shell_word_at(place, "7.x"), "7.x");
    for (const char* value : {"a b", "", "'", "$x", "a=b", "~"}) EXPECT_THROW(shell_word_at(place, value), UsageError);
  }
}

TEST(ShellText, APlainValueIsNoPartOfWhatStandsNextToIt) {
  const auto word = [](std::string_view before, std::string_view after) {
    return shell_word_at(ShellPlace::plain, "2", neighbours(before, after));
  };
  EXPECT_EQ(word("echo ", ""), "2");
  EXPECT_EQ(word("echo ", ">f"), "'2'");
  EXPECT_EQ(word("echo ", " >f"), "2");
  EXPECT_EQ(word("echo $S", ""), "'2'");
  EXPECT_EQ(word("echo $", ""), "'2'");
  EXPECT_EQ(word("echo ${S}", ""), "2");
  EXPECT_EQ(word("echo ~", ""), "'2'");
  EXPECT_EQ(word("cat ~/x;echo ", ""), "2");
  EXPECT_EQ(word("echo x=~a", ""), "'2'");
  EXPECT_EQ(word("echo a~", ""), "2");
  EXPECT_EQ(shell_word_at(ShellPlace::plain, "a", neighbours("echo ", ">f")), "a");
  EXPECT_EQ(shell_word_at(ShellPlace::in_quotes, "2", neighbours("awk '$1~/", "/>3'")), "2");
  EXPECT_EQ(shell_word_at(ShellPlace::in_double_quotes, "2", neighbours("echo \"$S", "")), "\"\"2");
}

TEST(ShellText, LinesWithoutShellCharactersNeedNoShell) {
  EXPECT_TRUE(is_plain("gzip -k a.txt"));
  EXPECT_TRUE(is_plain("convert --size=3 x"));
  EXPECT_TRUE(is_plain(std::string_view("gzip \0", 6)));
  for (const char* line : {"", "  ", "a=1 cmd", "a; b", "a | b", "echo $x", "echo *", "echo 'x'", "cd ~", "echo {a}",
                           "a\nb", "! a", "echo #x", "echo a&"}) {
    EXPECT_FALSE(is_plain(line)) << line;
  }
}

}  // namespace
}  // namespace rankwise::farm
