#include "rankwise/farm/shell_text.hpp"

#include <gtest/gtest.h>

#include "rankwise/base/errors.hpp"

namespace rankwise::farm {
namespace {

Place place_after(std::string_view text) {
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
  EXPECT_EQ(place_after("echo "), Place::plain);
  EXPECT_EQ(place_after("echo 'a' \"b\" \\' \\\" "), Place::plain);
  EXPECT_EQ(place_after("echo '"), Place::in_single_quotes);
  EXPECT_EQ(place_after("echo \"$(cat "), Place::plain);
  EXPECT_EQ(place_after("echo \"$(cat \""), Place::in_double_quotes);
  EXPECT_EQ(place_after("echo \"$(cat ')' x) "), Place::in_double_quotes);
  EXPECT_EQ(place_after("(cd x; "), Place::plain);
  EXPECT_EQ(place_after("echo $(( 1 + 2 )) "), Place::plain);
  EXPECT_EQ(place_after("echo ${x} "), Place::plain);
  EXPECT_EQ(place_after("echo `date` "), Place::plain);
  EXPECT_EQ(place_after("echo a#b "), Place::plain);
  EXPECT_EQ(place_after("echo # all of it\n"), Place::plain);
  EXPECT_EQ(place_after("# one\n# it's two\necho "), Place::plain);
  EXPECT_EQ(place_after("echo \"a \"#\"\n"), Place::in_double_quotes);
  EXPECT_EQ(place_after("echo 'a '#'\n"), Place::in_single_quotes);
}

TEST(ShellText, QuotesWithinQuotesCannotTakeAValue) {
  for (const char* text : {"sh -c \"grep '", "sh -c 'echo \"", "sh -c \"echo \\\"", "sh -c 'echo `", "ssh h 'rm \"a"}) {
    EXPECT_EQ(place_after(text), Place::unsafe) << text;
  }
  EXPECT_EQ(place_after("sh -c 'grep \"x\" "), Place::in_single_quotes);
  EXPECT_EQ(place_after("sh -c \"grep 'x' "), Place::in_double_quotes);
  EXPECT_EQ(place_after("sh -c \"echo $(ls 'a' | cat) "), Place::in_double_quotes);
}

TEST(ShellText, SomePlacesCannotTakeAValue) {
  for (const char* text :
       {"echo `", "echo \"`", "echo # ", "cat <<E\n", "echo ${x:-", "echo $((", "echo \"${x:-'", "\\", "echo $",
        "# a\n# b", "echo $'it", "echo \\\n# ", "echo \"${x:-it's}\" 'a} ", "$(case a in b) echo "}) {
    EXPECT_EQ(place_after(text), Place::unsafe) << text;
  }
  EXPECT_THROW(shell_word_at(Place::unsafe, "a b"), UsageError);
  EXPECT_EQ(shell_word_at(Place::unsafe, "7"), "7");
}

TEST(ShellText, WhatIsWithinQuotesIsAWordForTheNextShell) {
  EXPECT_EQ(shell_word_at(Place::in_single_quotes, "a b"), "'\\''a b'\\''");
  EXPECT_EQ(shell_word_at(Place::in_double_quotes, "$x"), "'\\$x'");
  EXPECT_EQ(shell_word_at(Place::in_double_quotes, "`id`"), "'\\`id\\`'");
}

TEST(ShellText, APlainValueIsNoPartOfWhatStandsNextToIt) {
  const auto word = [](std::string_view before, std::string_view after) {
    return shell_word_at(Place::plain, "2", neighbours(before, after));
  };
  EXPECT_EQ(word("echo ", ""), "2");
  EXPECT_EQ(word("echo ", ">f"), "'2'");
  EXPECT_EQ(word("echo ", " >f"), "2");
  EXPECT_EQ(word("echo $S", ""), "'2'");
  EXPECT_EQ(word("echo $", ""), "'2'");
  EXPECT_EQ(word("echo ${S}", ""), "2");
  EXPECT_EQ(word("echo ~", ""), "'2'");
  EXPECT_EQ(word("cat ~/x;echo ", ""), "2");
  EXPECT_EQ(shell_word_at(Place::in_double_quotes, "2", neighbours("echo \"$S", "")), "\"\"2");
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
