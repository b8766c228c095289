#include "rankwise/base/digest.hpp"

#include <fmt/format.h>
#include <xxhash.h>

#include <bit>
#include <cmath>
#include <limits>
#include <new>

namespace rankwise {

static_assert(std::endian::native == std::endian::little,
              "digests and encodings are written for little-endian machines");

void Digest::Free::operator()(XXH3_state_s* state) const {
  XXH3_freeState(state);
}

Digest::Digest() : state_(XXH3_createState()) {
  if (!state_) throw std::bad_alloc();
  XXH3_128bits_reset(state_.get());
}
Digest::Digest(Digest&&) noexcept = default;
Digest& Digest::operator=(Digest&&) noexcept = default;
Digest::~Digest() = default;

void Digest::add_bytes(std::span<const std::byte> bytes) {
  if (!bytes.empty()) XXH3_128bits_update(state_.get(), bytes.data(), bytes.size());
}

void Digest::add(std::string_view text) {
  add(std::uint64_t{text.size()});
  add_bytes(std::as_bytes(std::span(text)));
}
void Digest::add(std::uint64_t value) {
  add_bytes(std::as_bytes(std::span(&value, 1)));
}
void Digest::add(std::int64_t value) {
  add_bytes(std::as_bytes(std::span(&value, 1)));
}
void Digest::add(WideInteger value) {
  add_bytes(std::as_bytes(std::span(&value, 1)));
}
void Digest::add(double value) {
  if (std::isnan(value)) value = std::numeric_limits<double>::quiet_NaN();
  add_bytes(std::as_bytes(std::span(&value, 1)));
}
void Digest::add(std::span<const double> values) {
  for (const double value : values) add(value);
}

std::array<std::uint64_t, 2> Digest::words() const {
  const XXH128_hash_t hash = XXH3_128bits_digest(state_.get());
  return {hash.low64, hash.high64};
}

std::string Digest::hex() const {
  const auto [low, high] = words();
  return fmt::format("{:016x}{:016x}", high, low);
}

}  // namespace rankwise
