#!/bin/bash
# forbidden_headers.sh PROJECT: prints each include in its lib/ and apps/ of a header that only other folders may see,
# and fails if there is one.
set -uo pipefail
cd "$1" || exit 2
ls -d lib/rankwise apps >/dev/null || exit 2

# HEADER (an extended regular expression), then the folders of lib/rankwise that may include it.
forbid() {
  local includes="^[[:space:]]*#[[:space:]]*include[[:space:]]*[<\"]$1" allowed
  shift
  allowed=$(IFS='|'; echo "$*")
  grep -rnE "$includes" lib apps | grep -vE "^lib/rankwise/($allowed)/" && failed=1
}

forbid 'mpi(-ext)?\.h[>"]' ranks dense
forbid 'boost/(mpi|serialization)[/.]' ranks
forbid '(hdf5(_hl)?|H5[A-Za-z]*)\.h[>"]' storage
exit "${failed:-0}"
