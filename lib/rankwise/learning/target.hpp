#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "rankwise/base/byte_encoding.hpp"

namespace rankwise::learning {

/// What classes are called, in rising order: numbers, or texts.
using Labels = std::variant<std::vector<double>, std::vector<std::string>>;

/// As it stands in a table.
std::string label_of(const Labels& labels, std::uint32_t of_class);
void encode(const Labels& labels, ByteWriter& out);
Labels decode_labels(ByteReader& in);

/// What models learn to tell of samples: which class each of them is in.
struct Target {
  std::string name = {};
  std::vector<std::uint32_t> classes = {};  ///< of each sample, its place among the labels
  Labels labels = {};

  Target() = default;
  /// @param values of the samples, one each
  Target(std::string name, const Labels& values);

  [[nodiscard]] std::uint32_t class_count() const;
  [[nodiscard]] std::string label(std::uint32_t of_class) const { return label_of(labels, of_class); }

  void encode(ByteWriter& out) const;
  static Target decode(ByteReader& in);
};

}  // namespace rankwise::learning
