#pragma once

#include <cstddef>
#include <vector>

// For the sources of this folder alone.
namespace rankwise::dense {

/// No numbers yet, but room for so many, in pages as large as the system has: a matrix that is made fresh takes a fault
/// for each page, and BLAS looks up the address of each.
std::vector<double> room_in_large_pages(std::size_t size);

/// As many zeros, there.
std::vector<double> zeros_in_large_pages(std::size_t size);

}  // namespace rankwise::dense
