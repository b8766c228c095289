"""Contenders side by side: round after round, each once, so that a slow minute of the machine strikes all of them."""
import json
import math
import os
import statistics
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))


class Peer:
    """A contender in Python; stays alive from round to round."""

    def __init__(self, name, python, job, function, file, axis):
        self.name, self.problem = name, None
        self.process = subprocess.Popen([python, os.path.join(HERE, "contenders.py"), job, function, str(file), str(axis)],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if not self.process.stdout.readline().startswith("ready"):
            self.fail()

    def fail(self):
        self.process.kill()
        lines = self.process.communicate()[1].strip().splitlines()
        self.problem = lines[-1][:200] if lines else f"ended with {self.process.returncode}"

    def run(self):
        if self.problem is None:
            try:
                self.process.stdin.write("go\n")
                self.process.stdin.flush()
                return json.loads(self.process.stdout.readline())
            except (BrokenPipeError, json.JSONDecodeError):
                self.fail()
        return None

    def close(self):
        if self.problem is None:
            self.process.communicate("")


class Program:
    """A contender that is started anew each time and prints JSON."""

    def __init__(self, name, line, read, environment=None):
        self.name, self.line, self.read, self.problem = name, [str(word) for word in line], read, None
        self.environment = {**os.environ, **(environment or {})}

    def run(self):
        done = subprocess.run(self.line, capture_output=True, text=True, env=self.environment)
        if done.returncode != 0:
            self.problem = (done.stderr.strip().splitlines() or ["failed"])[-1][:200]
            return None
        return self.read(json.loads(done.stdout))

    def close(self):
        pass


class Tool:
    """A contender that is started anew each time and prints nothing that is asked for: its whole time counts."""

    def __init__(self, name, line, answer=lambda: []):
        self.name, self.line, self.answer, self.problem = name, [str(word) for word in line], answer, None

    def run(self):
        start = time.perf_counter()
        try:
            done = subprocess.run(self.line, capture_output=True, text=True)
        except FileNotFoundError:
            self.problem = f"there is no {self.line[0]}"
            return None
        seconds = time.perf_counter() - start
        if done.returncode != 0:
            self.problem = (done.stderr.strip().splitlines() or ["failed"])[-1][:200]
            return None
        return {"seconds": seconds, "answer": self.answer()}

    def close(self):
        pass


def agree(a, b, tolerance):
    return len(a) == len(b) and all(math.isclose(x, y, rel_tol=tolerance, abs_tol=tolerance) for x, y in zip(a, b))


def read_whole(file):
    """Into the page cache."""
    with open(file, "rb") as f:
        while f.read(1 << 24):
            pass


def race(contenders, repeat, tolerance=1e-9, before=lambda: None):
    """Runs them all, once to warm up and `repeat` times more, those that take less than half a second three times each
    time: a noisy machine strikes them most. `before` goes before each round (it brings the file back into the page cache
    if the system took it out). @return one result for each: median, range, agreement"""
    times = {c.name: [] for c in contenders}
    last = {}

    def run_once(contender, counts):
        result = contender.run()
        if result is not None:
            last[contender.name] = result
            if counts:
                times[contender.name].append(result["seconds"])

    for turn in range(repeat + 1):
        before()
        for contender in contenders:
            run_once(contender, turn > 0)
        quick = [c for c in contenders if c.name in last and last[c.name]["seconds"] < 0.5]
        for contender in 2 * quick if turn > 0 else []:
            run_once(contender, True)
    results = []
    contenders = [c for c in contenders if not (c.problem or "").startswith("ModuleNotFoundError")]  # has no such tool
    reference = last[contenders[0].name]["answer"]
    for contender in contenders:
        contender.close()
        seconds = times[contender.name]
        result = {"name": contender.name}
        if contender.problem is not None or not seconds:
            result["problem"] = contender.problem
        else:
            result |= {"seconds": statistics.median(seconds), "least": min(seconds), "most": max(seconds)}
            if "samples" in last[contender.name]:
                result["samples"] = last[contender.name]["samples"]
            answer = last[contender.name]["answer"]
            if answer and not agree(answer, reference, tolerance):
                result["problem"] = f"another answer: {answer[:3]} against {reference[:3]}"
        results.append(result)
        print(f"    {contender.name:<34} {result.get('seconds', float('nan')):9.4f} s  {result.get('problem', '')}",
              file=sys.stderr, flush=True)
    return results
