#include "rankwise/learning/sample_products.hpp"

#include <algorithm>
#include <numeric>

#include "rankwise/base/checked.hpp"
#include "rankwise/engine/on_each_node.hpp"
#include "rankwise/kernels/products.hpp"

namespace rankwise::learning {
namespace {

using kernels::strip_columns;
using kernels::whole_strips;

constexpr std::uint64_t panel_samples = 256;  // whole strips

/// Runs of samples of which something is taken at once.
struct Panels {
  std::uint64_t samples = 0, features = 0;
  const double* values = nullptr;
  std::span<const std::uint32_t> order = {};  ///< of their rows; nothing: as they are
  [[nodiscard]] std::uint64_t count() const { return divide_up(samples, panel_samples); }
  [[nodiscard]] std::uint64_t pairs() const { return count() * (count() + 1) / 2; }
  [[nodiscard]] blocks::Range panel(std::uint64_t index) const { return blocks::piece(samples, panel_samples, index); }
  [[nodiscard]] std::uint64_t pieces() const { return divide_up(features, kernels::product_piece_rows); }
  [[nodiscard]] blocks::Range piece(std::uint64_t index) const {
    return blocks::piece(features, kernels::product_piece_rows, index);
  }

  /// The products of one pair of panels on or above the diagonal, to both their places in the matrix.
  void take_products(std::uint64_t pair, double* matrix) const {
    std::uint64_t first = 0;
    for (; pair >= count() - first; ++first) pair -= count() - first;
    const blocks::Range rows = panel(first), columns = panel(first + pair);
    const std::vector<double> sums = sums_of(rows, columns);
    const std::uint64_t width = whole_strips(columns.size());
    for (std::uint64_t r = 0; r < rows.size(); ++r) {
      const std::uint64_t begin = pair == 0 ? r : 0;  // below the diagonal is not computed
      for (std::uint64_t c = begin; c < columns.size(); ++c) {
        const double product = sums[r * width + c];
        matrix[(rows.begin + r) * samples + columns.begin + c] = product;
        matrix[(columns.begin + c) * samples + rows.begin + r] = product;
      }
    }
  }
  /// The features of one panel, a piece of them at a time.
  void take_strips(std::uint64_t index, double* strips) const {
    const blocks::Range of = panel(index);
    for (std::uint64_t p = 0; p < pieces(); ++p) {
      const kernels::Deviations some = part(of, piece(p));
      double* to = strips + piece(p).begin * whole_strips(samples) + of.begin * some.rows;
      std::copy_n(some.strip(0), whole_strips(of.size()) * some.rows, to);
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
    std::vector<double> sums(whole_strips(rows.size()) * whole_strips(columns.size()));
    const bool same = rows == columns;
    for (std::uint64_t p = 0; p < pieces(); ++p) {
      const kernels::Deviations left = part(rows, piece(p));
      if (same) {
        kernels::add_products(left, left, kernels::Wanted::upper, sums);
      } else {
        kernels::add_products(left, part(columns, piece(p)), kernels::Wanted::all, sums);
      }
    }
    return sums;
  }
};

}  // namespace

Places::Places(const Target& target) : samples(target.classes.size()), begins(target.class_count() + 1) {
  std::iota(samples.begin(), samples.end(), 0U);
  std::stable_sort(samples.begin(), samples.end(),
                   [&](auto a, auto b) { return target.classes[a] < target.classes[b]; });
  for (const std::uint32_t k : target.classes) ++begins[k + 1];
  std::partial_sum(begins.begin(), begins.end(), begins.begin());
}

Products Products::of_matrix(std::uint64_t samples, const double* matrix) {
  Products products;
  products.samples_ = samples;
  products.matrix_ = matrix;
  return products;
}

Products Products::of_strips(std::uint64_t samples, std::uint64_t features, const double* strips) {
  Products products;
  products.samples_ = samples;
  products.features_ = features;
  products.strips_ = strips;
  return products;
}

/// Of strips: by the kernel for blocks of products, with one sample on its left side; memory is what it waits for.
const double* Products::with(std::uint64_t place, blocks::Range others, std::vector<double>& room) const {
  if (matrix_ != nullptr) return matrix_ + place * samples_ + others.begin;
  const std::uint64_t first = others.begin / strip_columns, strips = divide_up(others.end, strip_columns) - first;
  room.assign(strip_columns * strips * strip_columns, 0.0);
  std::vector<kernels::Deviations::Line> own;
  for (std::uint64_t begin = 0; begin < features_; begin += kernels::product_piece_rows) {
    const std::size_t rows = std::min<std::uint64_t>(kernels::product_piece_rows, features_ - begin);
    const double* piece = strips_ + begin * whole_strips(samples_);
    own.assign(rows, {});
    const double* from = piece + place / strip_columns * rows * strip_columns + place % strip_columns;
    for (std::size_t r = 0; r < rows; ++r) own[r].values[0] = from[r * strip_columns];
    kernels::add_products({own[0].values.data(), rows, 1},
                          {piece + first * rows * strip_columns, rows, strips * strip_columns}, kernels::Wanted::all,
                          room);
  }
  return room.data() + others.begin % strip_columns;
}

Bytes bytes_of_matrix(std::uint64_t samples) {
  return {checked_product(checked_product(samples, samples, "pairs of samples"), sizeof(double), "pairs of samples")};
}

Bytes bytes_of_strips(std::uint64_t samples, std::uint64_t features) {
  return {checked_product(checked_product(whole_strips(samples), features, "the features"), sizeof(double),
                          "the features")};
}

SharedProducts::SharedProducts(const engine::Context& context, const Dataset& data,
                               std::span<const std::uint32_t> order, bool whole)
    : memory_(engine::memory_on_each_node(
          context,
          (whole ? bytes_of_matrix(data.samples()) : bytes_of_strips(data.samples(), data.features())).value)) {
  const Panels panels{data.samples(), data.features(), data.row(0), order};
  double* to = memory_.as<double>();
  engine::on_each_node(context, whole ? panels.pairs() : panels.count(), [&](std::uint64_t index) {
    whole ? panels.take_products(index, to) : panels.take_strips(index, to);
  });
  products_ =
      whole ? Products::of_matrix(data.samples(), to) : Products::of_strips(data.samples(), data.features(), to);
}

Products in_order(const Products& products, std::span<const std::uint32_t> order, std::vector<double>& room) {
  const std::uint64_t samples = order.size();
  room.resize(samples * samples);
  std::vector<double> none;
  double* to = room.data();
  for (const std::uint32_t sample : order) {
    const double* row = products.with(sample, {0, samples}, none);
    for (const std::uint32_t other : order) *to++ = row[other];
  }
  return Products::of_matrix(samples, room.data());
}

Products products_of(std::span<const double> values, std::uint64_t features, bool whole, std::vector<double>& room) {
  const Panels panels{values.size() / features, features, values.data(), {}};
  if (whole) {
    room.resize(panels.samples * panels.samples);
    for (std::uint64_t pair = 0; pair < panels.pairs(); ++pair) panels.take_products(pair, room.data());
    return Products::of_matrix(panels.samples, room.data());
  }
  room.resize(whole_strips(panels.samples) * features);
  for (std::uint64_t panel = 0; panel < panels.count(); ++panel) panels.take_strips(panel, room.data());
  return Products::of_strips(panels.samples, features, room.data());
}

}  // namespace rankwise::learning
