#include "rankwise/farm/map_tasks.hpp"

#include "rankwise/farm/foreman.hpp"
#include "rankwise/farm/worker.hpp"
#include "rankwise/ranks/agreement.hpp"
#include "rankwise/ranks/binding.hpp"

namespace rankwise::farm {

MapEnd map_tasks(const engine::Context& context, processes::Helper& helper, const MapOptions& options) {
  const ranks::Processors processors = ranks::processors_of(0);
  Crew crew(helper, options.jobs, {processors.begin(), processors.end()});
  if (!context.ranks().is_root()) return {.failure = Worker(context, crew).follow()};
  MapEnd end;
  try {
    Foreman foreman(context, crew, options);
    end.failure = foreman.lead();
    end.tally = foreman.tally();
  } catch (...) {
    end.failure = ranks::current_failure();
  }
  for (int rank = 1; rank < context.ranks().size(); ++rank) {
    context.messenger().send(rank, order_subject, Order{.kind = Order::Kind::end, .failure = end.failure}.encode());
  }
  wait_for_farewells(context);
  return end;
}

}  // namespace rankwise::farm
