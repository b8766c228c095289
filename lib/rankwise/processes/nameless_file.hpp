#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "rankwise/processes/descriptor.hpp"

namespace rankwise::processes {

/// A file in $TMPDIR, or else /tmp, that is gone with the last process that has it open. @throws IoError
Descriptor nameless_file();

/// @throws IoError where there is no space left
void write_at(int file, std::span<const std::byte> bytes, std::uint64_t offset);
/// @return how many bytes there were. @throws IoError
std::size_t read_at(int file, std::span<std::byte> bytes, std::uint64_t offset);

}  // namespace rankwise::processes
