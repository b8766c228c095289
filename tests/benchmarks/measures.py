"""What is counted or weighed rather than raced: start-up, messages, memory, the cost of the progress display and of checkpoints."""
import json
import math
import os
import statistics
import subprocess
import threading
import time

from race import read_whole


def wall(line, **options):
    start = time.perf_counter()
    subprocess.run([str(word) for word in line], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options)
    return time.perf_counter() - start


INTEGRALS = {
    "smooth, 2 variables": ("exp(-x*x - y*y)", {"x": "0:1", "y": "0:2"}, math.pi / 4 * math.erf(1) * math.erf(2)),
    "smooth, 10 variables": ("exp(-(a+b+c+d+e+f+g+h+i+j))", dict.fromkeys("abcdefghij", "0:1"), (1 - math.exp(-1)) ** 10),
    "a disc": ("x*x + y*y < 1", {"x": "-1:1", "y": "-1:1"}, math.pi),
}


def integrals(options):
    """The error of independent and of Sobol points, as there are more of them: the root of the mean square over seeds."""
    found = []
    for name, (integrand, over, value) in INTEGRALS.items():
        ranges = [word for variable, interval in over.items() for word in ("--over", f"{variable}={interval}")]
        for sampler in ("random", "sobol"):
            for power in range(8, 23, 2):
                line = [options.program, "integrate", integrand, *ranges, "--sampler", sampler, "--samples", str(2**power), "--json"]
                errors = [json.loads(subprocess.run([*line, "--seed", str(seed)], capture_output=True, text=True,
                                                    check=True).stdout)["estimate"] - value for seed in range(4 * options.repeat)]
                found.append({"integral": name, "sampler": sampler, "samples": 2**power,
                              "error": math.sqrt(statistics.fmean(e * e for e in errors)) / abs(value)})
    return found


def start_up(options):
    """Seconds of whole commands that have nothing to do, with and without a launcher."""
    lines = {"rankwise --version": [options.program, "--version"],
             "rankwise pi --samples 1": [options.program, "pi", "--samples", "1"],
             "mpiexec -n 1 rankwise pi --samples 1": ["mpiexec", "-n", 1, options.program, "pi", "--samples", "1"],
             "mpiexec -n 2 rankwise pi --samples 1": ["mpiexec", "-n", 2, options.program, "pi", "--samples", "1"],
             "python3 -c 'import numpy'": [options.python[0][0], "-c", "import numpy"]}
    return {name: statistics.median(wall(line) for _ in range(7)) for name, line in lines.items()}


def layouts(processors):
    """All (ranks, threads) of 1, 2, 4, ... threads in all, up to the number of processors."""
    total = 1
    while total <= processors:
        yield from ((ranks, total // ranks) for ranks in range(1, total + 1) if total % ranks == 0)
        total *= 2


def scaling(options):
    """Strong: the whole job on more and more threads. Weak: a job that grows with them."""
    processors = len(os.sched_getaffinity(0))
    most = max(ranks * threads for ranks, threads in layouts(processors))
    files = {}

    def words(job, part):
        if job == "pi":
            return ["pi", "--samples", str(int(float(options.samples) * part))]
        if part not in files:
            files[part] = os.path.join(options.folder, f"scaling-{part}.h5")
            subprocess.run([options.program, "generate", "uniform", "--rows", str(int(options.rows * part)), "--columns",
                            str(options.columns), "--out", files[part], "--progress", "none"], check=True,
                           stdout=subprocess.DEVNULL)
        return ["columns", files[part]]

    runs = [(job, kind, ranks, threads, words(job, ranks * threads / most if kind == "weak" else 1.0))
            for job in ("pi", "columns") for kind in ("strong", "weak") for ranks, threads in layouts(processors)]
    seconds = {}
    for turn in range(options.repeat + 1):
        for job, kind, ranks, threads, command in runs:
            line = ["mpiexec", "-n", str(ranks), options.program, *command, "--threads", str(threads), "--json", "--progress",
                    "none"]
            if ranks > 1 and threads > 1:
                line[3:3] = ["--map-by", f"slot:PE={threads}"]
            if job == "columns":
                read_whole(command[1])
            done = subprocess.run(line, capture_output=True, text=True, check=True)
            if turn > 0:
                seconds.setdefault((job, kind, ranks, threads), []).append(json.loads(done.stdout)["seconds"])
    for file in files.values():
        os.remove(file)
    found = []
    for (job, kind, ranks, threads), times in seconds.items():
        one = statistics.median(seconds[job, kind, 1, 1])
        share = ranks * threads if kind == "strong" else 1
        found.append({"job": job, "kind": kind, "ranks": ranks, "threads": threads, "seconds": statistics.median(times),
                      "efficiency": one / (statistics.median(times) * share)})
    return found


def messages(options):
    """Messages and bytes that ranks send, counted by a library between the program and MPI; many ranks on few cores."""
    file = os.path.join(options.folder, "small.h5")
    subprocess.run([options.program, "generate", "uniform", "--rows", "20000", "--columns", "1000", "--overwrite", "--out",
                    file, "--progress", "none"], check=True, stdout=subprocess.DEVNULL)
    counted = []
    for ranks in (1, 2, 4, 8, 16, 32, 64):
        for name, words in (("columns", ["columns", file]), ("pi", ["pi", "--samples", "1e10"])):
            out = os.path.join(options.folder, "messages.json")
            line = ["mpiexec", "-n", ranks, "-x", f"LD_PRELOAD={os.path.abspath(options.counter)}", "-x",
                    f"RANKWISE_COUNT_TO={out}", options.program, *words, "--threads", "1", "--progress", "none"]
            subprocess.run([str(word) for word in line], check=True, stdout=subprocess.DEVNULL,
                           env={**os.environ, "OMPI_MCA_rmaps_base_oversubscribe": "true"})
            with open(out) as f:
                counted.append({"job": name, "ranks": ranks, **json.load(f)})
    os.remove(file)
    return counted


class Peak:
    """The greatest anonymous memory of any process of a program, looked at every few milliseconds."""

    def __init__(self, program):
        self.program, self.bytes, self.going = os.path.basename(program), 0, True
        self.thread = threading.Thread(target=self.watch)
        self.thread.start()

    def watch(self):
        while self.going:
            for entry in os.listdir("/proc"):
                if entry.isdigit():
                    self.look_at(entry)
            time.sleep(0.003)

    def look_at(self, process):
        try:
            with open(f"/proc/{process}/comm") as f:
                if f.read().strip() != self.program:
                    return
            with open(f"/proc/{process}/status") as f:
                for line in f:
                    if line.startswith("RssAnon"):
                        self.bytes = max(self.bytes, int(line.split()[1]) * 1024)
        except OSError:
            pass  # it has ended

    def end(self):
        self.going = False
        self.thread.join()
        return self.bytes


def memory(options):
    """Anonymous memory of a rank under --memory, for a matrix in each layout."""
    shape = ["--rows", str(options.rows), "--columns", str(options.columns)]
    weighed = []
    for layout, words in (("columns contiguous", ["--layout", "columns"]), ("rows contiguous", []), ("gzip", ["--gzip", "1"])):
        file = os.path.join(options.folder, "memory.h5")
        subprocess.run([options.program, "generate", "uniform", *shape, *words, "--overwrite", "--out", file, "--progress",
                        "none"], check=True, stdout=subprocess.DEVNULL)
        for what in (["--stats", "mean,std"], ["--stats", "median"]):
            for limit in ("64M", "256M", "1G"):
                for ranks in (1, 2):
                    peak = Peak(options.program)
                    try:
                        wall(["mpiexec", "-n", ranks, options.program, "columns", file, *what, "--memory", limit,
                              "--threads", "2", "--progress", "none"])
                    finally:
                        weighed.append({"layout": layout, "job": what[1], "memory": limit, "ranks": ranks,
                                        "bytes": peak.end()})
        os.remove(file)
    return weighed


def by_turns(line, without, extra, pairs, before=lambda: None):
    """Seconds of a command with extra words and without, by turns: medians, and the median of the pairs' ratios."""
    times = {"without": [], "with": []}
    for pair in range(pairs):
        turns = [("without", without), ("with", extra)]
        for name, words in turns if pair % 2 == 0 else reversed(turns):
            before()
            done = subprocess.run([*map(str, line), *map(str, words), "--json"], capture_output=True, text=True, check=True)
            times[name].append(json.loads(done.stdout)["seconds"])
    ratios = [ours / plain for plain, ours in zip(times["without"], times["with"])]
    return {name: statistics.median(each) for name, each in times.items()} | {"ratio": statistics.median(ratios)}


def progress_cost(options):
    """π with a line of progress and without."""
    return by_turns([options.program, "pi", "--samples", options.samples], ["--progress", "none"], ["--progress", "bar"],
                    2 * options.repeat + 1)


def checkpoint_cost(options):
    """Jobs of several seconds with a checkpoint every second, which is less than pairs differ by; with a hundred in a second,
    which is not; and without."""
    gzip, kept = (os.path.join(options.folder, name) for name in ("kept.h5", "night.ckpt"))
    subprocess.run([options.program, "generate", "uniform", "--rows", str(2 * options.rows), "--columns", str(options.columns),
                    "--layout", "columns", "--gzip", "1", "--out", gzip, "--progress", "none"], check=True,
                   stdout=subprocess.DEVNULL)

    def before():
        read_whole(gzip)
        if os.path.exists(kept):
            os.remove(kept)

    found = []
    for job, words in (("pi", ["pi", "--samples", options.samples]), ("columns of gzip", ["columns", gzip])):
        for ranks, threads in ((1, 2), (2, 1)):
            line = ["mpiexec", "-n", ranks, "--bind-to", "none", options.program, *words, "--threads", threads, "--progress",
                    "none"]
            for every in ("1s", "0.01s"):
                found.append({"job": job, "ranks": ranks, "threads": threads, "every": every,
                              **by_turns(line, [], ["--checkpoint", kept, "--checkpoint-every", every],
                                         2 * options.repeat + 1, before)})
    os.remove(gzip)
    return found
