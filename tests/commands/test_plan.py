"""--plan says what would be done, and does nothing."""
import os

import h5py
import numpy as np
import pytest

from support import assert_refused, run, run_json


@pytest.fixture
def matrix(tmp_path):
    with h5py.File(tmp_path / "a.h5", "w") as f:
        f["x"] = np.random.default_rng(1).random((5000, 300))
    return tmp_path / "a.h5"


def phases(*words, **options):
    return run_json(*words, "--plan", **options)["plan"]["phases"]


def test_columns_in_words(matrix):
    done = run("columns", matrix, "--plan", "--threads", 1)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].startswith(f"plan: columns of {matrix} · 5000 × 300 float64, rows contiguous · 1 rank × 1 thread")
    assert lines[1].split()[0] == "phase" and lines[2].split()[0] == "moments"
    assert "12.0 MB to read" in lines[-1] and "nothing was done" in lines[-1]
    assert "digest" not in done.stdout


@pytest.mark.parametrize("words", [["columns"], ["rows"], ["columns", "--stats", "median"], ["columns", "--histogram", "5"],
                                   ["correlation"]])
def test_the_cut_depends_on_the_problem_alone(matrix, words):
    def cut(**options):
        return [(p["phase"], p["lanes"], p["steps"], p["blocks"], p["block_bytes"])
                for p in phases(words[0], matrix, *words[1:], **options)]
    alone = cut(threads=1)
    assert all(lanes * steps == blocks for _, lanes, steps, blocks, _ in alone)
    assert cut(ranks=3, threads=2) == alone
    result = run_json(words[0], matrix, *words[1:], "--plan", ranks=2, threads=2)
    assert result["ranks"] == 2 and result["threads"] == 2
    assert result["plan"]["bytes_to_read"] >= 5000 * 300 * 8
    most = max(p["threads"] * (p["block_bytes"] + p["partial_bytes"]) for p in result["plan"]["phases"])
    assert result["plan"]["memory_bytes"] == most


def test_memory_limits_threads_and_too_little_is_refused(matrix):
    each = phases("columns", matrix)[0]
    room = each["block_bytes"] + each["partial_bytes"]
    assert phases("columns", matrix, "--memory", 2 * room, threads=3)[0]["threads"] == 2
    for ranks in (None, 2):
        assert_refused(run("columns", matrix, "--plan", "--memory", room - 1, ranks=ranks), 2, "--memory")


def test_chunks_across_lanes_are_read_again_and_a_note_says_so(tmp_path):
    with h5py.File(tmp_path / "wide.h5", "w") as f:
        f.create_dataset("x", data=np.ones((2, 200_000), "u1"), chunks=(1, 200_000), compression="gzip")
    plan = run_json("columns", tmp_path / "wide.h5", "--plan")["plan"]
    stored = run_json("columns", tmp_path / "wide.h5", "--stats", "sum")
    assert stored["statistics"]["sum"] == [2] * 200_000
    done = run("columns", tmp_path / "wide.h5", "--stats", "sum")
    assert "note: chunks of 1 × 200000 lie across" in done.stderr and "h5repack" in done.stderr
    lanes = plan["phases"][0]["lanes"]
    assert lanes > 1 and f"each is read {lanes} times" in done.stderr


def test_generate_writes_nothing(tmp_path):
    out = tmp_path / "x.h5"
    assert phases("generate", "uniform", "--rows", 1000, "--columns", 10, "--out", out)[0]["phase"] == "generate"
    assert os.listdir(tmp_path) == []


def test_correlation_writes_nothing(matrix):
    out = matrix.parent / "c.npy"
    moments, products = (p["phase"] for p in phases("correlation", matrix, "--out", out))
    assert moments == "moments" and products.startswith("products 0 to ")
    assert os.listdir(matrix.parent) == ["a.h5"]


def test_pi(tmp_path):
    phase, = phases("pi", "--samples", "1e15")
    assert phase["blocks"] == -(-10**15 // 2**22)
    done = run("pi", "--until-error", "1e-6", "--plan")
    assert "batches" in done.stdout and done.returncode == 0
