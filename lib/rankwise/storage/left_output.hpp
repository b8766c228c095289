#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "rankwise/base/byte_encoding.hpp"
#include "rankwise/base/errors.hpp"

namespace rankwise::storage {

/// What a run needs to know to take up the unfinished output of an earlier one.
struct LeftOutput {
  std::vector<std::string> tags = {};      ///< of its temporary files
  std::vector<std::uint64_t> begins = {};  ///< where what is filled begins in the last of them

  /// @throws InputError if there is no such file
  [[nodiscard]] const std::string& tag(std::size_t file) const {
    if (file >= tags.size()) throw InputError("the checkpoint does not say where its unfinished output is");
    return tags[file];
  }
  /// @throws InputError if it is not said
  [[nodiscard]] std::uint64_t begin(std::size_t part) const {
    if (part >= begins.size()) throw InputError("the checkpoint does not say where its unfinished output begins");
    return begins[part];
  }
  [[nodiscard]] std::vector<std::byte> encode() const {
    ByteWriter out;
    out.put_vector(begins);
    out.put(std::uint64_t{tags.size()});
    for (const auto& tag : tags) out.put_string(tag);
    return out.take();
  }
  static LeftOutput decode(ByteReader in) {
    LeftOutput left{.tags = {}, .begins = in.get_vector<std::uint64_t>()};
    for (auto tags = in.get<std::uint64_t>(); tags > 0; --tags) left.tags.push_back(in.get_string());
    return left;
  }
};

}  // namespace rankwise::storage
