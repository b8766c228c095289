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

Variables from(const Variables& v, std::size_t begin) {
  return {v.violations + begin, v.up + begin, v.down + begin, v.places + begin, v.diagonal + begin, v.size - begin};
}

#endif

}  // namespace

Chosen Step(const Variables& variables, double* violations, const float* row_i, const float* row_j, double a,
            double b) {
#ifdef RANKWISE_HAVE_DOUBLES
  const Doubles d;
  const Vector of_i = hn::Set(d, a), of_j = hn::Set(d, b);
  Greatest greatest{hn::Set(d, -std::numeric_limits<double>::infinity()), hn::Set(d, -1.0)};
  const auto all = hn::FirstN(d, lanes);
  const std::size_t whole = variables.size / lanes * lanes;
  for (std::size_t t = 0; t < whole; t += lanes) {
    const Vector moved = hn::Add(hn::Mul(load_row(row_i + t), of_i), hn::Mul(load_row(row_j + t), of_j));
    const Vector violation = hn::Sub(hn::LoadU(d, violations + t), moved);
    hn::StoreU(violation, d, violations + t);
    greatest.take(hn::Add(violation, hn::LoadU(d, variables.up + t)), hn::LoadU(d, variables.places + t), all);
  }
  return better(greatest.best(),
                reference::step(from(variables, whole), violations + whole, row_i + whole, row_j + whole, a, b));
#else
  return reference::step(variables, violations, row_i, row_j, a, b);
#endif
}

Partner FindPartner(const Variables& variables, const float* row, double greatest, double own) {
#ifdef RANKWISE_HAVE_DOUBLES
  const Doubles d;
  const Vector of_i = hn::Set(d, greatest), of_own = hn::Set(d, own), zero = hn::Zero(d);
  const Vector two = hn::Set(d, 2.0), flat = hn::Set(d, 1e-12);
  Greatest gains{zero, hn::Set(d, -1.0)};
  Vector least = hn::Set(d, std::numeric_limits<double>::infinity());
  const std::size_t whole = variables.size / lanes * lanes;
  for (std::size_t t = 0; t < whole; t += lanes) {
    const Vector value = hn::Add(hn::LoadU(d, variables.violations + t), hn::LoadU(d, variables.down + t));
    least = hn::Min(least, value);
    const Vector difference = hn::Sub(of_i, value);
    Vector curvature = hn::Sub(hn::Add(of_own, hn::LoadU(d, variables.diagonal + t)), hn::Mul(two, load_row(row + t)));
    curvature = hn::IfThenElse(hn::Gt(curvature, zero), curvature, flat);
    gains.take(hn::Div(hn::Mul(difference, difference), curvature), hn::LoadU(d, variables.places + t),
               hn::Gt(difference, zero));
  }
  const Chosen best = gains.best();
  alignas(HWY_MAX_BYTES) double of_lanes[lanes];
  hn::Store(least, d, of_lanes);
  return better(Partner{best.value, best.place, -*std::min_element(of_lanes, of_lanes + lanes)},
                reference::best_partner(from(variables, whole), row + whole, greatest, own));
#else
  return reference::best_partner(variables, row, greatest, own);
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

Partner best_partner(const Variables& variables, const float* row, double greatest, double own) {
  return HWY_DYNAMIC_DISPATCH(FindPartner)(variables, row, greatest, own);
}

}  // namespace rankwise::kernels
#endif
