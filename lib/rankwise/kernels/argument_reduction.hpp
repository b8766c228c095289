#pragma once

namespace rankwise::kernels {

/// x = quadrant · π/2 + high + low, but for whole turns; |high + low| <= π/4.
struct ReducedAngle {
  double high = 0;
  double low = 0;
  double quadrant = 0;  ///< 0 to 3
};

/// Of any finite number, to some 2^-100 of a turn: M. H. Payne, R. N. Hanek, "Radian reduction for trigonometric
/// functions" (1983), doi:10.1145/1057600.1057602.
ReducedAngle reduce_large_angle(double x);

}  // namespace rankwise::kernels
