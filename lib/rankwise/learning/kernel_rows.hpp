#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "rankwise/learning/kernel_function.hpp"
#include "rankwise/learning/sample_products.hpp"

namespace rankwise::learning {

/// The features of samples, known by their places.
struct PlacedFeatures {
  const double* rows = nullptr;                 ///< row by row
  std::uint64_t width = 0;                      ///< of a row
  std::span<const std::uint32_t> samples = {};  ///< which row each place has; nothing: they are by place

  [[nodiscard]] double squared_distance(std::uint64_t a, std::uint64_t b) const;
};

/// Kernel values of samples with whole classes, as float32: computed when they are asked for the first time, and kept
/// as long as there is room. Few of all pairs are: a machine looks at the rows of what comes near to a support vector.
/// For one thread.
class KernelRows {
 public:
  /// Rows end in zeros that fill up vectors.
  static constexpr std::size_t whole = 8;

  /// Begins anew, with other samples or another kernel.
  /// @param products, places, features outlive it
  /// @param room for values; for a few rows there always is
  void begin(const Products& products, const Places& places, const PlacedFeatures& features,
             const KernelFunction& kernel, Bytes room);

  /// What a call of make_room makes room for.
  static constexpr std::size_t rows_at_once = 4;
  /// The next rows_at_once rows stay until it is called again.
  void make_room();
  /// Kernel values of the sample at a place with those of a class: padded_size(class) of them.
  const float* with(std::uint64_t place, std::uint32_t of_class);

  [[nodiscard]] const Products& products() const { return *products_; }
  [[nodiscard]] const Places& places() const { return *places_; }
  [[nodiscard]] const PlacedFeatures& features() const { return features_; }
  [[nodiscard]] const KernelFunction& kernel() const { return kernel_; }
  [[nodiscard]] std::size_t padded_size(std::uint32_t of_class) const {
    return padded(places_->of_class(of_class).size());
  }
  /// Of the samples of a class: x·x, and the kernel's value with themselves in double precision.
  [[nodiscard]] const double* squares(std::uint32_t of_class) const { return &squares_[places_->begins[of_class]]; }
  [[nodiscard]] const double* diagonal(std::uint32_t of_class) const { return &diagonal_[places_->begins[of_class]]; }

  /// What it takes at least, and at most, for so many samples in so many classes.
  static Bytes least_bytes(std::uint64_t samples, std::uint64_t classes);
  static Bytes most_bytes(std::uint64_t samples, std::uint64_t classes);

 private:
  static constexpr std::size_t padded(std::size_t size) { return (size + whole - 1) / whole * whole; }
  void forget();

  const Products* products_ = nullptr;
  const Places* places_ = nullptr;
  PlacedFeatures features_;
  KernelFunction kernel_;
  std::vector<double> squares_, diagonal_;
  std::vector<std::uint32_t> rows_;  // where each (place, class) is, in units of `whole` values, from 1 on; 0: nowhere
  std::unique_ptr<float[]> values_;
  std::size_t capacity_ = 0, used_ = 0, longest_ = 0;
  std::vector<double> products_room_;
};

}  // namespace rankwise::learning
