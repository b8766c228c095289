#!/bin/bash
# Installs what is missing, from Debian's or Ubuntu's packages: `jobs/set-up.sh build` what a build needs,
# `jobs/set-up.sh test` what the tests need as well, `jobs/set-up.sh peers` what the benchmarks compare with. Without the
# rights to install, it says what to ask for.
set -euo pipefail

build=(g++ cmake ninja-build pkg-config openmpi-bin libopenmpi-dev libboost-mpi-dev libhdf5-openmpi-dev libhwy-dev
       libhwloc-dev libdeflate-dev libfast-float-dev libcli11-dev libfmt-dev nlohmann-json3-dev libxxhash-dev
       libscalapack-openmpi-dev libopenblas-dev)
test=(clang clang-format llvm libclang-rt-dev libomp-dev libgtest-dev libbenchmark-dev librandom123-dev libsvm-dev hdf5-tools
      python3-numpy python3-h5py python3-pandas python3-tables python3-netcdf4 python3-scipy python3-sklearn
      python3-pytest python3-xxhash valgrind time procps
      parallel slurmctld slurmd slurm-client munge libpmix-dev)

peers=(parallel python3-venv python3-dask python3-numba python3-mpi4py)

packages=("${build[@]}")
[ "${1:-build}" = test ] && packages+=("${test[@]}")
[ "${1:-build}" = peers ] && packages+=("${peers[@]}")

missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f '${Status}\n' "$package" 2>/dev/null | grep -q '^install ok installed$' || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

become_root=()
if [ "$(id -u)" != 0 ]; then
  if ! command -v sudo >/dev/null; then
    echo "These packages are missing; ask an administrator: apt-get install ${missing[*]}" >&2
    exit 1
  fi
  become_root=(sudo)
fi
echo "Installing ${#missing[@]} packages: ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
"${become_root[@]}" apt-get update -qq
"${become_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
