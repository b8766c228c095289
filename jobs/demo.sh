#!/bin/bash
# Installs what is missing, builds a release, and shows what rankwise does, on every core of this machine. A second run
# takes seconds. Files go to build/demo.
set -euo pipefail
cd "$(dirname "$0")/.."
jobs/set-up.sh build

if [ ! -x build/release/apps/rankwise/rankwise ]; then
  echo "Building rankwise (once, a few minutes) ..."
fi
mkdir -p build
{
  cmake --preset release -DRANKWISE_TESTS=OFF &&
    cmake --build --preset release --target rankwise
} >build/demo-build.log 2>&1 || { tail -n 40 build/demo-build.log; exit 1; }

rankwise=$PWD/build/release/apps/rankwise/rankwise
ranks=$(nproc)
# mpiexec does not start as root, as one is in a container, unless told twice.
if [ "$(id -u)" = 0 ]; then export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1; fi
# It counts cores, nproc what runs threads on them.
export OMPI_MCA_rmaps_base_oversubscribe=true PRTE_MCA_rmaps_default_mapping_policy=:oversubscribe

show() { # prints a command as a user would type it, then runs it
  printf '\n$ %s\n' "${*/$rankwise/rankwise}"
  "$@"
}

mkdir -p build/demo
cp tests/data/digits.csv build/demo/
cd build/demo
show mpiexec -n "$ranks" "$rankwise" columns digits.csv --top 8
if [ ! -e matrix.h5 ]; then
  show mpiexec -n "$ranks" "$rankwise" generate uniform --rows 30000 --columns 1000 --out matrix.h5:/x
fi
show mpiexec -n "$ranks" "$rankwise" columns matrix.h5:/x
show mpiexec -n "$ranks" "$rankwise" pi --samples 1e10
show mpiexec -n "$ranks" "$rankwise" map --keep-order 'echo {} has $(wc -c < {}) bytes' ::: digits.csv matrix.h5

cat <<END

The program is $rankwise
  rankwise --help                          the commands
  rankwise columns FILE.csv                statistics of your own data: HDF5, .npy, CSV
  sbatch jobs/columns.slurm FILE.h5:/x     the same on a Slurm cluster
  cmake --install build/release --prefix ~/.local
  README.md                                the rest
END
