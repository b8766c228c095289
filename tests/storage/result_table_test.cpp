#include "rankwise/storage/result_table.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <utility>

#include "tests/storage/result_readers.hpp"

namespace rankwise::storage {
namespace {

using namespace test;

class ResultTableTest : public test::ResultTest {};

TEST(Destination, is_split_after_an_hdf5_file_alone) {
  const auto parts = [](const std::string& text) {
    const Destination destination = parse_destination(text);
    return std::pair(destination.file, destination.dataset);
  };
  using Parts = std::pair<std::string, std::string>;
  EXPECT_EQ(parts("a.h5"), Parts("a.h5", ""));
  EXPECT_EQ(parts("a.h5:/x/y"), Parts("a.h5", "/x/y"));
  EXPECT_EQ(parts("10:30.HDF5:x"), Parts("10:30.HDF5", "x"));
  EXPECT_EQ(parts("a:b.csv"), Parts("a:b.csv", ""));
  EXPECT_EQ(parts("a.npy:b.csv"), Parts("a.npy:b.csv", ""));
  EXPECT_EQ(parts("a.h5:b.csv"), Parts("a.h5", "b.csv"));
  EXPECT_EQ(parts("dir/a.h5:"), Parts("dir/a.h5", ""));
}

TEST(Destination, has_its_format_by_its_ending) {
  EXPECT_EQ(format_of(parse_destination("a.h5")), OutputFormat::hdf5);
  EXPECT_EQ(format_of(parse_destination("a.Hdf5:x")), OutputFormat::hdf5);
  EXPECT_EQ(format_of(parse_destination("a.csv")), OutputFormat::csv);
  EXPECT_EQ(format_of(parse_destination("A.TSV")), OutputFormat::csv);
  EXPECT_EQ(format_of(parse_destination("a.json")), OutputFormat::json);
  EXPECT_EQ(format_of(parse_destination("a.npy")), OutputFormat::npy);
}

TEST(Destination, of_no_format_or_with_a_dataset_where_there_are_none_is_a_usage_error) {
  for (const char* text : {"", "a", "a.txt", "a.csv.gz", "csv", "a.h5x", "a.txt:x", "a.h5:x:y"}) {
    EXPECT_THROW(parse_destination(text), UsageError) << text;
  }
  EXPECT_EQ(error_of([] { parse_destination("a.csv:x"); }), "a.csv:x: only .h5 and .hdf5 files have datasets to name");
}

TEST_F(ResultTableTest, without_rows_or_columns_is_whole) {
  const ResultTable no_rows{{{"a", Texts{}}, {"b", Reals{}}}}, no_columns;
  EXPECT_EQ(written("x.csv", no_rows), "a,b\n");
  EXPECT_EQ(written("x.csv", no_columns), "\n");
  EXPECT_TRUE(written("x.json", no_rows)
                  .ends_with(R"("columns":{"a":[],"b":[]}})"
                             "\n"));
  EXPECT_TRUE(written("x.json", no_columns).ends_with("\"columns\":{}}\n"));
  EXPECT_TRUE(NpyHeader(written("x.npy", no_rows)).text.starts_with("{'descr': [('a', '<U1'), ('b', '<f8')],"));
  EXPECT_EQ(NpyHeader(written("x.npy", no_columns)).text, "{'descr': [], 'fortran_order': False, 'shape': (0,), }");
  write("x.h5", no_rows);
  EXPECT_EQ(Hdf5File(in_folder("x.h5")).texts("a"), Texts{});
  EXPECT_EQ(Hdf5File(in_folder("x.h5")).numbers<double>("b", H5T_NATIVE_DOUBLE), Reals{});
  write("x.h5", no_columns, true);
  EXPECT_EQ(Hdf5File(in_folder("x.h5")).names("/"), Texts{});
}

TEST_F(ResultTableTest, same_results_are_the_same_bytes) {
  for (const char* name : {"x.h5:a", "x.csv", "x.json", "x.npy"}) {
    const Destination destination = parse_destination(name);
    write(name, odd_table());
    const std::string first = content(destination.file);
    write(name, odd_table(), true);
    EXPECT_EQ(content(destination.file), first) << name;
  }
}

TEST_F(ResultTableTest, replaces_files_only_if_told_to) {
  for (const std::string name : {"x.h5", "x.csv", "x.json", "x.npy"}) {
    put(name, "old");
    const Destination destination = parse_destination(in_folder(name));
    const std::string refusal = in_folder(name) + " exists; --overwrite replaces it";
    EXPECT_EQ(error_of([&] { check_destination(destination, false); }), refusal);
    EXPECT_EQ(error_of([&] { write(name, odd_table()); }), refusal);
    EXPECT_EQ(content(name), "old");
    EXPECT_EQ(listing(), Names{name});
    check_destination(destination, true);
    EXPECT_EQ(listing(), Names{name});
    EXPECT_NE(written(name, odd_table()), "old");
    fs::remove_all(folder_);
    fs::create_directory(folder_);
  }
}

TEST_F(ResultTableTest, record_of_a_file_that_is_gone_is_replaced) {
  put("x.csv.run.json", "old");
  write("x.csv", odd_table());
  EXPECT_EQ(content("x.csv.run.json"), record + '\n');
}

TEST_F(ResultTableTest, whose_record_cannot_be_written_is_not_written) {
  fs::create_directory(in_folder("x.csv.run.json"));
  EXPECT_EQ(error_of([&] { check_destination(parse_destination(in_folder("x.csv")), true); }),
            in_folder("x.csv.run.json is a folder"));
  EXPECT_EQ(error_of([&] { write("x.csv", odd_table()); }), in_folder("x.csv.run.json is a folder"));
  EXPECT_EQ(listing(), Names{"x.csv.run.json"});
}

TEST_F(ResultTableTest, that_cannot_get_its_name_leaves_no_record) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can make a file of another user";
  put("x.csv", "another's");
  ASSERT_EQ(chmod(folder_.c_str(), 01777), 0);  // as /tmp has it: nobody may replace another's file
  ASSERT_EQ(seteuid(65534), 0);
  const std::string error = error_of([&] { write("x.csv", odd_table(), true); });
  ASSERT_EQ(seteuid(0), 0);
  EXPECT_EQ(error, in_folder("x.csv cannot be written: Operation not permitted"));
  EXPECT_EQ(content("x.csv"), "another's");
  EXPECT_EQ(listing(), Names{"x.csv"});
}

TEST_F(ResultTableTest, in_a_folder_that_is_missing_is_an_error) {
  for (const std::string name : {"none/x.h5", "none/x.csv", "none/x.json", "none/x.npy"}) {
    EXPECT_EQ(error_of([&] { write(name, odd_table()); }),
              in_folder(name) + " cannot be written: folder " + in_folder("none: No such file or directory"));
  }
}

}  // namespace
}  // namespace rankwise::storage
