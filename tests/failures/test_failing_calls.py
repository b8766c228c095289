"""Every system call on a command's files fails, one after another: the command ends with one message and the right exit
code, or succeeds all the same; nothing half-written is left under a final name, and nobody hangs.

RANKWISE_EVERY_CALL=1 tries each of them on several ranks, too, and with more errors; else, there, every eleventh.
"""
import errno
import os
import pathlib
import re
import subprocess
import sys

import numpy as np
import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "commands"))
from data_files import write_csv, write_h5, write_h5_columns, write_npy
from support import MPIEXEC, PROGRAM, own_lines, run

LIBRARY = os.environ.get("FAILING_CALLS", "")
EVERY_CALL = bool(os.environ.get("RANKWISE_EVERY_CALL"))
LASTING = [errno.ENOSPC, errno.EDQUOT]  # what fails once fails again


def one_thread(words):
    return [] if words[0] == "info" else ["--threads", "1"]


def failing_run(words, call, error, folder, ranks, rank, stays=False):
    log = folder.parent / "failed.log"
    log.unlink(missing_ok=True)
    variables = {"LD_PRELOAD": LIBRARY, "FAILING_BELOW": str(folder), "FAILING_CALL": str(call),
                 "FAILING_ERRNO": str(error), "FAILING_RANK": str(rank), "FAILING_LOG": str(log)}
    if stays:
        variables["FAILING_STAYS"] = "1"
    line = [PROGRAM, *map(str, words), *one_thread(words)]
    if ranks is None:
        done = subprocess.run(line, capture_output=True, text=True, timeout=60, env={**os.environ, **variables})
    else:
        passed = [word for name, value in variables.items() for word in ("-x", f"{name}={value}")]
        done = subprocess.run([MPIEXEC, "-n", str(ranks), *passed, *line], capture_output=True, text=True, timeout=60)
    return done, log.read_text().splitlines() if log.exists() else []


def matrix(folder):
    return np.random.default_rng(1).standard_normal((300, 40))


COMMANDS = {
    "columns of .npy": lambda f: ["columns", write_npy(f / "a.npy", matrix(f)), "--json"],
    "columns of rows": lambda f: ["columns", write_h5(f / "a.h5", matrix(f)), "--json"],
    "columns of columns": lambda f: ["columns", write_h5_columns(f / "a.h5", matrix(f)), "--json"],
    "columns of gzip": lambda f: ["columns", write_h5(f / "a.h5", matrix(f), chunks=(50, 20), compression="gzip"), "--json"],
    "columns of CSV": lambda f: ["columns", write_csv(f / "a.csv", matrix(f)), "--json"],
    "columns to HDF5": lambda f: ["columns", write_npy(f / "a.npy", matrix(f)), "--json", "--out", f / "out.h5"],
    "columns to CSV": lambda f: ["columns", write_npy(f / "a.npy", matrix(f)), "--json", "--out", f / "out.csv"],
    "columns to .npy": lambda f: ["columns", write_npy(f / "a.npy", matrix(f)), "--json", "--out", f / "out.npy"],
    "columns with a checkpoint": lambda f: ["columns", write_npy(f / "a.npy", matrix(f)), "--json", "--checkpoint",
                                            f / "a.ckpt"],
    "quantiles with a checkpoint": lambda f: ["columns", write_npy(f / "a.npy", matrix(f)), "--json", "--stats", "median",
                                              "--checkpoint", f / "a.ckpt", "--resume"],
    "correlation to HDF5": lambda f: ["correlation", write_npy(f / "a.npy", matrix(f)), "--json", "--out", f / "out.h5"],
    "correlation to CSV": lambda f: ["correlation", write_npy(f / "a.npy", matrix(f)), "--json", "--out", f / "out.csv"],
    "pi with a checkpoint": lambda f: ["pi", "--samples", "1e6", "--json", "--checkpoint", f / "pi.ckpt"],
    "generate .npy": lambda f: ["generate", "normal", "--rows", "200", "--columns", "30", "--out", f / "out.npy"],
    "generate HDF5": lambda f: ["generate", "normal", "--rows", "200", "--columns", "30", "--out", f / "out.h5"],
    "generate gzip": lambda f: ["generate", "normal", "--rows", "200", "--columns", "30", "--chunk", "50x30", "--gzip", "1",
                                "--out", f / "out.h5"],
    "generate CSV": lambda f: ["generate", "normal", "--rows", "200", "--columns", "30", "--out", f / "out.csv"],
    "eval": lambda f: ["eval", "x + x.T - mean(x, 0)", f"x={write_npy(f / 'a.npy', matrix(f)[:40])}", "--out", f / "out.h5"],
    "transform to HDF5": lambda f: ["transform", write_npy(f / "a.npy", matrix(f)), "z = col0 + random()", "--where", "col1 > 0",
                                    "--out", f / "out.h5"],
    "transform a CSV": lambda f: ["transform", write_csv(f / "a.csv", matrix(f)[:60]), "z = col0 * 2", "--out", f / "out.csv"],
    "convert to CSV": lambda f: ["convert", write_h5(f / "a.h5", matrix(f)), f / "out.csv"],
    "convert to gzip": lambda f: ["convert", write_npy(f / "a.npy", matrix(f)), f / "out.h5", "--gzip", "1"],
    "integrate with a checkpoint": lambda f: ["integrate", "x", "--over", "x=0:1", "--samples", "1e6", "--json", "--checkpoint",
                                              f / "a.ckpt"],
    "info": lambda f: ["info", write_h5(f / "a.h5", matrix(f)), "--json"],
}


def snapshot(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def digest(text):
    found = re.search(r'digest"?:? "?([0-9a-f]{32})', text)
    return found and found.group(1)


def reset(folder, before):
    for path in folder.iterdir():
        if path.name not in before:
            path.unlink()


def check(done, failed, folder, before, whole, expected):
    told = f"{failed} exit {done.returncode} {done.stderr}"
    ours = own_lines(done.stderr)
    after = snapshot(folder)
    for name, content in before.items():
        assert after[name] == content, f"{name} was changed: {told}"
    new = {name for name in after if name not in before}
    assert new <= set(whole), f"{new} is left: {told}"
    if done.returncode == 0:
        assert digest(done.stdout) == expected, told
        assert new == set(whole) or any(" is written" in line for line in ours), f"only {new}: {told}"
        return
    assert done.returncode == 3, told
    errors = [line for line in ours if ": error: " in line]
    assert len(errors) == 1, told
    names = [pathlib.Path(line.split(" ", 1)[1]).name for line in failed]
    stems = {name.removeprefix(".").split(".rankwise-")[0] for name in names} | {folder.name}
    assert any(stem in errors[0] for stem in stems), f"no file is named: {told}"


@pytest.mark.parametrize("ranks, rank", [(None, 0), (3, 0), (3, 1)])
@pytest.mark.parametrize("command", COMMANDS)
def test_every_call_may_fail(tmp_path, command, ranks, rank):
    folder = tmp_path / "files"
    folder.mkdir()
    words = COMMANDS[command](folder)
    before = snapshot(folder)
    plain = run(*words, *one_thread(words), ranks=ranks)
    assert plain.returncode == 0, plain.stderr
    whole, expected = [name for name in snapshot(folder) if name not in before], digest(plain.stdout)
    step = 1 if ranks is None or EVERY_CALL else 11
    errors = [errno.EIO, errno.ENOSPC, errno.EDQUOT, errno.EACCES]
    tried = (2 if ranks is None else 1) * (2 if EVERY_CALL else 1)
    for error in errors[:tried]:
        call, failures = 1, 0
        while True:
            reset(folder, before)
            done, failed = failing_run(words, call, error, folder, ranks, rank, stays=error in LASTING)
            if not failed:
                assert done.returncode == 0, done.stderr
                break
            failures += 1
            check(done, failed, folder, before, whole, expected)
            call += step
        assert failures > 0 or rank > 0
