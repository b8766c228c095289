#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "rankwise/base/byte_encoding.hpp"
#include "rankwise/blocks/grid.hpp"
#include "rankwise/engine/work.hpp"
#include "rankwise/ranks/agreement.hpp"
#include "rankwise/ranks/messenger.hpp"

/// The messages of a phase. Reports go to the root, orders come from it; `Order::Kind::end` comes once to every rank
/// and is the only way out.
namespace rankwise::engine {

inline constexpr ranks::Subject report_subject{1};
inline constexpr ranks::Subject order_subject{2};
inline constexpr ranks::Subject fetch_subject{3};
inline constexpr ranks::Subject partials_subject{4};

/// From a rank to the root.
struct Report {
  std::vector<blocks::Range> spans_done = {};
  std::uint64_t blocks_done = 0;  ///< since the last report
  std::vector<Told> told = {};    ///< of these, if the job tells
  bool wants_more = false;
  bool farewell = false;  ///< the last message of this rank in this phase
  ranks::Failure failure = {};
  /// The answer to `hand_over`: finished nodes, rank 0's from now on.
  std::optional<std::vector<std::byte>> handed_over = {};
  std::string whereabouts = {};  ///< the answer to `tell_where`

  [[nodiscard]] std::vector<std::byte> encode() const;
  static Report decode(ByteReader in);
};

/// From the root to a rank.
struct Order {
  enum class Kind : std::uint8_t { compute, delivered, hand_over, tell_where, alive, end };
  Kind kind = Kind::compute;
  blocks::Range spans = {};               ///< compute
  std::uint64_t request = 0;              ///< delivered
  std::vector<std::byte> delivered = {};  ///< delivered
  bool hand_over_all = false;             ///< end: what is finished goes to rank 0 with the farewell

  [[nodiscard]] std::vector<std::byte> encode() const;
  static Order decode(ByteReader in);
};

}  // namespace rankwise::engine
