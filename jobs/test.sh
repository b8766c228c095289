#!/bin/bash
# Installs what is missing, builds with GCC and Clang (warnings are errors), checks the format, and runs all tests:
# under the sanitizers what can run there, the fuzzers for some seconds, then everything on the release build. `jobs/test.sh --quick` only that last.
set -euo pipefail
cd "$(dirname "$0")/.."
jobs/set-up.sh test
processors=$(nproc)

build() { # PRESET [cmake options]
  local preset=$1
  shift
  echo "== $preset"
  cmake --preset "$preset" "$@" >"build-$preset.log" 2>&1 || { cat "build-$preset.log"; exit 1; }
  cmake --build --preset "$preset" >>"build-$preset.log" 2>&1 || { tail -n 60 "build-$preset.log"; exit 1; }
  if grep -n 'warning:' "build-$preset.log"; then exit 1; fi
  rm "build-$preset.log"
}

if [ "${1:-}" != --quick ]; then
  echo "== format"
  git ls-files '*.hpp' '*.cpp' | xargs clang-format --dry-run --Werror
  build clang
  build tsan
  ctest --preset tsan -j "$processors" --no-tests=error --progress | tail -n 12
  build asan
  # All but the commands: these run the sanitized program where input lies to it.
  ctest --preset asan -j "$processors" --no-tests=error -L '^(unit|mpi)$' --progress | tail -n 12
  ctest --preset asan -j "$processors" --no-tests=error -R '^test_(bad_input|formats)[.]' --progress | tail -n 12
  build fuzz
  ctest --preset fuzz --no-tests=error --progress | tail -n 12
fi
# As users build it, so that the demo's build is used again: a warning is looked for, not made an error.
build release -DRANKWISE_TESTS=ON
ctest --preset release -j "$processors" --no-tests=error
