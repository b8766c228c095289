#include "rankwise/statistics/room.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "rankwise/base/control_groups.hpp"
#include "rankwise/base/errors.hpp"

namespace rankwise::statistics {

void check_room_for_results(const storage::MatrixInfo& info, Bytes each) {
  const auto built_in = static_cast<std::uint64_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<std::uint64_t>(getpagesize());
  const std::uint64_t memory = std::min(built_in, memory_limit().value_or(built_in));
  if (info.columns <= memory / each.value) return;
  throw InputError(fmt::format("{}: {} results do not fit into this machine's memory of {}, at {} B each", info.source,
                               info.columns, format_bytes({memory}), each.value));
}

}  // namespace rankwise::statistics
