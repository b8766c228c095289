"""A rank is killed, runs out of memory, or is stopped: the others end, nothing half-written is left, and the checkpoint
leads to the digest of an undisturbed run."""
import os
import pathlib
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "commands"))
from data_files import write_npy
from support import MPIEXEC, PROGRAM, own_lines, run, run_json, samples_that_take

LONG = ["pi", "--samples", "1e15", "--progress", "none"]


def start(words, ranks):
    return subprocess.Popen([MPIEXEC, "-n", str(ranks), PROGRAM, *map(str, words)], stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True, start_new_session=True)


def processes_of(running):
    """Rank -> process, of those that are alive."""
    found = {}
    for entry in pathlib.Path("/proc").iterdir():
        try:
            stat = (entry / "stat").read_text() if entry.name.isdigit() else ""
            variables = (entry / "environ").read_bytes() if stat else b""
        except OSError:
            continue
        state, _, _, session = (stat[stat.rindex(")") + 2:].split() + [""] * 4)[:4] if stat else [""] * 4
        if session != str(running.pid) or state in "ZX":
            continue
        ranks = [word for word in variables.split(b"\0") if word.startswith(b"OMPI_COMM_WORLD_RANK=")]
        found[int(ranks[0].split(b"=")[1]) if ranks else "launcher"] = int(entry.name)
    return found


def wait_until(condition, seconds=20):
    until = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < until, "it did not come about"
        time.sleep(0.01)
    return found


def has_ranks(running, ranks):
    found = processes_of(running)
    return found if all(rank in found for rank in range(ranks)) else None


def assert_all_end(running, seconds=5):
    began = time.monotonic()
    out, err = running.communicate(timeout=20)
    assert time.monotonic() - began < seconds, err
    assert running.returncode != 0 and out == "", err
    wait_until(lambda: not processes_of(running), seconds=2)
    return err


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV, signal.SIGABRT])
@pytest.mark.parametrize("victim", [0, 2])
def test_the_others_end_when_a_rank_is_killed(tmp_path, victim, number):
    checkpoint = tmp_path / "pi.ckpt"
    running = start([*LONG, "--checkpoint", checkpoint, "--checkpoint-every", "0.05"], 3)
    wait_until(checkpoint.exists)
    time.sleep(0.5)
    os.kill(wait_until(lambda: has_ranks(running, 3))[victim], number)
    assert_all_end(running)
    left = os.listdir(tmp_path)
    assert "pi.ckpt" in left and set(left) <= {"pi.ckpt", ".pi.ckpt.rankwise-next"}
    # Nothing is left behind but what the next run takes away.
    done = run(*LONG, "--checkpoint", checkpoint, "--resume", "--max-time", "0.2")
    assert done.returncode == 75, done.stderr
    assert os.listdir(tmp_path) == ["pi.ckpt"]


def test_no_output_is_left_when_a_rank_is_killed(tmp_path):
    running = start(["generate", "normal", "--rows", "400000", "--columns", "1000", "--out", tmp_path / "big.npy",
                     "--progress", "none"], 3)
    wait_until(lambda: os.listdir(tmp_path))
    os.kill(wait_until(lambda: has_ranks(running, 3))[1], signal.SIGKILL)
    assert_all_end(running)
    # What a process leaves that could not tidy up has a name of its own, and is hidden.
    assert not (tmp_path / "big.npy").exists()
    assert all(name.startswith(".big.npy.rankwise-") for name in os.listdir(tmp_path))


@pytest.mark.parametrize("victim", [0, 1])
def test_a_rank_that_was_stopped_goes_on(victim):
    work = ["pi", "--samples", samples_that_take(4), "--threads", "1", "--progress", "none"]
    expected = run_json(*work)
    running = start([*work, "--json"], 3)
    rank = wait_until(lambda: has_ranks(running, 3))[victim]
    time.sleep(0.7)
    os.kill(rank, signal.SIGSTOP)
    time.sleep(1.5)
    os.kill(rank, signal.SIGCONT)
    out, err = running.communicate(timeout=60)
    assert running.returncode == 0, err
    assert expected["digest"] in out


@pytest.mark.skipif(bool(os.environ.get("RANKWISE_SANITIZE")), reason="sanitizers take memory of their own")
@pytest.mark.parametrize("victim", [0, 1])
@pytest.mark.parametrize("words", [["--stats", "median"], ["--stats", "mean"]])
def test_a_rank_without_memory_is_told(tmp_path, victim, words):
    """One rank may take but little more than it has to begin with."""
    write_npy(tmp_path / "a.npy", np.random.default_rng(1).random((2000, 20000)))
    rows = ["columns", "a.npy", *words, "--threads", "1", "--deliver", "scatter", "--progress", "none"]
    limits = f'[ "$OMPI_COMM_WORLD_RANK" != {victim} ] || ulimit -v "$1"; shift; exec "$@"'
    refused = 0
    for megabytes in (200, 260, 300, 330, 360, 400, 500):
        line = [MPIEXEC, "-n", "3", "bash", "-c", limits, "_", str(megabytes * 1024), PROGRAM, *rows]
        began = time.monotonic()
        try:
            done = subprocess.run(line, cwd=tmp_path, capture_output=True, text=True, timeout=30)
        except subprocess.TimeoutExpired as stuck:  # Open MPI itself, where it has no memory to begin with
            assert b"failed during shared memory initialization" in (stuck.stderr or b""), stuck.stderr
            continue
        assert time.monotonic() - began < 30
        if done.returncode == 0:
            continue
        ours = [line for line in own_lines(done.stderr) if ": error: " in line]
        # Open MPI and the loader themselves may not get as far as this program.
        assert len(ours) <= 1, done.stderr
        if ours:
            refused += 1
            assert "memory" in ours[0], done.stderr
        assert done.stdout == ""
    assert refused > 0
