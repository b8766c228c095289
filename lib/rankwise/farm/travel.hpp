#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "rankwise/base/byte_encoding.hpp"

/// How values get from one rank to another: numbers, and structures of them without pointers, as they are; texts,
/// pairs, tuples and vectors, of these and of each other, one part after another.
namespace rankwise::farm {

template <class T>
struct Travel {
  static_assert(std::is_trivially_copyable_v<T> && !std::is_pointer_v<T>,
                "a value that goes to another rank is a number, a structure of numbers, a text, or a vector, pair or "
                "tuple of those; for a type of your own, specialise rankwise::farm::Travel");
  static void put(const T& value, ByteWriter& out) { out.put_span(std::span<const T>(&value, 1)); }
  static T get(ByteReader& in) {
    std::remove_const_t<T> value;
    in.get_span(std::span(&value, 1));
    return value;
  }
};

template <>
struct Travel<std::string_view>;  // what it points to would stay where it is
template <class T>
struct Travel<std::span<T>>;

template <>
struct Travel<std::string> {
  static void put(const std::string& text, ByteWriter& out) { out.put_string(text); }
  static std::string get(ByteReader& in) { return in.get_string(); }
};

template <>
struct Travel<bool> {
  static void put(bool value, ByteWriter& out) { out.put(value); }
  static bool get(ByteReader& in) { return in.get<bool>(); }
};

template <class First, class Second>
struct Travel<std::pair<First, Second>> {
  static void put(const std::pair<First, Second>& pair, ByteWriter& out) {
    Travel<First>::put(pair.first, out);
    Travel<Second>::put(pair.second, out);
  }
  static std::pair<First, Second> get(ByteReader& in) {
    First first = Travel<First>::get(in);
    return {std::move(first), Travel<Second>::get(in)};
  }
};

template <class... Parts>
struct Travel<std::tuple<Parts...>> {
  static void put(const std::tuple<Parts...>& tuple, ByteWriter& out) {
    std::apply([&](const Parts&... parts) { (Travel<Parts>::put(parts, out), ...); }, tuple);
  }
  static std::tuple<Parts...> get(ByteReader& in) { return {Travel<Parts>::get(in)...}; }  // braces: left to right
};

template <class T>
struct Travel<std::vector<T>> {
  static void put(const std::vector<T>& values, ByteWriter& out) {
    out.put(std::uint64_t{values.size()});
    for (const T& value : values) Travel<T>::put(value, out);
  }
  static std::vector<T> get(ByteReader& in) {
    std::vector<T> values;
    for (auto left = in.get<std::uint64_t>(); left > 0; --left) values.push_back(Travel<T>::get(in));
    return values;
  }
};

}  // namespace rankwise::farm
