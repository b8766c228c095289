#include "rankwise/engine/identity.hpp"

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

}  // namespace rankwise::engine
