#include "rankwise/matrices/random_elements.hpp"

#include <fmt/format.h>

#include <limits>
#include <type_traits>

#include "rankwise/kernels/deviates.hpp"
#include "rankwise/random/normal.hpp"
#include "rankwise/random/philox.hpp"

namespace rankwise::matrices {
namespace {

using random::Stream;
using random::StreamName;

constexpr std::uint64_t integer_range = 100;

template <class T>
T element(Distribution distribution, std::uint64_t word) {
  switch (distribution) {
    case Distribution::uniform:
      // float has 24 bits: rounding more of them could give 1.
      if constexpr (std::is_same_v<T, float>) return static_cast<float>(word >> 40) * 0x1.0p-24F;
      return static_cast<T>(random::unit_interval(word));
    case Distribution::normal:
      return static_cast<T>(random::normal_deviate(word));
    case Distribution::integers:
      break;
  }
  // The upper half of a 32 × 32 bit product: off from uniform by less than 1 part in 4 · 10^7.
  return static_cast<T>((word >> 32) * integer_range >> 32);
}

/// Words of a stream in any order; neighbours share a draw.
class Words {
 public:
  explicit Words(const Stream& stream) : stream_(stream) {}
  std::uint64_t at(std::uint64_t index) {
    if (index / 2 != position_ || fresh_) {
      position_ = index / 2;
      draw_ = stream_.at(position_);
      fresh_ = false;
    }
    return index % 2 == 0 ? draw_[0] | std::uint64_t{draw_[1]} << 32 : draw_[2] | std::uint64_t{draw_[3]} << 32;
  }

 private:
  const Stream& stream_;
  random::PhiloxCounter draw_{};
  std::uint64_t position_ = 0;
  bool fresh_ = true;
};

}  // namespace

void RandomElements::fill(const storage::MatrixShape& shape, const storage::Region& region,
                          std::span<std::byte> to) const {
  const Stream values(seed, StreamName::generate_values), missing(seed, StreamName::generate_missing);
  Words value_words(values), missing_words(missing);
  const bool by_rows = shape.contiguous == storage::Contiguous::rows;
  const blocks::Range outer = by_rows ? region.rows : region.columns;
  const blocks::Range inner = by_rows ? region.columns : region.rows;
  storage::with_type(shape.type, [&](auto zero) {
    using T = decltype(zero);
    T* next = reinterpret_cast<T*>(to.data());
    if constexpr (std::is_same_v<T, double>) {
      // Rows of the file are runs of the stream.
      if (by_rows && nan_fraction <= 0 && distribution != Distribution::integers) {
        for (std::uint64_t r = outer.begin; r < outer.end; ++r, next += inner.size()) {
          const std::uint64_t first = r * shape.columns + inner.begin;
          const std::span<double> row(next, inner.size());
          distribution == Distribution::uniform ? kernels::uniform(values, first, row)
                                                : kernels::normal(values, first, row);
        }
        return;
      }
    }
    for (std::uint64_t o = outer.begin; o < outer.end; ++o) {
      for (std::uint64_t i = inner.begin; i < inner.end; ++i) {
        const std::uint64_t index = by_rows ? o * shape.columns + i : i * shape.columns + o;
        T value = element<T>(distribution, value_words.at(index));
        if constexpr (std::is_floating_point_v<T>) {
          if (nan_fraction > 0 && random::unit_interval(missing_words.at(index)) < nan_fraction) {
            value = std::numeric_limits<T>::quiet_NaN();
          }
        }
        *next++ = value;
      }
    }
  });
}

engine::Identity RandomMaker::identity() const {
  return {.method = "generate",
          .version = 1,
          .input = "",
          .seed = elements_.seed,
          .options = fmt::format("{} {}", static_cast<int>(elements_.distribution), elements_.nan_fraction)};
}

}  // namespace rankwise::matrices
