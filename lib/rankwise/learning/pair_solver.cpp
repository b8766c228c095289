#include "rankwise/learning/pair_solver.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <utility>

#include "rankwise/base/stop_request.hpp"
#include "rankwise/kernels/radial_basis.hpp"
#include "rankwise/kernels/working_set.hpp"
#include "rankwise/learning/pair_move.hpp"

namespace rankwise::learning {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// The variables of one class, one for each of its samples. Those that are not trained on may move nowhere.
/// `violations` are -y·G; see kernels/working_set.hpp.
struct Variables {
  Variables(const KernelRows& rows, const PairSide& of, double sign, std::size_t first_place)
      : side(of),
        y(sign),
        padded(rows.padded_size(of.of_class)),
        violations(padded, sign),
        up(padded, -infinity),
        down(padded, infinity),
        alpha(rows.places().of_class(of.of_class).size()),
        of_bounds(padded),
        places(padded, -1),
        diagonal(padded, 1) {
    std::copy_n(rows.diagonal(of.of_class), alpha.size(), diagonal.begin());
    for (const std::uint32_t t : of.training) {
      places[t] = static_cast<double>(first_place++);
      const std::size_t begin = t / KernelRows::whole * KernelRows::whole;
      if (runs.empty() || runs.back().end < begin) runs.push_back({begin, begin});
      runs.back().end = begin + KernelRows::whole;
    }
  }
  [[nodiscard]] bool is_upper(std::size_t t) const { return alpha[t] >= side.c; }
  [[nodiscard]] bool is_lower(std::size_t t) const { return alpha[t] <= 0; }
  /// Which way y·alpha may move.
  [[nodiscard]] bool may_go_up(std::size_t t) const { return y > 0 ? !is_upper(t) : !is_lower(t); }
  [[nodiscard]] bool may_go_down(std::size_t t) const { return y > 0 ? !is_lower(t) : !is_upper(t); }
  [[nodiscard]] kernels::Variables view() const {
    return {violations.data(), up.data(), down.data(), places.data(), diagonal.data(), runs};
  }

  const PairSide& side;
  double y;
  std::size_t padded;
  std::vector<double> violations, up, down, alpha;
  std::vector<double> of_bounds;  // what variables at their upper bounds make of violations
  std::vector<double> places;
  std::vector<double> diagonal;
  std::vector<kernels::Variables::Run> runs;  // in which some are trained on
};

/// A variable: of which class, and which.
struct Name {
  std::size_t of = 0, at = 0;
};

class Solver {
 public:
  Solver(KernelRows& rows, const PairSide& first, const PairSide& second, double tolerance)
      : rows_(rows),
        tolerance_(tolerance),
        variables_{Variables(rows, first, 1, 0), Variables(rows, second, -1, first.training.size())} {
    for (std::size_t side = 0; side < 2; ++side) {
      for (const std::uint32_t t : variables_[side].side.training) order_.push_back({side, t});
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
  /// Kernel values of a variable with all of one side.
  [[nodiscard]] const float* row(Name name, std::size_t side) {
    const std::uint64_t begin = rows_.places().of_class(variables_[name.of].side.of_class).begin;
    return rows_.with(begin + name.at, variables_[side].side.of_class);
  }
  [[nodiscard]] Name name_of(double place) const { return order_[static_cast<std::size_t>(place)]; }
  /// Says to the kernels which way a variable may move.
  void mark(Name name) {
    Variables& v = variables_[name.of];
    const bool active = v.places[name.at] < static_cast<double>(active_);
    v.up[name.at] = active && v.may_go_up(name.at) ? 0 : -infinity;
    v.down[name.at] = active && v.may_go_down(name.at) ? 0 : infinity;
  }
  /// What moves up next, where no gradient has changed.
  void find_next() {
    chosen_ = {.value = -infinity};
    for (std::size_t place = 0; place < active_; ++place) {
      const Variables& v = variables_[order_[place].of];
      const std::size_t t = order_[place].at;
      chosen_ = kernels::better(chosen_, {v.violations[t] + v.up[t], v.places[t]});
    }
  }

  /// Lets rows i and j act on all gradients, and finds what to move up next.
  void step(Name i, Name j, double a, double b) {
    chosen_ = {.value = -infinity};
    for (std::size_t side = 0; side < 2; ++side) {
      Variables& v = variables_[side];
      chosen_ =
          kernels::better(chosen_, kernels::step(v.view(), v.violations.data(), row(i, side), row(j, side), a, b));
    }
  }

  /// What moves down with it, if there is anything to gain.
  [[nodiscard]] std::optional<Name> find_partner() {
    if (chosen_.value == -infinity) return std::nullopt;
    rows_.make_room();
    const Name i = name_of(chosen_.place);
    const Variables& of = variables_[i.of];
    kernels::Partner best{.least = -infinity};
    for (std::size_t side = 0; side < 2; ++side) {
      best = kernels::best_partner(variables_[side].view(), row(i, side), chosen_.value, of.diagonal[i.at], best);
    }
    if (chosen_.value + best.least < tolerance_ || best.place < 0) return std::nullopt;
    return name_of(best.place);
  }

  /// The two variables to where the objective is least along their common direction, within their bounds.
  void move(Name i, Name j) {
    Variables &vi = variables_[i.of], &vj = variables_[j.of];
    constexpr double flat = 1e-12;
    rows_.make_room();
    const double value = static_cast<double>(row(i, j.of)[j.at]);
    double curvature = vi.diagonal[i.at] + vj.diagonal[j.at] - 2 * value;
    if (curvature <= 0) curvature = flat;
    const bool was_upper_i = vi.is_upper(i.at), was_upper_j = vj.is_upper(j.at);
    const double old_i = vi.alpha[i.at], old_j = vj.alpha[j.at];
    const double gradient_i = -vi.y * vi.violations[i.at], gradient_j = -vj.y * vj.violations[j.at];
    const Variable now_i{old_i, gradient_i, vi.side.c}, now_j{old_j, gradient_j, vj.side.c};
    const Moved moved = i.of != j.of ? move_apart(now_i, now_j, curvature) : move_together(now_i, now_j, curvature);
    vi.alpha[i.at] = moved.i;
    vj.alpha[j.at] = moved.j;
    mark(i);
    mark(j);
    step(i, j, vi.y * (moved.i - old_i), vj.y * (moved.j - old_j));
    keep_bounds(i, was_upper_i);
    keep_bounds(j, was_upper_j);
  }

  void keep_bounds(Name name, bool was_upper) {
    const Variables& of = variables_[name.of];
    if (of.is_upper(name.at) == was_upper) return;
    const double weight = was_upper ? -of.side.c * of.y : of.side.c * of.y;
    for (std::size_t side = 0; side < 2; ++side) {
      Variables& v = variables_[side];
      kernels::subtract_scaled(row(name, side), weight, v.padded, v.of_bounds.data());
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
      Variables& v = variables_[order_[place].of];
      v.violations[order_[place].at] = v.of_bounds[order_[place].at] + v.y;
    }
    for (const Name& other : free) {
      rows_.make_room();
      const Variables& of = variables_[other.of];
      const std::array<const float*, 2> values{row(other, 0), row(other, 1)};
      for (std::size_t place = active_; place < order_.size(); ++place) {
        const Name name = order_[place];
        variables_[name.of].violations[name.at] -=
            of.alpha[other.at] * of.y * static_cast<double>(values[name.of][name.at]);
      }
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
      for (std::size_t t = 0; t < v.padded; ++t) {
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

  void mark_all() {
    for (const Name& name : order_) mark(name);
    find_next();
  }

  [[nodiscard]] double offset() const {
    double high = infinity, low = -infinity, sum = 0;
    std::uint64_t free = 0;
    for (const Variables& v : variables_) {
      for (const std::uint32_t t : v.side.training) {
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

  KernelRows& rows_;
  double tolerance_;
  std::array<Variables, 2> variables_;
  std::vector<Name> order_;  // by place; the first `active_` are looked at
  std::size_t active_ = 0;
  kernels::Chosen chosen_;  // what moves up next
  bool all_were_active_again_ = false;
};

}  // namespace

Machine separate(KernelRows& rows, const PairSide& first, const PairSide& second, double tolerance) {
  return Solver(rows, first, second, tolerance).run();
}

}  // namespace rankwise::learning
