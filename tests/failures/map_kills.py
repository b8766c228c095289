"""Kills what takes part in a run of map (a rank, a helper, a task, the launcher), again and again, and resumes: in the end
every task is done, none that was logged has run again, no process is left behind, and no run hangs.

    RANKWISE=program map_kills.py --kills 200 [--launcher 'mpiexec -n 3'] [--seed 1]
"""
import argparse
import collections
import json
import os
import pathlib
import random
import shlex
import signal
import subprocess
import sys
import tempfile
import time

PROGRAM = os.environ["RANKWISE"]
MARK = "RANKWISE_KILLS_MARK"
LONGEST_END = 60  # seconds from a kill to the end of a run: under srun a silent rank is given up after 30

# Writes down that it began, has a child, is busy for a moment, prints, and writes down that it ended.
TASK = """echo {} >> began
sleep 0.0{2} & wait
head -c {3}00 /dev/zero | wc -c
echo {} >> ended"""


def processes(mark):
    """What has the mark in its environment and is alive: {process: what it is}."""
    found = {}
    for entry in pathlib.Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            variables = (entry / "environ").read_bytes().split(b"\0")
            name = (entry / "comm").read_text().strip()
            state = (entry / "stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            continue
        if f"{MARK}={mark}".encode() not in variables or state in "ZX":
            continue
        if name == "rankwise-tasks":
            what = "helper"
        elif name == os.path.basename(PROGRAM)[:15]:
            what = "rank"
        elif name in ("mpiexec", "mpirun", "orterun", "prterun", "srun"):
            what = "launcher"
        else:
            what = "task"
        found[int(entry.name)] = what
    return found


def lines_of(path):
    return path.read_text().splitlines() if path.exists() else []


def logged(path):
    """Commands that are in the log, and what of its last line is torn."""
    whole = path.read_text().rpartition("\n")[0] if path.exists() else ""
    return [json.loads(line) for line in whole.splitlines()]


class Trial:
    def __init__(self, folder, launcher, victims, tasks, seed):
        self.folder, self.launcher, self.victims, self.random = folder, launcher, victims, random.Random(seed)
        self.log = folder / "log.jsonl"
        self.list = "".join(f"{i}\t{self.random.randrange(1, 9)}\t{self.random.choice([1, 5, 900])}\n"
                            for i in range(tasks))
        (folder / "list").write_text(self.list)
        self.killed = collections.Counter()
        self.runs = 0

    def start(self, mark, more=()):
        self.runs += 1
        line = [*self.launcher, PROGRAM, "map", "--joblog", "log.jsonl", "--resume", "--colsep", r"\t", "-j", "2",
                "--progress", "none", *more, TASK.replace("{}", "{1}"), "::::", "list"]
        # Standard error goes to a file: a process that is left behind would keep a pipe open, and us waiting.
        with open(self.folder / "told", "a") as told:
            return subprocess.Popen(line, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                    stderr=told, env={**os.environ, MARK: mark}, start_new_session=True)

    def check_no_process_is_left(self, mark, seconds=10):
        until = time.monotonic() + seconds
        while left := processes(mark):
            if time.monotonic() > until:
                raise AssertionError(f"left behind: {left}")
            time.sleep(0.02)

    def kill_once(self):
        mark = f"{os.getpid()}-{self.runs}"
        before = {int(entry["command"].split()[1]) for entry in logged(self.log)}
        began_before = collections.Counter(map(int, lines_of(self.folder / "began")))
        run = self.start(mark)
        wanted = self.random.choice(self.victims)
        delay = self.random.uniform(0, 1.2)
        until = time.monotonic() + delay
        victims = []
        while run.poll() is None:
            if time.monotonic() > until:
                victims = [p for p, what in processes(mark).items() if what == wanted]
                if victims:
                    break
            time.sleep(0.005)
        if victims:
            try:
                os.kill(self.random.choice(victims), signal.SIGKILL)
                self.killed[wanted] += 1
            except ProcessLookupError:
                pass
        try:
            if wanted == "task":  # the run goes on: it is ended as a batch system would
                time.sleep(0.2)
                run.send_signal(signal.SIGTERM)
            run.wait(timeout=LONGEST_END)
        except subprocess.TimeoutExpired:
            left = processes(mark)
            if set(left.values()) != {"launcher"}:
                raise AssertionError(f"hangs after the kill of a {wanted}: {left}") from None
            # mpiexec itself, in pmix_rte_finalize, when a rank dies while it connects (Open MPI 4.1.4, PMIx 4.2.2).
            self.killed["launcher that hung by itself"] += 1
            run.kill()
            run.wait()
        self.check_no_process_is_left(mark)
        began = collections.Counter(map(int, lines_of(self.folder / "began")))
        again = [task for task in before if began[task] != began_before[task]]
        assert not again, f"logged, and begun again: {again}"

    def finish(self):
        for more in [(), ("--resume-failed",)]:
            mark = f"{os.getpid()}-end-{self.runs}"
            run = self.start(mark, more)
            code = run.wait(timeout=300)
            self.check_no_process_is_left(mark)
        assert code == 0, f"exit code {code}"
        tasks = self.list.count("\n")
        done = collections.Counter(int(e["command"].split()[1]) for e in logged(self.log) if e["exit"] == 0)
        assert done == {i: 1 for i in range(tasks)}, "not each once in the log"
        assert set(map(int, lines_of(self.folder / "ended"))) == set(range(tasks))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--launcher", default="")
    parser.add_argument("--victims", default="rank,helper,task,launcher", help="what is killed, at random")
    parser.add_argument("--tasks", type=int, default=0, help="in a list; 0: as many as the kills should leave some of")
    parser.add_argument("--seed", type=int, default=1)
    wanted = parser.parse_args()
    launcher = shlex.split(wanted.launcher)
    victims = [victim for victim in wanted.victims.split(",") if launcher or victim != "launcher"]
    killed, trials, runs = collections.Counter(), 0, 0
    while sum(killed.values()) < wanted.kills:
        with tempfile.TemporaryDirectory() as folder:
            trial = Trial(pathlib.Path(folder), launcher, victims, wanted.tasks or 400, wanted.seed + trials)
            try:
                for _ in range(min(20, wanted.kills - sum(killed.values()))):
                    trial.kill_once()
                trial.finish()
            except BaseException:
                print("".join(f"{line}\n" for line in lines_of(trial.folder / "told")[-40:]), file=sys.stderr)
                raise
        killed += trial.killed
        trials += 1
        runs += trial.runs
    print(f"{sum(killed.values())} kills ({', '.join(f'{n} of a {what}' for what, n in sorted(killed.items()))}) in {runs} "
          f"runs, {trials} lists: every task done, none that was logged begun again, no process left")


if __name__ == "__main__":
    main()
