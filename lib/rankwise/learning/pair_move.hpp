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
Moved move_apart(const Variable& i, const Variable& j, double curvature);
Moved move_together(const Variable& i, const Variable& j, double curvature);

}  // namespace rankwise::learning
