#!/bin/bash
# valgrind_test.sh RANKWISE MPIEXEC WORK: the program on two ranks makes no wrong use of memory, and loses none.
set -euo pipefail
program=$1 mpiexec=$2 work=$3
here=$(cd "$(dirname "$0")" && pwd)
command -v valgrind >/dev/null || { echo 'skipped: there is no valgrind'; exit 77; }
rm -rf "$work"
mkdir -p "$work"
cd "$work"

suppressions=("--suppressions=$here/valgrind.supp")
for file in /usr/share/openmpi/openmpi-valgrind.supp; do
  [ ! -e $file ] || suppressions+=("--suppressions=$file")
done
check() {
  echo "$*"
  "$mpiexec" -n 2 valgrind --quiet --error-exitcode=9 --leak-check=full --errors-for-leak-kinds=definite \
    --show-leak-kinds=definite --num-callers=40 "${suppressions[@]}" "$program" "$@" --progress none >out.log 2>err.log ||
    { code=$?; cat err.log; exit $code; }
}

check generate normal --rows 3000 --columns 20 --out a.h5 --checkpoint a.ckpt
check columns a.h5 --stats mean,median --histogram 5 --threads 2 --checkpoint a.ckpt --verify full --out stats.csv
check columns a.h5 --stats mean,median --histogram 5 --threads 2 --checkpoint a.ckpt --verify full --resume
check correlation stats.csv --deliver scatter --out c.h5
check generate normal --rows 3000 --columns 20 --chunk 500x20 --gzip 1 --out gzip.h5
check rows gzip.h5 --out rows.npy
