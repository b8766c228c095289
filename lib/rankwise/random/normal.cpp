#include "rankwise/random/normal.hpp"

#include <array>
#include <bit>
#include <cmath>
#include <cstddef>

namespace rankwise::random {
namespace {

template <std::size_t N>
double polynomial(const std::array<double, N>& coefficients, double x) {
  double value = coefficients[N - 1];
  for (std::size_t i = N - 1; i-- > 0;) value = value * x + coefficients[i];
  return value;
}

}  // namespace

double natural_logarithm(double x) {
  // x = 2^k (1 + f) with sqrt(1/2) < 1 + f < sqrt(2); log(1 + f) by a polynomial in s = f / (2 + f).
  constexpr double ln2_high = 6.93147180369123816490e-01, ln2_low = 1.90821492927058770002e-10;
  constexpr double l1 = 6.666666666666735130e-01, l2 = 3.999999999940941908e-01, l3 = 2.857142874366239149e-01,
                   l4 = 2.222219843214978396e-01, l5 = 1.818357216161805012e-01, l6 = 1.531383769920937332e-01,
                   l7 = 1.479819860511658591e-01;
  auto bits = std::bit_cast<std::uint64_t>(x);
  // Adding 1 - sqrt(1/2) in the exponent's scale moves mantissas above sqrt(2) to the next power of two.
  constexpr std::uint64_t half_sqrt2 = 0x3FE6A09E00000000U, one = 0x3FF0000000000000U;
  bits += one - half_sqrt2;
  const double k = static_cast<double>(static_cast<std::int64_t>(bits >> 52) - 1023);
  const double f = std::bit_cast<double>((bits & 0x000FFFFFFFFFFFFFU) + half_sqrt2) - 1.0;
  const double s = f / (2.0 + f), z = s * s, w = z * z;
  const double r = z * (l1 + w * (l3 + w * (l5 + w * l7))) + w * (l2 + w * (l4 + w * l6));
  const double half_square = 0.5 * f * f;
  return k * ln2_high - ((half_square - (s * (half_square + r) + k * ln2_low)) - f);
}

double normal_quantile(double p) {
  static constexpr std::array a{3.3871328727963666080e0,  1.3314166789178437745e+2, 1.9715909503065514427e+3,
                                1.3731693765509461125e+4, 4.5921953931549871457e+4, 6.7265770927008700853e+4,
                                3.3430575583588128105e+4, 2.5090809287301226727e+3};
  static constexpr std::array b{1.0,
                                4.2313330701600911252e+1,
                                6.8718700749205790830e+2,
                                5.3941960214247511077e+3,
                                2.1213794301586595867e+4,
                                3.9307895800092710610e+4,
                                2.8729085735721942674e+4,
                                5.2264952788528545610e+3};
  static constexpr std::array c{1.42343711074968357734e0,  4.63033784615654529590e0, 5.76949722146069140550e0,
                                3.64784832476320460504e0,  1.27045825245236838258e0, 2.41780725177450611770e-1,
                                2.27238449892691845833e-2, 7.74545014278341407640e-4};
  static constexpr std::array d{1.0,
                                2.05319162663775882187e0,
                                1.67638483018380384940e0,
                                6.89767334985100004550e-1,
                                1.48103976427480074590e-1,
                                1.51986665636164571966e-2,
                                5.47593808499534494600e-4,
                                1.05075007164441684324e-9};
  static constexpr std::array e{6.65790464350110377720e0,  5.46378491116411436990e0,  1.78482653991729133580e0,
                                2.96560571828504891230e-1, 2.65321895265761230930e-2, 1.24266094738807843860e-3,
                                2.71155556874348757815e-5, 2.01033439929228813265e-7};
  static constexpr std::array f{1.0,
                                5.99832206555887937690e-1,
                                1.36929880922735805310e-1,
                                1.48753612908506148525e-2,
                                7.86869131145613259100e-4,
                                1.84631831751005468180e-5,
                                1.42151175831644588870e-7,
                                2.04426310338993978564e-15};
  const double q = p - 0.5;
  if (std::abs(q) <= 0.425) {
    const double r = 0.180625 - q * q;
    return q * polynomial(a, r) / polynomial(b, r);
  }
  const double tail = std::sqrt(-natural_logarithm(q < 0 ? p : 1.0 - p));
  const double value = tail <= 5.0 ? polynomial(c, tail - 1.6) / polynomial(d, tail - 1.6)
                                   : polynomial(e, tail - 5.0) / polynomial(f, tail - 5.0);
  return q < 0 ? -value : value;
}

double normal_deviate(std::uint64_t word) {
  // The middle of one of 2^52 equal cells: never 0 or 1, and symmetric around 1/2.
  return normal_quantile((static_cast<double>(word >> 12) + 0.5) * 0x1.0p-52);
}

}  // namespace rankwise::random
