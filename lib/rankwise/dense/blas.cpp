#include "rankwise/dense/blas.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string_view>
#include <vector>

#include "rankwise/base/errors.hpp"
#include "rankwise/dense/routines.hpp"

namespace rankwise::dense {
namespace {

/// A function that only OpenBLAS has.
template <class Function>
Function* of_openblas(const char* name) {
  return reinterpret_cast<Function*>(find_routine(name));
}

}  // namespace

void set_blas_threads(int threads) {
  if (auto* set = of_openblas<void(int)>("openblas_set_num_threads")) set(threads);
}

std::optional<std::string> openblas_core() {
  auto* name = of_openblas<char*()>("openblas_get_corename");
  if (name == nullptr) return std::nullopt;
  return std::string(name());
}

std::optional<std::string> better_openblas_core() {
#if defined(__x86_64__)
  const auto core = openblas_core();
  if (!core || std::getenv("OPENBLAS_CORETYPE") != nullptr) return std::nullopt;
  constexpr std::array<std::string_view, 12> without_avx2{"Prescott", "Katmai",      "Coppermine", "Northwood",
                                                          "Banias",   "Core2",       "Penryn",     "Dunnington",
                                                          "Nehalem",  "Sandybridge", "Atom",       "Generic"};
  if (std::find(without_avx2.begin(), without_avx2.end(), *core) == without_avx2.end()) return std::nullopt;
  __builtin_cpu_init();
  const bool avx512 = __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512bw") != 0 &&
                      __builtin_cpu_supports("avx512dq") != 0 && __builtin_cpu_supports("avx512vl") != 0;
  if (avx512) return "SKYLAKEX";
  if (__builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0) return "HASWELL";
#endif
  return std::nullopt;
}

std::vector<Finding> diagnose() {
  try {
    const auto core = openblas_core(), better = better_openblas_core();
    if (!core) return {{.topic = "BLAS", .message = "with LAPACK and ScaLAPACK; not OpenBLAS"}};
    if (!better)
      return {{.topic = "OpenBLAS", .message = fmt::format("runs its kernels for {}; with ScaLAPACK", *core)}};
    return {{.topic = "OpenBLAS",
             .message = fmt::format("would run its kernels for {}, a slower processor; rankwise sets "
                                    "OPENBLAS_CORETYPE={} for itself",
                                    *core, *better)}};
  } catch (const Error& error) {
    return {{.ok = false,
             .topic = "BLAS",
             .message = error.what(),
             .mend = "matmul, inverse and solve need rankwise-dense.so beside the program, and what it is linked to"}};
  }
}

void load() {
  routines();
}

void mend_openblas_core() {
  std::optional<std::string> core;
  try {
    core = better_openblas_core();
  } catch (const IoError&) {
    return;  // load() tells it
  }
  if (!core || setenv("OPENBLAS_CORETYPE", core->c_str(), 1) != 0) return;
  std::ifstream file("/proc/self/cmdline", std::ios::binary);
  std::string line((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  std::vector<char*> words;
  for (std::size_t begin = 0; begin < line.size(); begin = line.find('\0', begin) + 1) words.push_back(&line[begin]);
  words.push_back(nullptr);
  execv("/proc/self/exe", words.data());  // where that cannot be, it is slower, not wrong
}

}  // namespace rankwise::dense
