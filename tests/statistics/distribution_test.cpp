#include "rankwise/statistics/distribution.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>
#include <memory>
#include <random>

#include "rankwise/engine/checkpoint.hpp"
#include "rankwise/ranks/agreement.hpp"
#include "tests/support/session.hpp"
#include "tests/support/temporary_folder.hpp"

namespace rankwise::statistics {
namespace {

constexpr double nan_value = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

/// Limits that let small data go through several narrowing passes before 128 values are collected.
DistributionLimits tiny() {
  return {.usual_block = {0},
          .largest_block = {0},
          .lane_counts = {2048},
          .all_counts = {4096},
          .collected = {1024},
          .fewest_bins = 16};
}

bool is_root() {
  return test::session().ranks().is_root();
}

template <class T>
struct NumpyCode;
template <>
struct NumpyCode<double> {
  static constexpr const char* text = "f8";
};
template <>
struct NumpyCode<float> {
  static constexpr const char* text = "f4";
};
template <>
struct NumpyCode<std::int64_t> {
  static constexpr const char* text = "i8";
};
template <>
struct NumpyCode<std::uint64_t> {
  static constexpr const char* text = "u8";
};
template <>
struct NumpyCode<std::int8_t> {
  static constexpr const char* text = "i1";
};

/// Columns of one type, in a .npy file that rank 0 writes in either order.
template <class T>
class File {
 public:
  File(const std::vector<std::vector<T>>& columns, bool fortran) {
    if (is_root()) folder_ = std::make_unique<test::TemporaryFolder>();
    path_ = ranks::broadcast_text(test::session().ranks(), is_root() ? *folder_ / "a.npy" : "");
    if (is_root()) {
      EXPECT_EQ(folder_->file("a.npy", content(columns, fortran)), path_);
    }
    ranks::barrier(test::session().ranks());
  }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  static std::string content(const std::vector<std::vector<T>>& columns, bool fortran) {
    const std::size_t rows = columns.empty() ? 0 : columns[0].size();
    std::string header = fmt::format("{{'descr': '<{}', 'fortran_order': {}, 'shape': ({}, {}), }}", NumpyCode<T>::text,
                                     fortran ? "True" : "False", rows, columns.size());
    header.resize(128 - 11, ' ');
    std::string text = "\x93NUMPY";
    text += {'\1', '\0', static_cast<char>(128 - 10), '\0'};
    text += header + '\n';
    const auto add = [&](T value) { text.append(reinterpret_cast<const char*>(&value), sizeof value); };
    if (fortran) {
      for (const auto& column : columns) std::for_each(column.begin(), column.end(), add);
    } else {
      for (std::size_t r = 0; r < rows; ++r) {
        for (const auto& column : columns) add(column[r]);
      }
    }
    return text;
  }

  std::unique_ptr<test::TemporaryFolder> folder_;
  std::string path_;
};

/// By sorting everything; the difference of integers in 128 bits.
template <class T>
double sorted_quantile(std::vector<T> values, double quantile) {
  std::erase_if(values, [](T v) { return v != v; });
  if (values.empty()) return nan_value;
  std::sort(values.begin(), values.end(), [](T a, T b) {
    return a < b || (a == b && std::signbit(static_cast<double>(a)) && !std::signbit(static_cast<double>(b)));
  });
  const double at = static_cast<double>(values.size() - 1) * quantile;
  const auto lower = static_cast<std::size_t>(at);
  const T a = values[lower], b = values[std::min(lower + 1, values.size() - 1)];
  const double t = at - std::floor(at);
  double difference = 0;
  if constexpr (std::is_floating_point_v<T>) {
    difference = static_cast<double>(b) - static_cast<double>(a);
  } else {
    difference = static_cast<double>(WideInteger{b} - WideInteger{a});
  }
  return t < 0.5 ? static_cast<double>(a) + difference * t : static_cast<double>(b) - difference * (1 - t);
}

template <class T>
std::vector<std::uint64_t> counted(const std::vector<T>& values, const std::vector<double>& edges) {
  std::vector<std::uint64_t> counts(edges.size() - 1);
  for (const T value : values) {
    if (value != value) continue;
    const auto beyond = std::upper_bound(edges.begin(), edges.end(), static_cast<double>(value)) - edges.begin();
    ++counts[static_cast<std::size_t>(std::clamp<std::ptrdiff_t>(beyond - 1, 0, std::ssize(counts) - 1))];
  }
  return counts;
}

bool same(double a, double b) {
  return a == b || (std::isnan(a) && std::isnan(b));
}

const DistributionOptions asked{.quantiles = {0, 0.05, 0.25, 0.5, 0.501, 0.95, 1}, .bins = 7};

template <class T>
void expect_right(const std::vector<std::vector<T>>& columns, const std::vector<Distribution>& found) {
  ASSERT_EQ(found.size(), is_root() ? columns.size() : 0);
  if (!is_root()) return;
  for (std::size_t c = 0; c < columns.size(); ++c) {
    for (std::size_t q = 0; q < asked.quantiles.size(); ++q) {
      const double expected = sorted_quantile(columns[c], asked.quantiles[q]);
      EXPECT_TRUE(same(found[c].quantiles.at(q), expected))
          << c << " " << asked.quantiles[q] << " " << found[c].quantiles[q] << " " << expected;
    }
    const Histogram& histogram = found[c].histogram;
    const EqualBins bins(histogram.min, histogram.max, asked.bins);
    if (bins.valid()) {
      EXPECT_EQ(histogram.counts, counted(columns[c], bins.edges())) << c;
    } else {
      EXPECT_TRUE(histogram.counts.empty()) << c;
    }
  }
}

template <class T>
void expect_right_in_any_way(const std::vector<std::vector<T>>& columns) {
  const engine::Context context(test::session(), {.threads = test::threads()});
  for (const bool fortran : {false, true}) {
    const File<T> file(columns, fortran);
    const engine::SharedMatrix matrix(context, file.path(), engine::Deliver::automatic);
    const auto moments = column_moments(context, matrix);
    expect_right(columns, column_distributions(context, matrix, asked));
    expect_right(columns, column_distributions(context, matrix, asked, nullptr, tiny()));
    if (fortran) expect_right(columns, column_distributions(context, matrix, asked, &moments, tiny()));
  }
}

template <class T, class Draw>
std::vector<std::vector<T>> drawn(std::size_t rows, std::size_t columns, Draw draw) {
  std::mt19937_64 random(5);
  std::vector<std::vector<T>> all(columns, std::vector<T>(rows));
  for (auto& column : all) {
    for (auto& value : column) value = static_cast<T>(draw(random));
  }
  return all;
}

TEST(Distribution, of_reals_from_all_orders_of_magnitude) {
  expect_right_in_any_way(drawn<double>(5003, 5, [](auto& random) {
    const double exponent = std::uniform_real_distribution<>(-300, 300)(random);
    return std::pow(10, exponent) * (random() % 2 == 0 ? 1 : -1);
  }));
}

TEST(Distribution, of_floats) {
  expect_right_in_any_way(drawn<float>(4001, 3, [](auto& random) { return std::normal_distribution<>()(random); }));
}

TEST(Distribution, of_integers_to_the_last_bit) {
  expect_right_in_any_way(drawn<std::int64_t>(3001, 3, [](auto& random) { return random(); }));
  expect_right_in_any_way(drawn<std::uint64_t>(3001, 3, [](auto& random) { return random(); }));
  expect_right_in_any_way(drawn<std::int8_t>(3001, 3, [](auto& random) { return random(); }));
}

TEST(Distribution, of_columns_that_need_a_decision_each) {
  const double denormal = 5e-324;
  expect_right_in_any_way<double>({{nan_value, nan_value, nan_value, nan_value},
                                   {3, 3, 3, 3},
                                   {nan_value, 7, nan_value, nan_value},
                                   {0.0, -0.0, -0.0, 1},
                                   {denormal, -denormal, 0, 3 * denormal},
                                   {infinity, -infinity, 1, 2},
                                   {infinity, infinity, infinity, infinity},
                                   {1e308, -1e308, 1.7e308, -1.7e308}});
  expect_right_in_any_way<double>({{}, {}});
  expect_right_in_any_way<double>({});
  expect_right_in_any_way<double>({{4.5}});
}

TEST(Distribution, of_a_few_values_among_many_equal_ones) {
  auto columns = drawn<double>(
      6000, 2, [](auto& random) { return random() % 100 == 0 ? 1 + 1e-15 * static_cast<double>(random() % 9) : 1.0; });
  columns[0][17] = 1e300;
  expect_right_in_any_way(columns);
}

TEST(Distribution, zeros_are_ordered_by_their_sign) {
  const engine::Context context(test::session(), {.threads = test::threads()});
  const File<double> file({{0.0, -0.0, 0.0, -0.0, -0.0}}, false);
  const engine::SharedMatrix matrix(context, file.path(), engine::Deliver::automatic);
  for (const DistributionLimits& limits : {DistributionLimits{}, tiny()}) {
    const auto found = column_distributions(context, matrix, {.quantiles = {0.125, 0.875}}, nullptr, limits);
    if (!is_root()) continue;
    EXPECT_TRUE(std::signbit(found.at(0).quantiles[0]));
    EXPECT_FALSE(std::signbit(found.at(0).quantiles[1]));
  }
}

template <class T>
File<T> some_file() {
  return File<T>(drawn<T>(30'000, 2, [](auto& random) { return 1000 * std::normal_distribution<>()(random); }), true);
}

void search(const std::string& path, engine::Checkpoint& checkpoint) {
  const engine::Context context(test::session(), {.threads = test::threads(), .checkpoint = &checkpoint});
  const engine::SharedMatrix matrix(context, path, engine::Deliver::automatic);
  column_distributions(context, matrix, {.quantiles = {0.25, 0.5}, .bins = 3}, nullptr, tiny());
}

/// What a search keeps.
engine::Record record_of_search(const std::string& path) {
  const ranks::Communicator& ranks = test::session().ranks();
  engine::Checkpoint checkpoint(ranks, {.path = path + ".ckpt"});
  checkpoint.begin(ranks, {.method = "test"}, {});
  search(path, checkpoint);
  return checkpoint.record();
}

/// How a search ends that goes on from what an earlier one has kept, once `spoil(record, path of the file)` has been
/// there.
template <class Spoil>
std::string search_that_goes_on_from(Spoil spoil) {
  const auto file = some_file<double>();
  engine::Record record = record_of_search(file.path());
  if (is_root()) spoil(record, file.path());
  ranks::barrier(test::session().ranks());
  engine::Checkpoint spoiled(std::move(record));
  try {
    search(file.path(), spoiled);
  } catch (const ranks::AgreedError& error) {
    EXPECT_EQ(error.exit_code(), 3);
    return error.what();
  }
  return "";
}

void keep_only(engine::Record& record, std::initializer_list<const char*> phases) {
  std::erase_if(record.phases, [&](const engine::PhaseRecord& phase) {
    return std::find(phases.begin(), phases.end(), phase.name) == phases.end();
  });
  EXPECT_EQ(record.phases.size(), phases.size());
}

/// One value that lies in none of the 64 pages that the file is known by.
void change_a_value(const std::string& path, double value) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(4096 + 128);
  file.write(reinterpret_cast<const char*>(&value), sizeof value);
}

TEST(Distribution, goes_on_from_a_checkpoint) {
  EXPECT_EQ(search_that_goes_on_from([](engine::Record&, const std::string&) {}), "");
  EXPECT_EQ(search_that_goes_on_from([](engine::Record& record, const std::string&) {
              keep_only(record, {"moments", "narrowing"});
            }),
            "");
}

TEST(Distribution, values_that_a_checkpoint_has_lost_are_told) {
  const std::string told = search_that_goes_on_from([](engine::Record& record, const std::string&) {
    keep_only(record, {"moments", "narrowing"});
    for (engine::KeptNode& node : record.phases[1].nodes) {
      std::fill(node.partial.begin() + sizeof(std::uint64_t), node.partial.end(), std::byte{0});
    }
  });
  EXPECT_NE(told.find("a.npy was changed meanwhile"), std::string::npos) << told;
}

TEST(Distribution, values_that_change_between_passes_are_told) {
  for (const double value : {-1e300, 1e300}) {
    for (const char* last : {"moments", "narrowing", "narrowing 2"}) {
      const std::string told = search_that_goes_on_from([&](engine::Record& record, const std::string& path) {
        const auto after = std::find_if(record.phases.begin(), record.phases.end(),
                                        [&](const engine::PhaseRecord& phase) { return phase.name == last; });
        ASSERT_NE(after, record.phases.end());
        record.phases.erase(after + 1, record.phases.end());
        change_a_value(path, value);
      });
      EXPECT_NE(told.find("a.npy was changed meanwhile"), std::string::npos) << value << " " << last << ": " << told;
    }
  }
}

TEST(Distribution, values_that_are_missing_in_the_last_pass_are_told) {
  const std::string told = search_that_goes_on_from([&](engine::Record& record, const std::string& path) {
    std::erase_if(record.phases,
                  [](const auto& phase) { return phase.name == "collecting" || phase.name == "histogram"; });
    // All of a page that nobody sees.
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(4096);
    const std::vector<double> values(400, 3.5);
    file.write(reinterpret_cast<const char*>(values.data()), 400 * sizeof(double));
  });
  EXPECT_NE(told.find("a.npy was changed meanwhile"), std::string::npos) << told;
}

TEST(Distribution, moments_of_another_type_are_refused) {
  const auto integers = some_file<std::int64_t>();
  const engine::Record other = record_of_search(integers.path());
  const std::string told = search_that_goes_on_from(
      [&](engine::Record& record, const std::string&) { record.phases[0].nodes = other.phases.at(0).nodes; });
  EXPECT_NE(told.find("no result of it"), std::string::npos) << told;
}

}  // namespace
}  // namespace rankwise::statistics
