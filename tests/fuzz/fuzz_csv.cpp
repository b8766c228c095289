#include "tests/fuzz/file_of_bytes.hpp"
#include "tests/fuzz/read_all.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static rankwise::fuzz::FileOfBytes file(".csv");
  const std::string& path = file.with(data, size);
  rankwise::fuzz::inspect_and_read(path);
  // In ranges of few bytes, so that every border lies somewhere strange.
  const std::uint64_t range = size > 0 ? 1 + data[0] % 32 : 1;
  rankwise::fuzz::inspect_and_read(path, {.ranges = {.range = {range}, .threads = 2}});
  return 0;
}
