#include "rankwise/random/sobol.hpp"

#include <bit>
#include <boost/random/sobol.hpp>
#include <cassert>

#include "rankwise/random/philox.hpp"

namespace rankwise::random {
namespace {

constexpr unsigned bits = 64;

using Table = boost::random::default_sobol_table;
static_assert(Table::max_dimension == most_sobol_dimensions);

/// P. Bratley and B. L. Fox, "Algorithm 659: Implementing Sobol's quasirandom sequence generator" (1988),
/// doi:10.1145/42288.214372: m_j = 2 a_1 m_(j-1) ^ 2² a_2 m_(j-2) ^ ... ^ 2^s m_(j-s) ^ m_(j-s) for a primitive
/// polynomial of degree s with coefficients a; the direction number is m_j · 2^(63-j), j from 0.
Directions directions_of(std::size_t dimension) {
  Directions m{};
  if (dimension == 0) {
    m.fill(1);
  } else {
    const std::uint64_t polynomial = Table::polynomial(dimension - 1);
    const auto degree = static_cast<unsigned>(std::bit_width(polynomial)) - 1;
    for (unsigned j = 0; j < degree; ++j) m[j] = Table::minit(dimension - 1, j);
    for (unsigned j = degree; j < bits; ++j) {
      m[j] = m[j - degree];
      for (unsigned k = 1; k <= degree; ++k) {
        if ((polynomial >> (degree - k) & 1) != 0) m[j] ^= m[j - k] << k;
      }
    }
  }
  for (unsigned j = 0; j < bits; ++j) m[j] <<= bits - 1 - j;
  return m;
}

/// A lower triangular matrix of bits, ones in its diagonal: row i, which makes bit i from the top, has its bit for
/// column j at 63 - j.
using Scrambling = std::array<std::uint64_t, bits>;

Scrambling scrambling(const Stream& stream, std::uint64_t first_word) {
  Scrambling rows{};
  for (unsigned i = 0; i < bits; ++i) {
    const std::uint64_t diagonal = std::uint64_t{1} << (bits - 1 - i);
    const std::uint64_t before = i == 0 ? 0 : stream.word64(first_word + i) & ~(diagonal | (diagonal - 1));
    rows[i] = before | diagonal;
  }
  return rows;
}

std::uint64_t scrambled(const Scrambling& rows, std::uint64_t digits) {
  std::uint64_t result = 0;
  for (const std::uint64_t row : rows) {
    result = result << 1 | static_cast<std::uint64_t>(std::popcount(row & digits) & 1);
  }
  return result;
}

}  // namespace

std::vector<Directions> sobol_directions(std::size_t dimensions) {
  assert(dimensions <= most_sobol_dimensions);
  std::vector<Directions> all;
  all.reserve(dimensions);
  for (std::size_t d = 0; d < dimensions; ++d) all.push_back(directions_of(d));
  return all;
}

ScrambledSobol::ScrambledSobol(std::size_t dimensions, std::uint64_t seed, std::uint64_t replicate)
    : directions_(sobol_directions(dimensions)), shifts_(dimensions) {
  const Stream stream(seed, StreamName::sobol, replicate);
  for (std::size_t d = 0; d < dimensions; ++d) {
    const std::uint64_t first_word = d * 2 * bits;  // a row each, then the shift
    const Scrambling rows = scrambling(stream, first_word);
    for (std::uint64_t& direction : directions_[d]) direction = scrambled(rows, direction);
    shifts_[d] = stream.word64(first_word + bits);
  }
}

void ScrambledSobol::fill(std::size_t dimension, std::uint64_t first, std::span<double> to) const {
  const Directions& directions = directions_[dimension];
  std::uint64_t point = shifts_[dimension];
  for (std::uint64_t set = first ^ (first >> 1); set != 0; set &= set - 1) {
    point ^= directions[static_cast<std::size_t>(std::countr_zero(set))];
  }
  for (std::size_t i = 0; i < to.size(); ++i) {
    to[i] = unit_interval(point);
    const auto changed = static_cast<std::size_t>(std::countr_zero(first + i + 1));
    if (changed < directions.size()) point ^= directions[changed];
  }
}

}  // namespace rankwise::random
