#include "tests/fuzz/file_of_bytes.hpp"
#include "tests/fuzz/read_all.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static rankwise::fuzz::FileOfBytes file(".npy");
  rankwise::fuzz::inspect_and_read(file.with(data, size));
  return 0;
}
