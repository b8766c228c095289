import json
import os
import subprocess
import time

import h5py
import numpy as np
import pandas
import pytest

from support import MPIEXEC, PROGRAM, assert_refused, run, run_json

LAYOUTS = [(None, 1), (None, 2), (2, 1), (3, 1), (5, 2), (7, 1), (16, 1)]


def values(path):
    if path.suffix == ".npy":
        return np.load(path)
    if path.suffix == ".csv":
        return np.loadtxt(path, delimiter=",", ndmin=2)
    with h5py.File(path) as f:
        a = f["x"][...]
        return a.T if f["x"].attrs.get("rankwise_layout") == "columns" else a


@pytest.mark.parametrize("options", [[], ["--layout", "columns"], ["--gzip", "3"], ["--chunk", "100x30"]])
def test_one_digest_and_one_file_on_any_ranks_and_threads(options, tmp_path):
    digests, bytes_of = set(), set()
    for i, (ranks, threads) in enumerate(LAYOUTS):
        path = tmp_path / f"{i}.h5"
        result = run_json("generate", "normal", "--rows", 9001, "--columns", 101, "--out", path, *options,
                          ranks=ranks, threads=threads)
        digests.add(result["digest"])
        bytes_of.add(values(path).tobytes())
    assert len(digests) == 1 and len(bytes_of) == 1


def test_the_same_values_in_every_format_and_layout(tmp_path):
    shape = ["--rows", 301, "--columns", 17, "--seed", 5]
    outs = {"a.h5": [], "b.h5": ["--layout", "columns"], "c.h5": ["--gzip", 9], "d.h5": ["--chunk", "7x5", "--layout", "columns"],
            "e.npy": [], "f.npy": ["--layout", "columns"], "g.csv": [], "h.h5": ["--chunk", "1000x1000"]}
    for name, options in outs.items():
        assert run("generate", "uniform", *shape, "--out", tmp_path / name, *options, ranks=2).returncode == 0
    first = values(tmp_path / "a.h5")
    assert first.shape == (301, 17)
    for name in outs:
        assert (values(tmp_path / name) == first).all(), name
    assert np.load(tmp_path / "f.npy").flags.f_contiguous


@pytest.mark.parametrize("kind, low, high, mean, std", [("uniform", 0, 1, 0.5, 12**-0.5), ("normal", -6, 6, 0, 1),
                                                        ("integers", 0, 99, 49.5, (9999 / 12) ** 0.5)])
def test_distributions(kind, low, high, mean, std, tmp_path):
    path = tmp_path / "a.npy"
    assert run("generate", kind, "--rows", 1000, "--columns", 200, "--out", path).returncode == 0
    a = np.load(path).astype("f8")
    assert low <= a.min() and a.max() <= high
    assert abs(a.mean() - mean) < 5 * std / 200000**0.5
    assert abs(a.std() - std) < 0.01 * std
    assert abs(np.corrcoef(a[:-1, 0], a[1:, 0])[0, 1]) < 0.15
    assert (np.load(path) != values_of_seed(tmp_path, kind)).any()


def values_of_seed(folder, kind):
    path = folder / "seed.npy"
    assert run("generate", kind, "--rows", 1000, "--columns", 200, "--seed", 1, "--out", path).returncode == 0
    return np.load(path)


@pytest.mark.parametrize("dtype", ["f8", "f4", "i8", "i4", "i2", "i1", "u1"])
def test_types(dtype, tmp_path):
    for name in ("a.h5", "a.npy"):
        path = tmp_path / name
        assert run("generate", "integers", "--rows", 50, "--columns", 4, "--dtype", dtype, "--out", path).returncode == 0
        a = values(path)
        assert a.dtype == np.dtype(dtype) and a.max() <= 99 and a.min() >= 0


def test_nan_fraction(tmp_path):
    path = tmp_path / "a.npy"
    assert run("generate", "normal", "--rows", 1000, "--columns", 100, "--nan-fraction", "0.2", "--out", path).returncode == 0
    assert abs(np.isnan(np.load(path)).mean() - 0.2) < 0.01


def test_the_record_is_beside_the_values(tmp_path):
    digest = run_json("generate", "uniform", "--rows", 5, "--columns", 2, "--out", f"{tmp_path}/a.h5:/deep/x", ranks=2)["digest"]
    with h5py.File(tmp_path / "a.h5") as f:
        record = json.loads(f["deep/x"].attrs["rankwise_run"])
    assert record["digest"] == digest and record["seed"] == 0 and record["ranks"] == 2
    run("generate", "uniform", "--rows", 5, "--columns", 2, "--out", f"{tmp_path}/a.npy")
    assert json.loads((tmp_path / "a.npy.run.json").read_text())["rows"] == 5


def test_rows_wider_than_a_piece_are_one_line_of_csv(tmp_path):
    assert run("generate", "integers", "--rows", 2, "--columns", 600000, "--out", tmp_path / "wide.csv").returncode == 0
    lines = (tmp_path / "wide.csv").read_text().splitlines()
    assert [line.count(",") for line in lines] == [599999, 599999]


def test_empty_matrices(tmp_path):
    for rows, columns in ((0, 3), (3, 0)):
        for name in ("h5", "npy"):
            path = tmp_path / f"{rows}.{name}"
            assert run("generate", "uniform", "--rows", rows, "--columns", columns, "--out", path).returncode == 0
            assert values(path).shape == (rows, columns)
    for ranks in (None, 2):
        path = tmp_path / f"{ranks}.csv"
        assert run("generate", "uniform", "--rows", 0, "--columns", 3, "--out", path, ranks=ranks).returncode == 0
        assert pandas.read_csv(path).shape == (0, 3)
        result = run_json("columns", path)
        assert (result["rows"], result["columns"], result["statistics"]["count"]) == (0, 3, [0, 0, 0])


@pytest.mark.parametrize("ranks", [None, 2])
@pytest.mark.skipif(bool(os.environ.get("RANKWISE_SANITIZE")), reason="sanitizers take memory of their own")
def test_memory_bounds_what_waits_for_rank_0_to_write_it(ranks, tmp_path):
    line = [MPIEXEC, "-n", str(ranks)] if ranks else []
    line += [PROGRAM, "generate", "uniform", "--rows", "4e6", "--columns", "2", "--out", "m.csv", "--memory", "64M"]
    running = subprocess.Popen(["/usr/bin/env", *line], cwd=tmp_path, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(running.pid, 0)
    assert status == 0
    assert usage.ru_maxrss < 130_000, "64 MiB and the program itself; the file is 160 MB"


def test_too_little_memory_for_one_piece(tmp_path):
    for ranks in (None, 3):
        done = run("generate", "uniform", "--rows", "1e6", "--columns", 10, "--out", "m.csv", "--memory", "1M", ranks=ranks, cwd=tmp_path)
        assert_refused(done, 2, "--memory", "too little", "one block")
        assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("ranks", [None, 3])
def test_a_destination_that_cannot_be_written_is_found_before_any_work(ranks, tmp_path):
    def refuse(out, *told):
        before = sorted(os.listdir(tmp_path))
        started = time.time()  # the values of so many rows would take minutes
        done = run("generate", "normal", "--rows", "1e6", "--columns", 1000, "--out", out, ranks=ranks, cwd=tmp_path)
        assert_refused(done, 3, *told)
        assert time.time() - started < 5 and sorted(os.listdir(tmp_path)) == before

    (tmp_path / "old.npy").write_text("precious")
    refuse("old.npy", "old.npy exists", "--overwrite")
    refuse("none/a.csv", "none/a.csv", "No such file")
    refuse("/proc/a.npy", "/proc/a.npy")
    for name in ("a.npy", "a.csv"):
        (tmp_path / f"{name}.run.json").mkdir()
        refuse(name, f"{name}.run.json is a folder")


@pytest.mark.parametrize("words, told", [
    (["uniforn", "--rows", 3, "--columns", 3, "--out", "a.h5"], "did you mean 'uniform'"),
    (["gibberish", "--rows", 3, "--columns", 3, "--out", "a.h5"], "uniform, normal, integers"),
    (["uniform", "--columns", 3, "--out", "a.h5"], "--rows"),
    (["uniform", "--rows", -3, "--columns", 3, "--out", "a.h5"], "--rows"),
    (["uniform", "--rows", 3, "--columns", 3, "--out", "a.txt"], "a.txt"),
    (["uniform", "--rows", 3, "--columns", 3, "--out", "a.json"], ".json"),
    (["uniform", "--rows", 3, "--columns", 3, "--out", "a.h5:/"], "'/' is no name for a dataset"),
    (["uniform", "--rows", 3, "--columns", 0, "--out", "a.csv"], "without columns"),
    (["uniform", "--rows", "1e12", "--columns", "1e12", "--out", "a.csv"], "too large"),
    (["uniform", "--rows", 3, "--columns", 3, "--out", "a.npy", "--gzip", 1], "--gzip"),
    (["uniform", "--rows", 3, "--columns", 3, "--out", "a.h5", "--gzip", 10], "--gzip"),
    (["uniform", "--rows", 3, "--columns", 3, "--out", "a.h5", "--chunk", "3"], "--chunk"),
    (["uniform", "--rows", 3, "--columns", 3, "--out", "a.h5", "--dtype", "i4"], "--dtype"),
    (["integers", "--rows", 3, "--columns", 3, "--out", "a.h5", "--nan-fraction", "0.5"], "NaN"),
    (["uniform", "--rows", 3, "--columns", 3, "--out", "a.h5", "--nan-fraction", "2"], "--nan-fraction"),
])
def test_what_cannot_be_meant_is_a_usage_error(words, told, tmp_path):
    assert_refused(run("generate", *words, cwd=tmp_path), 2, told)
    assert list(tmp_path.iterdir()) == []
