#include "rankwise/learning/minimise.hpp"

#include <algorithm>
#include <cmath>
#include <deque>
#include <limits>
#include <utility>

#include "rankwise/base/errors.hpp"
#include "rankwise/base/stop_request.hpp"

namespace rankwise::learning {
namespace {

using Numbers = std::vector<double>;

double product(std::span<const double> a, std::span<const double> b) {
  double sums[4] = {};  // that do not wait for one another
  for (std::size_t i = 0; i < a.size(); ++i) sums[i % 4] += a[i] * b[i];
  return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

void add(double factor, std::span<const double> a, std::span<double> to) {
  for (std::size_t i = 0; i < a.size(); ++i) to[i] += factor * a[i];
}

Numbers difference(std::span<const double> a, std::span<const double> b) {
  Numbers result(a.size());
  std::transform(a.begin(), a.end(), b.begin(), result.begin(), std::minus<>());
  return result;
}

double greatest(std::span<const double> a) {
  double result = 0;
  for (const double each : a) result = std::max(result, std::abs(each));
  return result;
}

struct Point {
  Numbers x, gradient;
  double value = 0;
};

/// What the last steps told of the function's curvature.
class Curvature {
 public:
  void add_step(const Point& from, const Point& to) {
    Step step{difference(to.x, from.x), difference(to.gradient, from.gradient), 0};
    step.product = product(step.x, step.gradient);
    if (!(step.product > 0)) return;
    if (steps_.size() == most_steps) steps_.pop_front();
    steps_.push_back(std::move(step));
  }
  void forget() { steps_.clear(); }
  [[nodiscard]] bool knows_nothing() const { return steps_.empty(); }

  /// Where to go from a point with this gradient.
  [[nodiscard]] Numbers direction(const Numbers& gradient) const {
    Numbers result(gradient);
    Numbers factors(steps_.size());
    for (std::size_t i = steps_.size(); i-- > 0;) {
      factors[i] = product(steps_[i].x, result) / steps_[i].product;
      add(-factors[i], steps_[i].gradient, result);
    }
    if (!steps_.empty()) {
      const Step& last = steps_.back();
      const double scale = last.product / product(last.gradient, last.gradient);
      for (double& each : result) each *= scale;
    }
    for (std::size_t i = 0; i < steps_.size(); ++i) {
      add(factors[i] - product(steps_[i].gradient, result) / steps_[i].product, steps_[i].x, result);
    }
    for (double& each : result) each = -each;
    return result;
  }

 private:
  static constexpr std::size_t most_steps = 10;
  struct Step {
    Numbers x, gradient;  // how far they went
    double product = 0;
  };
  std::deque<Step> steps_;
};

/// A point on the way in that direction that is lower and less steep, or nothing if rounding hides all of them.
bool search(const SmoothFunction& function, const Point& from, const Numbers& direction, double slope, double length,
            Point& to) {
  constexpr double enough_lower = 1e-4, less_steep = 0.9;
  constexpr int most_tries = 60;
  double low = 0, high = std::numeric_limits<double>::infinity();
  for (int i = 0; i < most_tries; ++i) {
    to.x = from.x;
    add(length, direction, to.x);
    to.gradient.resize(to.x.size());
    to.value = function(to.x, to.gradient);
    if (!(to.value <= from.value + enough_lower * length * slope)) {
      high = length;
    } else if (product(to.gradient, direction) < less_steep * slope) {
      low = length;
    } else {
      return true;
    }
    length = std::isinf(high) ? 2 * low : (low + high) / 2;
  }
  return false;
}

}  // namespace

bool minimise(const SmoothFunction& function, std::vector<double>& x, const MinimiseOptions& options) {
  Point here{.x = x, .gradient = Numbers(x.size())};
  here.value = function(here.x, here.gradient);
  const auto need_number = [](double each) {
    if (!std::isfinite(each)) throw InputError("the features are too large: the model's loss is no number");
  };
  need_number(here.value);
  std::for_each(here.gradient.begin(), here.gradient.end(), need_number);
  Curvature curvature;
  bool arrived = false;
  for (std::uint64_t i = 0; !arrived && i < options.most_iterations; ++i) {
    heed_stop_request();
    if (greatest(here.gradient) <= options.tolerance) break;
    const Numbers direction = curvature.direction(here.gradient);
    const double slope = product(direction, here.gradient);
    need_number(slope);
    const double length = curvature.knows_nothing() ? std::min(1.0, 1 / greatest(here.gradient)) : 1;
    Point next;
    if (slope < 0 && search(function, here, direction, slope, length, next)) {
      curvature.add_step(here, next);
      here = std::move(next);
    } else if (curvature.knows_nothing()) {
      arrived = true;
    } else {
      curvature.forget();  // and try straight down
    }
  }
  x = here.x;
  return arrived || greatest(here.gradient) <= options.tolerance;
}

}  // namespace rankwise::learning
