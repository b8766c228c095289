#!/bin/bash
# Plants includes in an empty project, and looks what forbidden_headers.sh says to each.
set -euo pipefail
check=$(dirname "$(realpath "${BASH_SOURCE[0]}")")/forbidden_headers.sh
project=$(mktemp -d)
trap 'rm -r "$project"' EXIT

# expect found|nothing FILE LINE
expect() {
  local file=$project/$2 said=nothing
  mkdir -p "$project"/lib/rankwise "$project"/apps "$(dirname "$file")"
  printf '#pragma once\n%s\n' "$3" >"$file"
  bash "$check" "$project" >"$project/output" || said=found
  [ $said = nothing ] || grep -qF "$2:2:$3" "$project/output" || { echo "$2 is not named"; exit 1; }
  [ $said = "$1" ] || { echo "'$3' in $2: expected $1, and it said $said"; exit 1; }
  rm "$file"
}

expect nothing lib/rankwise/ranks/a.hpp '#include <mpi.h>'
expect nothing lib/rankwise/ranks/a.cpp '#include <boost/mpi/communicator.hpp>'
expect nothing lib/rankwise/dense/a.cpp '#include <mpi.h>'
expect nothing lib/rankwise/storage/a.cpp '#include <hdf5.h>'
expect nothing lib/rankwise/storage/a.cpp '#include <H5Tpublic.h>'
expect nothing apps/rankwise/a.cpp '// unlike #include <mpi.h>'
expect nothing apps/rankwise/a.cpp '#include "rankwise/ranks/session.hpp"'
expect found lib/rankwise/engine/a.hpp '#include <mpi.h>'
expect found lib/rankwise/engine/deep/a.hpp '  #  include "mpi.h"'
expect found lib/rankwise/ranks_of_others/a.hpp '#include <mpi.h>'
expect found lib/rankwise/storage/a.cpp '#include <mpi.h>'
expect found lib/rankwise/dense/a.cpp '#include <boost/mpi.hpp>'
expect found lib/rankwise/dense/a.cpp '#include <boost/mpi/communicator.hpp>'
expect found lib/rankwise/base/a.h '#include <boost/serialization/vector.hpp>'
expect found lib/rankwise/ranks/a.cpp '#include <hdf5.h>'
expect found apps/examples/a.cpp '#include <mpi.h>'
expect found apps/rankwise/commands/a.cpp '#include <hdf5.h>'
expect found apps/rankwise/commands/a.cpp '#include <H5Ppublic.h>'

rm -r "${project:?}"/lib
! bash "$check" "$project" >/dev/null || { echo "a project without sources passes"; exit 1; }
