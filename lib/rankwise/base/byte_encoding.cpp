#include "rankwise/base/byte_encoding.hpp"

#include <algorithm>

namespace rankwise {

void ByteWriter::reserve(std::size_t more) {
  const std::size_t needed = bytes_.size() + more;
  // At least twice as much as before: whoever calls this in a loop must not copy everything each time.
  if (needed > bytes_.capacity()) bytes_.reserve(std::max(needed, 2 * bytes_.capacity()));
}

void ByteWriter::append(std::span<const std::byte> bytes) {
  bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
}

}  // namespace rankwise
