"""Runs the real program; shared by the tests of commands."""
import functools
import json
import os
import resource
import signal
import subprocess
import time

import pytest

PROGRAM = os.environ["RANKWISE"] if "RANKWISE" in os.environ else "rankwise"
MPIEXEC = os.environ.get("MPIEXEC", "mpiexec")


def run(*words, ranks=None, threads=None, timeout=60, **options):
    """Runs `rankwise words...`, under mpiexec if `ranks` is given."""
    line = [PROGRAM, *map(str, words)]
    if threads is not None:
        line += ["--threads", str(threads)]
    if ranks is not None:
        line = [MPIEXEC, "-n", str(ranks), *line]
    done = subprocess.run(line, capture_output=True, text=True, timeout=timeout, **options)
    assert "still allocated" not in done.stderr, f"an MPI handle was not given back: {done.stderr}"
    return done


def run_json(*words, **options):
    done = run(*words, "--json", **options)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@functools.cache
def samples_that_take(seconds):
    """With pi, on two processors, with this build: one with sanitizers is a hundred times slower."""
    samples, took = 10**6, 0
    while took < 0.2:
        samples *= 10
        took = min(run_json("pi", "--samples", samples)["seconds"] for _ in range(3))  # other programs come and go
    return int(samples / took * seconds)


def busy_seconds():
    """Processor seconds in which the machine's processors were not idle."""
    with open("/proc/stat") as f:
        user, nice, system, _, _, *rest = (int(n) for n in f.readline().split()[1:9])
    return (user + nice + system + sum(rest)) / os.sysconf("SC_CLK_TCK")


def assert_processors_are_busy(*words, ranks, start_up=0):
    """User time is nearly processors × wall time; skips where other programs want the processors.

    start_up: user seconds of a run that has nothing to do
    """
    cores = len(os.sched_getaffinity(0))
    if cores < 2:
        pytest.skip("one processor only")
    busiest, fewest_others = 0, cores
    for _ in range(4):
        busy, before, began = busy_seconds(), resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
        result = run_json(*words, ranks=ranks)
        after, wall = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic() - began
        user, system = after.ru_utime - before.ru_utime, after.ru_stime - before.ru_stime
        assert result["ranks"] * result["threads"] == cores
        busiest = max(busiest, (user - start_up) / result["seconds"])
        if busiest >= 1.6:
            return
        fewest_others = min(fewest_others, (busy_seconds() - busy - user - system) / wall)
    if fewest_others > 0.2:
        pytest.skip(f"other programs keep {fewest_others:.1f} processors busy")
    assert busiest >= 1.6, "processors busy on average"


def user_seconds(*words, ranks):
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    run(*words, ranks=ranks)
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before


def peak_anonymous_bytes(*words):
    """What the program had of memory that no file is behind, looked at every few milliseconds."""
    running = subprocess.Popen([PROGRAM, *map(str, words)], stdout=subprocess.DEVNULL)
    peak = 0
    while running.poll() is None:
        with open(f"/proc/{running.pid}/status") as f:
            sizes = [int(line.split()[1]) * 1024 for line in f if line.startswith("RssAnon")]
        peak = max([peak, *sizes])
        time.sleep(0.003)
    assert running.returncode == 0
    return peak


def run_and_kill_until_done(words, out, undisturbed, of_ranks=()):
    """Runs a command with a checkpoint that makes a new file, ends it again and again before it can be done, and goes on.

    Every other run is of one process and killed; the others are of two ranks, and asked to stop.
    undisturbed: seconds that it takes
    of_ranks: more words for runs of two ranks
    """
    words = [*words, "--out", out, "--checkpoint", f"{out}.ckpt", "--resume", "--threads", "1", "--json"]
    stopped = 0
    while not os.path.exists(out):
        alone = stopped % 2 == 1
        line = [PROGRAM, *words] if alone else [MPIEXEC, "-n", 2, PROGRAM, *words, *of_ranks]
        running = subprocess.Popen(list(map(str, line)), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            told = running.communicate(timeout=undisturbed * (0.6 + 0.05 * stopped))[1]
            assert running.returncode == 0, told
        except subprocess.TimeoutExpired:
            running.send_signal(signal.SIGKILL if alone else signal.SIGTERM)
            running.communicate(timeout=60)
            stopped += 1
            assert stopped < 100
    assert stopped > 0 and not os.path.exists(f"{out}.ckpt")


def own_lines(text):
    """The lines of standard error that are ours, not mpiexec's."""
    return [line for line in text.splitlines() if line.startswith("rankwise")]


def assert_refused(done, code, *words):
    """One message of ours, the right exit code, nothing on standard output."""
    ours = own_lines(done.stderr)
    assert done.returncode == code, (done.returncode, done.stderr)
    assert len(ours) == 1, done.stderr
    assert ": error: " in ours[0]
    for word in words:
        assert word in ours[0], (word, ours[0])
    assert "HDF5-DIAG" not in done.stderr
    assert done.stdout == ""
