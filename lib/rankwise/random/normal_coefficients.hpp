#pragma once

#include <array>

// The coefficients of random/normal.cpp, for its vector form in kernels.
namespace rankwise::random {

/// Wichura's PPND16, algorithm AS 241: see normal_quantile. Of polynomials, from the constant on: in 0.180625 - q² for
/// |q| <= 0.425, q = p - 0.5; in sqrt(-log(min(p, 1 - p))) - 1.6 up to 5, and - 5 beyond.
inline constexpr std::array central_numerator{
    3.3871328727963666080e0,  1.3314166789178437745e+2, 1.9715909503065514427e+3, 1.3731693765509461125e+4,
    4.5921953931549871457e+4, 6.7265770927008700853e+4, 3.3430575583588128105e+4, 2.5090809287301226727e+3};
inline constexpr std::array central_denominator{1.0,
                                                4.2313330701600911252e+1,
                                                6.8718700749205790830e+2,
                                                5.3941960214247511077e+3,
                                                2.1213794301586595867e+4,
                                                3.9307895800092710610e+4,
                                                2.8729085735721942674e+4,
                                                5.2264952788528545610e+3};
inline constexpr std::array tail_numerator{
    1.42343711074968357734e0, 4.63033784615654529590e0,  5.76949722146069140550e0,  3.64784832476320460504e0,
    1.27045825245236838258e0, 2.41780725177450611770e-1, 2.27238449892691845833e-2, 7.74545014278341407640e-4};
inline constexpr std::array tail_denominator{1.0,
                                             2.05319162663775882187e0,
                                             1.67638483018380384940e0,
                                             6.89767334985100004550e-1,
                                             1.48103976427480074590e-1,
                                             1.51986665636164571966e-2,
                                             5.47593808499534494600e-4,
                                             1.05075007164441684324e-9};
inline constexpr std::array far_numerator{
    6.65790464350110377720e0,  5.46378491116411436990e0,  1.78482653991729133580e0,  2.96560571828504891230e-1,
    2.65321895265761230930e-2, 1.24266094738807843860e-3, 2.71155556874348757815e-5, 2.01033439929228813265e-7};
inline constexpr std::array far_denominator{1.0,
                                            5.99832206555887937690e-1,
                                            1.36929880922735805310e-1,
                                            1.48753612908506148525e-2,
                                            7.86869131145613259100e-4,
                                            1.84631831751005468180e-5,
                                            1.42151175831644588870e-7,
                                            2.04426310338993978564e-15};

/// fdlibm's of log(1 + f): see natural_logarithm.
inline constexpr double log_ln2_high = 6.93147180369123816490e-01, log_ln2_low = 1.90821492927058770002e-10;
inline constexpr std::array log_coefficients{
    6.666666666666735130e-01, 3.999999999940941908e-01, 2.857142874366239149e-01, 2.222219843214978396e-01,
    1.818357216161805012e-01, 1.531383769920937332e-01, 1.479819860511658591e-01};
/// 1 - sqrt(1/2) in the exponent's scale: added, it moves mantissas above sqrt(2) to the next power of two.
inline constexpr unsigned long long log_half_sqrt2 = 0x3FE6A09E00000000ULL, log_one = 0x3FF0000000000000ULL;

}  // namespace rankwise::random
