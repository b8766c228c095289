#pragma once

#include <algorithm>
#include <vector>

#include "rankwise/base/byte_encoding.hpp"
#include "rankwise/kernels/moments.hpp"

namespace rankwise::kernels {

namespace detail {
template <class M, class Act>
constexpr void for_each_moments_field(Act act) {
  act(&M::count);
  act(&M::nan);
  act(&M::sum);
  act(&M::centre);
  act(&M::offset);
  act(&M::m2);
  act(&M::min);
  act(&M::max);
}

template <class M>
constexpr bool has_padding() {
  std::size_t bytes = 0;
  for_each_moments_field<M>([&]<class T>(T M::*) { bytes += sizeof(T); });
  return bytes < sizeof(M);
}
}  // namespace detail

/// As they are, or field by field where there would be rubbish between fields: a lane has thousands of columns.
template <class M>
void encode(const std::vector<M>& moments, ByteWriter& out) {
  out.reserve(moments.size() * sizeof(M) + sizeof(M));
  if constexpr (!detail::has_padding<M>()) return out.put_vector(moments);
  detail::for_each_moments_field<M>([&]<class T>(T M::*field) {
    std::vector<T> values(moments.size());
    std::transform(moments.begin(), moments.end(), values.begin(), [&](const M& each) { return each.*field; });
    out.put_vector(values);
  });
}

template <class M>
std::vector<M> decode_moments(ByteReader& in) {
  if constexpr (!detail::has_padding<M>()) return in.get_vector<M>();
  std::vector<M> moments;
  detail::for_each_moments_field<M>([&]<class T>(T M::*field) {
    const auto values = in.get_vector<T>();
    moments.resize(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) moments[i].*field = values[i];
  });
  return moments;
}

}  // namespace rankwise::kernels
