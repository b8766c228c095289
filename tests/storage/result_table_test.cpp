#include "rankwise/storage/result_table.hpp"

#include <gtest/gtest.h>
#include <hdf5.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bit>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <limits>
#include <set>

#include "rankwise/base/errors.hpp"

namespace rankwise::storage {
namespace {

namespace fs = std::filesystem;
using Names = std::set<std::string>;
using Texts = std::vector<std::string>;
using Unsigned = std::vector<std::uint64_t>;
using Signed = std::vector<std::int64_t>;
using Reals = std::vector<double>;

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
const std::string record = R"({"version":"0.1","digest":"99aa","note":"für alle"})";

/// What a result may hold, at its limits.
ResultTable odd_table() {
  return {{{"name", Texts{"plain", "a,b\tc", "say \"so\"", "two\nlines", "Größe €", "😀"}},
           {"count, all", Unsigned{0, 1, UINT64_MAX, 3, 4, 5}},
           {"least", Signed{0, INT64_MIN, INT64_MAX, -1, 4, 5}},
           {"mean", Reals{0.1, -0.0, not_a_number, infinity, -infinity, 5e-324}}}};
}

ResultTable big_table() {
  return {{{"name", Texts(20'000, "a text")}, {"value", Reals(20'000, 0.1)}}};
}

class ResultTableTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "rankwise-result-XXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { fs::remove_all(folder_); }

  [[nodiscard]] std::string in_folder(const std::string& name) const { return folder_ + '/' + name; }
  [[nodiscard]] Names listing() const {
    Names names;
    for (const auto& entry : fs::directory_iterator(folder_)) names.insert(entry.path().filename().string());
    return names;
  }
  [[nodiscard]] std::string content(const std::string& name) const {
    std::ifstream in(in_folder(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  void put(const std::string& name, const std::string& text) const { std::ofstream(in_folder(name)) << text; }
  void write(const std::string& name, const ResultTable& table, bool overwrite = false) const {
    write_result(parse_destination(in_folder(name)), table, record, overwrite);
  }
  [[nodiscard]] std::string written(const std::string& name, const ResultTable& table) const {
    write(name, table, true);
    return content(name);
  }

  std::string folder_;
};

std::string error_of(const std::function<void()>& act) {
  try {
    act();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

/// The begin of a .npy file.
struct NpyHeader {
  explicit NpyHeader(const std::string& file) : version(file.substr(6, 2)) {
    const auto byte = [&](std::size_t i) { return std::size_t{static_cast<unsigned char>(file[i])}; };
    const bool is_short = version[0] == 1;
    const std::size_t size = is_short ? byte(8) | byte(9) << 8 : byte(8) | byte(9) << 8 | byte(10) << 16;
    text = file.substr(is_short ? 10 : 12, size);
    EXPECT_EQ(file.substr(0, 6), "\x93NUMPY");
    EXPECT_EQ((size + (is_short ? 10 : 12)) % 64, 0U);
    EXPECT_EQ(text.back(), '\n');
    records = file.substr((is_short ? 10 : 12) + size);
    text.erase(text.find_last_not_of(" \n") + 1);
  }
  std::string version, text, records;
};

template <class T>
T value_at(const std::string& bytes, std::size_t offset) {
  T value;
  std::memcpy(&value, bytes.data() + offset, sizeof value);
  return value;
}

/// HDF5's own calls, as another program would make them.
class Hdf5File {
 public:
  explicit Hdf5File(const std::string& path) : id_(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT)) {
    EXPECT_GE(id_, 0);
  }
  Hdf5File(const Hdf5File&) = delete;
  Hdf5File& operator=(const Hdf5File&) = delete;
  ~Hdf5File() { H5Fclose(id_); }

  template <class T>
  [[nodiscard]] std::vector<T> numbers(const std::string& path, hid_t type) const {
    const hid_t dataset = H5Dopen2(id_, path.c_str(), H5P_DEFAULT), space = H5Dget_space(dataset);
    const hid_t stored = H5Dget_type(dataset);
    EXPECT_GT(H5Tequal(stored, type), 0);
    std::vector<T> values(static_cast<std::size_t>(H5Sget_simple_extent_npoints(space)));
    EXPECT_GE(H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()), 0);
    H5Tclose(stored);
    H5Sclose(space);
    H5Dclose(dataset);
    return values;
  }
  [[nodiscard]] Texts texts(const std::string& path) const {
    const hid_t dataset = H5Dopen2(id_, path.c_str(), H5P_DEFAULT), space = H5Dget_space(dataset);
    const hid_t type = H5Dget_type(dataset);
    EXPECT_GT(H5Tis_variable_str(type), 0);
    EXPECT_EQ(H5Tget_cset(type), H5T_CSET_UTF8);
    std::vector<char*> pointers(static_cast<std::size_t>(H5Sget_simple_extent_npoints(space)));
    EXPECT_GE(H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, pointers.data()), 0);
    Texts values(pointers.begin(), pointers.end());
    H5Dvlen_reclaim(type, space, H5P_DEFAULT, pointers.data());
    H5Tclose(type);
    H5Sclose(space);
    H5Dclose(dataset);
    return values;
  }
  [[nodiscard]] std::string attribute(const std::string& group, const char* name) const {
    const hid_t attribute = H5Aopen_by_name(id_, group.c_str(), name, H5P_DEFAULT, H5P_DEFAULT);
    const hid_t type = H5Aget_type(attribute);
    char* pointer = nullptr;
    EXPECT_GE(H5Aread(attribute, type, &pointer), 0);
    std::string text = pointer;
    H5free_memory(pointer);
    H5Tclose(type);
    H5Aclose(attribute);
    return text;
  }
  /// In the order in which they were made.
  [[nodiscard]] Texts names(const std::string& group) const {
    Texts names;
    std::string room(1000, '\0');
    for (hsize_t i = 0;; ++i) {
      const auto size = H5Lget_name_by_idx(id_, group.c_str(), H5_INDEX_CRT_ORDER, H5_ITER_INC, i, room.data(),
                                           room.size(), H5P_DEFAULT);
      if (size < 0) return names;
      names.push_back(room.substr(0, static_cast<std::size_t>(size)));
    }
  }

 private:
  hid_t id_;
};

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

TEST_F(ResultTableTest, csv_quotes_what_it_must_and_keeps_every_bit) {
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

TEST_F(ResultTableTest, tsv_separates_with_tabs) {
  EXPECT_EQ(written("x.TSV", {{{"a\tb", Texts{"x,y", "x\ty"}}, {"c", Unsigned{1, 2}}}}),
            "\"a\tb\"\tc\nx,y\t1\n\"x\ty\"\t2\n");
  EXPECT_EQ(content("x.TSV.run.json"), record + '\n');
}

TEST_F(ResultTableTest, csv_has_no_line_that_readers_take_for_blank) {
  EXPECT_EQ(written("x.csv", {{{"", Texts{"", " ", "\r", "a"}}}}), "\"\"\n\"\"\n\" \"\n\"\r\"\na\n");
}

TEST_F(ResultTableTest, csv_tells_real_numbers_from_integers) {
  EXPECT_EQ(written("x.csv", {{{"x", Reals{0, 1, 1e15, 1e16, 1e300, -2, 1.0 / 3, -not_a_number}}}}),
            "x\n0.0\n1.0\n1000000000000000.0\n1e+16\n1e+300\n-2.0\n0.3333333333333333\nnan\n");
}

TEST_F(ResultTableTest, csv_keeps_bytes_and_names_as_they_are) {
  EXPECT_EQ(written("x.csv", {{{"a", Texts{"\xff"}}, {"a", Unsigned{1}}, {"", Unsigned{2}}}}), "a,a,\"\"\n\xff,1,2\n");
}

TEST_F(ResultTableTest, json_is_the_record_and_the_columns) {
  EXPECT_EQ(written("x.json", odd_table()), R"({"version":"0.1","digest":"99aa","note":"für alle","columns":{)"
                                            R"("name":["plain","a,b\tc","say \"so\"","two\nlines","Größe €","😀"],)"
                                            R"("count, all":[0,1,18446744073709551615,3,4,5],)"
                                            R"("least":[0,-9223372036854775808,9223372036854775807,-1,4,5],)"
                                            R"("mean":[0.1,-0.0,null,null,null,5e-324]}})"
                                            "\n");
  EXPECT_EQ(listing(), Names{"x.json"});
}

TEST_F(ResultTableTest, json_has_no_key_twice_and_no_broken_text) {
  const ResultTable table{{{"a", Unsigned{1}}, {"a", Unsigned{2}}, {"a.1", Unsigned{3}}, {"", Texts{"x\xff\xc3"}}}};
  write_result(parse_destination(in_folder("x.json")), table, "{}", false);
  EXPECT_EQ(content("x.json"), "{\"columns\":{\"a\":[1],\"a.2\":[2],\"a.1\":[3],\"3\":[\"x\ufffd\ufffd\"]}}\n");
}

TEST_F(ResultTableTest, npy_is_an_array_of_records) {
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

TEST_F(ResultTableTest, npy_has_the_version_that_its_names_need) {
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

TEST_F(ResultTableTest, npy_replaces_what_is_no_utf8_as_unicode_counts_it) {
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

TEST_F(ResultTableTest, hdf5_has_a_dataset_for_each_column) {
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

TEST_F(ResultTableTest, hdf5_makes_the_groups_above) {
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

TEST_F(ResultTableTest, hdf5_names_are_made_fit) {
  write("x.h5",
        {{{"m/s", Unsigned{1}}, {"m/s", Unsigned{2}}, {".", Unsigned{3}}, {"", Unsigned{4}}, {"..", Unsigned{5}}}});
  const Hdf5File file(in_folder("x.h5"));
  EXPECT_EQ(file.names("/"), (Texts{"m\u2215s", "m\u2215s.1", "\u2024", "3", ".."}));
  EXPECT_EQ(file.numbers<std::uint64_t>("m\u2215s.1", H5T_NATIVE_UINT64), Unsigned{2});
}

TEST_F(ResultTableTest, hdf5_keeps_long_records_and_many_columns) {
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

constexpr const char* python_reader = R"(
import json, sys
import h5py, numpy, pandas
folder = sys.argv[1]
def show(kind, columns):
    for name, values in columns:
        print(kind, ascii(name), *(v.hex() if isinstance(v, float) else ascii(v) for v in values))
for kind, separator in ('csv', ','), ('tsv', '\t'):
    frame = pandas.read_csv(f'{folder}/x.{kind}', sep=separator, float_precision='round_trip')
    show(kind, ((n, frame[n].tolist()) for n in frame))
array = numpy.load(f'{folder}/x.npy')
show('npy', ((n, array[n].tolist()) for n in array.dtype.names))
for name in 'latin1', 'utf8', 'long', 'empty', 'nothing':
    array = numpy.load(f'{folder}/{name}.npy', max_header_size=1000000)
    print(name, array.shape, *(ascii(n[:20]) for n in array.dtype.names))
with h5py.File(f'{folder}/x.h5', 'r') as file:
    group = file['runs/first']
    read = lambda d: (d.asstr() if d.dtype == object else d)[:].tolist()
    show('h5', ((n, read(group[n])) for n in ('name', 'count, all', 'least', 'mean')))
    print(ascii(group.attrs['rankwise_run']), sorted(group))
with open(f'{folder}/x.json', encoding='utf-8') as file:
    result = json.load(file)
show('json', result['columns'].items())
print(*result, ascii(result['note']), ascii(json.load(open(f'{folder}/x.csv.run.json', encoding='utf-8'))))
)";

std::string output_of(const std::string& command) {
  FILE* pipe = popen(command.c_str(), "r");
  std::string text;
  for (int c = fgetc(pipe); c != EOF; c = fgetc(pipe)) text += static_cast<char>(c);
  pclose(pipe);
  return text;
}

TEST_F(ResultTableTest, is_what_python_reads) {
  if (output_of("/usr/bin/python3 -c 'import h5py, numpy, pandas; print(numpy.__version__ >= \"1.24\")' 2>&1") !=
      "True\n") {
    GTEST_SKIP() << "/usr/bin/python3 has no NumPy 1.24, h5py and pandas";
  }
  for (const char* name : {"x.csv", "x.tsv", "x.npy", "x.json", "x.h5:runs/first"}) write(name, odd_table());
  write("latin1.npy", {{{"Größe 'a'\\\n", Unsigned{1}}}});
  write("utf8.npy", {{{"€", Unsigned{1}}, {"€", Unsigned{1}}, {"", Texts{""}}}});
  write("long.npy", {{{std::string(70'000, 'x'), Unsigned{1}}}});
  write("empty.npy", {{{"a", Texts{}}, {"b", Reals{}}}});
  write("nothing.npy", {});
  put("read.py", python_reader);

  std::string expected;
  for (const std::string kind : {"csv", "tsv", "npy", "h5", "json"}) {
    const std::string mean = kind == "json" ? "None None None" : "nan inf -inf";
    expected += kind + R"( 'name' 'plain' 'a,b\tc' 'say "so"' 'two\nlines' 'Gr\xf6\xdfe \u20ac' '\U0001f600')" + '\n' +
                kind + " 'count, all' 0 1 18446744073709551615 3 4 5\n" + kind +
                " 'least' 0 -9223372036854775808 9223372036854775807 -1 4 5\n" + kind +
                " 'mean' 0x1.999999999999ap-4 -0x0.0p+0 " + mean + " 0x0.0000000000001p-1022\n";
    if (kind == "npy") {
      expected += R"(latin1 (1,) "Gr\xf6\xdfe 'a'\\\n")"
                  "\n"
                  R"(utf8 (1,) '\u20ac' '\u20ac.1' '2')"
                  "\nlong (1,) 'xxxxxxxxxxxxxxxxxxxx'\nempty (0,) 'a' 'b'\nnothing (0,)\n";
    } else if (kind == "h5") {
      expected += R"('{"version":"0.1","digest":"99aa","note":"f\xfcr alle"}' ['count, all', 'least', 'mean', 'name'])"
                  "\n";
    }
  }
  expected += R"(version digest note columns 'f\xfcr alle' {'version': '0.1', 'digest': '99aa', 'note': 'f\xfcr alle'})"
              "\n";
  EXPECT_EQ(output_of("/usr/bin/python3 -B " + in_folder("read.py") + ' ' + folder_ + " 2>&1"), expected);
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

/// What each format says of a disk that is full, and what is left there, when the program around it ends well.
void expect_errors_where_nothing_fits(const std::string& folder, const std::string& reason) {
  for (const std::string name : {"x.h5", "x.csv", "x.json", "x.npy"}) {
    const std::string path = folder + '/' + name;
    std::ofstream(path) << "old";
    const std::string error = error_of([&] { write_result(parse_destination(path), big_table(), record, true); });
    if (error != path + " cannot be written: " + reason) {
      fprintf(stderr, "%s\n", error.c_str());
      _exit(1);
    }
    if (fs::file_size(path) != 3 || std::distance(fs::directory_iterator(folder), {}) != 1) _exit(2);
    fs::remove(path);
  }
  // Ends the process as main does, through HDF5's own end.
  exit(0);
}

TEST_F(ResultTableTest, that_may_not_grow_leaves_the_old_file_and_ends_well) {
  const auto act = [&] {
    signal(SIGXFSZ, SIG_IGN);
    const struct rlimit small = {100'000, 100'000};
    setrlimit(RLIMIT_FSIZE, &small);
    expect_errors_where_nothing_fits(folder_, "File too large");
  };
  EXPECT_EXIT(act(), testing::ExitedWithCode(0), testing::Eq(""));
}

TEST_F(ResultTableTest, on_a_full_disk_leaves_the_old_file_and_ends_well) {
  if (mount("rankwise-test", folder_.c_str(), "tmpfs", 0, "size=128k") != 0) {
    GTEST_SKIP() << "a file system of 128 KiB cannot be mounted: " << std::strerror(errno);
  }
  EXPECT_EXIT(expect_errors_where_nothing_fits(folder_, "No space left on device"), testing::ExitedWithCode(0),
              testing::Eq(""));
  EXPECT_EQ(umount(folder_.c_str()), 0);
}

}  // namespace
}  // namespace rankwise::storage
