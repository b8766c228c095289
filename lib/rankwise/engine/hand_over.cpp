#include "rankwise/engine/hand_over.hpp"

#include <chrono>

#include "rankwise/engine/record.hpp"

namespace rankwise::engine {

void HandOver::begin() {
  if (on_its_way_) return;
  on_its_way_ = true;
  if (!failed_) nodes_ = forest_.take_spans(cut_);
  if (job_.writes_output() && !nodes_.empty()) {
    durable_ = std::async(std::launch::async, [this] { job_.make_output_durable(); });
  }
}

std::optional<std::vector<std::byte>> HandOver::poll() {
  if (durable_.valid() && durable_.wait_for(std::chrono::seconds(0)) != std::future_status::ready) return std::nullopt;
  return wait();
}

std::optional<std::vector<std::byte>> HandOver::wait() {
  if (!on_its_way_) return std::nullopt;
  on_its_way_ = false;
  const auto nodes = std::exchange(nodes_, {});
  if (durable_.valid()) {
    // fsync tells an error once: a second one would pass for what the first one lost.
    failed_ = true;
    durable_.get();
    failed_ = false;
  }
  std::vector<KeptNode> kept;
  for (const auto& [node, partial] : nodes) {
    ByteWriter out;
    job_.encode(partial, out);
    kept.push_back({node, out.take()});
  }
  ByteWriter out;
  encode(kept, out);
  return out.take();
}

}  // namespace rankwise::engine
