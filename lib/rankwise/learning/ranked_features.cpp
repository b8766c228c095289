#include "rankwise/learning/ranked_features.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "rankwise/base/checked.hpp"
#include "rankwise/engine/on_each_node.hpp"

namespace rankwise::learning {
namespace {

constexpr std::uint64_t most_ranks = 65536;

std::uint64_t bytes_of_ranks(std::uint64_t samples, std::uint64_t features) {
  return divide_up(checked_product(checked_product(samples, features, "ranks"), sizeof(std::uint16_t), "ranks"),
                   sizeof(std::uint32_t)) *
         sizeof(std::uint32_t);
}

/// @return how many there are
std::uint32_t rank(const Dataset& data, std::uint64_t feature, std::uint16_t* ranks) {
  std::vector<std::pair<double, std::uint32_t>> order;
  order.reserve(data.samples());
  for (std::uint32_t s = 0; s < data.samples(); ++s) order.emplace_back(data.row(s)[feature], s);
  std::sort(order.begin(), order.end());
  std::uint64_t values = 1;
  for (std::size_t i = 1; i < order.size(); ++i) values += order[i].first != order[i - 1].first ? 1 : 0;
  const std::uint64_t count = std::min(values, most_ranks);
  std::uint64_t before = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    if (i > 0 && order[i].first != order[i - 1].first) ++before;
    ranks[order[i].second] = static_cast<std::uint16_t>(values == count ? before : before * count / values);
  }
  return static_cast<std::uint32_t>(count);
}

}  // namespace

RankedFeatures::RankedFeatures(const engine::Context& context, const Dataset& data)
    : samples_(data.samples()),
      features_(data.features()),
      memory_(engine::memory_on_each_node(
          context, checked_sum(bytes_of_ranks(samples_, features_), features_ * sizeof(std::uint32_t), "ranks"))) {
  engine::on_each_node(context, features_, [&](std::uint64_t feature) {
    counts()[feature] = rank(data, feature, memory_.as<std::uint16_t>() + feature * samples_);
  });
}

std::uint32_t* RankedFeatures::counts() const {
  return reinterpret_cast<std::uint32_t*>(memory_.as<std::byte>() + bytes_of_ranks(samples_, features_));
}

}  // namespace rankwise::learning
