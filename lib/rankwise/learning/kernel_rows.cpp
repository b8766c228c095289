#include "rankwise/learning/kernel_rows.hpp"

#include <algorithm>

#include "rankwise/base/checked.hpp"

namespace rankwise::learning {

double PlacedFeatures::squared_distance(std::uint64_t a, std::uint64_t b) const {
  const double* x = rows + (samples.empty() ? a : samples[a]) * width;
  const double* y = rows + (samples.empty() ? b : samples[b]) * width;
  double sum = 0;
  for (std::uint64_t f = 0; f < width; ++f) sum += (x[f] - y[f]) * (x[f] - y[f]);
  return sum;
}

void KernelRows::begin(const Products& products, const Places& places, const PlacedFeatures& features,
                       const KernelFunction& kernel, Bytes room) {
  products_ = &products;
  places_ = &places;
  features_ = features;
  kernel_ = kernel;
  const std::uint64_t samples = products.samples();
  squares_.resize(samples);
  diagonal_.resize(samples);
  for (std::uint64_t place = 0; place < samples; ++place) {
    squares_[place] = *products.with(place, {place, place + 1}, products_room_);
    kernel_.take_arguments({&squares_[place], 1}, squares_[place], &squares_[place], &diagonal_[place]);
  }
  kernel_.finish(diagonal_);
  std::size_t all = 0;
  longest_ = 0;
  for (std::uint32_t k = 0; k < places.class_count(); ++k) {
    longest_ = std::max(longest_, padded_size(k));
    all += padded_size(k);
  }
  // Rows are numbered by 32 bits. Where all of them fit, there is never too little room.
  const std::size_t most = std::min<std::size_t>(all * samples, std::size_t{1} << 34);
  const std::size_t wanted = rows_at_once * longest_ + std::min<std::size_t>(most, room.value / sizeof(float));
  if (wanted != capacity_) {
    values_.reset();
    values_ = std::make_unique_for_overwrite<float[]>(wanted);
    capacity_ = wanted;
  }
  forget();
}

void KernelRows::forget() {
  rows_.assign(products_->samples() * places_->class_count(), 0);
  used_ = 0;
}

void KernelRows::make_room() {
  if (used_ + rows_at_once * longest_ > capacity_) forget();
}

const float* KernelRows::with(std::uint64_t place, std::uint32_t of_class) {
  std::uint32_t& row = rows_[place * places_->class_count() + of_class];
  if (row > 0) return values_.get() + (row - 1) * whole;
  const blocks::Range others = places_->of_class(of_class);
  const double* products = products_->with(place, others, products_room_);
  float* to = values_.get() + used_;
  kernel_.take_values({products, others.size()}, squares_[place], squares(of_class), to);
  std::fill(to + others.size(), to + padded_size(of_class), 0.0F);
  row = static_cast<std::uint32_t>(used_ / whole + 1);
  used_ += padded_size(of_class);
  return to;
}

Bytes KernelRows::least_bytes(std::uint64_t samples, std::uint64_t classes) {
  // One row of all samples is as long as the longest class, or longer.
  return {
      checked_sum(checked_product(samples, classes * sizeof(std::uint32_t) + 2 * sizeof(double), "the kernel's rows"),
                  rows_at_once * (samples + whole) * (sizeof(float) + sizeof(double)), "the kernel's rows")};
}

Bytes KernelRows::most_bytes(std::uint64_t samples, std::uint64_t classes) {
  return {checked_product(checked_product(samples, samples + whole * classes, "pairs of samples"), sizeof(float),
                          "pairs of samples")};
}

}  // namespace rankwise::learning
