"""The cases of pools.py, by Python's pools and by rankwise: map where a case is tasks, eval where it is arrays."""
import json
import os
import shutil
import statistics
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
POOLS = os.path.join(HERE, "pools.py")
MANY = 32  # at a time, for tasks that wait


def pool_cases(options):
    """Seconds of each case by each way, in rounds."""
    threads = len(os.sched_getaffinity(0))
    python = options.python[0][0]
    folder = os.path.join(options.folder, "pools")
    os.makedirs(folder, exist_ok=True)
    arrays = [os.path.join(folder, f"{name}.npy") for name in "xy"]
    for seed, file in enumerate(arrays):
        subprocess.run([options.program, "generate", "uniform", "--rows", str(options.array_rows), "--columns", "1", "--seed", str(seed),
                        "--out", file, "--overwrite", "--progress", "none"], check=True, stdout=subprocess.DEVNULL)
        subprocess.run([python, "-c", f"import numpy as np; a = np.load({file!r}).ravel(); np.save({file!r}, a)"], check=True)
    server = subprocess.Popen([sys.executable, os.path.join(HERE, "slow_server.py"), "0.2"], stdout=subprocess.PIPE, text=True)
    port = server.stdout.readline().strip()

    def by_python(case, way, n, workers, argument):
        line = [python, POOLS, case, way, str(n), str(workers), argument]
        return lambda: float(subprocess.run(line, capture_output=True, text=True, check=True).stdout)

    def by_rankwise(*words, ranks=None, results=True):
        launcher = ["mpiexec", "-n", str(ranks)] if ranks else []

        def run():
            out = os.path.join(folder, "results")
            shutil.rmtree(out, ignore_errors=True)
            done = subprocess.run([*launcher, options.program, words[0], "--json", *(["--results", out] if results else []), *words[1:]],
                                  capture_output=True, text=True, check=True)
            return json.loads(done.stdout)["seconds"]
        return run

    def tasks(case, name, n, argument, many):
        line = [python, POOLS, "task", case, "{}", argument, ":::", *map(str, range(n))]
        yield name, "a loop", by_python(case, "loop", n, 1, argument)
        yield name, f"ThreadPool({threads})", by_python(case, "threads", n, threads, argument)
        yield name, f"Pool({threads})", by_python(case, "processes", n, threads, argument)
        yield name, f"map, 1 × {threads}", by_rankwise("map", *line)
        yield name, f"map, {threads} × 1", by_rankwise("map", *line, ranks=threads)
        if many:
            yield name, f"ThreadPool({MANY})", by_python(case, "threads", n, MANY, argument)
            yield name, f"map, --jobs {MANY}", by_rankwise("map", "--jobs", str(MANY), *line)

    def on_arrays(case, name, expression):
        argument = ",".join(arrays)
        line = ["eval", expression, f"x={arrays[0]}", f"y={arrays[1]}"]
        yield name, "a loop", by_python(case, "loop", 1, 1, argument)
        yield name, f"ThreadPool({threads})", by_python(case, "threads", 1, threads, argument)
        yield name, f"Pool({threads})", by_python(case, "processes", 1, threads, argument)
        yield name, f"eval, 1 × {threads}", by_rankwise(*line, results=False)
        yield name, f"eval, {threads} × 1", by_rankwise(*line, ranks=threads, results=False)

    size = f"{options.array_rows // 10**6} million"
    cases = [*tasks("cpu", "32 loops of pure computation", 32, "-", many=False),
             *on_arrays("add", f"sum of x + y, {size}", "sum(x + y)"),
             *on_arrays("dot", f"dot product, {size}", "sum(x * y)"),
             *tasks("wait", "64 answers of 200 ms", 64, port, many=True),
             *tasks("write", "64 files of 8 MB, synced", 64, folder, many=True)]
    times = {(case, way): [] for case, way, _ in cases}
    try:
        for _ in range(3):
            for case, way, run in cases:
                times[case, way].append(run())
    finally:
        server.kill()
        shutil.rmtree(folder)
    return [{"case": case, "way": way, "seconds": statistics.median(seconds)} for (case, way), seconds in times.items()]
