#pragma once

#include <cstddef>
#include <cstdint>

namespace rankwise::kernels {

/// Classes stand in rows of a multiple of so many.
inline constexpr std::size_t class_stride = 8;

/// How pure two sides become where what is in a node is cut behind each rank r: purities[r] = Σ l_k² / Σ l_k + Σ g_k² /
/// Σ g_k, with l_k the weight of class k at ranks up to r, and g_k that at greater ones; NaN where a side is empty.
/// @param weights of each class at each rank: ranks × stride; below 2^31, and the sum of their squares below 2^53
/// @param totals of each class
/// @param stride a multiple of class_stride; classes that are not there weigh 0
void purities(const std::uint32_t* weights, std::size_t ranks, const double* totals, std::size_t stride,
              double* purities);

namespace reference {
/// The scalar twin.
void purities(const std::uint32_t* weights, std::size_t ranks, const double* totals, std::size_t stride,
              double* purities);
}  // namespace reference

}  // namespace rankwise::kernels
