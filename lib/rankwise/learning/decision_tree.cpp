#include "rankwise/learning/decision_tree.hpp"

namespace rankwise::learning {

std::uint32_t DecisionTree::leaf_of(const double* features) const {
  std::size_t at = 0;
  while (nodes[at].feature >= 0) {
    at = features[nodes[at].feature] <= nodes[at].threshold ? at + 1 : nodes[at].next;
  }
  return nodes[at].next;
}

bool DecisionTree::fits(std::uint64_t features, std::uint64_t classes) const {
  if (nodes.empty() || nodes.back().feature >= 0 || shares.size() % classes != 0) return false;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const Node& node = nodes[i];
    const bool is_leaf = node.feature < 0;
    if (!is_leaf && static_cast<std::uint64_t>(node.feature) >= features) return false;
    if (is_leaf ? node.next >= shares.size() / classes : node.next <= i + 1 || node.next >= nodes.size()) return false;
  }
  return importances.empty() || importances.size() == features;
}

void DecisionTree::encode(ByteWriter& out) const {
  out.put_vector(nodes);
  out.put_vector(shares);
  out.put_vector(importances);
}

DecisionTree DecisionTree::decode(ByteReader& in) {
  auto nodes = in.get_vector<Node>();
  auto shares = in.get_vector<double>();
  return {std::move(nodes), std::move(shares), in.get_vector<double>()};
}

}  // namespace rankwise::learning
