#include <benchmark/benchmark.h>

#include <cstdint>
#include <string>
#include <vector>

#include "rankwise/kernels/hits.hpp"
#include "rankwise/kernels/moments.hpp"
#include "rankwise/kernels/targets.hpp"

// The inner loops alone, on every target of this processor: in the first cache, in the second, and from memory.

namespace rankwise::kernels {
namespace {

/// As far as memory goes: beyond any cache.
constexpr std::int64_t in_memory = std::int64_t{1} << 26;

template <class T>
std::vector<T> numbers(std::size_t count) {
  std::vector<T> values(count);
  std::uint32_t state = 1;
  for (T& value : values) {
    state = state * 1664525 + 1013904223;
    value = static_cast<T>(state >> 8);
  }
  return values;
}

void set_bytes(benchmark::State& state, std::size_t bytes) {
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes) * static_cast<std::int64_t>(state.iterations()));
}

/// What the memory gives one thread: the sum of 64-bit words.
void plain_reading(benchmark::State& state) {
  const auto values = numbers<std::uint64_t>(static_cast<std::size_t>(state.range(0)) / 8);
  for (auto _ : state) {
    std::uint64_t sum = 0;
    for (const std::uint64_t value : values) sum += value;
    benchmark::DoNotOptimize(sum);
  }
  set_bytes(state, values.size() * 8);
}

template <class T>
void run(benchmark::State& state) {
  const auto values = numbers<T>(static_cast<std::size_t>(state.range(0)) / sizeof(T));
  for (auto _ : state) benchmark::DoNotOptimize(moments_of_run(values.data(), values.size()));
  set_bytes(state, values.size() * sizeof(T));
}

template <class T>
void tile(benchmark::State& state) {
  const auto rows = static_cast<std::size_t>(state.range(0)), columns = static_cast<std::size_t>(state.range(1));
  const auto values = numbers<T>(rows * columns);
  std::vector<MomentsOf<T>> moments(columns);
  for (auto _ : state) {
    moments_of_columns<T>(values.data(), rows, columns, rows, moments);
    benchmark::DoNotOptimize(moments.data());
  }
  set_bytes(state, values.size() * sizeof(T));
}

void hits(benchmark::State& state) {
  const random::Stream stream(1, random::StreamName::pi);
  const auto points = static_cast<std::uint64_t>(state.range(0));
  for (auto _ : state) benchmark::DoNotOptimize(count_hits(stream, 0, points));
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()) * state.range(0));
}

void add_benchmarks(const std::string& target, std::size_t index) {
  const auto on_target = [index](auto function) {
    return [index, function](benchmark::State& state) {
      limit_to_target(index);
      function(state);
      use_best_target();
    };
  };
  const auto add = [&](const std::string& name, auto function) {
    return benchmark::RegisterBenchmark((target + "/" + name).c_str(), on_target(function));
  };
  const auto sizes = {std::int64_t{1} << 14, std::int64_t{1} << 18, in_memory};
  for (const std::int64_t bytes : sizes) {
    add("run of float64", run<double>)->Arg(bytes);
    add("run of float32", run<float>)->Arg(bytes);
    add("run of int64", run<std::int64_t>)->Arg(bytes);
    add("run of uint8", run<std::uint8_t>)->Arg(bytes);
  }
  for (const auto& [rows, columns] :
       {std::pair{64, 16}, std::pair{64, 256}, std::pair{64, 8192}, std::pair{8192, 64}}) {
    add("tile of float64", tile<double>)->Args({rows, columns});
    add("tile of float32", tile<float>)->Args({rows, columns});
  }
  add("hits", hits)->Arg(1 << 22);
}

}  // namespace
}  // namespace rankwise::kernels

int main(int argc, char** argv) {
  using namespace rankwise::kernels;
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RegisterBenchmark("plain reading", plain_reading)->Arg(1 << 14)->Arg(1 << 18)->Arg(in_memory);
  const auto targets = usable_targets();
  for (std::size_t i = 0; i < targets.size(); ++i) add_benchmarks(targets[i], i);
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
}
