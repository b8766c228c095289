#!/usr/bin/env python3
"""rankwise beside the tools that its users come from: the same file, the same run, medians, and the machine's own limit.

usage: compare.py RANKWISE [--folder FOLDER] [--rows 30000] [--columns 10000] [--repeat 5] [--samples 1e10]

Needs NumPy, h5py, Dask and numba (Debian: python3-numpy python3-h5py python3-dask python3-numba). Each measurement runs
in a process of its own and times the work alone, without start-up; files are in the page cache. Prints Markdown.
"""
import argparse
import json
import os
import platform
import statistics
import subprocess
import sys

PEERS = {
    # What the memory gives: all threads read what is there already and do next to nothing with it.
    "limit: threads reading memory (numba)": """
import h5py, numba, numpy as np
x = h5py.File(FILE)["x"][...].reshape(-1)
@numba.njit(parallel=True, fastmath=True)
def work(x):
    s = 0.0
    for i in numba.prange(x.size): s += x[i]
    return s
work(x[:1000])
measure(lambda: work(x))
""",
    "NumPy, from memory": """
import h5py
x = h5py.File(FILE)["x"][...]
measure(lambda: STATISTICS(x, AXIS))
""",
    "h5py + NumPy": """
import h5py
measure(lambda: STATISTICS(h5py.File(FILE)["x"][...], AXIS))
""",
    "Dask": """
import h5py, dask, dask.array as da
def work():
    d = h5py.File(FILE)["x"]
    x = da.from_array(d, chunks="auto" if d.chunks else tuple(min(n, m) for n, m in zip(d.shape, CHUNK)))
    return dask.compute(*[np.asarray(v) if not hasattr(v, "dask") else v for v in STATISTICS(x, AXIS)])
measure(work)
""",
}

PREAMBLE = """
import json, time, numpy as np
def sums(x, axis): return [x.sum(axis=axis)]
def all_of_them(x, axis): return [x.sum(axis=axis), x.mean(axis=axis), x.var(axis=axis), x.min(axis=axis), x.max(axis=axis)]
def measure(work):
    work()
    times = []
    for _ in range(REPEAT):
        start = time.perf_counter(); work(); times.append(time.perf_counter() - start)
    print(json.dumps(sorted(times)[len(times) // 2]))
"""


def peer(code, file, axis, stats, repeat):
    chunk = "(200, 30000)" if axis == 1 else "(500, 10000)"
    text = f"FILE={file!r}; AXIS={axis}; REPEAT={repeat}; CHUNK={chunk}\n" + PREAMBLE + f"STATISTICS = {stats}\n" + code
    done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True)
    if done.returncode != 0:
        return None, done.stderr.strip().splitlines()[-1]
    return json.loads(done.stdout.splitlines()[-1]), None


def ours(line, repeat):
    seconds = []
    for i in range(repeat + 1):
        done = subprocess.run([*line, "--json", "--progress", "none"], capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"{' '.join(line)}\n{done.stderr}")
        result = json.loads(done.stdout)
        if i > 0:
            seconds.append(result["seconds"])
    return statistics.median(seconds), result


def layouts(program):
    cores = len(os.sched_getaffinity(0))
    yield f"rankwise, 1 × {cores}", [program]
    yield f"rankwise, {cores} × 1", ["mpiexec", "-n", str(cores), program]


def table(title, gigabytes, rows):
    print(f"\n### {title}\n\n| | seconds | GB/s |\n|---|---|---|")
    for name, seconds, why in rows:
        print(f"| {name} | {seconds:.3f} | {gigabytes / seconds:.2f} |" if seconds else f"| {name} | - | {why} |")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("rankwise")
    parser.add_argument("--folder", default=".")
    parser.add_argument("--rows", type=int, default=30000)
    parser.add_argument("--columns", type=int, default=10000)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--samples", default="1e10")
    options = parser.parse_args()
    program = os.path.abspath(options.rankwise)
    gigabytes = options.rows * options.columns * 8 / 1e9
    print(f"{platform.processor() or platform.machine()}, {len(os.sched_getaffinity(0))} processors; "
          f"{options.rows} × {options.columns} float64, {gigabytes:.2f} GB; medians of {options.repeat}")

    kinds = {"columns contiguous": (["--layout", "columns"], 1), "rows contiguous": ([], 0),
             "gzip + shuffle chunks, rows": (["--gzip", "4"], 0)}
    for kind, (how, axis) in kinds.items():
        file = os.path.join(options.folder, "bench-" + kind.split()[0] + ".h5")
        subprocess.run([program, "generate", "uniform", "--rows", str(options.rows), "--columns", str(options.columns),
                        "--out", file, "--overwrite", "--progress", "none", *how], check=True, stdout=subprocess.DEVNULL)
        for title, words, stats in (("sum of each column", ["--stats", "sum"], "sums"),
                                    ("sum, mean, variance, min, max in one pass", ["--stats", "sum,mean,var,min,max"], "all_of_them")):
            rows = []
            for name, start in layouts(program):
                rows.append((name, ours([*start, "columns", file, *words], options.repeat)[0], None))
            for name, code in PEERS.items():
                if name.startswith("limit") and kind.startswith("gzip"):
                    continue
                rows.append((name, *peer(code, file, axis, stats, options.repeat if not kind.startswith("gzip") else 2)))
            table(f"{title}, {kind}", gigabytes, rows)
        os.remove(file)

    print(f"\n### pi, {options.samples} samples\n\n| | 10^9 samples/s |\n|---|---|")
    for name, start in [("rankwise, 1 × 1", [program, "--one"]), *layouts(program)]:
        line = [*[word for word in start if word != "--one"], "pi", "--samples", options.samples]
        rate = ours(line + (["--threads", "1"] if start[-1] == "--one" else []), 3)[1]["samples_per_second"]
        print(f"| {name} | {rate / 1e9:.3f} |")
    code = """
r = np.random.default_rng(0)
def work():
    n = 10**7
    x = r.integers(0, 2**32, n, dtype=np.uint32).astype(np.uint64); y = r.integers(0, 2**32, n, dtype=np.uint32).astype(np.uint64)
    s = x * x
    return (s + y * y >= s).sum()
measure(work)
"""
    seconds, why = peer(code, "", 0, "sums", 5)
    print(f"| NumPy, one core | {10**7 / seconds / 1e9:.3f} |" if seconds else f"| NumPy | {why} |")


main()
