#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace rankwise::random {

/// The direction numbers of one dimension: point n is the exclusive or of those whose bits are set in n ^ (n >> 1), as
/// I. A. Antonov and V. M. Saleev number the points (1979). 64 bits of each coordinate.
using Directions = std::array<std::uint64_t, 64>;

inline constexpr std::size_t most_sobol_dimensions = 3667;

/// The direction numbers of Sobol's sequence in its first dimensions, S. Joe and F. Y. Kuo, "Constructing Sobol
/// sequences with better two-dimensional projections", SIAM J. Sci. Comput. 30 (2008), doi:10.1137/070709359, as
/// Boost.Random has them.
/// @pre dimensions <= most_sobol_dimensions
std::vector<Directions> sobol_directions(std::size_t dimensions);

/// Sobol points of some dimensions, scrambled: a random lower triangular matrix for the digits of each coordinate
/// (J. Matoušek, "On the L2-discrepancy for anchored boxes", 1998), and a random digital shift. Each point by itself is
/// uniform in the unit cube; all of one replicate are as even as Sobol's.
class ScrambledSobol {
 public:
  /// @param replicate another one is scrambled independently
  ScrambledSobol(std::size_t dimensions, std::uint64_t seed, std::uint64_t replicate);

  /// to[i] = coordinate `dimension` of point first + i, in [0, 1), to 53 bits.
  void fill(std::size_t dimension, std::uint64_t first, std::span<double> to) const;

 private:
  std::vector<Directions> directions_;
  std::vector<std::uint64_t> shifts_;
};

}  // namespace rankwise::random
