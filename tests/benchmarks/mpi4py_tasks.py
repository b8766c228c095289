"""N programs that do nothing, by mpi4py's pool: mpiexec -n RANKS python3 -m mpi4py.futures mpi4py_tasks.py N"""
import subprocess
import sys

from mpi4py.futures import MPIPoolExecutor


def run(number):
    return subprocess.run(["true", str(number)]).returncode


if __name__ == "__main__":
    with MPIPoolExecutor() as pool:
        assert sum(pool.map(run, range(int(sys.argv[1])))) == 0
