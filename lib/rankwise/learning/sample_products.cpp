#include "rankwise/learning/sample_products.hpp"

#include <algorithm>
#include <numeric>

#include "rankwise/base/checked.hpp"
#include "rankwise/blocks/grid.hpp"
#include "rankwise/engine/on_each_node.hpp"
#include "rankwise/kernels/products.hpp"

namespace rankwise::learning {
namespace {

constexpr std::uint64_t panel_samples = 256;

/// Pairs of panels of samples, on and above the diagonal.
struct Panels {
  std::uint64_t samples = 0, features = 0;
  const double* values = nullptr;
  std::span<const std::uint32_t> order = {};  ///< of their rows; nothing: as they are
  [[nodiscard]] std::uint64_t count() const { return divide_up(samples, panel_samples); }
  [[nodiscard]] std::uint64_t pairs() const { return count() * (count() + 1) / 2; }
  [[nodiscard]] blocks::Range panel(std::uint64_t index) const { return blocks::piece(samples, panel_samples, index); }

  /// The products of one pair of panels, to both their places in the matrix.
  void take(std::uint64_t pair, double* products) const {
    std::uint64_t first = 0;
    for (; pair >= count() - first; ++first) pair -= count() - first;
    const blocks::Range rows = panel(first), columns = panel(first + pair);
    const std::vector<double> sums = sums_of(rows, columns);
    const std::uint64_t width = kernels::whole_strips(columns.size());
    for (std::uint64_t r = 0; r < rows.size(); ++r) {
      const std::uint64_t begin = pair == 0 ? r : 0;  // below the diagonal is not computed
      for (std::uint64_t c = begin; c < columns.size(); ++c) {
        const double product = sums[r * width + c];
        products[(rows.begin + r) * samples + columns.begin + c] = product;
        products[(columns.begin + c) * samples + rows.begin + r] = product;
      }
    }
  }

 private:
  /// Some features of a run of samples.
  [[nodiscard]] kernels::Deviations part(blocks::Range of, blocks::Range of_features) const {
    std::vector<double> rows(of.size() * of_features.size());
    for (std::uint64_t i = 0; i < of.size(); ++i) {
      const std::uint64_t sample = order.empty() ? of.begin + i : order[of.begin + i];
      std::copy_n(values + sample * features + of_features.begin, of_features.size(), &rows[i * of_features.size()]);
    }
    const std::vector<double> zeros(of.size());
    kernels::Deviations deviations;
    kernels::take_deviations(
        kernels::TileView<double>{
            .values = rows.data(), .rows = of_features.size(), .row_stride = 1, .column_stride = of_features.size()},
        zeros, deviations);
    return deviations;
  }
  [[nodiscard]] std::vector<double> sums_of(blocks::Range rows, blocks::Range columns) const {
    std::vector<double> sums(kernels::whole_strips(rows.size()) * kernels::whole_strips(columns.size()));
    const bool same = rows == columns;
    for (std::uint64_t begin = 0; begin < features; begin += kernels::product_piece_rows) {
      const blocks::Range piece{begin, std::min<std::uint64_t>(features, begin + kernels::product_piece_rows)};
      const kernels::Deviations left = part(rows, piece);
      if (same) {
        kernels::add_products(left, left, kernels::Wanted::upper, sums);
      } else {
        kernels::add_products(left, part(columns, piece), kernels::Wanted::all, sums);
      }
    }
    return sums;
  }
};

}  // namespace

Bytes bytes_of_products(std::uint64_t samples) {
  return {checked_product(checked_product(samples, samples, "pairs of samples"), sizeof(double), "pairs of samples")};
}

std::vector<std::uint32_t> by_class(std::span<const std::uint32_t> classes) {
  std::vector<std::uint32_t> order(classes.size());
  std::iota(order.begin(), order.end(), 0U);
  std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return classes[a] < classes[b]; });
  return order;
}

SharedProducts::SharedProducts(const engine::Context& context, const Dataset& data,
                               std::span<const std::uint32_t> order)
    : samples_(data.samples()), memory_(context.ranks().on_this_node(), bytes_of_products(data.samples()).value) {
  const Panels panels{data.samples(), data.features(), data.row(0), order};
  engine::on_each_node(context, panels.pairs(), [&](std::uint64_t pair) { panels.take(pair, memory_.as<double>()); });
}

Products in_order(const Products& products, std::span<const std::uint32_t> order, std::vector<double>& room) {
  room.resize(order.size() * order.size());
  double* to = room.data();
  for (const std::uint32_t sample : order) {
    const double* row = products.row(sample);
    for (const std::uint32_t other : order) *to++ = row[other];
  }
  return {order.size(), room.data()};
}

void take_products(std::span<const double> values, std::uint64_t features, std::span<double> products) {
  const Panels panels{values.size() / features, features, values.data(), {}};
  for (std::uint64_t pair = 0; pair < panels.pairs(); ++pair) panels.take(pair, products.data());
}

}  // namespace rankwise::learning
