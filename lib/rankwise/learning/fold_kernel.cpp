#include "rankwise/learning/fold_kernel.hpp"

#include <algorithm>
#include <numeric>

#include "rankwise/base/checked.hpp"
#include "rankwise/base/control_groups.hpp"
#include "rankwise/learning/standard_scale.hpp"
#include "rankwise/ranks/collectives.hpp"

namespace rankwise::learning {
namespace {

bool has_several(const Dataset& data) {
  return data.targets().size() > 1;
}

std::uint64_t most_classes(const Dataset& data) {
  std::uint64_t classes = 2;
  for (const Target& target : data.targets()) classes = std::max<std::uint64_t>(classes, target.class_count());
  return classes;
}

/// Features of a thread's own, row by row and in strips; nothing where the node's products are used.
std::uint64_t own_features(const Dataset& data, bool own) {
  return own ? 2 * bytes_of_strips(data.samples(), data.features()).value : 0;
}

std::vector<double> in_places(const Dataset& data, const std::vector<std::uint32_t>& samples) {
  std::vector<double> features(samples.size() * data.features());
  double* to = features.data();
  for (const std::uint32_t sample : samples) to = std::copy_n(data.row(sample), data.features(), to);
  return features;
}

}  // namespace

SharedBySvc::SharedBySvc(const engine::Context& context, const Dataset& data, bool is_scaled) : scale(is_scaled) {
  const auto ranks_here = static_cast<std::uint64_t>(context.ranks().on_this_node().size());
  const auto threads = static_cast<std::uint64_t>(context.options().threads);
  const auto& memory = context.options().memory;
  const std::uint64_t of_rank = memory ? memory->value : memory_of_this_machine().value / 2 / ranks_here;
  const bool own = scale || has_several(data);
  const std::uint64_t matrices = scale ? threads * ranks_here : own ? threads * ranks_here + 1 : 1;
  const std::uint64_t matrix = bytes_of_matrix(data.samples()).value / ranks_here;
  const bool fits = matrix <= of_rank / 2 / matrices;
  whole = ranks::sum(context.ranks(), fits ? 0 : 1) == 0;
  const std::uint64_t strips = bytes_of_strips(data.samples(), data.features()).value / ranks_here;
  const std::uint64_t taken = whole ? matrix * matrices : strips + own_features(data, own) * threads;
  const std::uint64_t classes = most_classes(data);
  const std::uint64_t most = KernelRows::most_bytes(data.samples(), classes).value;
  rows = {std::min(most, (of_rank - std::min(of_rank, taken)) / threads)};
  for (const Target& target : data.targets()) places.emplace_back(target);
  if (own && (scale || !whole)) return;
  std::vector<std::uint32_t> order = places[0].samples;
  if (own) std::iota(order.begin(), order.end(), 0U);
  products.emplace(context, data, order, whole);
}

Bytes SharedBySvc::least_bytes(const Dataset& data, bool scale) {
  const std::uint64_t rows = KernelRows::least_bytes(data.samples(), most_classes(data)).value;
  return {checked_sum(own_features(data, scale || has_several(data)), rows, "a fold")};
}

void FoldKernel::take_products(const Dataset& data, const SharedBySvc& shared, const TrainingFold& fold) {
  const std::vector<std::uint32_t>& samples = shared.places[fold.target].samples;
  if (shared.products && !has_several(data)) {
    products_ = shared.products->products();
    return;
  }
  if (shared.products) {
    products_ = in_order(shared.products->products(), samples, room_);
    return;
  }
  if (shared.scale) {
    StandardScale(data, fold.samples).apply(data, samples, features_);
  } else {
    features_ = in_places(data, samples);
  }
  products_ = products_of(features_, data.features(), shared.whole, room_);
}

double FoldKernel::variance(const Dataset& data, const SharedBySvc& shared, const TrainingFold& fold) const {
  if (!shared.scale) return variance_of(data.row(0), data.features(), fold.samples);
  std::vector<std::uint32_t> places;
  for (std::uint32_t k = 0; k < fold.by_class.size(); ++k) {
    const auto begin = static_cast<std::uint32_t>(shared.places[fold.target].begins[k]);
    for (const std::uint32_t member : fold.by_class[k]) places.push_back(begin + member);
  }
  return variance_of(features_.data(), data.features(), places);
}

KernelRows& FoldKernel::rows_for(const Dataset& data, const SharedBySvc& shared, const SvcOptions& options,
                                 const TrainingFold& fold) {
  const Source source{.target = fold.target, .scaled_for = shared.scale ? std::optional(fold.number) : std::nullopt};
  const bool is_new = source_ != source;
  if (is_new) take_products(data, shared, fold);
  source_ = source;
  const bool needs_variance =
      options.gamma == SvcOptions::Gamma::scale && options.kernel.kind != KernelFunction::Kind::linear;
  const KernelFunction kernel = options.kernel_for(data.features(), needs_variance ? variance(data, shared, fold) : 0);
  if (is_new || kernel_ != kernel) {
    const Places& places = shared.places[fold.target];
    const PlacedFeatures features = shared.scale ? PlacedFeatures{features_.data(), data.features()}
                                                 : PlacedFeatures{data.row(0), data.features(), places.samples};
    rows_.begin(products_, places, features, kernel, shared.rows);
  }
  kernel_ = kernel;
  return rows_;
}

}  // namespace rankwise::learning
