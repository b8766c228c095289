import math
import signal
import subprocess
import time

import pytest

from support import MPIEXEC, PROGRAM, assert_processors_are_busy, assert_refused, own_lines, run, run_json

LAYOUTS = [(None, 1), (None, 2), (2, 1), (3, 1), (5, 2), (7, 1), (16, 1)]


def test_one_digest_on_any_ranks_and_threads():
    results = [run_json("pi", "--samples", "12345677", "--seed", "3", ranks=r, threads=t) for r, t in LAYOUTS]
    assert len({(x["digest"], x["hits"]) for x in results}) == 1
    assert [x["ranks"] for x in results] == [r or 1 for r, _ in LAYOUTS]
    assert [x["threads"] for x in results] == [t for _, t in LAYOUTS]


def test_three_samples_on_seven_ranks_are_three():
    result = run_json("pi", "--samples", "3", ranks=7)
    assert result["samples"] == 3
    assert 0 <= result["hits"] <= 3


def test_twelve_seeds_are_where_statistics_says():
    """Of 12 estimates, none is beyond 4 standard errors, and their spread is that of the normal distribution."""
    n = 10**8 + 7
    scores = []
    for seed in range(12):
        result = run_json("pi", "--samples", n, "--seed", seed)
        assert result["samples"] == n
        assert result["estimate"] == 4 * result["hits"] / n
        p = math.pi / 4
        scores.append((result["hits"] - n * p) / math.sqrt(n * p * (1 - p)))
    assert len(set(scores)) == 12
    assert max(map(abs, scores)) < 4
    chi_square = sum(z * z for z in scores)
    assert 2.2 < chi_square < 32.9  # 0.1 % and 99.9 % points with 12 degrees of freedom


def test_json_keys():
    result = run_json("pi", "--samples", "1e6")
    assert list(result)[:5] == ["command", "version", "ranks", "threads", "seconds"]
    assert {"digest", "samples", "estimate", "standard_error", "interval95", "samples_per_second", "hits"} <= set(result)
    low, high = result["interval95"]
    assert low < result["estimate"] < high


def test_table_says_layout_and_digest():
    done = run("pi", "--samples", "1e6", ranks=2, threads=1)
    assert done.returncode == 0 and done.stderr == ""
    assert "2 ranks × 1 thread on 1 node" in done.stdout
    assert "digest " + run_json("pi", "--samples", "1e6")["digest"] in done.stdout


@pytest.mark.parametrize("samples", ["-1", "0", "1e30", "1e19", "1.5", "many", ""])
@pytest.mark.parametrize("ranks", [None, 2])
def test_bad_sample_counts(samples, ranks):
    assert_refused(run("pi", "--samples", samples, ranks=ranks), 2, "--samples")


def test_until_error_stops_at_one_border_on_any_ranks_and_threads():
    results = [run_json("pi", "--until-error", "3e-4", "--seed", "3", ranks=r, threads=t) for r, t in LAYOUTS]
    assert {x["samples"] for x in results} == {2**25}
    assert len({(x["digest"], x["hits"]) for x in results}) == 1
    assert all(x["standard_error"] <= 3e-4 == x["until_error"] and x["error_reached"] for x in results)
    plain = run_json("pi", "--samples", 2**25, "--seed", "3")
    assert (plain["digest"], plain["hits"]) == (results[0]["digest"], results[0]["hits"])
    assert "until_error" not in plain


@pytest.mark.parametrize("ranks", [None, 2])
def test_samples_are_the_most_until_an_error(ranks):
    words = ["pi", "--until-error", "1e-6", "--samples", "1e6"]
    result = run_json(*words, ranks=ranks)
    assert result["samples"] == 10**6 and not result["error_reached"]
    assert result["digest"] == run_json("pi", "--samples", "1e6")["digest"]
    done = run(*words, ranks=ranks)
    assert done.returncode == 0
    notes = own_lines(done.stderr)
    assert len(notes) == 1 and "rankwise pi: note: " in notes[0] and "2.7e+12" in notes[0]
    assert own_lines(run("pi", "--until-error", "0.1", "--samples", "1e6", ranks=ranks).stderr) == []


@pytest.mark.parametrize("error", ["0", "-1e-3", "nan", "inf", "few", "", "1e-3x", "-0"])
def test_bad_errors(error):
    assert_refused(run("pi", f"--until-error={error}"), 2, "--until-error")


@pytest.mark.parametrize("ranks", [None, 2])
def test_an_error_out_of_reach_is_told_with_the_samples_it_takes(ranks):
    assert_refused(run("pi", "--until-error", "1e-9", ranks=ranks), 2, "--until-error 1e-09", "2.7e+18")
    assert_refused(run("pi", "--until-error", "1e-200", ranks=ranks), 2, "--until-error")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("ranks", [None, 3])
def test_a_signal_ends_all_ranks_with_one_line(number, ranks):
    line = [PROGRAM, "pi", "--samples", "1e15", "--progress", "none"]
    if ranks:
        line = [MPIEXEC, "-n", str(ranks), *line]
    running = subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    time.sleep(1.5)
    started = time.time()
    running.send_signal(number)
    out, err = running.communicate(timeout=20)
    assert time.time() - started < 5
    assert running.returncode != 0
    assert out == ""
    assert len(own_lines(err)) == 1, err
    assert "stopped by SIG" in err
    if not ranks:
        assert running.returncode == 128 + number


@pytest.mark.parametrize("ranks", [None, 1, 2])
def test_both_cores_are_busy_without_a_flag(ranks):
    assert_processors_are_busy("pi", "--samples", "1e9", ranks=ranks)
