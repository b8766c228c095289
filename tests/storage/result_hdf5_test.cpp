#include "rankwise/storage/result_table.hpp"

#include <gtest/gtest.h>

#include <bit>

#include "tests/storage/result_readers.hpp"

namespace rankwise::storage {
namespace {

using namespace test;

class ResultHdf5Test : public test::ResultTest {};

TEST_F(ResultHdf5Test, hdf5_has_a_dataset_for_each_column) {
  const ResultTable table = odd_table();
  write("x.h5", table);
  EXPECT_EQ(listing(), Names{"x.h5"});
  const Hdf5File file(in_folder("x.h5"));
  EXPECT_EQ(file.names("/"), (Texts{"name", "count, all", "least", "mean"}));
  EXPECT_EQ(file.texts("name"), std::get<Texts>(table.columns[0].values));
  EXPECT_EQ(file.numbers<std::uint64_t>("count, all", H5T_NATIVE_UINT64), std::get<Unsigned>(table.columns[1].values));
  EXPECT_EQ(file.numbers<std::int64_t>("least", H5T_NATIVE_INT64), std::get<Signed>(table.columns[2].values));
  const auto bits = [](const Reals& values) {
    Unsigned all;
    for (const double value : values) all.push_back(std::bit_cast<std::uint64_t>(value));
    return all;
  };
  EXPECT_EQ(bits(file.numbers<double>("mean", H5T_NATIVE_DOUBLE)), bits(std::get<Reals>(table.columns[3].values)));
  EXPECT_EQ(file.attribute("/", "rankwise_run"), record);
}

TEST_F(ResultHdf5Test, hdf5_makes_the_groups_above) {
  for (const char* name : {"x.h5:/runs/first", "x.h5:runs/first", "x.h5:/runs//./first/"}) {
    write(name, odd_table(), true);
    const Hdf5File file(in_folder("x.h5"));
    EXPECT_EQ(file.names("/runs/first"), (Texts{"name", "count, all", "least", "mean"})) << name;
    EXPECT_EQ(file.attribute("/runs/first", "rankwise_run"), record);
    EXPECT_EQ(file.names("/"), Texts{"runs"});
  }
  for (const char* name : {"x.h5:/", "x.h5:.", "x.h5:"}) {
    write(name, odd_table(), true);
    EXPECT_EQ(Hdf5File(in_folder("x.h5")).names("/").size(), 4U) << name;
  }
}

TEST_F(ResultHdf5Test, hdf5_names_are_made_fit) {
  write("x.h5",
        {{{"m/s", Unsigned{1}}, {"m/s", Unsigned{2}}, {".", Unsigned{3}}, {"", Unsigned{4}}, {"..", Unsigned{5}}}});
  const Hdf5File file(in_folder("x.h5"));
  EXPECT_EQ(file.names("/"), (Texts{"m\u2215s", "m\u2215s.1", "\u2024", "3", ".."}));
  EXPECT_EQ(file.numbers<std::uint64_t>("m\u2215s.1", H5T_NATIVE_UINT64), Unsigned{2});
}

TEST_F(ResultHdf5Test, hdf5_keeps_long_records_and_many_columns) {
  const std::string long_record = "{\"command\":\"" + std::string(10'000'000, 'x') + "\"}";
  ResultTable table;
  for (std::size_t i = 0; i < 3000; ++i) table.columns.push_back({"c" + std::to_string(i), Unsigned{i, i}});
  write_result(parse_destination(in_folder("x.h5")), table, long_record, false);
  const Hdf5File file(in_folder("x.h5"));
  EXPECT_EQ(file.attribute("/", "rankwise_run"), long_record);
  const Texts names = file.names("/");
  ASSERT_EQ(names.size(), 3000U);
  EXPECT_EQ(names.back(), "c2999");
  EXPECT_EQ(file.numbers<std::uint64_t>("c2999", H5T_NATIVE_UINT64), (Unsigned{2999, 2999}));
}

}  // namespace
}  // namespace rankwise::storage
