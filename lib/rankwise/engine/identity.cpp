#include "rankwise/engine/identity.hpp"

#include <fmt/format.h>

#include "rankwise/base/digest.hpp"

namespace rankwise::engine {

std::string Identity::digest() const {
  Digest digest;
  digest.add(method);
  digest.add(std::uint64_t{version});
  digest.add(input);
  digest.add(seed);
  digest.add(options);
  return digest.hex();
}

std::string Identity::difference(const Identity& other) const {
  if (method != other.method) return fmt::format("of '{}', not of '{}'", other.method, method);
  if (version != other.version) return fmt::format("of another version of '{}', from another rankwise", method);
  // One of them knows the content of the same input: that was an option.
  const bool known_closer = input.starts_with(other.input + " ") || other.input.starts_with(input + " ");
  if (input != other.input && !known_closer) return "of another input: other bytes, another shape or another layout";
  if (seed != other.seed) return fmt::format("of seed {}, not {}", other.seed, seed);
  if (options != other.options || known_closer) return fmt::format("of '{}' with other options", method);
  return "";
}

void Identity::encode(ByteWriter& out) const {
  out.put_string(method);
  out.put(version);
  out.put_string(input);
  out.put(seed);
  out.put_string(options);
}

Identity Identity::decode(ByteReader& in) {
  Identity identity;
  identity.method = in.get_string();
  identity.version = in.get<std::uint32_t>();
  identity.input = in.get_string();
  identity.seed = in.get<std::uint64_t>();
  identity.options = in.get_string();
  return identity;
}

}  // namespace rankwise::engine
