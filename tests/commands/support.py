"""Runs the real program; shared by the tests of commands."""
import json
import os
import subprocess

PROGRAM = os.environ["RANKWISE"] if "RANKWISE" in os.environ else "rankwise"
MPIEXEC = os.environ.get("MPIEXEC", "mpiexec")


def run(*words, ranks=None, threads=None, timeout=60, **options):
    """Runs `rankwise words...`, under mpiexec if `ranks` is given."""
    line = [PROGRAM, *map(str, words)]
    if threads is not None:
        line += ["--threads", str(threads)]
    if ranks is not None:
        line = [MPIEXEC, "-n", str(ranks), *line]
    return subprocess.run(line, capture_output=True, text=True, timeout=timeout, **options)


def run_json(*words, **options):
    done = run(*words, "--json", **options)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


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
