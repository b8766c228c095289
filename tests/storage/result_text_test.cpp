#include "rankwise/storage/result_table.hpp"

#include <gtest/gtest.h>

#include "tests/storage/result_files.hpp"

namespace rankwise::storage {
namespace {

using namespace test;

class ResultTextTest : public test::ResultTest {};

TEST_F(ResultTextTest, csv_quotes_what_it_must_and_keeps_every_bit) {
  EXPECT_EQ(written("x.csv", odd_table()),
            "name,\"count, all\",least,mean\n"
            "plain,0,0,0.1\n"
            "\"a,b\tc\",1,-9223372036854775808,-0.0\n"
            "\"say \"\"so\"\"\",18446744073709551615,9223372036854775807,nan\n"
            "\"two\nlines\",3,-1,inf\n"
            "Größe €,4,4,-inf\n"
            "😀,5,5,5e-324\n");
  EXPECT_EQ(content("x.csv.run.json"), record + '\n');
}

TEST_F(ResultTextTest, tsv_separates_with_tabs) {
  EXPECT_EQ(written("x.TSV", {{{"a\tb", Texts{"x,y", "x\ty"}}, {"c", Unsigned{1, 2}}}}),
            "\"a\tb\"\tc\nx,y\t1\n\"x\ty\"\t2\n");
  EXPECT_EQ(content("x.TSV.run.json"), record + '\n');
}

TEST_F(ResultTextTest, csv_has_no_line_that_readers_take_for_blank) {
  EXPECT_EQ(written("x.csv", {{{"", Texts{"", " ", "\r", "a"}}}}), "\"\"\n\"\"\n\" \"\n\"\r\"\na\n");
}

TEST_F(ResultTextTest, csv_tells_real_numbers_from_integers) {
  EXPECT_EQ(written("x.csv", {{{"x", Reals{0, 1, 1e15, 1e16, 1e300, -2, 1.0 / 3, -not_a_number}}}}),
            "x\n0.0\n1.0\n1000000000000000.0\n1e+16\n1e+300\n-2.0\n0.3333333333333333\nnan\n");
}

TEST_F(ResultTextTest, csv_keeps_bytes_and_names_as_they_are) {
  EXPECT_EQ(written("x.csv", {{{"a", Texts{"\xff"}}, {"a", Unsigned{1}}, {"", Unsigned{2}}}}), "a,a,\"\"\n\xff,1,2\n");
}

TEST_F(ResultTextTest, json_is_the_record_and_the_columns) {
  EXPECT_EQ(written("x.json", odd_table()), R"({"version":"0.1","digest":"99aa","note":"für alle","columns":{)"
                                            R"("name":["plain","a,b\tc","say \"so\"","two\nlines","Größe €","😀"],)"
                                            R"("count, all":[0,1,18446744073709551615,3,4,5],)"
                                            R"("least":[0,-9223372036854775808,9223372036854775807,-1,4,5],)"
                                            R"("mean":[0.1,-0.0,null,null,null,5e-324]}})"
                                            "\n");
  EXPECT_EQ(listing(), Names{"x.json"});
}

TEST_F(ResultTextTest, json_has_no_key_twice_and_no_broken_text) {
  const ResultTable table{{{"a", Unsigned{1}}, {"a", Unsigned{2}}, {"a.1", Unsigned{3}}, {"", Texts{"x\xff\xc3"}}}};
  write_result(parse_destination(in_folder("x.json")), table, "{}", false);
  EXPECT_EQ(content("x.json"), "{\"columns\":{\"a\":[1],\"a.2\":[2],\"a.1\":[3],\"3\":[\"x\ufffd\ufffd\"]}}\n");
}

}  // namespace
}  // namespace rankwise::storage
