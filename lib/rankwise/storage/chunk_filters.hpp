#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

struct libdeflate_decompressor;

namespace rankwise::storage {

/// One of HDF5's own filters, as a chunk went through it.
struct ChunkFilter {
  enum class Kind : std::uint8_t { shuffle, deflate, fletcher32 };
  Kind kind = Kind::shuffle;
  std::uint32_t element_bytes = 1;  ///< shuffle: of what it took for an element
};

/// Brings byte `b` of every element together, for each b: HDF5's shuffle. What is no whole element stays at the end.
void shuffle_bytes(std::span<const std::byte> elements, std::size_t element_bytes, std::byte* shuffled);
void unshuffle_bytes(std::span<const std::byte> shuffled, std::size_t element_bytes, std::byte* elements);

/// HDF5's Fletcher32 of big-endian 16-bit words; J. G. Fletcher, "An arithmetic checksum for serial transmissions"
/// (1982), doi:10.1109/TCOM.1982.1095369.
std::uint32_t fletcher32(std::span<const std::byte> bytes);

/// Undoes filters without HDF5, whose lock would let one thread work at a time. Keeps its room; one for each thread.
class ChunkDecoder {
 public:
  ChunkDecoder();
  ChunkDecoder(const ChunkDecoder&) = delete;
  ChunkDecoder& operator=(const ChunkDecoder&) = delete;
  ~ChunkDecoder();

  /// @param filters in the order in which they were applied
  /// @param skipped bit i is set where filter i was left out of this chunk
  /// @param chunk what the stored bytes are to become
  /// @throws InputError saying what is wrong with them
  void decode(std::span<const std::byte> stored, std::span<const ChunkFilter> filters, std::uint32_t skipped,
              std::span<std::byte> chunk);

 private:
  std::span<std::byte> room(std::size_t bytes);

  std::unique_ptr<libdeflate_decompressor, void (*)(libdeflate_decompressor*)> inflate_;
  std::vector<std::byte> rooms_[2];
  int next_room_ = 0;
};

}  // namespace rankwise::storage
