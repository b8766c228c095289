#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "rankwise/base/errors.hpp"

namespace rankwise {

/// A plain value whose bytes are its meaning: no pointers, no padding that could carry rubbish into a message.
template <class T>
concept PlainValue = std::is_trivially_copyable_v<T> &&
    (std::is_arithmetic_v<T> || std::is_enum_v<T> || std::has_unique_object_representations_v<T>);

/// Writes values one after another into a growing run of bytes, in the machine's order.
class ByteWriter {
 public:
  template <PlainValue T>
  void put(const T& value) {
    put_span(std::span<const T>(&value, 1));
  }
  /// The values alone, without their count.
  template <class T>
  void put_span(std::span<const T> values) {
    static_assert(std::is_trivially_copyable_v<T>);
    append(std::as_bytes(values));
  }
  /// Count, then values.
  template <class T>
  void put_vector(const std::vector<T>& values) {
    put(std::uint64_t{values.size()});
    put_span(std::span<const T>(values));
  }
  void put_string(const std::string& text) {
    put(std::uint64_t{text.size()});
    put_span(std::span<const char>(text));
  }
  /// Room for so many bytes more, where many values follow.
  void reserve(std::size_t more);
  [[nodiscard]] std::span<const std::byte> bytes() const { return bytes_; }
  [[nodiscard]] std::vector<std::byte> take() { return std::move(bytes_); }

 private:
  void append(std::span<const std::byte> bytes);

  std::vector<std::byte> bytes_;
};

/// Reads back what a ByteWriter wrote. Every length is checked against what is left before memory is taken.
class ByteReader {
 public:
  explicit ByteReader(std::span<const std::byte> bytes) : left_(bytes) {}

  template <PlainValue T>
  T get() {
    if constexpr (std::is_same_v<T, bool>) {
      return get<std::uint8_t>() != 0;  // of a byte from anywhere, a bool may be made but not read
    } else {
      T value;
      get_span(std::span<T>(&value, 1));
      return value;
    }
  }
  template <class T>
  void get_span(std::span<T> values) {
    static_assert(std::is_trivially_copyable_v<T>);
    if (values.empty()) return;
    if (left_.size() < values.size_bytes()) throw InputError("encoded data end early");
    std::memcpy(values.data(), left_.data(), values.size_bytes());
    left_ = left_.subspan(values.size_bytes());
  }
  template <class T>
  std::vector<T> get_vector() {
    std::vector<T> values(get_count(sizeof(T)));
    get_span(std::span<T>(values));
    return values;
  }
  std::string get_string() {
    std::string text(get_count(1), '\0');
    get_span(std::span<char>(text));
    return text;
  }
  [[nodiscard]] bool empty() const { return left_.empty(); }
  [[nodiscard]] std::size_t size() const { return left_.size(); }

 private:
  std::size_t get_count(std::size_t element_bytes) {
    const auto count = get<std::uint64_t>();
    if (count > left_.size() / element_bytes) throw InputError("encoded data end early");
    return static_cast<std::size_t>(count);
  }

  std::span<const std::byte> left_;
};

}  // namespace rankwise
