#pragma once

#include <cstddef>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "rankwise/kernels/moments_encoding.hpp"

namespace rankwise::kernels {

/// The moments of things that stand side by side: all of floating-point values, or all of integers.
class MomentsOfAny {
 public:
  MomentsOfAny() = default;
  MomentsOfAny(std::vector<FloatMoments> moments) : moments_(std::move(moments)) {}
  MomentsOfAny(std::vector<IntegerMoments> moments) : moments_(std::move(moments)) {}

  [[nodiscard]] std::size_t size() const {
    return std::visit([](const auto& moments) { return moments.size(); }, moments_);
  }
  [[nodiscard]] bool of_integers() const { return std::holds_alternative<std::vector<IntegerMoments>>(moments_); }
  /// Calls `act` with the vector that they are.
  template <class Act>
  void visit(Act&& act) const {
    std::visit(act, moments_);
  }

  /// Each with that of the same place. @pre as many, of the same kind
  void merge(const MomentsOfAny& right) {
    std::visit(
        [&](auto& mine) {
          const auto& other = std::get<std::remove_reference_t<decltype(mine)>>(right.moments_);
          for (std::size_t i = 0; i < mine.size(); ++i) kernels::merge(mine[i], other[i]);
        },
        moments_);
  }
  void encode(ByteWriter& out) const {
    out.put(std::uint64_t{moments_.index()});
    std::visit([&](const auto& moments) { kernels::encode(moments, out); }, moments_);
  }
  static MomentsOfAny decode(ByteReader& in) {
    if (in.get<std::uint64_t>() == 1) return decode_moments<IntegerMoments>(in);
    return decode_moments<FloatMoments>(in);
  }

 private:
  std::variant<std::vector<FloatMoments>, std::vector<IntegerMoments>> moments_;
};

}  // namespace rankwise::kernels
