#pragma once

// For the sources of this folder alone.
namespace rankwise::learning {

/// A variable of a support vector machine's dual problem: it lies between 0 and c.
struct Variable {
  double alpha = 0, gradient = 0, c = 1;
};
struct Moved {
  double i = 0, j = 0;
};

/// Where two variables go to make the objective least while Σ y·alpha stays, with LIBSVM's rounding: of different
/// classes their difference stays, of the same class their sum.
/// @param curvature of the objective along the way, above 0
inline Moved move_apart(const Variable& i, const Variable& j, double curvature) {
  const double delta = (-i.gradient - j.gradient) / curvature, difference = i.alpha - j.alpha;
  Moved to{i.alpha + delta, j.alpha + delta};
  if (difference > 0 && to.j < 0) to = {difference, 0};
  if (difference <= 0 && to.i < 0) to = {0, -difference};
  if (difference > i.c - j.c && to.i > i.c) to = {i.c, i.c - difference};
  if (difference <= i.c - j.c && to.j > j.c) to = {j.c + difference, j.c};
  return to;
}

inline Moved move_together(const Variable& i, const Variable& j, double curvature) {
  const double delta = (i.gradient - j.gradient) / curvature, sum = i.alpha + j.alpha;
  Moved to{i.alpha - delta, j.alpha + delta};
  if (sum > i.c && to.i > i.c) to = {i.c, sum - i.c};
  if (sum <= i.c && to.j < 0) to = {sum, 0};
  if (sum > j.c && to.j > j.c) to = {sum - j.c, j.c};
  if (sum <= j.c && to.i < 0) to = {0, sum};
  return to;
}

}  // namespace rankwise::learning
