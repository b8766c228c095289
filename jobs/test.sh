#!/bin/bash
# Installs what is missing, checks the format, builds with Clang and GCC (warnings are errors), and runs all tests: under
# the sanitizers what can run there, the fuzzers for some seconds, then everything on the release build.
# `jobs/test.sh --quick` does only that last.
set -euo pipefail
cd "$(dirname "$0")/.."
jobs/set-up.sh test
at_once=$(($(nproc) * 3 / 2))  # what runs under mpiexec waits much of its time

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
  build tsan
  ctest --preset tsan -j "$at_once" --no-tests=error --progress | tail -n 12
  build asan
  # All but the commands: these run the sanitized program where input lies to it.
  ctest --preset asan -j "$at_once" --no-tests=error -L '^(unit|mpi|fuzz)$' --progress | tail -n 12
  ctest --preset asan -j "$at_once" --no-tests=error -R '^test_(bad_input|formats)[.]' --progress | tail -n 12
fi
# As users build it, so that the demo's build is used again: a warning is looked for, not made an error.
build release -DRANKWISE_TESTS=ON
ctest --preset release -j "$at_once" --no-tests=error
