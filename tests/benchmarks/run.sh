#!/bin/bash
# Measures rankwise against the tools that its users come from, and writes RESULTS.md, results.json and the pictures beside
# itself. Installs what is missing: Debian's peers, and current ones in a virtual environment in build/peers. It takes an
# hour, 20 GB of memory and 8 GB of disk; let the machine do nothing else.
# usage: tests/benchmarks/run.sh [options of compare.py, such as --rows 3000 --columns 1000 --csv-rows 50000 --samples 1e8]
set -euo pipefail
cd "$(dirname "$0")/../.."
here=tests/benchmarks

jobs/set-up.sh test
jobs/set-up.sh peers
if [ ! -e build/peers/done ]; then
  python3 -m venv build/peers
  build/peers/bin/pip install --quiet numpy h5py 'dask[array,dataframe]' numba pandas polars pyarrow 'modin[ray]' joblib scipy scikit-learn
  touch build/peers/done
fi
cmake --preset release -DRANKWISE_TESTS=ON >/dev/null
cmake --build --preset release --target rankwise message_counter read_limit write_limit kernels_benchmark >/dev/null

if [ "$(id -u)" = 0 ]; then export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1; fi
folder=$(mktemp -d build/benchmark-XXXXXX)
trap 'rm -rf "$folder"' EXIT
/usr/bin/python3 $here/compare.py --program build/release/apps/rankwise/rankwise \
  --counter build/release/tests/libmessage_counter.so --limits build/release/tests \
  --folder "$folder" --out $here/results.json \
  --python /usr/bin/python3=Debian --python build/peers/bin/python=current "$@"
build/release/tests/kernels_benchmark --benchmark_min_time=0.2 --benchmark_format=json >"$folder/kernels.json"
/usr/bin/python3 $here/report.py $here/results.json "$folder/kernels.json" $here
