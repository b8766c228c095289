#include "rankwise/base/byte_encoding.hpp"

namespace rankwise {

void ByteWriter::append(std::span<const std::byte> bytes) {
  bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
}

}  // namespace rankwise
