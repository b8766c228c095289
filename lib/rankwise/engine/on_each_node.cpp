#include "rankwise/engine/on_each_node.hpp"

#include <exception>
#include <mutex>

#include "rankwise/base/stop_request.hpp"
#include "rankwise/ranks/agreement.hpp"

namespace rankwise::engine {

ranks::NodeMemory memory_on_each_node(const Context& context, std::uint64_t bytes) {
  ranks::NodeMemory memory;
  std::exception_ptr failure;
  try {
    memory = ranks::NodeMemory(context.ranks().on_this_node(), bytes);
  } catch (...) {
    failure = std::current_exception();
  }
  ranks::agree(context.ranks(), [&] {
    if (failure) std::rethrow_exception(failure);
  });
  return memory;
}

void on_each_node(const Context& context, std::uint64_t count, const std::function<void(std::uint64_t)>& act) {
  const ranks::Communicator node = context.ranks().on_this_node();
  const auto first = static_cast<std::uint64_t>(node.rank()), step = static_cast<std::uint64_t>(node.size());
  std::exception_ptr failure;
  std::mutex mutex;
#pragma omp parallel for schedule(dynamic) num_threads(context.options().threads)
  for (std::uint64_t i = first; i < count; i += step) {
    try {
      if (stop_signal() == 0) act(i);
    } catch (...) {
      const std::lock_guard lock(mutex);
      if (!failure) failure = std::current_exception();
    }
  }
  ranks::agree(context.ranks(), [&] {
    if (failure) std::rethrow_exception(failure);
  });
}

}  // namespace rankwise::engine
