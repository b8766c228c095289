"""map: tasks, their log, what they print, and what can go wrong, on the real program."""
import http.server
import json
import os
import pathlib
import pty
import re
import resource
import signal
import socketserver
import subprocess
import threading
import time

import pytest

from support import MPIEXEC, PROGRAM, own_lines, run

RANKS = [None, 1, 2, 3, 7]


def map_(*words, values=None, **options):
    text = None if values is None else "".join(f"{value}\n" for value in values)
    return run("map", *words, input=text, **options)


def log_of(path):
    return [json.loads(line) for line in pathlib.Path(path).read_text().splitlines()]


@pytest.mark.parametrize("ranks", RANKS)
def test_each_line_is_a_task(ranks):
    done = map_("echo", "x{}x", values=range(100), ranks=ranks)
    assert done.returncode == 0, done.stderr
    assert sorted(done.stdout.split()) == sorted(f"x{i}x" for i in range(100))
    assert "100 tasks done" in done.stderr


@pytest.mark.parametrize("ranks", RANKS)
def test_the_log_has_each_task_once(tmp_path, ranks):
    log = tmp_path / "log.jsonl"
    done = map_("--joblog", log, "-j", 4, "true", values=range(300), ranks=ranks)
    assert done.returncode == 0, done.stderr
    entries = log_of(log)
    assert sorted(int(entry["command"].split()[1]) for entry in entries) == list(range(300))
    assert all(entry["exit"] == 0 and entry["signal"] == 0 and entry["tries"] == 1 for entry in entries)
    assert all(entry["stderr"] == "" and "reason" not in entry and "again" not in entry for entry in entries)
    assert len({entry["id"] for entry in entries}) == 300
    assert {entry["rank"] for entry in entries} <= set(range(ranks or 1))
    assert {entry["host"] for entry in entries} == {os.uname().nodename}
    assert all(abs(entry["start"] - time.time()) < 60 and 0 < entry["seconds"] < 60 for entry in entries)
    assert all(2**18 < entry["max_rss_bytes"] < 2**26 for entry in entries)


@pytest.mark.parametrize("ranks", RANKS)
def test_output_is_whole_and_in_order_if_asked(tmp_path, ranks):
    # Some wait, some print more than is kept in memory; nothing mixes.
    command = "sleep 0.$((97 * {} % 7)); for i in $(seq {}00); do echo {} $i; done; echo {} >&2"
    done = map_("--keep-order", "-j", 3, command, values=range(40), ranks=ranks)
    assert done.returncode == 0, done.stderr
    expected = "".join(f"{n} {i}\n" for n in range(40) for i in range(1, 100 * n + 1))
    assert done.stdout == expected
    anyhow = map_("-j", 3, command, values=range(40), ranks=ranks)
    numbers = [line.split()[0] for line in anyhow.stdout.splitlines()]
    changes = sum(a != b for a, b in zip(numbers, numbers[1:]))
    assert changes == 38 and sorted(anyhow.stdout.splitlines()) == sorted(expected.splitlines())
    assert [line for line in done.stderr.splitlines() if line.isdigit()] == [str(n) for n in range(40)]


@pytest.mark.parametrize("ranks", [None, 2])
def test_failures_are_counted_and_do_not_disturb(tmp_path, ranks):
    log = tmp_path / "log.jsonl"
    command = "echo no >&2; [ {} != 3 ] || exit 7; [ {} != 5 ] || kill -9 $$"
    done = map_("--joblog", log, command, values=range(10), ranks=ranks)
    assert done.returncode == 1
    assert "8 tasks done, 2 failed" in done.stderr
    entries = {entry["command"]: entry for entry in log_of(log)}
    ends = {(entry["exit"], entry["signal"]) for entry in entries.values()}
    assert ends == {(0, 0), (7, 0), (137, 9)} and len(entries) == 10
    assert all(entry["stderr"] == "no\n" for entry in entries.values())


@pytest.mark.parametrize("ranks", [None, 3])
def test_resume_runs_what_is_missing(tmp_path, ranks):
    log, ran = tmp_path / "log.jsonl", tmp_path / "ran"
    command = f"echo {{}} >> {ran}; [ {{}} -lt 90 ]"
    first = map_("--joblog", log, command, values=range(50), ranks=ranks)
    assert first.returncode == 0, first.stderr
    assert map_("--joblog", log, command, values=range(50)).returncode == 2  # a log is there
    # Another list, in another order: tasks are known by what they are. A last line that is torn does not count.
    with open(log, "a") as torn:
        torn.write('{"id":"0123')
    second = map_("--joblog", log, "--resume", command, values=reversed(range(100)), ranks=ranks)
    assert second.returncode == 1 and "40 tasks done, 10 failed, 50 before" in second.stderr
    lines = ran.read_text().split()
    assert sorted(map(int, lines)) == list(range(100))
    # What failed is not tried again, unless asked; a run that has nothing to do still says that some failed.
    third = map_("--joblog", log, "--resume", command, values=range(100), ranks=ranks)
    assert third.returncode == 1 and "0 tasks done, 100 before (10 failed" in third.stderr
    fourth = map_("--joblog", log, "--resume-failed", command, values=range(100), ranks=ranks)
    assert fourth.returncode == 1 and "0 tasks done, 10 failed, 90 before" in fourth.stderr
    assert len(ran.read_text().split()) == 110 and len(log_of(log)) == 110
    fifth = map_("--joblog", log, "--resume", command, values=range(100), ranks=ranks)
    assert fifth.returncode == 1 and "0 tasks done, 100 before (10 failed" in fifth.stderr


def test_equal_commands_run_as_often_as_they_are_there(tmp_path):
    log = tmp_path / "log.jsonl"
    assert map_("--joblog", log, "true", values=["a", "a", "b"]).returncode == 0
    again = map_("--joblog", log, "--resume", "true", values=["a", "b", "a", "a", "b"])
    assert "2 tasks done, 3 before" in again.stderr and len(log_of(log)) == 5


@pytest.mark.parametrize("ranks", [None, 2])
def test_a_failed_task_is_tried_again_elsewhere(tmp_path, ranks):
    log = tmp_path / "log.jsonl"
    command = f'n=$(cat {tmp_path}/{{}} 2>/dev/null); echo "x$n" > {tmp_path}/{{}}; echo try; [ "$n" = xx ]'
    done = map_("--joblog", log, "--retries", 3, command, values=range(4), ranks=ranks)
    assert done.returncode == 0, done.stderr
    assert "4 tasks done, 8 retried" in done.stderr
    assert done.stdout == "try\n" * 4  # of the last try
    assert [entry["tries"] for entry in log_of(log)] == [3] * 4
    assert map_("--retries", 2, "false", values=[1], ranks=ranks).returncode == 1


def test_retries_go_to_another_rank(tmp_path):
    where = tmp_path / "where"
    command = f"echo $(cat /proc/$PPID/stat | cut -d ' ' -f 4) >> {where}; false"  # the rank is the helper's parent
    done = map_("--retries", 3, command, values=[1], ranks=3)
    assert done.returncode == 1
    assert len(set(where.read_text().split())) == 3


@pytest.mark.parametrize("ranks", [None, 2])
def test_a_time_limit_ends_the_whole_group(tmp_path, ranks):
    log = tmp_path / "log.jsonl"
    began = time.monotonic()
    # One that hears SIGTERM, one whose child does not end by itself.
    commands = [f"trap 'echo heard; exit 3' TERM; sleep 987 & wait", "sleep 988 | cat", "true"]
    done = map_("--joblog", log, "--timeout", "1s", values=commands, ranks=ranks)
    assert done.returncode == 1 and time.monotonic() - began < 15
    assert "1 task done, 2 failed" in done.stderr and done.stdout == "heard\n"
    entries = {entry["command"]: entry for entry in log_of(log)}
    assert entries[commands[0]]["exit"] == 124 and entries[commands[0]]["signal"] == 0 and entries[commands[1]]["signal"] == signal.SIGTERM
    assert entries[commands[0]]["reason"] == entries[commands[1]]["reason"] == "not done after 1 s"
    assert not running("sleep 987", "sleep 988")


def running(*commands):
    listing = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True).stdout.splitlines()
    return [line for line in listing if line in commands]


def test_one_that_does_not_hear_is_killed():
    began = time.monotonic()
    done = map_("--timeout", "0.5s", "trap '' TERM; sleep {}; sleep {}; sleep {}", values=[986])
    assert done.returncode == 1 and 5 < time.monotonic() - began < 25
    assert not running("sleep 986")


@pytest.mark.parametrize("ranks", [None, 2])
@pytest.mark.parametrize("when", ["now", "soon"])
def test_halt_ends_it(tmp_path, ranks, when):
    log = tmp_path / "log.jsonl"
    command = "[ {} != 5 ] || exit 1; sleep 0.3; echo {}"
    done = map_("--joblog", log, "--halt", f"{when},fail=1", "-j", 2, command, values=range(1000), ranks=ranks)
    assert done.returncode == 1
    assert "a task failed; --halt ends it" in done.stderr
    entries = log_of(log)
    assert len(entries) < 20 and sum(entry["exit"] != 0 for entry in entries) == 1
    # What was ended is not logged, and runs when it goes on.
    assert all(entry["signal"] == 0 for entry in entries)
    rest = map_("--joblog", log, "--resume", "-j", 8, command, values=range(40), ranks=ranks)
    assert rest.returncode == 1 and len(log_of(log)) == 40


def test_the_list_is_read_as_it_comes():
    process = subprocess.Popen([PROGRAM, "map", "echo"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    for i in range(5):
        process.stdin.write(f"{i}\n")
        process.stdin.flush()
        assert process.stdout.readline() == f"{i}\n"  # before the next is there
    process.stdin.close()
    assert process.wait(timeout=10) == 0


@pytest.mark.parametrize("ranks", [None, 2])
def test_an_endless_list(ranks):
    launcher = [MPIEXEC, "-n", str(ranks)] if ranks else []
    process = subprocess.Popen(f"yes | {' '.join([*launcher, PROGRAM])} map --max-time 3s echo | head -n 200 | wc -l",
                               shell=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    out, err = process.communicate(timeout=60)
    assert out.strip() == "200", err


def test_ten_million_lines_take_bounded_memory(tmp_path):
    (tmp_path / "list").write_text("".join(f"{i}\n" for i in range(10_000_000)))
    with open(tmp_path / "list") as lines:
        process = subprocess.Popen([PROGRAM, "map", "--max-time", "3s", "true"], stdin=lines, stderr=subprocess.PIPE)
        peak = 0
        while process.poll() is None:
            with open(f"/proc/{process.pid}/status") as status:
                peak = max([peak, *(int(line.split()[1]) for line in status if line.startswith("RssAnon"))])
            time.sleep(0.01)
    assert peak < 30_000, "kB"


@pytest.mark.parametrize("ranks", [None, 2])
def test_results_are_files(tmp_path, ranks):
    out = tmp_path / "out"
    done = map_("--results", out, "echo out {}; echo err {} >&2", values=["a", "b/c", ".d", "50%", "x" * 300],
                ranks=ranks)
    assert done.returncode == 0, done.stderr
    names = sorted(path.name for path in out.iterdir())
    long = [name for name in names if name.startswith("xxx")]
    assert sorted(set(names) - set(long)) == sorted(
        f"{name}.{kind}" for name in ["a", "b%2Fc", "%2Ed", "50%25"] for kind in ["out", "err"])
    assert len(long) == 2 and long[0].startswith("x" * 160 + "~")
    assert (out / "b%2Fc.out").read_text() == "out b/c\n" and (out / "b%2Fc.err").read_text() == "err b/c\n"
    quiet = map_("--results", out, "--json", "true", values=["a"], ranks=ranks)
    assert json.loads(quiet.stdout)["done"] == 1
    assert (out / "a.out").read_text() == "" and not (out / "a.err").exists()


def test_the_plan_is_the_commands():
    done = map_("--plan", "gzip -k {} > {.}", values=["a b.c", "d"])
    assert done.stdout == "gzip -k 'a b.c' > 'a b'\ngzip -k d > d\n" and done.returncode == 0


def test_what_is_left_behind_is_killed(tmp_path):
    began = time.monotonic()
    done = map_(values=["sleep 981 & echo a", "sleep 982 >/dev/null 2>&1 & echo b", "setsid sleep 983 & sleep 0.2; echo c"])
    assert done.returncode == 0, done.stderr
    assert sorted(done.stdout.split()) == ["a", "b", "c"] and time.monotonic() - began < 15
    assert not running("sleep 981", "sleep 982", "sleep 983")


def test_odd_tasks(tmp_path):
    commands = ["exec >&- 2>&-; sleep 0.1", "cat", "no-such-program-at-all", "/etc/passwd", "cd /tmp && pwd", "exit 4"]
    log = tmp_path / "log.jsonl"
    done = map_("--joblog", log, "-j", 1, values=commands)
    entries = {entry["command"]: entry for entry in log_of(log)}
    assert [entries[command]["exit"] for command in commands] == [0, 0, 127, 126, 0, 4]
    assert entries["/etc/passwd"]["reason"].startswith("cannot be started: Permission denied")
    assert "not found" in entries["no-such-program-at-all"]["stderr"]
    assert done.stdout == "/tmp\n"


def test_a_gigabyte_passes_through():
    line = [PROGRAM, "map", "-j", "2", "head -c {} /dev/zero", ":::", "1000000000", "10", "1000000000"]
    counted = subprocess.run(["wc", "-c"], stdin=subprocess.Popen(line, stdout=subprocess.PIPE).stdout,
                             capture_output=True, timeout=120)
    assert int(counted.stdout) == 2_000_000_010


def test_a_gigabyte_comes_from_another_rank(tmp_path):
    # Not through mpiexec, which forwards standard output at some 100 MB/s.
    sizes = [500_000_000 + i for i in range(3)]
    done = map_("-j", 1, "--results", tmp_path / "out", "--json", "head -c {} /dev/zero; sleep 0.5", ":::", *sizes, ranks=2)
    assert done.returncode == 0, done.stderr
    assert {entry["tasks"] for entry in json.loads(done.stdout)["by_rank"]} == {1, 2}
    assert all((tmp_path / "out" / f"{size}.out").stat().st_size == size for size in sizes)


def test_an_mpi_program_is_a_task(tmp_path):
    line = f"mpiexec -n 2 {PROGRAM} pi --samples 1e6 --progress none"
    done = map_("-j", 1, line, values=["--json", "--json"], ranks=2)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count('"ranks": 2') == 2
    alone = map_(f"{PROGRAM} pi --samples 1e6", values=["--json"], ranks=2)
    assert alone.returncode == 0 and '"ranks": 1' in alone.stdout, alone.stderr


def test_a_stop_can_go_on(tmp_path):
    log = tmp_path / "log.jsonl"
    for number in [signal.SIGINT, signal.SIGTERM, signal.SIGUSR1]:
        process = subprocess.Popen([PROGRAM, "map", "--joblog", log, "--resume", "sleep 0.2; echo", ":::",
                                    *map(str, range(30))], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        time.sleep(0.7)
        process.send_signal(number)
        out, err = process.communicate(timeout=20)
        assert process.returncode == 75 and "--resume goes on from there" in err
    last = map_("--joblog", log, "--resume", "sleep 0.2; echo", ":::", *range(30))
    assert last.returncode == 0 and len(log_of(log)) == 30


def test_a_closed_reader_ends_it():
    process = subprocess.run(f"yes | {PROGRAM} map echo | head -n 3", shell=True, capture_output=True, text=True,
                             timeout=60)
    assert process.stdout == "y\ny\ny\n"
    assert "standard output cannot be written: Broken pipe" in process.stderr


WRONG = [
    (["--jobs", "0", "echo"], "--jobs takes 1 to"),
    (["--retries", "x", "echo"], "--retries"),
    (["--timeout", "soon", "echo"], "--timeout"),
    (["--halt", "later", "echo"], "--halt takes never, soon,fail=N or now,fail=N, not 'later'"),
    (["--resume", "echo"], "--resume needs the log"),
    (["--joblog", "j", "--resume", "--overwrite", "echo"], "exclude each other"),
    (["--json", "echo"], "--results DIR"),
    (["--bogus", "echo"], "there is no option --bogus"),
    (["--colsep", "(", "echo", ":::", "a"], "--colsep takes a regular expression, not '('"),
    (["echo", ":::+", "a"], "':::+' is none of ::: VALUE... and :::: FILE..."),
    (["echo `echo {}`", ":::", "a b"], "cannot be put between quotes"),
    (["--arg-file", "missing", "echo"], "missing cannot be read: No such file or directory"),
    (["--joblog", "/nowhere/log", "echo", ":::", "a"], "/nowhere/log cannot be opened: No such file"),
    (["--results", "/dev/null/x", "echo", ":::", "a"], "/dev/null/x cannot be made"),
]


@pytest.mark.parametrize("ranks", [None, 3])
def test_what_can_go_wrong(tmp_path, ranks):
    for words, message in WRONG:
        done = map_(*words, values=["v"], ranks=ranks, cwd=tmp_path)
        assert done.returncode in (2, 3), (words, done.stderr)
        told = [line for line in own_lines(done.stderr) if "error: " in line]
        assert len(told) == 1 and message in told[0], (words, done.stderr)
    (tmp_path / "other").write_text("a,b\n1,2\n")
    done = map_("--joblog", "other", "--resume", "echo", values=["v"], ranks=ranks, cwd=tmp_path)
    assert done.returncode == 3 and "other: line 1 is none of a job log" in done.stderr
    assert (tmp_path / "other").read_text() == "a,b\n1,2\n"
    done = map_("echo", ranks=ranks, cwd=tmp_path, values=["a\0b"])
    assert done.returncode == 3 and "holds a NUL" in done.stderr


def test_a_log_is_for_one_run(tmp_path):
    first = subprocess.Popen([PROGRAM, "map", "--joblog", tmp_path / "log", "sleep", ":::", "2"])
    time.sleep(0.5)
    second = map_("--joblog", tmp_path / "log", "--resume", "true", values=[1])
    assert second.returncode == 3 and "is the job log of a run that goes on" in second.stderr
    assert first.wait(timeout=20) == 0


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    """Answers after 200 ms; drops every `drops`th connection."""
    daemon_threads, request_queue_size = True, 128

    def __init__(self, drops=0):
        self.drops, self.count, self.lock = drops, 0, threading.Lock()
        super().__init__(("127.0.0.1", 0), Answer)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def __enter__(self):
        return f"http://127.0.0.1:{self.server_port}"

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()


class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        with self.server.lock:
            self.server.count += 1
            dropped = self.server.drops and self.server.count % self.server.drops == 0
        if dropped:
            return
        time.sleep(0.2)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.path.encode() + b"\n")

    def log_message(self, *_):
        pass


def fetch_program(folder):
    """As small as a client can be: what is measured is the waiting."""
    program = folder / "fetch"
    program.write_text('#!/bin/bash\nexec 3<>/dev/tcp/127.0.0.1/$1 || exit 1\nprintf "GET /%s HTTP/1.0\\r\\n\\r\\n" "$2" >&3\n'
                       'IFS= read -r status <&3 || exit 56\n[[ $status == *" 200 "* ]] || exit 22\ntail -n 1 <&3\n')
    program.chmod(0o755)
    return program


@pytest.mark.parametrize("ranks", [None, 2])
def test_tasks_that_wait_for_a_server(tmp_path, ranks):
    with Server() as address:
        began = time.monotonic()
        done = map_("-j", 32, f"{fetch_program(tmp_path)} {address.rpartition(':')[2]}", values=range(1000), ranks=ranks)
        took = time.monotonic() - began
    assert done.returncode == 0, done.stderr
    assert sorted(done.stdout.split(), key=lambda path: int(path[1:])) == [f"/{i}" for i in range(1000)]
    # 1000 answers of 200 ms, 32 at a time and rank: 32 rounds, or 16. One after another they take 200 s, two at a time 100.
    rounds = -(-1000 // (32 * (ranks or 1)))
    assert 0.2 * rounds <= took < 3 * 0.2 * rounds + 10, f"{took:.1f} s"


@pytest.mark.parametrize("ranks", [None, 2])
def test_a_server_that_drops_every_tenth_connection(tmp_path, ranks):
    log = tmp_path / "log.jsonl"
    with Server(drops=10) as address:
        command = f"{fetch_program(tmp_path)} {address.rpartition(':')[2]}"
        done = map_("-j", 32, "--retries", 10, "--joblog", log, command, values=range(300), ranks=ranks)
    assert done.returncode == 0, done.stderr
    entries = log_of(log)
    assert len(entries) == 300 and all(entry["exit"] == 0 for entry in entries)
    assert sum(entry["tries"] - 1 for entry in entries) == (sum(entry["tries"] for entry in entries)) // 10 > 30


def test_a_signal_to_all_of_the_job_is_no_failure_of_tasks(tmp_path):
    log = tmp_path / "log.jsonl"
    for number in [signal.SIGTERM, signal.SIGINT]:
        process = subprocess.Popen([PROGRAM, "map", "--joblog", log, "--resume", "-j", "4", "sleep 0.3; echo", ":::",
                                    *map(str, range(40))], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        time.sleep(1)
        listing = subprocess.run(["ps", "-eo", "pid,ppid"], capture_output=True, text=True).stdout.split()[2:]
        parents = {int(child): int(parent) for child, parent in zip(listing[::2], listing[1::2])}
        for child in list(parents):  # as Slurm does it: all processes, tasks first
            ancestor = child
            while ancestor not in (0, process.pid):
                ancestor = parents.get(ancestor, 0)
            if ancestor == process.pid and child != process.pid:
                os.kill(child, number)
        time.sleep(0.02)
        process.send_signal(number)
        out, err = process.communicate(timeout=20)
        assert process.returncode == 75, err
    assert all(entry["exit"] == 0 for entry in log_of(log))
    assert map_("--joblog", log, "--resume", "-j", "4", "sleep 0.3; echo", ":::", *range(40)).returncode == 0
    assert len(log_of(log)) == 40


def test_values_between_quotes_are_plain_ones():
    done = map_('echo "{}" \'<{}>\'', ":::", "plain", "a/b.c")
    assert done.returncode == 0 and sorted(done.stdout.split()) == sorted("plain <plain> a/b.c <a/b.c>".split())
    assert map_("awk '$1~/{}/' /etc/passwd", ":::", "root").stdout.startswith("root:")
    bad = map_('cp "{}" /tmp', ":::", "a b")
    assert bad.returncode == 2 and "{} alone needs no quotes" in bad.stderr
    handed = map_("sh -c 'echo \"<$1>\"' sh {}", ":::", "a b", "$(id)", "'; echo x")
    assert sorted(handed.stdout.splitlines()) == sorted(["<a b>", "<$(id)>", "<'; echo x>"])


@pytest.mark.parametrize("ranks", [None, 2])
@pytest.mark.parametrize("files", [64, 200, 1024])
def test_many_large_outputs_wait_for_a_slow_task(tmp_path, ranks, files):
    command = "[ {} != 1 ] || sleep 2; head -c 50000 /dev/zero | tr '\\0' x; echo {}"
    done = map_("-k", "-j", 2, command, ":::", *range(1, 301), ranks=ranks,
                preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (files, files)))
    assert done.returncode == 0, done.stderr
    assert done.stdout == "".join("x" * 50_000 + f"{i}\n" for i in range(1, 301))


def test_many_tasks_at_a_time_and_few_files():
    for _ in range(4):
        done = map_("-j", 500, "sleep 0.3; echo x; true", ":::", *range(500),
                    preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (256, 256)))
        assert done.returncode == 0 and done.stdout == "x\n" * 500, done.stderr


def test_what_failed_in_other_ways_is_not_done(tmp_path):
    log = tmp_path / "log.jsonl"
    late = "trap 'exit 0' TERM; sleep 3 & wait"
    assert map_("--joblog", log, "--timeout", "0.5s", values=[late]).returncode == 1
    again = map_("--joblog", log, "--timeout", "0.5s", "--resume-failed", values=[late])
    assert again.returncode == 1 and "1 failed" in again.stderr
    lost = map_("--joblog", log, "--resume", "head -c 40000 /dev/zero; true", values=[1],
                env={**os.environ, "TMPDIR": "/nowhere"})
    assert lost.returncode == 1 and lost.stdout == ""
    assert log_of(log)[-1]["exit"] == 125 and "/nowhere ($TMPDIR) cannot take what tasks print" in log_of(log)[-1]["reason"]


def test_programs_are_found_as_a_shell_finds_them(tmp_path):
    for name in ["foo", "export"]:
        (tmp_path / name).write_text("#!/bin/sh\necho ran $0\n")
        (tmp_path / name).chmod(0o755)
    missing = map_("foo", ":::", "1", cwd=tmp_path)
    assert missing.returncode == 1 and missing.stdout == "" and "not found" in missing.stderr
    assert map_("export", ":::", "A=1", cwd=tmp_path).stdout == ""
    assert map_("./foo", ":::", "1", cwd=tmp_path).stdout == "ran ./foo\n"


def test_no_more_tasks_are_begun_after_a_failure(tmp_path):
    for when in ["now", "soon"]:
        began = tmp_path / when
        map_("-j", 1, "--halt", f"{when},fail=1", f"echo {{}} >> {began}; [ {{}} != 3 ]", values=range(1000))
        assert len(began.read_text().split()) <= 4


def test_a_task_that_kills_helpers_does_not_kill_them_all(tmp_path):
    log = tmp_path / "log.jsonl"
    done = map_("--joblog", log, "[ {} != 2 ] || kill -9 $PPID; sleep 0.1", values=range(1, 21), ranks=3)
    assert done.returncode == 1 and "19 tasks done, 1 failed" in done.stderr
    failed = [entry for entry in log_of(log) if entry["exit"] != 0]
    assert len(failed) == 1 and "was killed, twice" in failed[0]["reason"]


def test_an_empty_list_is_told_of():
    assert "the list is empty" in map_("echo", values=[]).stderr
    assert "the list is empty" in map_("echo", ":::").stderr
    assert "the list is empty" not in map_("echo", ":::", "a").stderr


def test_values_are_no_part_of_what_stands_next_to_them(tmp_path):
    assert map_("echo {}>f; cat f", ":::", "2", cwd=tmp_path).stdout == "2\n"
    env = {**os.environ, "S_SECRET": "hunter2"}
    for command in ["echo $S{}", 'echo "$S{}"', "echo ~{}", "echo $S{3}{1}"]:
        assert map_(command, ":::", "_SECRET", env=env).stdout in ("_SECRET\n", "~_SECRET\n"), command


def test_results_of_equal_values_are_told_apart_by_number(tmp_path):
    assert map_("--results", tmp_path / "out", "echo {#}", ":::", "a", "a").returncode == 0
    assert (tmp_path / "out/a,1.out").read_text() == "1\n" and (tmp_path / "out/a,2.out").read_text() == "2\n"


def test_a_stop_ends_an_ordered_run(tmp_path):
    done = map_("-k", "-j", 3, "--halt", "now,fail=1", "sleep 0.{}; echo x; exit 1", ":::", 1, 2, 3, timeout=20)
    assert done.returncode == 1 and "x" in done.stdout


def test_a_caller_that_ignores_its_children():
    done = map_("echo", ":::", "a", timeout=20, preexec_fn=lambda: signal.signal(signal.SIGCHLD, signal.SIG_IGN))
    assert done.returncode == 0 and done.stdout == "a\n"


def test_results_need_few_files(tmp_path):
    done = map_("--results", tmp_path / "out", "echo", values=range(500),
                preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (100, 100)))
    assert done.returncode == 0 and len(os.listdir(tmp_path / "out")) == 500, done.stderr


def test_a_limit_of_file_sizes_is_the_tasks_own():
    done = map_("seq 100000; true", ":::", "a", "b",
                preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000)))
    assert done.returncode == 1 and "2 failed" in done.stderr and "killed" not in done.stderr


def test_a_reader_that_does_not_read_does_not_hold_up_a_stop():
    reading, writing = os.pipe()
    began = time.monotonic()
    process = subprocess.Popen([PROGRAM, "map", "--max-time", "1s", "seq 20000; true", ":::", *map(str, range(50))],
                               stdout=writing, stderr=subprocess.PIPE, text=True)
    err = process.communicate(timeout=30)[1]
    assert process.returncode == 75 and time.monotonic() - began < 25, err
    os.close(reading), os.close(writing)


def test_values_that_cannot_be_quoted_are_refused(tmp_path):
    for command in ["sh -c \"grep '{}' f\"", "sh -c 'echo \"{}\"'", "echo \\\n# {}", "# one\n# it's {}",
                    "sh -c 'echo '\\''{}'\\'''", "sh -c \"echo #\"\"{}\"", "cat <\\\n<E\n{}\nE", ": `: \\\\'` '`{}'`"]:
        bad = map_(command, ":::", "$(touch pwned)'\n touch pwned #", cwd=tmp_path)
        assert bad.returncode == 2 and "cannot be put between quotes" in bad.stderr, command
    assert os.listdir(tmp_path) == []


def test_a_bar_does_not_mix_with_what_tasks_print():
    terminal, other = pty.openpty()
    process = subprocess.Popen([PROGRAM, "map", "-k", "sleep 0.02; echo line {}", ":::", *map(str, range(150))],
                               stdout=other, stderr=other)
    os.close(other)
    shown = b""
    while chunk := read_terminal(terminal):
        shown += chunk
    assert process.wait(timeout=20) == 0
    lines = [re.split("\x1b\\[[JK]", line)[-1].strip("\r") for line in shown.decode().split("\n")]
    assert [line for line in lines if line.startswith("line ")] == [f"line {i}" for i in range(150)]
    assert "\u2588" in shown.decode()  # and there was a bar


def read_terminal(terminal):
    try:
        return os.read(terminal, 65536)
    except OSError:  # closed at the other end
        return b""
