#pragma once

#include <cstddef>
#include <span>

namespace rankwise::kernels {

/// The inner loops of sequential minimal optimisation (R.-E. Fan, P.-H. Chen, C.-J. Lin, "Working set selection using
/// second order information for training support vector machines", JMLR 6, 2005), over some variables that lie side by
/// side. `violations` are -y·G, the gradients with the sign of their labels; what may not move up (down) has -∞ (+∞) in
/// `up`
/// (`down`) and 0 else. Each variable has a place, from 0 on; of equal ones that of the greatest place is taken, as
/// LIBSVM takes the last (ties are common: two variables that moved to their optimum are one). Nothing is rounded
/// otherwise than there: the same bits on every processor.
struct Variables {
  const double* violations = nullptr;
  const double* up = nullptr;
  const double* down = nullptr;
  const double* places = nullptr;
  const double* diagonal = nullptr;  ///< kernel values of all with themselves
  struct Run {
    std::size_t begin = 0, end = 0;
  };
  std::span<const Run> runs = {};  ///< those that are looked at; faster if they are whole vectors
};

struct Chosen {
  double value = 0;   ///< -∞ if there is none
  double place = -1;  ///< of the variable that has it
};

/// violations[t] -= (a · row_i[t]) + (b · row_j[t]), then the greatest of those that may move up.
/// @param violations those of `variables`
Chosen step(const Variables& variables, double* violations, const float* row_i, const float* row_j, double a, double b);

/// What moves down together with variable i.
struct Partner {
  double gain = 0;    ///< twice what the objective loses: (difference)² / curvature
  double place = -1;  ///< of the variable that has it; -1 if there is none
  double least = 0;   ///< the greatest of -violations among all that may move down; of none -∞
};

/// @param row kernel values of variable i with all
/// @param greatest the violation of i
/// @param own kernel value of i with itself
/// @param among what another group of variables has
/// @return the better of both
Partner best_partner(const Variables& variables, const float* row, double greatest, double own, const Partner& among);

namespace reference {
/// The scalar twins.
Chosen step(const Variables& variables, double* violations, const float* row_i, const float* row_j, double a, double b);
Partner best_partner(const Variables& variables, const float* row, double greatest, double own, const Partner& among);
}  // namespace reference

/// The better of what two groups of variables have.
inline Chosen better(const Chosen& a, const Chosen& b) {
  return b.value > a.value || (b.value == a.value && b.place > a.place) ? b : a;
}
inline Partner better(const Partner& a, const Partner& b) {
  const bool second = b.place >= 0 && (a.place < 0 || b.gain > a.gain || (b.gain == a.gain && b.place > a.place));
  Partner best = second ? b : a;
  best.least = a.least > b.least ? a.least : b.least;
  return best;
}

}  // namespace rankwise::kernels
