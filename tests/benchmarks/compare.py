#!/usr/bin/env python3
"""rankwise beside the tools that its users come from: the same files, the same run, and the machine's own limits.

usage: compare.py --program RANKWISE --counter LIBRARY --limits FOLDER --folder FOLDER --out RESULTS.json
                  [--python PYTHON=NAME ...] [--rows R] [--columns C] [--csv-rows R] [--samples N] [--repeat 5]

tests/benchmarks/run.sh calls it with all that it needs. report.py makes RESULTS.md and results.svg of what it wrote.
"""
import argparse
import json
import os
import platform
import subprocess
import sys

from contenders import elements_of, mean_of, some
from measures import checkpoint_cost, integrals, memory, messages, progress_cost, scaling, start_up
from pool_cases import pool_cases
from race import Peer, Program, Tool, race, read_whole

THREADS = len(os.sched_getaffinity(0))


def of_columns(names):
    return lambda r: {"seconds": r["seconds"], "answer": some([r["statistics"][name] for name in names])}


def of_pi(r):
    return {"seconds": r["seconds"], "answer": [r["estimate"]], "samples": r["samples"]}


def ours(options, words, read, one_thread=False):
    """rankwise on one rank with all threads, on a rank for each processor, and perhaps on one processor alone."""
    line = [options.program, *words, "--json"]
    yield Program(f"rankwise, 1 × {THREADS}", line, read)
    yield Program(f"rankwise, {THREADS} × 1", ["mpiexec", "-n", THREADS, *line], read)
    if one_thread:
        yield Program("rankwise, 1 × 1", [*line, "--threads", "1"], read)


def limits(options, file):
    """What this machine can read at all: memory, and the page cache in the two ways that Linux has."""
    shown = {"memory": "limit: memory", "mapped": "limit: page cache, mapped", "read": "limit: page cache, read"}
    for way, name in shown.items():
        yield Program(name, [f"{options.limits}/read_limit", way, file], lambda r: r)


def write_limit(options, gigabytes):
    """What it takes to have so much in a new file on the disk."""
    file = os.path.join(options.folder, "limit")
    return Program("limit: written and synced", [f"{options.limits}/write_limit", file, int(1e9 * gigabytes)], lambda r: r)


def peers(options, job, names, file, axis):
    """Each with every Python that was given, the system's first; those that keep all in memory only with the last."""
    loaded = ", from memory" if job in ("sum", "all") else ""
    shown = {"numpy": f"NumPy{loaded}", "numpy_pieces": "NumPy by millions", "h5py": "h5py + NumPy", "dask": "Dask",
             "multiprocessing": f"multiprocessing{loaded}", "numba": f"numba prange{loaded}",
             "pandas": f"pandas{loaded}", "joblib": "joblib", "polars": "Polars", "pyarrow": "pyarrow", "modin": "Modin on Ray", "scipy": "SciPy",
             "sklearn": "scikit-learn, n_jobs=1", "sklearn_pool": "scikit-learn, n_jobs=-1"}
    for name in names:
        in_memory = name in ("multiprocessing", "numba", "pandas", "joblib") and job != "csv"
        for python, kind in options.python[-1:] if in_memory else options.python:
            yield Peer(f"{shown[name]} ({kind})", python, job, name, file, axis)


def generate(options, kind, name, *words):
    file = os.path.join(options.folder, name)
    if not os.path.exists(file):
        subprocess.run([options.program, "generate", kind, "--out", file, "--progress", "none", *map(str, words)],
                       check=True, stdout=subprocess.DEVNULL)
    return file


def write_with_h5py(options, name, axis):
    """Plain files as users have them: written by h5py, in the page cache."""
    file = os.path.join(options.folder, name)
    if not os.path.exists(file):
        code = f"""
import h5py, numpy as np
r = np.random.default_rng(0)
with h5py.File({file!r}, "w") as f:
    d = f.create_dataset("x", {(options.columns, options.rows) if axis == 1 else (options.rows, options.columns)}, "f8")
    for i in range(0, d.shape[0], 1000): d[i:i + 1000] = r.random((min(1000, d.shape[0] - i), d.shape[1]))
    if {axis} == 1: d.attrs["rankwise_layout"] = "columns"
"""
        subprocess.run([options.python[0][0], "-c", code], check=True)
    return file


def columns_jobs(options):
    shape = ("--rows", options.rows, "--columns", options.columns)
    every = "sum,mean,var,min,max"
    layouts = {"columns contiguous": (lambda: write_with_h5py(options, "columns.h5", 1), 1),
               "rows contiguous": (lambda: write_with_h5py(options, "rows.h5", 0), 0),
               "gzip + shuffle chunks": (lambda: generate(options, "uniform", "gzip.h5", *shape, "--gzip", 4), 0)}
    for layout, (make, axis) in layouts.items():
        file = make()
        gzip = layout.startswith("gzip")
        for job, title, words, extra in (("sum", "sum of each column", "sum", ["multiprocessing", "numba"]),
                                         ("all", "sum, mean, variance, min, max of each column", every, ["pandas"])):
            if job == "sum" and gzip:
                continue
            names = ["h5py", "dask"] if gzip else ["numpy", *extra, "h5py", "dask"]
            yield {"title": f"{title}, {layout}", "gigabytes": options.rows * options.columns * 8e-9,
                   "aim": aim(job, gzip), "file": file,
                   "contenders": lambda: [*ours(options, ["columns", file, "--stats", words], of_columns(words.split(","))),
                                          *([] if gzip else limits(options, file)),
                                          *peers(options, job, names, file, axis)]}
        if options.keep != "yes":
            os.remove(file)


def aim(job, gzip):
    if gzip:
        return [["best of h5py, Dask", 4.5]]
    return [["limit: memory", 0.9 if job == "sum" else 0.8], ["limit: page cache", None],
            ["best of Dask", 10 if job == "sum" else None]]


def csv_job(options):
    file = generate(options, "normal", "normal.csv", "--rows", options.csv_rows, "--columns", 40)
    names = ["sum", "mean", "var", "min", "max"]
    yield {"title": "CSV: sum, mean, variance, min, max of each column", "gigabytes": os.path.getsize(file) * 1e-9,
           "aim": [["best of pandas", 10], ["best of all", 1]], "file": file,
           "contenders": lambda: [*ours(options, ["columns", file, "--stats", ",".join(names)], of_columns(names)),
                                  *peers(options, "csv", ["pandas", "dask", "pyarrow", "polars", "modin"], file, 0)]}
    if options.keep != "yes":
        os.remove(file)


def pi_job(options):
    program = os.path.join(os.path.dirname(os.path.abspath(__file__)), "mpi4py_pi.py")
    mpi4py = [Program(f"mpi4py, {THREADS} ranks", ["mpiexec", "-n", THREADS, python, program], lambda r: r)
              for python, kind in options.python[:1]]
    yield {"title": f"π from {options.samples} samples", "samples": float(options.samples), "tolerance": 0.01,
           "aim": [["NumPy per core", 14]],
           "contenders": lambda: [*ours(options, ["pi", "--samples", options.samples], of_pi, one_thread=True), *mpi4py,
                                  *peers(options, "pi", ["numpy", "numpy_pieces", "numba"], options.samples, 0)]}


def matrix_job(options, title, file, gigabytes, words, tool, names, aim, extra=()):
    """From file to file: what is written is looked at, and removed."""
    out = os.path.join(options.folder, "out.h5")
    read = lambda r: {"seconds": r["seconds"], "answer": elements_of(out)}
    return {"title": title, "gigabytes": gigabytes, "aim": aim, "file": file,
            "contenders": lambda: [*ours(options, [*words, out] if "--out" in words else [*words[:2], out, *words[2:]], read), *extra,
                                   *peers(options, tool, names, file, 0)]}


def matrices_jobs(options):
    side, gigabyte = options.columns, 1e-9 * 8
    square = generate(options, "uniform", "square.h5", "--rows", side, "--columns", side)
    yield matrix_job(options, f"x + x.T - mean(x, 0), {side} × {side}, file to file", square, 2 * side * side * gigabyte,
                     ["eval", "x + x.T - mean(x, 0)", f"x={square}", "--out"], "eval", ["numpy", "dask"], [["best of Dask", 8], ["limit", None]],
                     [write_limit(options, side * side * gigabyte)])
    os.remove(square)
    rows = generate(options, "uniform", "rows.h5", "--rows", options.rows, "--columns", options.columns)
    size = 2 * options.rows * options.columns * gigabyte
    yield matrix_job(options, "rows to columns, with 256 MB of memory", rows, size,
                     ["convert", rows, "--layout", "columns", "--memory", "256M"], "transpose", ["numpy", "dask"],
                     [["best of all", None], ["limit", None]], [write_limit(options, size / 2)])
    repacked = os.path.join(options.folder, "repacked.h5")
    repack = Tool("h5repack", ["h5repack", "-l", "CHUNK=1000x100", "-f", "SHUF", "-f", "GZIP=1", rows, repacked],
                  lambda: elements_of(repacked))
    yield matrix_job(options, "contiguous to gzip + shuffle chunks of 1000 × 100", rows, size / 2,
                     ["convert", rows, "--chunk", "1000x100", "--gzip", "1"], "gzip", ["h5py"], [["best of all", None]], [repack])
    os.remove(rows)


def dense_jobs(options):
    side = options.inverse
    square = generate(options, "normal", "dense.h5", "--rows", side, "--columns", side)
    yield matrix_job(options, f"inverse of {side} × {side}, file to file", square, 2 * side * side * 8e-9,
                     ["inverse", square, "--out"], "inverse", ["numpy", "scipy"], [["NumPy (current)", 1]]) | {"tolerance": 1e-6}
    os.remove(square)


def tables_jobs(options):
    file = os.path.join(options.folder, "table.h5")
    if not os.path.exists(file):
        code = f"""
import h5py, numpy as np
r = np.random.default_rng(0)
with h5py.File({file!r}, "w") as f:
    for name in ("col0", "col1", "col2"): f[name] = r.random({options.table_rows})
"""
        subprocess.run([options.python[0][0], "-c", code], check=True)
    out = os.path.join(options.folder, "out.h5")
    words = ["transform", file, "col3 = col0 + 100 + random()", "--only-new", "--out", out]
    names = ["pandas", "dask", "multiprocessing", "joblib", "modin"]
    yield {"title": f"col3 = col0 + 100 + random(), {options.table_rows} rows, file to file", "tolerance": 1e-4,
           "gigabytes": 2 * options.table_rows * 8e-9, "aim": [["best of all", 3], ["limit", None]], "file": file,
           "contenders": lambda: [*ours(options, words, lambda r: {"seconds": r["seconds"], "answer": mean_of(out)}),
                                  write_limit(options, options.table_rows * 8e-9),
                                  *peers(options, "column", names, file, 0)]}
    if options.keep != "yes":
        os.remove(file)


def models_jobs(options):
    digits = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "data", "digits.csv")
    words = ["crossval", "svc", digits, "--target", "digit", "--cv", 20]
    yield {"title": "20-fold SVC on digits", "fits": 20, "aim": [["best of scikit-learn", 4]], "file": digits,
           "contenders": lambda: [*ours(options, words, lambda r: {"seconds": r["seconds"], "answer": r["scores"]}),
                                  *peers(options, "svc", ["sklearn", "sklearn_pool"], digits, 0)]}
    words = ["search", "svc", digits, "--target", "digit", "--grid", "C=0.1,1,10,100", "--grid", "gamma=0.0001,0.001,0.01,0.1"]
    yield {"title": "16 × 5 grid of SVC on digits", "fits": 80, "aim": [["best of scikit-learn", 6]], "file": digits,
           "contenders": lambda: [*ours(options, words, lambda r: {"seconds": r["seconds"], "answer": [c["mean"] for c in r["candidates"]]}),
                                  *peers(options, "grid", ["sklearn", "sklearn_pool"], digits, 0)]}
    out = os.path.join(options.folder, "forest.h5")
    words = ["forest", "fit", digits, "--target", "digit", "--n-estimators", 500, "--overwrite", "--out", out]
    yield {"title": "forest of 500 trees on digits", "fits": 500, "aim": [["best of scikit-learn", 4]], "file": digits, "tolerance": 0.01,
           "contenders": lambda: [*ours(options, words, lambda r: {"seconds": r["seconds"], "answer": [r["oob_score"]]}),
                                  *peers(options, "forest", ["sklearn", "sklearn_pool"], digits, 0)]}


def tasks_job(options):
    """Whole commands, start-up and all, with a log of what was done where there is such a thing."""
    here = os.path.dirname(os.path.abspath(__file__))
    count, log = options.tasks, os.path.join(options.folder, "log")
    values = os.path.join(options.folder, "values")
    with open(values, "w") as f:
        f.write("".join(f"{i}\n" for i in range(count)))
    done = lambda: [sum(1 for _ in open(log))]
    ours = [options.program, "map", "--joblog", log, "--overwrite", "--arg-file", values, "true"]
    python = options.python[0][0]
    yield {"title": f"{count} tasks that do nothing, whole commands", "tasks": count,
           "aim": [["best of GNU parallel", 4], ["best of xargs", 0.9], ["best of mpi4py", None], ["best of multiprocessing", None]],
           "contenders": lambda: [
               Tool(f"rankwise, 1 × {THREADS}, job log", ours, done),
               Tool(f"rankwise, {THREADS} × 1, job log", ["mpiexec", "-n", THREADS, *ours], done),
               Tool("GNU parallel, job log", ["parallel", f"-j{THREADS}", "--joblog", log, "-a", values, "true"]),
               Tool("xargs -P", ["xargs", f"-P{THREADS}", "-n1", "-a", values, "true"]),
               Tool(f"mpi4py.futures, {THREADS} + 1 ranks", ["mpiexec", "-n", THREADS + 1, python, "-m", "mpi4py.futures",
                                                            os.path.join(here, "mpi4py_tasks.py"), count]),
               Tool("multiprocessing.Pool", [python, os.path.join(here, "pool_tasks.py"), count, THREADS])]}


def machine():
    with open("/proc/cpuinfo") as f:
        models = [line.split(":")[1].strip() for line in f if line.startswith("model name")]
    with open("/proc/meminfo") as f:
        gigabytes = int(f.readline().split()[1]) * 1024 / 1e9
    return {"processor": models[0] if models else platform.machine(), "processors": THREADS, "gigabytes": gigabytes,
            "system": platform.platform()}


def versions(options):
    names = ["numpy", "h5py", "dask", "numba", "pandas", "polars", "pyarrow", "modin", "mpi4py", "scikit-learn"]
    code = f"""
import importlib.metadata as m, json, platform
def version(n):
    try: return m.version(n)
    except m.PackageNotFoundError: return None
print(json.dumps({{"python": platform.python_version(), **{{n: version(n) for n in {names} if version(n)}}}}))
"""
    found = {kind: json.loads(subprocess.run([python, "-c", code], capture_output=True, text=True, check=True).stdout)
             for python, kind in options.python}
    found["rankwise"] = subprocess.run([options.program, "--version", "--verbose"], capture_output=True, text=True).stdout
    return found


MEASURES = (("start_up", start_up), ("progress", progress_cost), ("checkpoint", checkpoint_cost), ("scaling", scaling),
            ("messages", messages), ("memory", memory), ("integrals", integrals), ("pools", pool_cases))


JOBS = {"pi": pi_job, "columns": columns_jobs, "csv": csv_job, "matrices": matrices_jobs, "tables": tables_jobs, "dense": dense_jobs, "models": models_jobs, "tasks": tasks_job}


def parse_options():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", required=True)
    parser.add_argument("--counter", required=True)
    parser.add_argument("--limits", required=True, help="where read_limit and write_limit are")
    parser.add_argument("--folder", default=".")
    parser.add_argument("--out", required=True)
    parser.add_argument("--python", action="append", type=lambda text: text.rsplit("=", 1))
    parser.add_argument("--rows", type=int, default=30000)
    parser.add_argument("--columns", type=int, default=10000)
    parser.add_argument("--csv-rows", type=int, default=1_400_000)
    parser.add_argument("--table-rows", type=int, default=25_000_000)
    parser.add_argument("--array-rows", type=int, default=40_000_000, help="of the arrays that pools add and multiply")
    parser.add_argument("--tasks", type=int, default=2000)
    parser.add_argument("--inverse", type=int, default=4000)
    parser.add_argument("--samples", default="1e10")
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--only", choices=[*JOBS, *(name for name, _ in MEASURES)],
                        help="measure this anew, and leave the other results as they are")
    parser.add_argument("--keep", default="no", choices=["no", "yes"], help="keep the files for the next run")
    options = parser.parse_args()
    options.program, options.limits = os.path.abspath(options.program), os.path.abspath(options.limits)
    options.python = options.python or [[sys.executable, "Python"]]
    return options


def measure(name, options, results):
    print(name, file=sys.stderr, flush=True)
    if name in JOBS:
        return race_jobs(name, options, results)
    results[name] = dict(MEASURES)[name](options)
    keep(results, options.out)


def race_jobs(name, options, results):
    for job in JOBS[name](options):
        print(job["title"], file=sys.stderr, flush=True)
        file = job.pop("file", None)
        contenders = job.pop("contenders")()
        job["results"] = race(contenders, options.repeat, job.pop("tolerance", 1e-9),
                              before=lambda: file and read_whole(file))
        titles = [known["title"] for known in results["jobs"]]
        at = titles.index(job["title"]) if job["title"] in titles else len(titles)
        results["jobs"][at:at + 1] = [job]
        keep(results, options.out)


def keep(results, path):
    with open(path, "w") as f:
        json.dump(results, f, indent=1)


def main():
    options = parse_options()
    if options.only:
        with open(options.out) as f:
            results = json.load(f)
        results["alone"] = sorted({*results.get("alone", []), options.only})
        return measure(options.only, options, results)
    results = {"machine": machine(), "versions": versions(options), "repeat": options.repeat, "jobs": []}
    for name in [*JOBS, *(name for name, _ in MEASURES)]:
        measure(name, options, results)


if __name__ == "__main__":
    main()
