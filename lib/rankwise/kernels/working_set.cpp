#include "rankwise/kernels/working_set.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "rankwise/kernels/working_set.cpp"
#include <hwy/foreach_target.h>
// foreach_target comes first
#include <hwy/highway.h>

#include <algorithm>
#include <limits>

HWY_BEFORE_NAMESPACE();
namespace rankwise::kernels::HWY_NAMESPACE {
namespace {

#undef RANKWISE_HAVE_DOUBLES
#if HWY_TARGET != HWY_SCALAR && HWY_HAVE_FLOAT64 && !HWY_HAVE_SCALABLE
#define RANKWISE_HAVE_DOUBLES 1

namespace hn = hwy::HWY_NAMESPACE;

using Doubles = hn::ScalableTag<double>;
using Floats = hn::Rebind<float, Doubles>;
using Vector = hn::Vec<Doubles>;
constexpr std::size_t lanes = hn::MaxLanes(Doubles());

HWY_INLINE Vector load_row(const float* row) {
  return hn::PromoteTo(Doubles(), hn::LoadU(Floats(), row));
}

/// In each lane, the greatest of what it has seen, and its place.
struct Greatest {
  Vector values, places;
  HWY_INLINE void take(Vector value, Vector place, hn::Mask<Doubles> among) {
    const auto same = hn::And(hn::Eq(value, values), hn::Gt(place, places));
    const auto which = hn::And(among, hn::Or(hn::Gt(value, values), same));
    values = hn::IfThenElse(which, value, values);
    places = hn::IfThenElse(which, place, places);
  }
  /// Over all lanes.
  HWY_INLINE Chosen best() const {
    alignas(HWY_MAX_BYTES) double v[lanes], p[lanes];
    hn::Store(values, Doubles(), v);
    hn::Store(places, Doubles(), p);
    Chosen best{v[0], p[0]};
    for (std::size_t lane = 1; lane < lanes; ++lane) best = better(best, Chosen{v[lane], p[lane]});
    return best;
  }
};

/// Does act(first variable, a or b) for each vector of a run, a and b in turn, so that neither waits for the other.
/// @return where the last whole vector ends
template <class Act, class State>
HWY_INLINE std::size_t for_each_vector(const Variables::Run& run, State& a, State& b, const Act& act) {
  std::size_t t = run.begin;
  for (; t + 2 * lanes <= run.end; t += 2 * lanes) {
    act(t, a);
    act(t + lanes, b);
  }
  if (t + lanes > run.end) return t;
  act(t, a);
  return t + lanes;
}

/// The same variables, of which the end of a run is looked at.
Variables rest_of(const Variables& v, const Variables::Run& rest) {
  return {v.violations, v.up, v.down, v.places, v.diagonal, {&rest, 1}};
}

/// What may move down, lane by lane. Divisions take long: where (difference)² is clearly less than the greatest gain
/// times the curvature, there is none.
struct Gains {
  Greatest greatest;
  Vector bound;  // a little less than the greatest gain of all
  Vector least;

  static constexpr double below(double gain) { return gain * (1 - 0x1p-50); }
  HWY_INLINE void take(Vector value, Vector difference, Vector curvature, const double* places) {
    const Doubles d;
    least = hn::Min(least, value);
    const Vector square = hn::Mul(difference, difference);
    const auto among = hn::And(hn::Gt(difference, hn::Zero(d)), hn::Ge(square, hn::Mul(bound, curvature)));
    if (hn::AllFalse(d, among)) return;
    greatest.take(hn::Div(square, curvature), hn::LoadU(d, places), among);
    bound = hn::Max(bound, hn::Mul(hn::MaxOfLanes(d, greatest.values), hn::Set(d, below(1))));
  }
};

#endif

}  // namespace

Chosen Step(const Variables& variables, double* violations, const float* row_i, const float* row_j, double a,
            double b) {
#ifdef RANKWISE_HAVE_DOUBLES
  const Doubles d;
  const Vector of_i = hn::Set(d, a), of_j = hn::Set(d, b);
  const Greatest none{hn::Set(d, -std::numeric_limits<double>::infinity()), hn::Set(d, -1.0)};
  Greatest first = none, second = none;
  const auto all = hn::FirstN(d, lanes);
  Chosen of_rest{.value = -std::numeric_limits<double>::infinity()};
  for (const Variables::Run& run : variables.runs) {
    const std::size_t end = for_each_vector(run, first, second, [&](std::size_t t, Greatest& greatest) HWY_ATTR {
      const Vector moved = hn::Add(hn::Mul(load_row(row_i + t), of_i), hn::Mul(load_row(row_j + t), of_j));
      const Vector violation = hn::Sub(hn::LoadU(d, violations + t), moved);
      hn::StoreU(violation, d, violations + t);
      greatest.take(hn::Add(violation, hn::LoadU(d, variables.up + t)), hn::LoadU(d, variables.places + t), all);
    });
    if (end == run.end) continue;
    const Variables::Run rest{end, run.end};
    of_rest = better(of_rest, reference::step(rest_of(variables, rest), violations, row_i, row_j, a, b));
  }
  first.take(second.values, second.places, all);
  return better(first.best(), of_rest);
#else
  return reference::step(variables, violations, row_i, row_j, a, b);
#endif
}

Partner FindPartner(const Variables& variables, const float* row, double greatest, double own, const Partner& among) {
#ifdef RANKWISE_HAVE_DOUBLES
  const Doubles d;
  const Vector of_i = hn::Set(d, greatest), of_own = hn::Set(d, own);
  const Vector two = hn::Set(d, 2.0), flat = hn::Set(d, 1e-12);
  Gains gains{{hn::Zero(d), hn::Set(d, -1.0)},
              hn::Set(d, Gains::below(among.gain)),
              hn::Set(d, std::numeric_limits<double>::infinity())};
  Partner found = among;
  for (const Variables::Run& run : variables.runs) {
    const std::size_t end = for_each_vector(run, gains, gains, [&](std::size_t t, Gains& of_vectors) HWY_ATTR {
      const Vector value = hn::Add(hn::LoadU(d, variables.violations + t), hn::LoadU(d, variables.down + t));
      Vector curvature =
          hn::Sub(hn::Add(of_own, hn::LoadU(d, variables.diagonal + t)), hn::Mul(two, load_row(row + t)));
      curvature = hn::IfThenElse(hn::Gt(curvature, hn::Zero(d)), curvature, flat);
      of_vectors.take(value, hn::Sub(of_i, value), curvature, variables.places + t);
    });
    if (end == run.end) continue;
    const Variables::Run rest{end, run.end};
    found = reference::best_partner(rest_of(variables, rest), row, greatest, own, found);
  }
  const Chosen best = gains.greatest.best();
  alignas(HWY_MAX_BYTES) double of_lanes[lanes];
  hn::Store(gains.least, d, of_lanes);
  return better(found, Partner{best.value, best.place, -*std::min_element(of_lanes, of_lanes + lanes)});
#else
  return reference::best_partner(variables, row, greatest, own, among);
#endif
}

}  // namespace rankwise::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace rankwise::kernels {

HWY_EXPORT(Step);
HWY_EXPORT(FindPartner);

Chosen step(const Variables& variables, double* violations, const float* row_i, const float* row_j, double a,
            double b) {
  return HWY_DYNAMIC_DISPATCH(Step)(variables, violations, row_i, row_j, a, b);
}

Partner best_partner(const Variables& variables, const float* row, double greatest, double own, const Partner& among) {
  return HWY_DYNAMIC_DISPATCH(FindPartner)(variables, row, greatest, own, among);
}

}  // namespace rankwise::kernels
#endif
