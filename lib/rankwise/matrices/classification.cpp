#include "rankwise/matrices/classification.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "rankwise/base/checked.hpp"
#include "rankwise/base/errors.hpp"
#include "rankwise/base/stop_request.hpp"
#include "rankwise/kernels/deviates.hpp"
#include "rankwise/random/normal.hpp"
#include "rankwise/storage/filled_file.hpp"
#include "rankwise/storage/table_output.hpp"

namespace rankwise::matrices {
namespace {

using random::Permutation;
using random::Stream;

/// What is drawn, each from a stream of its own.
enum class Drawn : std::uint64_t {
  order,
  normals,
  noise,
  flips,
  covariances,
  vertices,
  high_bits,
  combinations,
  columns
};

Stream stream_of(std::uint64_t seed, Drawn drawn) {
  return {seed, random::StreamName::classification, static_cast<std::uint64_t>(drawn)};
}

/// Numbers in [-1, 1).
std::vector<double> coefficients(const Stream& stream, std::uint64_t size) {
  std::vector<double> numbers(size);
  kernels::uniform(stream, 0, numbers);
  for (double& number : numbers) number = 2 * number - 1;
  return numbers;
}

/// Bits of distinct vertices of a hypercube tell them apart in its last dimensions.
constexpr std::uint64_t distinct_dimensions = 30;

std::vector<double> vertices(const ClassificationOptions& options, std::uint64_t count) {
  const std::uint64_t dimensions = options.informative, low = std::min(dimensions, distinct_dimensions);
  const Permutation vertex(stream_of(options.seed, Drawn::vertices), std::uint64_t{1} << low);
  const Stream high_bits = stream_of(options.seed, Drawn::high_bits);
  std::vector<double> numbers;
  for (std::uint64_t k = 0; k < count; ++k) {
    const std::uint64_t bits = vertex.at(k);
    for (std::uint64_t d = 0; d < dimensions; ++d) {
      const bool up = d < low ? (bits >> d & 1) != 0 : (high_bits.word64(k * dimensions + d) & 1) != 0;
      numbers.push_back(up ? options.class_sep : -options.class_sep);
    }
  }
  return numbers;
}

/// to[j] += sum of factors[i] · matrix[i, j], i from the first to the last.
void add_product(std::span<const double> factors, std::span<const double> matrix, std::span<double> to) {
  for (std::size_t i = 0; i < factors.size(); ++i) {
    const double* row = matrix.data() + i * to.size();
    for (std::size_t j = 0; j < to.size(); ++j) to[j] += factors[i] * row[j];
  }
}

}  // namespace

void ClassificationOptions::check() const {
  if (samples == 0 || features == 0) throw UsageError("a classification problem has at least one row and one column");
  if (classes == 0 || clusters_per_class == 0) throw UsageError("there is at least one class, and one cluster of each");
  const std::uint64_t useful = checked_sum(informative, redundant, "the features");
  if (useful > features) {
    throw UsageError(fmt::format("{} informative and {} redundant features are more than the {} of --columns",
                                 informative, redundant, features));
  }
  const std::uint64_t clusters = checked_product(classes, clusters_per_class, "the clusters");
  constexpr std::uint64_t most = std::uint64_t{1} << distinct_dimensions;
  const std::uint64_t corners = informative < distinct_dimensions ? std::uint64_t{1} << informative : most;
  if (clusters > corners) {
    throw UsageError(
        fmt::format("{} classes of {} clusters each need more than {} informative features, whose cube has {} corners",
                    classes, clusters_per_class, informative, corners));
  }
  constexpr std::uint64_t most_coefficients = std::uint64_t{1} << 28;
  const std::uint64_t each = checked_product(informative, informative, "the covariances");
  if (checked_product(clusters, each, "the covariances") > most_coefficients ||
      checked_product(informative, redundant, "the combinations") > most_coefficients) {
    throw UsageError(fmt::format("{} clusters in {} informative features are too many", clusters, informative));
  }
}

struct Classification::RowScratch final : ElementMaker::Scratch {
  std::vector<double> normals, useful, noise, values;
};

Classification::Classification(const ClassificationOptions& options)
    : options_(options),
      order_(stream_of(options.seed, Drawn::order), options.samples),
      normals_(stream_of(options.seed, Drawn::normals)),
      noise_(stream_of(options.seed, Drawn::noise)),
      flips_(stream_of(options.seed, Drawn::flips)),
      covariances_(coefficients(stream_of(options.seed, Drawn::covariances),
                                clusters() * options.informative * options.informative)),
      centroids_(vertices(options, clusters())),
      combinations_(
          coefficients(stream_of(options.seed, Drawn::combinations), options.informative * options.redundant)) {
  const Permutation columns(stream_of(options.seed, Drawn::columns), options.features);
  for (std::uint64_t c = 0; c < options.features; ++c) feature_.push_back(columns.at(c));
}

/// As many samples in each cluster, but for one.
std::uint64_t Classification::cluster_of(std::uint64_t sample) const {
  const std::uint64_t place = order_.at(sample), each = options_.samples / clusters();
  const std::uint64_t larger = options_.samples % clusters(), in_larger = larger * (each + 1);
  return place < in_larger ? place / (each + 1) : larger + (place - in_larger) / each;
}

std::uint64_t Classification::label(std::uint64_t sample) const {
  if (random::unit_interval(flips_.word64(2 * sample)) < options_.flip_y) {
    return (flips_.word64(2 * sample + 1) >> 32) * options_.classes >> 32;
  }
  return cluster_of(sample) % options_.classes;
}

void Classification::write_labels(const std::string& path, const storage::Destination& destination) const {
  const std::uint64_t samples = options_.samples;
  const std::uint64_t begin = storage::add_column(path, destination, "/y", storage::ElementType::int64, samples);
  const storage::FilledFile file(path, destination.file);
  constexpr std::uint64_t at_once = std::uint64_t{1} << 16;
  std::vector<std::int64_t> labels;
  for (std::uint64_t first = 0; first < samples; first += at_once) {
    heed_stop_request();
    labels.clear();
    for (std::uint64_t s = first; s < std::min(samples, first + at_once); ++s) {
      labels.push_back(static_cast<std::int64_t>(label(s)));
    }
    file.write(begin + first * sizeof(std::int64_t), std::as_bytes(std::span(labels)));
  }
}

std::vector<std::uint64_t> Classification::columns_of(std::uint64_t begin, std::uint64_t end) const {
  std::vector<std::uint64_t> columns;
  for (std::uint64_t c = 0; c < feature_.size(); ++c) {
    if (feature_[c] >= begin && feature_[c] < end) columns.push_back(c);
  }
  return columns;
}

std::vector<std::uint64_t> Classification::informative() const {
  return columns_of(0, options_.informative);
}

std::vector<std::uint64_t> Classification::redundant() const {
  return columns_of(options_.informative, useful());
}

engine::Identity Classification::identity() const {
  const auto& o = options_;
  return {.method = "generate",
          .version = 1,
          .input = "",
          .seed = o.seed,
          .options = fmt::format("classification {} {} {} {} {} {} {} {}", o.samples, o.features, o.informative,
                                 o.redundant, o.classes, o.clusters_per_class, o.class_sep, o.flip_y)};
}

std::unique_ptr<ElementMaker::Scratch> Classification::make_scratch() const {
  return std::make_unique<RowScratch>();
}

void Classification::make_useful(std::uint64_t sample, RowScratch& row) const {
  const std::uint64_t n = options_.informative, cluster = cluster_of(sample);
  row.normals.resize(n);
  kernels::normal(normals_, sample * n, row.normals);
  row.useful.assign(useful(), 0.0);
  const std::span<double> informative = std::span(row.useful).first(n);
  add_product(row.normals, std::span(covariances_).subspan(cluster * n * n, n * n), informative);
  for (std::uint64_t i = 0; i < n; ++i) informative[i] += centroids_[cluster * n + i];
  add_product(informative, combinations_, std::span(row.useful).subspan(n));
}

void Classification::make_row(std::uint64_t sample, const blocks::Range& columns, RowScratch& row) const {
  const std::uint64_t noise = options_.features - useful();
  const bool most_of_it = 2 * columns.size() > options_.features;
  if (most_of_it) {
    row.noise.resize(noise);
    kernels::normal(noise_, sample * noise, row.noise);
  }
  bool is_made = false;
  row.values.clear();
  for (std::uint64_t c = columns.begin; c < columns.end; ++c) {
    if (c == options_.features) {
      row.values.push_back(static_cast<double>(label(sample)));
      continue;
    }
    const std::uint64_t feature = feature_[c];
    if (feature < useful()) {
      if (!is_made) make_useful(sample, row);
      is_made = true;
      row.values.push_back(row.useful[feature]);
    } else if (most_of_it) {
      row.values.push_back(row.noise[feature - useful()]);
    } else {
      row.values.push_back(random::normal_deviate(noise_.word64(sample * noise + feature - useful())));
    }
  }
}

void Classification::make(const storage::MatrixShape& shape, const storage::Region& region, Scratch* scratch,
                          std::span<std::byte> to) const {
  auto& row = static_cast<RowScratch&>(*scratch);
  const bool by_rows = shape.contiguous == storage::Contiguous::rows;
  const std::uint64_t rows = region.rows.size(), columns = region.columns.size();
  storage::with_type(shape.type, [&](auto zero) {
    using T = decltype(zero);
    T* out = reinterpret_cast<T*>(to.data());
    for (std::uint64_t r = 0; r < rows; ++r) {
      make_row(region.rows.begin + r, region.columns, row);
      for (std::uint64_t c = 0; c < columns; ++c) {
        out[by_rows ? r * columns + c : c * rows + r] = static_cast<T>(row.values[c]);
      }
    }
  });
}

Bytes Classification::bytes_needed(const storage::ChunkShape&) const {
  return {(2 * options_.features + 2 * options_.informative + 1) * sizeof(double)};
}

}  // namespace rankwise::matrices
