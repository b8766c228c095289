#pragma once

#include <optional>
#include <set>
#include <span>

namespace rankwise::ranks {

/// Processors by the kernel's numbers.
using Processors = std::set<int>;

/// What decides how many threads one rank starts.
struct Allowance {
  std::span<const Processors> masks;  ///< what each rank on this node may use, in rank order
  int node_rank = 0;                  ///< which of them is ours
  std::optional<double> quota;        ///< processors that the control group grants to all ranks of the node
  std::optional<int> openmp;          ///< OMP_NUM_THREADS
  std::optional<int> granted = {};    ///< what the batch system grants each rank, whether or not it binds to it
};

/// How many threads this rank starts if the user does not say: its share of the processors that it may use, where
/// processors that several ranks may use are shared among them; at most the quota's share, what the batch system
/// grants, and OMP_NUM_THREADS; at least 1. A pure function.
int default_threads(const Allowance& allowance);

/// The processors of the node dealt out to its ranks in contiguous runs, this rank's run; everything to everyone where
/// there are more ranks than processors.
Processors share_of_processors(const Processors& all, int node_rank, int node_size);

}  // namespace rankwise::ranks
