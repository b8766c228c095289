#pragma once

#include <cstdint>

namespace rankwise::random {

/// Natural logarithm of a positive, finite, normal number; less than 1 ulp off; the same bits on every processor.
/// The algorithm is fdlibm's __ieee754_log (Sun Microsystems, 1993).
double natural_logarithm(double x);

/// The standard normal deviate below which a share p of the distribution lies, 0 < p < 1: Wichura's PPND16,
/// algorithm AS 241, Applied Statistics 37 (1988), doi:10.2307/2347330; about 1 part in 10^16.
double normal_quantile(double p);

/// A standard normal deviate from one 64-bit word, by inversion.
double normal_deviate(std::uint64_t word);

}  // namespace rankwise::random
