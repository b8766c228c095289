#!/usr/bin/env python3
"""Kills runs at random, resumes them on random ranks × threads, and compares what they come to with an undisturbed run.

A kill is SIGKILL for one rank, or for the launcher, at any time from the start of a run to its end. After it nothing of
the run may be left within ten seconds; but mpiexec itself, which in Open MPI 4.1 may lock itself up while it ends (seen once
in 75 kills, in PMIx_server_finalize, when all ranks were gone): that is counted and told. Each job is resumed until it has been killed its share of times and then to its
end; its digest must be that of the undisturbed run. Exit code 0 if all of that held.

usage: RANKWISE=build/release/apps/rankwise/rankwise tests/failures/kills.py [--kills 300] [--scale 1] [--seed 0]
"""
import argparse
import json
import os
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import time

PROGRAM = os.environ.get("RANKWISE", "rankwise")
MPIEXEC = os.environ.get("MPIEXEC", "mpiexec")
launchers_stuck = []
LAYOUTS = [(None, 1), (None, 2), (1, 2), (2, 1), (2, 2), (3, 1), (4, 1), (7, 1)]


def line(words, ranks, threads):
    launcher = [] if ranks is None else [MPIEXEC, "-n", str(ranks)]
    return [*launcher, PROGRAM, *map(str, words), "--threads", str(threads), "--json", "--progress", "none"]


def finished(words, ranks=None, threads=2):
    done = subprocess.run(line(words, ranks, threads), capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, f"exit {done.returncode}: {done.stderr}"
    return json.loads(done.stdout)


def processes_of(session):
    """Of all processes that a run consists of: they share its session. @return {pid: command}"""
    found = {}
    for entry in pathlib.Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            stat = (entry / "stat").read_text()
        except OSError:
            continue
        name, rest = stat[stat.index("(") + 1:stat.rindex(")")], stat[stat.rindex(")") + 2:].split()
        # A zombie's other threads may still be about to end, and hold its files.
        if int(rest[3]) == session and (rest[0] not in "ZX" or int(rest[17]) > 1):
            found[int(entry.name)] = name
    return found


def where(process):
    """@return what each thread of a process waits for"""
    found = []
    for task in pathlib.Path(f"/proc/{process}/task").iterdir():
        state = (task / "stat").read_text()
        found.append(f"{state[state.rindex(')') + 2]} {(task / 'wchan').read_text()}")
    return ", ".join(found)


def killed_run(words, layout, after, choose):
    """@return whether the run was still alive when it was killed"""
    told = tempfile.TemporaryFile()
    running = subprocess.Popen(line(words, *layout), stdout=subprocess.DEVNULL, stderr=told, start_new_session=True)
    try:
        running.wait(after)
        told.seek(0)
        assert running.returncode == 0, told.read().decode()
        return False
    except subprocess.TimeoutExpired:
        pass
    members = processes_of(running.pid)
    ranks = [pid for pid, name in members.items() if name == pathlib.Path(PROGRAM).name[:15]]
    victim = choose.choice(ranks) if ranks and choose.random() < 0.8 else running.pid
    try:
        os.kill(victim, signal.SIGKILL)
    except ProcessLookupError:
        return False
    until = time.monotonic() + 10
    while left := processes_of(running.pid):
        if time.monotonic() > until:
            found = [f"{pid} {name}: {where(pid)}" for pid, name in left.items()]
            assert list(left) == [running.pid] and left[running.pid] in ("mpiexec", "orterun"), f"left of a killed run: {found}"
            launchers_stuck.append(running.pid)
            running.kill()
        running.poll()
        time.sleep(0.01)
    return True


def jobs(folder, scale):
    """Name -> words of commands, over every layout of input."""
    rows, columns = max(1000, int(30000 * scale)), 10000
    for name, words in {"rows": ["--layout", "rows"], "columns": ["--layout", "columns"],
                        "gzip": ["--layout", "columns", "--chunk", f"{max(500, rows // 8)}x64", "--gzip", "1"]}.items():
        generate(folder / f"{name}.h5", rows, columns, *words)
    generate(folder / "rows.npy", rows, columns)
    generate(folder / "table.csv", max(1000, int(500_000 * scale)), 50)
    generate(folder / "long.h5", max(5_000_000, int(25_000_000 * scale)), 4, "--layout", "columns")
    for name in ["rows.h5", "columns.h5", "gzip.h5", "rows.npy", "table.csv"]:
        yield f"columns of {name}", ["columns", folder / name]
    yield "rows of rows.h5", ["rows", folder / "rows.h5", "--stats", "sum,max"]
    yield "median of columns.h5", ["columns", folder / "columns.h5", "--stats", "median", "--quantiles", "0.1"]
    yield "quantiles in passes", ["columns", folder / "long.h5", "--stats", "mean,median", "--quantiles", "0.01,0.9",
                                  "--histogram", "20"]
    generate(folder / "square.h5", max(1000, int(10000 * scale ** 0.5)), max(1000, int(10000 * scale ** 0.5)))
    yield "eval", ["eval", "exp(x) + x.T - std(sin(x), 0)", f"x={folder / 'square.h5'}", "--out", folder / "evaluated.h5",
                   "--overwrite"]
    yield "transform", ["transform", folder / "long.h5", "z = exp(col0) + random()", "y = z * col1", "--where", "col2 < 1", "--out",
                        folder / "transformed.h5", "--overwrite"]
    yield "transform a CSV", ["transform", folder / "table.csv", "z = exp(col0) + normal()", "--where", "col1 < 1", "--out",
                              folder / "transformed.csv", "--overwrite"]
    yield "pi", ["pi", "--samples", int(1e10 * scale) + 7]
    yield "pi until an error", ["pi", "--until-error", 2e-5 / scale ** 0.5]


def generate(path, rows, columns, *words):
    subprocess.run([PROGRAM, "generate", "normal", "--rows", str(rows), "--columns", str(columns), "--seed", "1", "--out",
                    path, *words, "--progress", "none"], check=True, stdout=subprocess.DEVNULL)


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--kills", type=int, default=300)
    options.add_argument("--scale", type=float, default=1, help="of the inputs: 1 is 2.4 GB and 1 GB of CSV")
    options.add_argument("--seed", type=int, default=0)
    asked = options.parse_args()
    choose = random.Random(asked.seed)
    kills = 0
    with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR")) as name:
        folder = pathlib.Path(name)
        all_jobs = list(jobs(folder, asked.scale))
        for number, (job, words) in enumerate(all_jobs):
            expected = finished(words)["digest"]
            share = (asked.kills - kills) // (len(all_jobs) - number)
            kept = [*words, "--checkpoint", folder / "night.ckpt", "--resume", "--checkpoint-every", "0.01"]
            done, rounds = 0, 0
            while done < share:
                began = time.monotonic()
                (folder / "night.ckpt").unlink(missing_ok=True)
                whole = finished(kept, ranks=2, threads=1)
                longest = time.monotonic() - began
                assert whole["digest"] == expected
                (folder / "night.ckpt").unlink(missing_ok=True)  # a command that writes a matrix has no more of it
                # Until the job is done however often it is killed, but at most a dozen times.
                for _ in range(min(12, share - done)):
                    if not killed_run(kept, choose.choice(LAYOUTS), choose.uniform(0, longest), choose):
                        break
                    done += 1
                result = finished(kept, *choose.choice(LAYOUTS))
                assert result["digest"] == expected, (job, result, expected)
                rounds += 1
            left = sorted(path.name for path in folder.iterdir() if "ckpt" in path.name)
            assert left in (["night.ckpt"], []), left
            (folder / "night.ckpt").unlink(missing_ok=True)
            kills += done
            print(f"{job}: killed {done} times, finished {rounds} times, digest {expected}", flush=True)
    print(f"{kills} kills, every digest that of the undisturbed run; mpiexec got stuck {len(launchers_stuck)} times")


if __name__ == "__main__":
    sys.exit(main())
