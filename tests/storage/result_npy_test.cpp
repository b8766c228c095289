#include "rankwise/storage/result_table.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <utility>

#include "tests/storage/result_readers.hpp"

namespace rankwise::storage {
namespace {

using namespace test;

class ResultNpyTest : public test::ResultTest {};

TEST_F(ResultNpyTest, npy_is_an_array_of_records) {
  static_assert(std::endian::native == std::endian::little);
  const NpyHeader header(written("x.npy", odd_table()));
  EXPECT_EQ(header.version, std::string("\1\0", 2));
  EXPECT_EQ(header.text,
            "{'descr': [('name', '<U9'), ('count, all', '<u8'), ('least', '<i8'), ('mean', '<f8')], "
            "'fortran_order': False, 'shape': (6,), }");
  constexpr std::size_t record_bytes = 9 * 4 + 3 * 8;
  ASSERT_EQ(header.records.size(), 6 * record_bytes);
  const std::u32string sixth = {U'😀', 0, 0, 0, 0, 0, 0, 0, 0}, fifth = U"Größe €\0";
  for (std::size_t i = 0; i < 9; ++i) {
    EXPECT_EQ(value_at<char32_t>(header.records, 5 * record_bytes + 4 * i), sixth[i]);
    EXPECT_EQ(value_at<char32_t>(header.records, 4 * record_bytes + 4 * i), i < fifth.size() ? fifth[i] : 0);
  }
  EXPECT_EQ(value_at<std::uint64_t>(header.records, 2 * record_bytes + 36), UINT64_MAX);
  EXPECT_EQ(value_at<std::int64_t>(header.records, record_bytes + 44), INT64_MIN);
  EXPECT_EQ(value_at<double>(header.records, 3 * record_bytes + 52), infinity);
  EXPECT_TRUE(std::signbit(value_at<double>(header.records, record_bytes + 52)));
  EXPECT_EQ(content("x.npy.run.json"), record + '\n');
}

TEST_F(ResultNpyTest, npy_has_the_version_that_its_names_need) {
  const NpyHeader latin1(written("x.npy", {{{"Größe 'a'\\\n", Unsigned{1}}}}));
  EXPECT_EQ(latin1.version, std::string("\1\0", 2));
  EXPECT_TRUE(
      latin1.text.starts_with("{'descr': [('Gr\xf6\xdf"
                              "e \\'a\\'\\\\\\x0a', '<u8')]"));
  const NpyHeader utf8(written("x.npy", {{{"€", Unsigned{1}}, {"€", Unsigned{1}}}}));
  EXPECT_EQ(utf8.version, std::string("\3\0", 2));
  EXPECT_TRUE(utf8.text.starts_with("{'descr': [('€', '<u8'), ('€.1', '<u8')]"));
  const NpyHeader long_header(written("x.npy", {{{std::string(70'000, 'x'), Unsigned{1}}}}));
  EXPECT_EQ(long_header.version, std::string("\2\0", 2));
  EXPECT_EQ(value_at<std::uint64_t>(long_header.records, 0), 1U);
}

TEST_F(ResultNpyTest, npy_replaces_what_is_no_utf8_as_unicode_counts_it) {
  // The standard's example, table 3-8 of Unicode 15, and cases of tables 3-9 to 3-11.
  const std::vector<std::pair<std::string, std::u32string>> cases{
      {"\x61\xf1\x80\x80\xe1\x80\xc2\x62\x80\x63\x80\xbf\x64", U"a\ufffd\ufffd\ufffdb\ufffdc\ufffd\ufffdd"},
      {"\xc0\xaf\xe0\x80\xbf\xf0\x81\x82\x41", U"\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffdA"},
      {"\xed\xa0\x80\xed\xbf\xbf\xed\xaf\x41", U"\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffdA"},
      {"\xf4\x91\x92\x93\xff\x41\x80\xbf\x42", U"\ufffd\ufffd\ufffd\ufffd\ufffdA\ufffd\ufffdB"},
      {"\xe1\x80\xe2\xf0\x91\x92\xf1\xbf\x41", U"\ufffd\ufffd\ufffd\ufffdA"},
      {"\xc2\x80\xdf\xbf\xe0\xa0\x80\xef\xbf\xbd\xf0\x90\x80\x80\xf4\x8f\xbf\xbf",
       {0x80, 0x7ff, 0x800, 0xfffd, 0x10000, 0x10ffff}},
      {std::string("a\0b", 3), U"a\ufffdb"}};
  for (const auto& [text, expected] : cases) {
    const NpyHeader header(written("x.npy", {{{"x", Texts{text}}}}));
    ASSERT_EQ(header.records.size(), 4 * expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i) {
      EXPECT_EQ(value_at<char32_t>(header.records, 4 * i), expected[i]) << i;
    }
    write("x.h5", {{{"x", Texts{text}}}}, true);
    std::string utf8 = written("x.json", {{{"x", Texts{text}}}});
    if (text.find('\0') == std::string::npos) {
      EXPECT_NE(utf8.find("[\"" + Hdf5File(in_folder("x.h5")).texts("/x").front() + "\"]"), std::string::npos);
    }
  }
}

}  // namespace
}  // namespace rankwise::storage
