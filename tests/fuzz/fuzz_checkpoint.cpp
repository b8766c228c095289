#include <cstdint>
#include <numeric>
#include <span>
#include <vector>

#include "rankwise/base/digest.hpp"
#include "rankwise/engine/checkpoint.hpp"
#include "rankwise/engine/keeper.hpp"
#include "rankwise/storage/left_output.hpp"
#include "tests/fuzz/file_of_bytes.hpp"
#include "tests/fuzz/read_all.hpp"

namespace {

using namespace rankwise;

/// Any job whose partial results have a length of their own.
struct Sums {
  using Partial = std::vector<double>;
  struct Scratch {};
  blocks::Grid cut;
  [[nodiscard]] engine::Identity identity() const { return {}; }
  [[nodiscard]] blocks::Grid grid() const { return cut; }
  [[nodiscard]] Bytes partial_bytes() const { return {64}; }
  [[nodiscard]] Bytes block_bytes() const { return {64}; }
  [[nodiscard]] Partial run(blocks::Block, Scratch&) const { return {}; }
  void merge(Partial& left, const Partial& right) const { left.insert(left.end(), right.begin(), right.end()); }
  static void encode(const Partial& sums, ByteWriter& out) { out.put_vector(sums); }
  static Partial decode(ByteReader& in) { return in.get_vector<double>(); }
};

template <class Decode>
void decode(std::span<const std::byte> bytes, Decode decode) {
  try {
    ByteReader in(bytes);
    decode(in);
  } catch (const Error&) {
  }
}

void restore(engine::Record record) {
  decode(record.input, [](ByteReader& in) {
    const auto info = storage::MatrixInfo::decode(in);
    fuzz::read_all(info);
  });
  decode(record.output, [](ByteReader& in) { storage::LeftOutput::decode(in); });
  engine::Checkpoint checkpoint{engine::Record()};
  for (auto& phase : record.phases) {
    if (phase.cut.grid.count() > 100'000 || phase.cut.count() > 100'000) continue;
    const Sums sums{phase.cut.grid};
    engine::ErasedJob job(sums);
    engine::Ledger ledger(phase.cut, 3);
    const engine::Keeper keeper(checkpoint, phase, job, ledger);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static fuzz::FileOfBytes file(".ckpt");
  try {
    // As a file, and as what a file with the right checksum would hold.
    storage::read_checkpoint_file(file.with(data, size));
  } catch (const Error&) {
  }
  try {
    restore(engine::Record::decode(ByteReader(std::as_bytes(std::span(data, size)))));
  } catch (const Error&) {
  }
  return 0;
}
