#include "rankwise/storage/result_table.hpp"

#include <gtest/gtest.h>
#include <stdio.h>

#include "tests/storage/result_files.hpp"

namespace rankwise::storage {
namespace {

using namespace test;

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

class ResultPythonTest : public test::ResultTest {};

TEST_F(ResultPythonTest, is_what_python_reads) {
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

}  // namespace
}  // namespace rankwise::storage
