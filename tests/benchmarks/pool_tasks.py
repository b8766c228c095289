"""N programs that do nothing, by multiprocessing's pool: pool_tasks.py N WORKERS"""
import multiprocessing
import subprocess
import sys


def run(number):
    return subprocess.run(["true", str(number)]).returncode


if __name__ == "__main__":
    with multiprocessing.Pool(int(sys.argv[2])) as pool:
        assert sum(pool.map(run, range(int(sys.argv[1])), chunksize=1)) == 0
