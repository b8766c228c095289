import json
import os
import pathlib
import random
import shutil
import signal
import struct
import subprocess
import time

import h5py
import numpy as np
import pytest
import xxhash

from data_files import write_csv, write_h5, write_h5_columns, write_npy
from support import MPIEXEC, PROGRAM, assert_refused, own_lines, run, run_json, samples_that_take


def start(*words, ranks=None, threads=1):
    line = [PROGRAM, *map(str, words), "--threads", str(threads), "--progress", "none"]
    if ranks is not None:
        line = [MPIEXEC, "-n", str(ranks), *line]
    return subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def wait_for_state(path, than=0, seconds=20):
    """Until the checkpoint is another one than that of inode `than`. @return its inode"""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if os.path.exists(path) and (inode := os.stat(path).st_ino) != than:
            return inode
        time.sleep(0.002)
    raise AssertionError("no checkpoint")


def wait_until_in_use(path, seconds=20):
    """Until a run holds the checkpoint's lock."""
    until = time.monotonic() + seconds
    inode = os.stat(path).st_ino
    while f":{inode} " not in pathlib.Path("/proc/locks").read_text():
        assert time.monotonic() < until, "nobody uses the checkpoint"
        time.sleep(0.02)


def stopped_note(done):
    ours = own_lines(done.stderr)
    assert len(ours) == 1, done.stderr
    assert ": error: " not in ours[0] and "; ;" not in ours[0]
    return ours[0]


def assert_stopped(done, path, *words):
    assert done.returncode == 75, done.stderr
    assert done.stdout == ""
    note = stopped_note(done)
    for word in [str(path), "--resume", *words]:
        assert word in note, note


def test_the_same_line_works_the_first_and_the_tenth_time(tmp_path):
    samples = samples_that_take(4)
    expected = run_json("pi", "--samples", samples)
    line = ["pi", "--samples", samples, "--checkpoint", tmp_path / "pi.ckpt", "--resume", "--max-time"]
    layouts = [(None, 1), (2, 1), (None, 2), (3, 1), (7, 1), (1, 2)]
    for ranks, threads in layouts[:3]:
        done = run(*line, "0.3s", ranks=ranks, threads=threads)
        assert_stopped(done, tmp_path / "pi.ckpt", "--max-time is over", " % of ")
    shares = []
    for ranks, threads in layouts[3:]:
        result = run_json(*line, "1h", ranks=ranks, threads=threads)
        assert result["digest"] == expected["digest"] and result["hits"] == expected["hits"]
        shares.append(result["resumed"])
    assert 0 < shares[0] < 1 and shares[1:] == [1, 1]
    assert "resumed" not in expected
    assert os.listdir(tmp_path) == ["pi.ckpt"]


def test_the_headline_says_how_much_was_done(tmp_path):
    line = ["pi", "--samples", "1e7", "--checkpoint", tmp_path / "pi.ckpt"]
    assert "resumed" not in run(*line).stdout
    assert "· resumed: 100.0 % was done" in run(*line, "--resume").stdout


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGUSR1])
@pytest.mark.parametrize("ranks", [None, 3])
def test_signals_end_with_a_checkpoint(tmp_path, number, ranks):
    path = tmp_path / "pi.ckpt"
    running = start("pi", "--samples", "1e15", "--checkpoint", path, ranks=ranks)
    wait_for_state(path)
    time.sleep(0.3)
    running.send_signal(number)
    out, err = running.communicate(timeout=20)
    assert out == ""
    assert len(own_lines(err)) == 1, err
    assert str(path) in err and "--resume" in err
    # mpiexec ends with a code of its own where it was interrupted itself.
    if ranks is None or number == signal.SIGUSR1:
        assert running.returncode == 75
    done = run("pi", "--samples", "1e15", "--checkpoint", path, "--resume", "--max-time", "0.2")
    assert_stopped(done, path)


INPUTS = {
    "rows": lambda path, a: write_h5(path / "a.h5", a),
    "columns": lambda path, a: write_h5_columns(path / "a.h5", a),
    "gzip": lambda path, a: write_h5(path / "a.h5", a, chunks=(500, 100), compression="gzip", shuffle=True),
    "npy": lambda path, a: write_npy(path / "a.npy", a),
    "csv": lambda path, a: write_csv(path / "a.csv", a[:2000]),
}


@pytest.mark.parametrize("layout", INPUTS)
@pytest.mark.parametrize("words", [["columns"], ["rows", "--stats", "sum"], ["columns", "--stats", "median"]])
def test_killed_runs_go_on_with_the_same_bits(tmp_path, layout, words):
    """Killed by SIGKILL as soon as there is a checkpoint, at once or a little later, on other ranks each time."""
    choose = random.Random(layout + words[0])
    a = np.random.default_rng(1).standard_normal((20_000, 200))
    source = INPUTS[layout](tmp_path, a)
    expected = run_json(*words, source)["digest"]
    path = tmp_path / "night.ckpt"
    for _ in range(4):
        running = start(*words, source, "--checkpoint", path, "--resume", "--checkpoint-every", "0.001",
                        ranks=choose.choice([None, 2, 3]), threads=choose.choice([1, 2]))
        wait_for_state(path)
        time.sleep(choose.choice([0, 0.005, 0.02]))
        subprocess.run(["pkill", "-KILL", "-P", str(running.pid)])
        running.kill()
        running.communicate()
    result = run_json(*words, source, "--checkpoint", path, "--resume", ranks=2)
    assert result["digest"] == expected


def test_a_run_killed_while_it_writes_leaves_the_state_before(tmp_path):
    path = tmp_path / "pi.ckpt"
    assert run("pi", "--samples", "1e15", "--checkpoint", path, "--max-time", "0.3").returncode == 75
    with open(tmp_path / ".pi.ckpt.rankwise-next", "w") as f:
        f.write("half of the next one")
    done = run("pi", "--samples", "1e15", "--checkpoint", path, "--resume", "--max-time", "0.2")
    assert_stopped(done, path)
    assert os.listdir(tmp_path) == ["pi.ckpt"]


def test_work_is_not_started_over_by_mistake(tmp_path):
    path = tmp_path / "pi.ckpt"
    run("pi", "--samples", "1e6", "--checkpoint", path)
    before = path.read_bytes()
    assert_refused(run("pi", "--samples", "1e6", "--checkpoint", path), 3, "pi.ckpt exists", "--resume")
    assert path.read_bytes() == before


@pytest.mark.parametrize("ranks", [None, 3])
def test_a_checkpoint_of_another_job_is_refused(tmp_path, ranks):
    path = tmp_path / "a.ckpt"
    a = np.random.default_rng(1).standard_normal((50, 4))
    one, other = write_npy(tmp_path / "one.npy", a), write_npy(tmp_path / "other.npy", a + 1)
    run("columns", one, "--checkpoint", path)
    before = path.read_bytes()

    def refused(*words):
        assert_refused(run(*words, "--checkpoint", path, "--resume", ranks=ranks), 3, "a.ckpt is ")
        assert path.read_bytes() == before
        return own_lines(run(*words, "--checkpoint", path, "--resume", ranks=ranks).stderr)[0]

    assert "'columns', not of 'pi'" in refused("pi", "--samples", "1e6")
    assert "'columns', not of 'rows'" in refused("rows", one)
    assert "another input" in refused("columns", other)
    assert "another input" in refused("columns", write_npy(tmp_path / "turned.npy", a, fortran=True))
    assert run("columns", one, "--stats", "max", "--checkpoint", path, "--resume", ranks=ranks).returncode == 0
    shutil.copy(one, tmp_path / "renamed.npy")
    assert run("columns", tmp_path / "renamed.npy", "--checkpoint", path, "--resume", ranks=ranks).returncode == 0


def test_other_samples_and_seeds_are_refused(tmp_path):
    path = tmp_path / "pi.ckpt"
    run("pi", "--samples", "1e6", "--checkpoint", path)
    for words, told in [(["--samples", "2e6"], "other options"), (["--samples", "1e6", "--seed", "4"], "seed 0, not 4"),
                        (["--until-error", "0.1"], "other options")]:
        assert_refused(run("pi", *words, "--checkpoint", path, "--resume"), 3, "pi.ckpt is of", told)


def test_other_quantiles_are_refused(tmp_path):
    source = write_npy(tmp_path / "a.npy", np.arange(30.0).reshape(10, 3))
    path = tmp_path / "a.ckpt"
    run("columns", source, "--stats", "median", "--checkpoint", path)
    assert_refused(run("columns", source, "--quantiles", "0.1", "--checkpoint", path, "--resume"), 3, "other options")


@pytest.mark.parametrize("ranks", [None, 2])
def test_damaged_checkpoints_are_refused(tmp_path, ranks):
    path = tmp_path / "pi.ckpt"
    run("pi", "--samples", "1e6", "--checkpoint", path)
    whole = path.read_bytes()
    for place in [0, 25, len(whole) // 2, len(whole) - 1]:
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 16]) + whole[place + 1:])
        assert_refused(run("pi", "--samples", "1e6", "--checkpoint", path, "--resume", ranks=ranks), 3, "pi.ckpt is ")
    path.write_bytes(whole[:-10])
    assert_refused(run("pi", "--samples", "1e6", "--checkpoint", path, "--resume", ranks=ranks), 3, "pi.ckpt is damaged")
    path.write_bytes(b"")
    assert_refused(run("pi", "--samples", "1e6", "--checkpoint", path, "--resume", ranks=ranks), 3, "is not a checkpoint")


def test_two_runs_do_not_share_a_checkpoint(tmp_path):
    path = tmp_path / "pi.ckpt"
    line = ["pi", "--samples", "1e15", "--checkpoint", path, "--resume"]
    first = start(*line)
    wait_for_state(path)
    assert_refused(run(*line, ranks=2), 3, "pi.ckpt is in use by another run")
    first.send_signal(signal.SIGTERM)
    first.communicate(timeout=20)
    assert first.returncode == 75
    assert_stopped(run(*line, "--max-time", "0.1"), path)


def test_until_error_goes_on_to_a_smaller_error(tmp_path):
    path = tmp_path / "pi.ckpt"
    line = ["pi", "--seed", "2", "--checkpoint", path, "--resume", "--until-error"]
    large = run_json(*line, "4e-4")
    small = run_json(*line, "1e-4", ranks=2)
    assert small["samples"] > large["samples"] and 0 < small["resumed"] < 1
    assert small["digest"] == run_json("pi", "--seed", "2", "--until-error", "1e-4")["digest"]
    assert run_json(*line, "4e-4")["digest"] == large["digest"]


def test_quantiles_that_take_many_passes_go_on_between_them(tmp_path):
    """Columns of 64 MB are searched in passes; the run is stopped again and again."""
    a = np.random.default_rng(3).standard_normal((8_000_000, 3))
    source = write_h5_columns(tmp_path / "a.h5", a)
    words = ["columns", source, "--stats", "sum,median", "--quantiles", "0.01,0.9"]
    expected = run_json(*words)["digest"]
    path = tmp_path / "a.ckpt"
    for attempt in range(200):
        done = run(*words, "--json", "--checkpoint", path, "--resume", "--max-time", "0.04", threads=1)
        if done.returncode == 0:
            break
        assert_stopped(done, path)
    assert json.loads(done.stdout)["digest"] == expected
    assert attempt > 0


@pytest.mark.parametrize("option", [["--resume"], ["--checkpoint-every", "1s"], ["--max-time", "1h"], ["--shard", "1/2"]])
def test_options_that_need_a_checkpoint_say_so(option):
    assert_refused(run("pi", "--samples", "10", *option), 2, option[0], "--checkpoint")


@pytest.mark.parametrize("shard", ["", "0/3", "4/3", "1", "1/", "/3", "1/3/4", "a/b", "1/99999999999"])
def test_bad_shards(tmp_path, shard):
    done = run("pi", "--samples", "10", "--checkpoint", tmp_path / "x", "--shard", shard)
    assert_refused(done, 2, "--shard")
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("words", [["--max-time", "soon"], ["--max-time", "0"], ["--checkpoint-every", "-1s"], ["--checkpoint", ""]])
def test_bad_times(tmp_path, words):
    extra = [] if words[0] == "--checkpoint" else ["--checkpoint", tmp_path / "x"]
    assert_refused(run("pi", "--samples", "10", *extra, *words), 2, words[0])


@pytest.mark.parametrize("ranks", [None, 2])
def test_a_folder_that_cannot_be_written_is_told_before_the_work(tmp_path, ranks):
    done = run("pi", "--samples", "1e15", "--checkpoint", tmp_path / "none" / "pi.ckpt", ranks=ranks)
    assert_refused(done, 3, "none/pi.ckpt cannot be written: No such file or directory")


@pytest.mark.parametrize("command", ["generate", "correlation", "columns"])
def test_a_refused_destination_makes_no_checkpoint(tmp_path, command):
    source = write_npy(tmp_path / "in.npy", np.ones((10, 3)))
    line = {"generate": ["generate", "uniform", "--rows", "10", "--columns", "10"]}.get(command, [command, source])
    (tmp_path / "there.npy").write_text("")
    line += ["--out", tmp_path / "there.npy", "--checkpoint", tmp_path / "a.ckpt"]
    assert_refused(run(*line), 3, "there.npy exists", "--overwrite")
    assert run(*line, "--overwrite").returncode == 0


@pytest.mark.parametrize("command", ["generate", "correlation", "columns", "rows"])
def test_an_output_is_no_checkpoint(tmp_path, command):
    source = write_npy(tmp_path / "in.npy", np.ones((10, 3)))
    line = {"generate": ["generate", "uniform", "--rows", "10", "--columns", "10"]}.get(command, [command, source])
    for name in ("same.npy", "./same.npy", tmp_path / "same.npy"):
        done = run(*line, "--out", "same.npy", "--overwrite", "--checkpoint", name, "--resume", cwd=tmp_path)
        assert_refused(done, 2, "--out and --checkpoint", "same.npy")
    assert os.listdir(tmp_path) == ["in.npy"]


def test_what_is_no_checkpoint_is_not_to_be_removed(tmp_path):
    source = write_csv(tmp_path / "in.csv", np.ones((10, 3)))
    for words in ([], ["--resume"]):
        assert_refused(run("columns", source, "--checkpoint", source, *words), 3, "in.csv is not a checkpoint of rankwise")


def test_a_plan_makes_no_checkpoint(tmp_path):
    assert run("pi", "--samples", "1e6", "--plan", "--checkpoint", tmp_path / "pi.ckpt").returncode == 0
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("ranks", [None, 3])
def test_a_shard_says_that_it_is_one(tmp_path, ranks):
    done = run("pi", "--samples", "1e8", "--shard", "2/3", "--checkpoint", tmp_path / "2.ckpt", ranks=ranks)
    assert done.returncode == 0 and done.stdout == ""
    note = stopped_note(done)
    assert "shard 2/3 is done" in note and "2.ckpt" in note and "rankwise merge" in note


def test_shards_of_many_phases_are_refused(tmp_path):
    source = write_npy(tmp_path / "a.npy", np.arange(30.0).reshape(10, 3))
    shard = ["--shard", "1/2", "--checkpoint", tmp_path / "a.ckpt"]
    assert_refused(run("columns", source, "--stats", "sum,median", *shard), 2, "--shard", "one pass")
    assert_refused(run("pi", "--until-error", "0.1", *shard), 2, "--shard", "--until-error")
    assert run("columns", source, "--stats", "median", *shard).returncode == 0


@pytest.mark.parametrize("target", ["out.npy", "out.h5:/y"])
def test_a_generated_file_is_gone_on_with(tmp_path, target):
    words = ["generate", "normal", "--rows", "90000", "--columns", "1000", "--seed", "5"]
    whole = run_json(*words, "--out", tmp_path / "whole.npy")
    path = tmp_path / "a.ckpt"
    line = [*words, "--out", tmp_path / target, "--checkpoint", path, "--resume", "--checkpoint-every", "0.02"]
    for _ in range(2):
        running = start(*line, threads=1)
        inode = wait_for_state(path)
        for _ in range(2):
            inode = wait_for_state(path, than=inode)
        running.kill()
        running.communicate()
        assert not os.path.exists(tmp_path / "out.npy") and not os.path.exists(tmp_path / "out.h5")
    result = run_json(*line, ranks=2)
    assert result["digest"] == whole["digest"] and result["resumed"] > 0
    read = run_json("columns", tmp_path / target.split(":")[0], "--stats", "sum")
    assert read["statistics"] == run_json("columns", tmp_path / "whole.npy", "--stats", "sum")["statistics"]
    assert not [name for name in os.listdir(tmp_path) if "ckpt" in name or name.startswith(".")]


@pytest.mark.parametrize("target", [None, "out.npy", "out.h5", "out.csv"])
def test_a_correlation_is_gone_on_with(tmp_path, target):
    a = np.random.default_rng(2).standard_normal((6000, 1500))
    source = write_npy(tmp_path / "a.npy", a)
    words = ["correlation", source]
    expected = run_json(*words, "--out", tmp_path / "whole.npy", "--top", "20")
    # Little memory makes many phases.
    line = [*words, "--top", "20", "--checkpoint", tmp_path / "a.ckpt", "--resume", "--memory", "20M"]
    if target:
        line += ["--out", tmp_path / target]
    for _ in range(100):
        done = run(*line, "--json", "--max-time", "0.12", "--checkpoint-every", "0.01", threads=1)
        if done.returncode == 0:
            break
        assert_stopped(done, tmp_path / "a.ckpt")
        assert target is None or not os.path.exists(tmp_path / target)
    result = json.loads(done.stdout)
    assert result["resumed"] > 0
    assert result["digest"] == expected["digest"] and result["strongest"] == expected["strongest"]
    assert not [name for name in os.listdir(tmp_path) if name.startswith(".")]
    if target:
        values = {"out.npy": np.load, "out.h5": lambda p: h5py.File(p)["x"][:],
                  "out.csv": lambda p: np.loadtxt(p, delimiter=",", skiprows=1)}[target](tmp_path / target)
        assert np.array_equal(values, np.load(tmp_path / "whole.npy"))
        assert not os.path.exists(tmp_path / "a.ckpt")


def test_a_correlation_knows_how_much_was_done(tmp_path):
    """Most of its strips are no phases of this run, but in the state that it goes on from."""
    source = write_npy(tmp_path / "a.npy", np.random.default_rng(2).standard_normal((2000, 1500)))
    line = ["correlation", source, "--memory", "20M", "--checkpoint", tmp_path / "a.ckpt", "--resume"]
    whole = run_json(*line)
    assert whole["resumed"] == 0
    again = run_json(*line)
    assert again["resumed"] == 1 and again["digest"] == whole["digest"]
    assert "resumed: 100.0 % was done" in run(*line).stdout and "(0.00 FLOP/s)" in run(*line).stdout


def test_an_output_that_is_gone_is_told(tmp_path):
    line = ["generate", "normal", "--rows", "300000", "--columns", "1000", "--out", tmp_path / "out.npy", "--checkpoint",
            tmp_path / "a.ckpt", "--resume"]
    assert_stopped(run(*line, "--max-time", "0.2"), tmp_path / "a.ckpt")
    left = [name for name in os.listdir(tmp_path) if name.startswith(".out.npy.rankwise-")]
    assert len(left) == 1
    os.remove(tmp_path / left[0])
    assert_refused(run(*line), 3, "unfinished", "out.npy", "remove its checkpoint")


@pytest.mark.parametrize("words", [["--gzip", "1", "--out", "a.h5"], ["--chunk", "2x2", "--out", "a.h5"]])
def test_outputs_in_chunks_take_no_checkpoint(tmp_path, words):
    done = run("generate", "normal", "--rows", "10", "--columns", "10", *words, "--checkpoint", "a.ckpt", cwd=tmp_path)
    assert_refused(done, 2, "--checkpoint")
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("layout", ["rows", "columns", "gzip", "csv"])
def test_shards_are_merged_without_the_input(tmp_path, layout):
    source = INPUTS[layout](tmp_path, np.random.default_rng(1).standard_normal((20_000, 200)))
    for words in [["columns"], ["rows", "--stats", "sum,max"], ["columns", "--stats", "median"]]:
        expected = run_json(*words, source)
        parts = []
        for i, ranks in enumerate([None, 2, 3], 1):
            parts.append(tmp_path / f"{i}.ckpt")
            done = run(*words, source, "--shard", f"{i}/3", "--checkpoint", parts[-1], ranks=ranks)
            assert done.returncode == 0, done.stderr
        os.rename(source.split(":")[0], tmp_path / "away")
        merged = run_json("merge", *reversed(parts), "--out", tmp_path / "merged.csv", "--overwrite", ranks=2)
        os.rename(tmp_path / "away", source.split(":")[0])
        assert merged["digest"] == expected["digest"]
        assert merged["statistics"] == expected["statistics"] and merged["names"] == expected["names"]
        assert "digest " + expected["digest"] in run("merge", *parts).stdout
        for part in parts:
            os.remove(part)


def test_shards_that_were_to_be_told_otherwise_are_merged_with_a_note(tmp_path):
    source = write_npy(tmp_path / "a.npy", np.random.default_rng(2).standard_normal((3000, 4)))
    for i, words in (("1", ["--stats=mean,var", "--ddof", "1"]), ("2", ["--stats", "mean,var", "--ddof", "0"]),
                     ("3", ["--stats", "mean,var"])):
        run("columns", source, *words, "--shard", f"{i}/3", "--checkpoint", tmp_path / f"{i}.ckpt")
    done = run("merge", *(tmp_path / f"{i}.ckpt" for i in (3, 2, 1)), "--json", ranks=2)
    assert json.loads(done.stdout)["digest"] == run_json("columns", source, "--stats", "mean,var", "--ddof", 1)["digest"]
    first, second = own_lines(done.stderr)
    assert "2.ckpt was made with --ddof 0" in first and "shard 1: --ddof 1" in first
    assert "3.ckpt was made with no --ddof" in second and "shard 1: --ddof 1" in second


def test_shards_of_pi_are_merged(tmp_path):
    for i in [1, 2, 3]:
        done = run("pi", "--samples", "1e8", "--shard", f"{i}/3", "--checkpoint", tmp_path / f"{i}.ckpt")
        assert done.returncode == 0
    parts = [tmp_path / f"{i}.ckpt" for i in [1, 2, 3]]
    assert run_json("merge", *parts)["digest"] == run_json("pi", "--samples", "1e8")["digest"]
    assert_refused(run("merge", *parts[:2]), 3, "shard 3/3 is missing")
    assert_refused(run("merge", *parts[1:], ranks=2), 3, "shard 1/3 is missing")
    assert_refused(run("merge", *parts, parts[0]), 3, "shard 1/3 is there twice")
    run("pi", "--samples", "1e7", "--shard", "3/3", "--checkpoint", tmp_path / "other.ckpt")
    assert_refused(run("merge", *parts[:2], tmp_path / "other.ckpt"), 3, "other.ckpt is of 'pi' with other options")
    run("pi", "--samples", "1e6", "--checkpoint", tmp_path / "whole.ckpt")
    assert run_json("merge", tmp_path / "whole.ckpt")["samples"] == 10**6
    run("pi", "--until-error", "3e-4", "--checkpoint", tmp_path / "phases.ckpt")
    assert_refused(run("merge", tmp_path / "phases.ckpt"), 3, "phases.ckpt cannot be merged", "several phases")
    assert_refused(run("merge", tmp_path / "none.ckpt"), 3, "none.ckpt: No such file")
    assert_refused(run("merge"), 2, "PART")
    done = run("pi", "--samples", "1e15", "--shard", "3/3", "--checkpoint", tmp_path / "long.ckpt", "--max-time", "0.2")
    assert done.returncode == 75
    assert_refused(run("merge", tmp_path / "long.ckpt"), 3, "shard 3/3 is not done")


@pytest.mark.parametrize("stopped", [0, 1, 2])
def test_a_watchdog_says_who_sits_where(tmp_path, stopped):
    """A rank is stopped and does not answer."""
    path = tmp_path / "pi.ckpt"
    running = start("pi", "--samples", "1e15", "--watchdog", "1s", "--checkpoint", path, "--checkpoint-every", "0.1", ranks=3)
    wait_for_state(path, than=wait_for_state(path))
    found = subprocess.run(["pgrep", "-P", str(running.pid), "rankwise"], capture_output=True, text=True).stdout.split()
    assert len(found) == 3
    os.kill(int(found[stopped]), signal.SIGSTOP)
    out, err = running.communicate(timeout=60)
    assert out == "" and running.returncode == 75, err
    assert len(own_lines(err)) == 1, err
    message = own_lines(err)[0]
    assert f"rank {stopped} does not answer" in message and "pi.ckpt" in message and "--resume" in message
    assert_stopped(run("pi", "--samples", "1e15", "--checkpoint", path, "--resume", "--max-time", "0.2"), path)


@pytest.mark.parametrize("ranks", [None, 1, 3])
def test_a_watchdog_leaves_moving_jobs_alone(tmp_path, ranks):
    block = 2 * 2**24 / samples_that_take(1)  # in seconds, of one processor
    patience = max(0.5, 4 * block)
    line = ["pi", "--samples", samples_that_take(1.4 * patience)]
    plain = run_json(*line)
    line += ["--watchdog", f"{patience:.2f}s"]
    assert run_json(*line, ranks=ranks)["digest"] == plain["digest"]
    path = tmp_path / "pi.ckpt"
    assert_stopped(run(*line, "--checkpoint", path, "--max-time", "0.1", ranks=ranks), path)
    assert run_json(*line, "--checkpoint", path, "--resume", ranks=ranks)["digest"] == plain["digest"]


def processes(running):
    """The program, alone or under mpiexec, by rank."""
    found = subprocess.run(["pgrep", "-P", str(running.pid), "rankwise"], capture_output=True, text=True).stdout.split()
    return [int(pid) for pid in found] or [running.pid]


@pytest.mark.parametrize("ranks", [None, 2])
def test_a_suspended_job_goes_on_under_a_watchdog(tmp_path, ranks):
    """As `scontrol suspend` or Ctrl-Z leave it; its blocks take longer than the watchdog takes to look."""
    path = tmp_path / "a.h5"
    run_json("generate", "uniform", "--rows", "8e6", "--columns", "4", "--chunk", "8000000x1", "--gzip", "1", "--out", path)
    expected = run_json("columns", path)
    patience = max(1, 2 * expected["seconds"])
    running = start("columns", path, "--watchdog", f"{patience:.1f}s", "--json", ranks=ranks)
    time.sleep(0.6)
    for number, pause in ((signal.SIGSTOP, 1.5 * patience), (signal.SIGCONT, 0)):
        for process in processes(running):
            os.kill(process, number)
        time.sleep(pause)
    out, err = running.communicate(timeout=60)
    assert running.returncode == 0, err
    assert expected["digest"] in out


def test_a_watchdog_keeps_what_came_in_before_the_end(tmp_path):
    """A rank does not come to the end of a stopped run: what the others have handed over is in the checkpoint."""
    path = tmp_path / "pi.ckpt"
    line = ["pi", "--samples", samples_that_take(6), "--checkpoint", path, "--checkpoint-every", "1h"]
    running = start(*line, "--max-time", "3s", "--watchdog", "2s", ranks=2)
    wait_for_state(path)
    time.sleep(1.5)
    os.kill(processes(running)[1], signal.SIGSTOP)
    out, err = running.communicate(timeout=60)
    assert out == "" and running.returncode == 75, err
    assert "--resume" in own_lines(err)[0]
    resumed = run_json(*line, "--resume")
    assert resumed["resumed"] > 0.01 and resumed["digest"] == run_json(*line[:3])["digest"]


def test_limits_hold_while_the_input_is_verified(tmp_path):
    path, checkpoint = write_npy(tmp_path / "x.npy", np.random.default_rng(1).random((40000, 30))), tmp_path / "x.ckpt"
    line = ["columns", path, "--checkpoint", checkpoint, "--verify", "full"]
    for ranks in (None, 2):
        assert_refused(run(*line, "--max-time", "0.001", ranks=ranks), 2, "--max-time is over before the work begins")
    assert not checkpoint.exists()


@pytest.mark.parametrize("ranks", [None, 2])
def test_a_signal_while_the_input_is_verified_leaves_the_checkpoint(tmp_path, ranks):
    source, path = tmp_path / "x.npy", tmp_path / "x.ckpt"
    write_npy(source, np.zeros((2, 50)))
    line = ["columns", source, "--checkpoint", path, "--resume", "--verify", "full"]
    assert run(*line).returncode == 0
    whole = path.read_bytes()
    with open(source, "r+b") as f:  # verified for seconds before it is found to be another
        f.truncate(20 << 30)
    running = start(*line, ranks=ranks)
    wait_until_in_use(path)
    time.sleep(0.5)
    for process in processes(running):
        os.kill(process, signal.SIGTERM)
    out, err = running.communicate(timeout=20)
    assert out == "" and running.returncode == 75, err
    assert len(own_lines(err)) == 1 and "SIGTERM" in err and "x.ckpt" in err and "--resume" in err, err
    assert path.read_bytes() == whole


@pytest.mark.parametrize("option", ["--max-time", "--watchdog", "--checkpoint-every"])
def test_times_that_no_clock_counts_are_refused(tmp_path, option):
    long = run("pi", "--samples", "1e6", "--checkpoint", tmp_path / "a.ckpt", option, "10000d", "--json", ranks=4)
    assert long.returncode == 0, long.stderr
    too_long = run("pi", "--samples", "1e6", "--checkpoint", tmp_path / "b.ckpt", option, "9999999999")
    assert_refused(too_long, 2, option, "9999999999")


@pytest.mark.parametrize("command", ["generate", "correlation"])
def test_an_output_that_was_just_finished_is_told(tmp_path, command):
    """Killed when the output had its name, and before the checkpoint was removed."""
    source = write_npy(tmp_path / "in.npy", np.random.default_rng(1).random((3000, 30)))
    line = {"generate": ["generate", "normal", "--rows", "200000", "--columns", "100", "--out", tmp_path / "out.npy"],
            "correlation": ["correlation", source, "--out", tmp_path / "out.npy"]}[command]
    kept = [*line, "--checkpoint", tmp_path / "a.ckpt", "--resume"]
    assert_stopped(run(*kept, "--max-time", "0.001"), tmp_path / "a.ckpt")
    checkpoint = (tmp_path / "a.ckpt").read_bytes()
    assert run(*kept).returncode == 0
    assert not (tmp_path / "a.ckpt").exists()
    (tmp_path / "a.ckpt").write_bytes(checkpoint)
    whole = (tmp_path / "out.npy").read_bytes()
    for more in ([], ["--overwrite"]):
        assert_refused(run(*kept, *more), 3, "out.npy exists", "remove its checkpoint")
    assert (tmp_path / "out.npy").read_bytes() == whole


def change_a_byte_between_the_pages(path):
    """The input is known by 64 pages, evenly spread: not by the one behind the first."""
    with open(path, "r+b") as f:
        f.seek(4096 + 100)
        byte = f.read(1)
        f.seek(-1, os.SEEK_CUR)
        f.write(bytes([byte[0] ^ 1]))


@pytest.mark.parametrize("ranks", [None, 3])
@pytest.mark.parametrize("deliver", ["auto", "scatter"])
def test_the_whole_input_is_verified_where_that_is_asked(tmp_path, ranks, deliver):
    path, checkpoint = tmp_path / "x.npy", tmp_path / "x.ckpt"
    write_npy(path, np.random.default_rng(1).random((40000, 30)))
    line = ["columns", path, "--checkpoint", checkpoint, "--deliver", deliver]
    first = run_json(*line, "--verify", "full", ranks=ranks)
    again = run_json(*line, "--verify", "full", "--resume")
    assert again["digest"] == first["digest"] and again["resumed"] == 1
    assert again["digest"] == run_json("columns", path)["digest"]
    # What was verified is not taken up without, and the other way round.
    assert_refused(run(*line, "--resume", ranks=ranks), 3, "x.ckpt", "other options")
    change_a_byte_between_the_pages(path)
    assert_refused(run(*line, "--resume", "--verify", "full", ranks=ranks), 3, "x.ckpt", "another input")
    os.remove(checkpoint)
    run_json(*line, ranks=ranks)
    assert_refused(run(*line, "--resume", "--verify", "full", ranks=ranks), 3, "x.ckpt", "other options")
    change_a_byte_between_the_pages(path)
    assert run_json(*line, "--resume", ranks=ranks)["resumed"] == 1


def test_the_files_of_a_pattern_are_verified(tmp_path):
    for i in range(3):
        write_npy(tmp_path / f"part{i}.npy", np.random.default_rng(i).random((20000, 20)))
    line = ["columns", tmp_path / "part*.npy", "--checkpoint", tmp_path / "x.ckpt", "--verify", "full"]
    first = run_json(*line, ranks=2)
    assert run_json(*line, "--resume")["digest"] == first["digest"]
    change_a_byte_between_the_pages(tmp_path / "part2.npy")
    assert_refused(run(*line, "--resume"), 3, "x.ckpt", "another input")


def test_shards_of_a_verified_input_are_merged(tmp_path):
    write_npy(tmp_path / "x.npy", np.random.default_rng(1).random((40000, 30)))
    expected = run_json("columns", tmp_path / "x.npy")
    for i in (1, 2):
        done = run("columns", tmp_path / "x.npy", "--verify=full", "--shard", f"{i}/2",
                   "--checkpoint", tmp_path / f"{i}.ckpt")
        assert done.returncode == 0, done.stderr
    os.remove(tmp_path / "x.npy")
    assert run_json("merge", tmp_path / "1.ckpt", tmp_path / "2.ckpt")["digest"] == expected["digest"]


@pytest.mark.parametrize("ranks", [None, 3])
def test_a_text_is_not_scanned_again(tmp_path, ranks):
    path, checkpoint = tmp_path / "x.csv", tmp_path / "x.ckpt"
    write_csv(path, np.random.default_rng(1).random((100000, 8)))
    line = ["columns", path, "--checkpoint", checkpoint]
    first = run_json(*line)
    # What a scan would find now, and the 64 pages do not show: two rows in one line.
    with open(path, "r+b") as f:
        f.seek(4096)
        page = f.read(4096)
        f.seek(4096 + page.index(b"\n"))
        f.write(b"1")
    assert_refused(run("columns", path), 3, "x.csv")
    assert run_json(*line, "--resume", ranks=ranks)["digest"] == first["digest"]


def with_state(path, state):
    """Gives a checkpoint another content, and a checksum that is right."""
    whole = path.read_bytes()[:28] + struct.pack("<Q", len(state)) + state
    path.write_bytes(whole + xxhash.xxh3_128_digest(whole)[::-1])


def with_words(path, words):
    """Gives a checkpoint the words of another command line."""
    state = path.read_bytes()[36:-16]
    after = 8 + struct.unpack_from("<Q", state)[0]  # the program's version
    program, (count,) = state[:after], struct.unpack_from("<Q", state, after)
    after += 8
    for _ in range(count):
        after += 8 + struct.unpack_from("<Q", state, after)[0]
    theirs = b"".join(struct.pack("<Q", len(word)) + word for word in map(os.fsencode, words))
    with_state(path, program + struct.pack("<Q", len(words)) + theirs + state[after:])


def test_pairs_of_no_columns_are_refused(tmp_path):
    table, path = write_csv(tmp_path / "a.csv", np.random.default_rng(1).random((100, 5)), "x0 x1 x2 x3 x4".split()), tmp_path / "a.ckpt"
    line = ["correlation", table, "--checkpoint", path, "--resume"]
    strongest = run_json(*line)["strongest"][0]
    pair = struct.pack("<QQ", *sorted(int(strongest[name][1:]) for name in "ab"))
    state = path.read_bytes()[36:-16]
    at = state.rindex(pair)
    assert run(*line).returncode == 0
    for wrong in (struct.pack("<QQ", 0, 10**12), struct.pack("<QQ", 3, 1), struct.pack("<QQ", 0, 5)):
        with_state(path, state[:at] + wrong + state[at + 16:])
        assert_refused(run(*line), 3, "pair")


def test_a_checkpoint_cannot_make_merge_do_anything_but_print(tmp_path):
    """Its words are a command line; one that somebody else has made must do no harm."""
    path, victim = tmp_path / "pi.ckpt", tmp_path / "victim"
    victim.write_text("precious")
    expected = run_json("pi", "--samples", "1e7", "--checkpoint", path)
    own = ["pi", "--samples", "1e7"]
    with_words(path, own)
    assert run_json("merge", path)["digest"] == expected["digest"]
    for words in (["--out", victim, "--overwrite"], [f"--out={victim}", "--overwrite"], ["--checkpoint", victim]):
        with_words(path, [*own, *map(str, words)])
        assert run_json("merge", path)["digest"] == expected["digest"]
        assert victim.read_text() == "precious"
    for words in (["generate", "uniform", "--rows", "2", "--columns", "2", "--out", str(tmp_path / "new.npy")],
                  ["generate", "uniform", "--rows", "2", "--columns", "2"], ["merge", str(path)], ["doctor"],
                  ["--version"], ["columns", "a.csv"], ["pi", "--samples", "1e8"], ["pi"], [], [""], ["/bin/sh"]):
        with_words(path, words)
        done = run("merge", path)
        assert_refused(done, 2 if done.returncode == 2 else 3)
    assert sorted(os.listdir(tmp_path)) == ["pi.ckpt", "victim"]
