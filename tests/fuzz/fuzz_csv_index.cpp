#include <string_view>

#include "rankwise/base/byte_encoding.hpp"
#include "rankwise/storage/csv.hpp"
#include "rankwise/storage/csv_index.hpp"
#include "tests/fuzz/file_of_bytes.hpp"
#include "tests/fuzz/read_all.hpp"

/// What a checkpoint says of where the rows of a text lie: its lies are told, or read as something else.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace rankwise;
  static constexpr std::string_view text =
      "a,b,\"c\"\n1,2,3\n4,,6\n\n\"7\",8,9\n-1,1e300,inf\n2,3,4\n5,6,7\n8,9,10\n1,1,1\n";
  static fuzz::FileOfBytes file(".csv");
  static const std::string& path = file.with(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
  static const storage::MatrixInfo found = storage::inspect_matrix(path, {.chunk = {10}});
  try {
    storage::MatrixInfo info = found;
    ByteReader in(std::as_bytes(std::span(data, size)));
    info.rows = in.get<std::uint8_t>();
    info.columns = in.get<std::uint8_t>();
    if (info.columns > 3) info.names.clear();
    storage::CsvIndex index = storage::CsvIndex::decode(ByteReader(found.index));
    index.rows_per_chunk = in.get<std::uint8_t>();
    index.chunks.assign(in.get<std::uint8_t>(), 0);
    for (auto& begin : index.chunks) begin = in.get<std::uint8_t>();
    info.chunk = storage::ChunkShape{index.rows_per_chunk, info.columns};
    info.index = index.encode();
    fuzz::read_all(info);
  } catch (const Error&) {
  }
  return 0;
}
