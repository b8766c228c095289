#include "rankwise/learning/decision_tree.hpp"

namespace rankwise::learning {

std::uint32_t DecisionTree::leaf_of(const double* features) const {
  std::size_t at = 0;
  while (nodes[at].feature >= 0) {
    at = features[nodes[at].feature] <= nodes[at].threshold ? at + 1 : nodes[at].next;
  }
  return nodes[at].next;
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
