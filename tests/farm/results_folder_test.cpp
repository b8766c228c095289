#include "rankwise/farm/results_folder.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "rankwise/base/errors.hpp"
#include "tests/support/temporary_folder.hpp"

namespace rankwise::farm {
namespace {

std::string text_of(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

TEST(ResultName, ValuesAreReadableInIt) {
  EXPECT_EQ(result_name({"a b.c"}, "id"), "a b.c");
  EXPECT_EQ(result_name({"/a/b"}, "id"), "%2Fa%2Fb");
  EXPECT_EQ(result_name({"100%"}, "id"), "100%25");
  EXPECT_EQ(result_name({".."}, "id"), "%2E.");
  EXPECT_EQ(result_name({"a\nb"}, "id"), "a%0Ab");
  EXPECT_EQ(result_name({"a,b"}, "id"), "a%2Cb");
  EXPECT_EQ(result_name({"a,b", "c"}, "id"), "a%2Cb,c");
  EXPECT_EQ(result_name({""}, "id"), "%");
  EXPECT_EQ(result_name({"", ""}, "id"), ",");
}

TEST(ResultName, LongOnesAreCutBetweenCharacters) {
  EXPECT_EQ(result_name({std::string(200, 'x')}, "id"), std::string(200, 'x'));
  EXPECT_EQ(result_name({std::string(201, 'x')}, "id"), std::string(160, 'x') + "~id");
  std::string umlauts = "x";
  for (int i = 0; i < 200; ++i) umlauts += "ü";
  EXPECT_EQ(result_name({umlauts}, "id"), umlauts.substr(0, 159) + "~id");
}

TEST(ResultsFolder, HasWholeFilesOfEachTask) {
  const test::TemporaryFolder folder;
  const std::string path = folder / "results";
  ResultsFolder results(path);
  results.append(0, "one ");
  results.append(1, "oh");
  results.append(0, "two");
  EXPECT_FALSE(std::filesystem::exists(path + "/a.out"));
  results.finish("a", true);
  results.finish("b", true);
  results.make_durable();
  EXPECT_EQ(text_of(path + "/a.out"), "one two");
  EXPECT_EQ(text_of(path + "/a.err"), "oh");
  EXPECT_EQ(text_of(path + "/b.out"), "");
  EXPECT_TRUE(std::filesystem::exists(path + "/b.out") && !std::filesystem::exists(path + "/b.err"));
  results.append(0, "new");
  results.finish("a");
  EXPECT_EQ(text_of(path + "/a.out"), "new");
  EXPECT_FALSE(std::filesystem::exists(path + "/a.err"));
}

TEST(ResultsFolder, HalfAResultOfAKilledRunGoes) {
  const test::TemporaryFolder folder;
  const std::string path = folder / "results";
  {
    ResultsFolder results(path);
    results.append(0, "half");
  }
  EXPECT_TRUE(std::filesystem::is_empty(path));
  std::ofstream(path + "/.rankwise-part-abc") << "half";  // of one that was killed
  ResultsFolder results(path);
  results.finish("a");
  EXPECT_EQ(text_of(path + "/a.out"), "");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(path), std::filesystem::directory_iterator()), 1);
}

TEST(ResultsFolder, TwoRunsDoNotDisturbEachOther) {
  const test::TemporaryFolder folder;
  ResultsFolder one(folder / "results");
  one.append(0, "of the first");
  {
    ResultsFolder other(folder / "results");
    other.append(0, "of the other");
    other.finish("b");
  }
  one.finish("a");
  EXPECT_EQ(text_of(folder / "results/a.out"), "of the first");
  EXPECT_EQ(text_of(folder / "results/b.out"), "of the other");
}

TEST(ResultsFolder, WhatIsNoFolderIsAnError) {
  const test::TemporaryFolder folder;
  EXPECT_THROW(ResultsFolder(folder.file("file", "")), IoError);
  EXPECT_THROW(ResultsFolder(folder / "none/results"), IoError);
  EXPECT_THROW(
      {
        ResultsFolder results(folder / "results");
        results.finish("not/there");
      },
      IoError);
}

}  // namespace
}  // namespace rankwise::farm
