#include "rankwise/statistics/room.hpp"

#include <fmt/format.h>

#include "rankwise/base/control_groups.hpp"
#include "rankwise/base/errors.hpp"

namespace rankwise::statistics {

void check_room_for_results(const storage::MatrixInfo& info, Bytes each) {
  const std::uint64_t memory = memory_of_this_machine().value;
  if (info.columns <= memory / each.value) return;
  throw InputError(fmt::format("{}: {} results do not fit into this machine's memory of {}, at {} B each", info.source,
                               info.columns, format_bytes({memory}), each.value));
}

}  // namespace rankwise::statistics
