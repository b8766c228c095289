#pragma once

#include <cstdint>
#include <string>

#include "rankwise/base/byte_encoding.hpp"

namespace rankwise::engine {

/// What a job's result depends on, and nothing else: two jobs with the same identity give the same bits. All ranks must
/// hold the same one before they compute; a checkpoint is of one identity.
struct Identity {
  std::string method = {};    ///< `columns`
  std::uint32_t version = 1;  ///< of the method: raised when its bits change
  std::string input = {};     ///< what tells this input from another; empty where there is none
  std::uint64_t seed = 0;
  std::string options = {};  ///< those that move bits, in one fixed order

  [[nodiscard]] std::string digest() const;
  /// What a job of another identity is, seen from this one, such as `of another input`; empty where they are the same.
  [[nodiscard]] std::string difference(const Identity& other) const;

  void encode(ByteWriter& out) const;
  static Identity decode(ByteReader& in);
};

}  // namespace rankwise::engine
