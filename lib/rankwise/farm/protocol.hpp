#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "rankwise/base/byte_encoding.hpp"
#include "rankwise/farm/crew.hpp"
#include "rankwise/processes/messages.hpp"
#include "rankwise/ranks/agreement.hpp"
#include "rankwise/ranks/messenger.hpp"

/// What ranks say to each other while tasks are done: reports go to rank 0, orders come from it; `end` comes once to
/// every rank and is the only way out.
namespace rankwise::farm {

inline constexpr ranks::Subject report_subject{11};
inline constexpr ranks::Subject order_subject{12};

/// Where in what a task has printed.
struct PlacePrinted {
  std::uint64_t task = 0;
  std::uint64_t stream = 0;
  std::uint64_t offset = 0;
};

/// What a rank says first.
struct Hello {
  std::uint64_t jobs = 0;
  std::string host = {};
};

/// From a rank to rank 0.
struct Report {
  std::optional<Hello> hello = {};
  std::vector<Outcome> outcomes = {};
  std::optional<PlacePrinted> place = {};  ///< the answer to `fetch`, ...
  std::string piece = {};                  ///< what is there
  bool lost = false;                       ///< its helper was killed: it can do nothing more
  bool farewell = false;                   ///< its last message
  ranks::Failure failure = {};

  [[nodiscard]] std::vector<std::byte> encode() const;
  static Report decode(ByteReader in);
};

/// From rank 0 to a rank.
struct Order {
  enum class Kind : std::uint8_t { start, fetch, drop, cancel, alive, end };
  struct Start {
    std::uint64_t task = 0;
    processes::Command command = {};
  };
  Kind kind = Kind::alive;
  std::vector<Start> tasks = {};            ///< start
  std::chrono::milliseconds time_limit{0};  ///< start
  PlacePrinted place = {};                  ///< fetch; drop: its task
  bool running = false;                     ///< cancel: those that run, too
  ranks::Failure failure = {};              ///< end

  [[nodiscard]] std::vector<std::byte> encode() const;
  static Order decode(ByteReader in);
};

}  // namespace rankwise::farm
