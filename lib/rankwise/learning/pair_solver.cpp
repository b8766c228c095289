#include "rankwise/learning/pair_solver.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <numeric>
#include <optional>
#include <utility>

#include "rankwise/base/stop_request.hpp"
#include "rankwise/kernels/radial_basis.hpp"
#include "rankwise/kernels/working_set.hpp"

namespace rankwise::learning {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// The variables of one class. `violations` are -y·G; see kernels/working_set.hpp.
struct Variables {
  Variables(const Pair::Side& of, double sign, std::size_t first_place)
      : side(of),
        y(sign),
        violations(of.diagonal.size(), sign),
        up(of.diagonal.size()),
        down(of.diagonal.size()),
        alpha(of.diagonal.size()),
        of_bounds(of.diagonal.size()),
        places(of.diagonal.size()) {
    std::iota(places.begin(), places.end(), static_cast<double>(first_place));
  }
  [[nodiscard]] std::size_t size() const { return alpha.size(); }
  [[nodiscard]] bool is_upper(std::size_t t) const { return alpha[t] >= side.c; }
  [[nodiscard]] bool is_lower(std::size_t t) const { return alpha[t] <= 0; }
  /// Which way y·alpha may move.
  [[nodiscard]] bool may_go_up(std::size_t t) const { return y > 0 ? !is_upper(t) : !is_lower(t); }
  [[nodiscard]] bool may_go_down(std::size_t t) const { return y > 0 ? !is_lower(t) : !is_upper(t); }
  [[nodiscard]] const float* row(std::size_t t, bool with_first) const {
    return (with_first ? side.with_first : side.with_second)->row(t);
  }
  [[nodiscard]] kernels::Variables view() const {
    return {violations.data(), up.data(), down.data(), places.data(), side.diagonal.data(), size()};
  }

  const Pair::Side& side;
  double y;
  std::vector<double> violations, up, down, alpha;
  std::vector<double> of_bounds;  // what variables at their upper bounds make of violations
  std::vector<double> places;
};

/// A variable: of which class, and which.
struct Name {
  std::size_t of = 0, at = 0;
};

class Solver {
 public:
  Solver(const Pair& pair, double tolerance)
      : tolerance_(tolerance),
        variables_{Variables(pair.first, 1, 0), Variables(pair.second, -1, pair.first.diagonal.size())} {
    for (std::size_t side = 0; side < 2; ++side) {
      for (std::size_t t = 0; t < variables_[side].size(); ++t) order_.push_back({side, t});
    }
    active_ = order_.size();
    mark_all();
  }

  Machine run() {
    const std::size_t pause = std::min<std::size_t>(order_.size(), 1000);
    std::size_t until_shrinking = pause + 1;
    std::uint64_t iterations = 0;
    while (true) {
      if (--until_shrinking == 0) {
        until_shrinking = pause;
        heed_stop_request();
        shrink();
      }
      std::optional<Name> partner = find_partner();
      if (!partner) {
        activate_all();
        partner = find_partner();
        if (!partner) break;
        until_shrinking = 1;
      }
      ++iterations;
      move(name_of(chosen_.place), *partner);
    }
    return {variables_[0].alpha, variables_[1].alpha, offset(), iterations};
  }

 private:
  [[nodiscard]] Name name_of(double place) const { return order_[static_cast<std::size_t>(place)]; }
  /// Says to the kernels which way a variable may move.
  void mark(Name name) {
    Variables& v = variables_[name.of];
    const bool active = v.places[name.at] < static_cast<double>(active_);
    v.up[name.at] = active && v.may_go_up(name.at) ? 0 : -infinity;
    v.down[name.at] = active && v.may_go_down(name.at) ? 0 : infinity;
  }
  void mark_all() {
    for (const Name& name : order_) mark(name);
    step({}, {}, 0, 0);
  }

  /// Lets rows i and j act on all gradients, and finds what to move up next.
  void step(Name i, Name j, double a, double b) {
    chosen_ = {.value = -infinity};
    for (std::size_t side = 0; side < 2; ++side) {
      Variables& v = variables_[side];
      chosen_ =
          kernels::better(chosen_, kernels::step(v.view(), v.violations.data(), variables_[i.of].row(i.at, side == 0),
                                                 variables_[j.of].row(j.at, side == 0), a, b));
    }
  }

  /// What moves down with it, if there is anything to gain.
  [[nodiscard]] std::optional<Name> find_partner() const {
    if (chosen_.value == -infinity) return std::nullopt;
    const Name i = name_of(chosen_.place);
    const Variables& of = variables_[i.of];
    kernels::Partner best{.least = -infinity};
    for (std::size_t side = 0; side < 2; ++side) {
      best = kernels::better(best, kernels::best_partner(variables_[side].view(), of.row(i.at, side == 0),
                                                         chosen_.value, of.side.diagonal[i.at]));
    }
    if (chosen_.value + best.least < tolerance_ || best.place < 0) return std::nullopt;
    return name_of(best.place);
  }

  /// The two variables to where the objective is least along their common direction, within their bounds.
  void move(Name i, Name j) {
    Variables &vi = variables_[i.of], &vj = variables_[j.of];
    constexpr double flat = 1e-12;
    const double value = static_cast<double>(vi.row(i.at, j.of == 0)[j.at]);
    double curvature = vi.side.diagonal[i.at] + vj.side.diagonal[j.at] - 2 * value;
    if (curvature <= 0) curvature = flat;
    double &alpha_i = vi.alpha[i.at], &alpha_j = vj.alpha[j.at];
    const bool was_upper_i = vi.is_upper(i.at), was_upper_j = vj.is_upper(j.at);
    const double old_i = alpha_i, old_j = alpha_j, c_i = vi.side.c, c_j = vj.side.c;
    const double gradient_i = -vi.y * vi.violations[i.at], gradient_j = -vj.y * vj.violations[j.at];
    if (i.of != j.of) {
      const double delta = (-gradient_i - gradient_j) / curvature, difference = alpha_i - alpha_j;
      alpha_i += delta;
      alpha_j += delta;
      if (difference > 0 && alpha_j < 0) {
        alpha_j = 0;
        alpha_i = difference;
      } else if (difference <= 0 && alpha_i < 0) {
        alpha_i = 0;
        alpha_j = -difference;
      }
      if (difference > c_i - c_j && alpha_i > c_i) {
        alpha_i = c_i;
        alpha_j = c_i - difference;
      } else if (difference <= c_i - c_j && alpha_j > c_j) {
        alpha_j = c_j;
        alpha_i = c_j + difference;
      }
    } else {
      const double delta = (gradient_i - gradient_j) / curvature, sum = alpha_i + alpha_j;
      alpha_i -= delta;
      alpha_j += delta;
      if (sum > c_i && alpha_i > c_i) {
        alpha_i = c_i;
        alpha_j = sum - c_i;
      } else if (sum <= c_i && alpha_j < 0) {
        alpha_j = 0;
        alpha_i = sum;
      }
      if (sum > c_j && alpha_j > c_j) {
        alpha_j = c_j;
        alpha_i = sum - c_j;
      } else if (sum <= c_j && alpha_i < 0) {
        alpha_i = 0;
        alpha_j = sum;
      }
    }
    mark(i);
    mark(j);
    step(i, j, vi.y * (alpha_i - old_i), vj.y * (alpha_j - old_j));
    keep_bounds(i, was_upper_i);
    keep_bounds(j, was_upper_j);
  }

  void keep_bounds(Name name, bool was_upper) {
    const Variables& of = variables_[name.of];
    if (of.is_upper(name.at) == was_upper) return;
    const double weight = was_upper ? -of.side.c * of.y : of.side.c * of.y;
    for (std::size_t side = 0; side < 2; ++side) {
      Variables& v = variables_[side];
      kernels::subtract_scaled(of.row(name.at, side == 0), weight, v.size(), v.of_bounds.data());
    }
  }

  /// The violations of variables that were left alone, added up anew as LIBSVM does: to its last digits.
  void take_up_again() {
    std::vector<Name> free;
    for (std::size_t place = 0; place < active_; ++place) {
      const Variables& v = variables_[order_[place].of];
      if (!v.is_upper(order_[place].at) && !v.is_lower(order_[place].at)) free.push_back(order_[place]);
    }
    for (std::size_t place = active_; place < order_.size(); ++place) {
      const Name name = order_[place];
      Variables& v = variables_[name.of];
      double violation = v.of_bounds[name.at] + v.y;
      for (const Name& other : free) {
        const Variables& of = variables_[other.of];
        violation -= of.alpha[other.at] * of.y * static_cast<double>(v.row(name.at, other.of == 0)[other.at]);
      }
      v.violations[name.at] = violation;
    }
    active_ = order_.size();
  }

  /// The greatest violations that moves up and down could mend.
  struct Extremes {
    double up = -infinity, down = -infinity;
  };
  [[nodiscard]] Extremes extremes() const {
    Extremes found;
    for (const Variables& v : variables_) {
      for (std::size_t t = 0; t < v.size(); ++t) {
        found.up = std::max(found.up, v.violations[t] + v.up[t]);
        found.down = std::max(found.down, -(v.violations[t] + v.down[t]));
      }
    }
    return found;
  }

  [[nodiscard]] bool will_stay(Name name, const Extremes& extreme) const {
    const Variables& v = variables_[name.of];
    if (!v.is_upper(name.at) && !v.is_lower(name.at)) return false;
    const double violation = v.violations[name.at];
    return v.may_go_down(name.at) ? violation > extreme.up : -violation > extreme.down;
  }

  /// Leaves variables at their bounds alone that will most likely stay there: they go to the end, in LIBSVM's order.
  void shrink() {
    const Extremes extreme = extremes();
    if (!all_were_active_again_ && extreme.up + extreme.down <= 10 * tolerance_) {
      all_were_active_again_ = true;
      take_up_again();
    }
    for (std::size_t i = 0; i < active_; ++i) {
      if (!will_stay(order_[i], extreme)) continue;
      for (--active_; active_ > i; --active_) {
        if (will_stay(order_[active_], extreme)) continue;
        std::swap(order_[i], order_[active_]);
        break;
      }
    }
    for (std::size_t place = 0; place < order_.size(); ++place) {
      variables_[order_[place].of].places[order_[place].at] = static_cast<double>(place);
    }
    mark_all();
  }

  void activate_all() {
    take_up_again();
    mark_all();
  }

  [[nodiscard]] double offset() const {
    double high = infinity, low = -infinity, sum = 0;
    std::uint64_t free = 0;
    for (const Variables& v : variables_) {
      for (std::size_t t = 0; t < v.size(); ++t) {
        const double value = -v.violations[t];
        if (!v.is_upper(t) && !v.is_lower(t)) {
          ++free;
          sum += value;
        } else if (v.is_upper(t) == (v.y > 0)) {
          low = std::max(low, value);
        } else {
          high = std::min(high, value);
        }
      }
    }
    return free > 0 ? sum / static_cast<double>(free) : (high + low) / 2;
  }

  double tolerance_;
  std::array<Variables, 2> variables_;
  std::vector<Name> order_;  // by place; the first `active_` are looked at
  std::size_t active_ = 0;
  kernels::Chosen chosen_;  // what moves up next
  bool all_were_active_again_ = false;
};

}  // namespace

Machine separate(const Pair& pair, double tolerance) {
  return Solver(pair, tolerance).run();
}

}  // namespace rankwise::learning
