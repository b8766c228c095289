import itertools
import json
import os
import shutil
import signal
import subprocess
import time

import h5py
import numpy as np
import pytest

from data_files import claim_npy, write_csv, write_h5, write_h5_columns, write_npy
from support import MPIEXEC, PROGRAM, assert_refused, own_lines, run, run_json

RANKS = [None, 1, 2, 3, 4, 7]


@pytest.fixture(autouse=True)
def libraries_keep_what_they_want(monkeypatch):
    """PBLAS does not give back a communicator that it makes on four ranks."""
    monkeypatch.setenv("OMPI_MCA_mpi_show_handle_leaks", "false")


def read(path):
    if path.suffix == ".npy":
        return np.load(path)
    with h5py.File(path) as f:
        return f["x"][...]


def quiet(done):
    """Libraries say nothing of their own."""
    assert done.returncode == 0 and own_lines(done.stderr) == [] and "BLACS" not in done.stderr, done.stderr
    return json.loads(done.stdout)


WRITERS = {
    "rows": lambda p, a: write_h5(f"{p}.h5", a),
    "columns": lambda p, a: write_h5_columns(f"{p}.h5", a),
    "gzip": lambda p, a: write_h5(f"{p}.h5", a, chunks=(50, 20), compression="gzip"),
    "fortran": lambda p, a: write_npy(f"{p}.npy", a, fortran=True),
    "csv": lambda p, a: write_csv(f"{p}.csv", a),
    "f4": lambda p, a: write_npy(f"{p}.npy", a.astype("f4")),
}


@pytest.mark.parametrize("layout", WRITERS)
@pytest.mark.parametrize("deliver", ["auto", "scatter"])
def test_of_every_layout_at_every_size(layout, deliver, tmp_path):
    random = np.random.default_rng(1)
    a, b = random.normal(size=(201, 201)).astype("f4").astype("f8"), random.normal(size=(201, 23)).astype("f4").astype("f8")
    sources = WRITERS[layout](tmp_path / "a", a), WRITERS[layout](tmp_path / "b", b)
    out = tmp_path / "out.h5"
    for ranks in RANKS if deliver == "auto" else [3]:
        options = ["--out", out, "--overwrite", "--deliver", deliver, "--json"]
        result = quiet(run("inverse", sources[0], *options, ranks=ranks))
        assert np.abs(read(out) - np.linalg.inv(a)).max() < 1e-11
        assert abs(result["condition"] / np.linalg.cond(a, 1) - 1) < 1e-9
        true = np.linalg.norm(a @ read(out) - np.eye(201))
        assert true / 3 < result["residual"] < true * 3
        result = quiet(run("solve", *sources, *options, ranks=ranks))
        assert np.abs(read(out) - np.linalg.solve(a, b)).max() < 1e-11 and result["residual"] < 1e-12
        assert 0.1 < result["condition"] / np.linalg.cond(a, np.inf) <= 1.0001  # an estimate from below
        result = quiet(run("matmul", *sources, *options, ranks=ranks))
        assert np.abs(read(out) - a @ b).max() < 1e-11 and result["residual"] < 1e-14 and "condition" not in result


@pytest.mark.parametrize("shape", [(1, 1, 1), (1, 5, 3), (200, 3, 1), (3, 200, 130), (64, 64, 64), (65, 129, 1)])
@pytest.mark.parametrize("ranks", RANKS)
def test_shapes_also_where_ranks_have_nothing(shape, ranks, tmp_path):
    m, k, n = shape
    random = np.random.default_rng(2)
    a, b, s = random.normal(size=(m, k)), random.normal(size=(k, n)), random.normal(size=(m, m)) + 3 * np.eye(m)
    words = [write_npy(tmp_path / "a.npy", a), write_npy(tmp_path / "b.npy", b)]
    quiet(run("matmul", *words, "--out", tmp_path / "c.npy", "--json", ranks=ranks))
    assert np.abs(read(tmp_path / "c.npy") - a @ b).max() < 1e-12 * k + 1e-13
    square = write_npy(tmp_path / "s.npy", s)
    quiet(run("inverse", square, "--out", tmp_path / "i.npy", "--json", ranks=ranks))
    assert np.abs(read(tmp_path / "i.npy") @ s - np.eye(m)).max() < 1e-9
    right = random.normal(size=(m, n))
    quiet(run("solve", square, write_npy(tmp_path / "r.npy", right), "--out", tmp_path / "x.npy", "--json", ranks=ranks))
    assert np.abs(s @ read(tmp_path / "x.npy") - right).max() < 1e-9


@pytest.mark.parametrize("ranks", [None, 3])
def test_vectors_stay_vectors(ranks, tmp_path):
    random = np.random.default_rng(3)
    a, v = random.normal(size=(50, 50)), random.normal(size=50)
    words = [write_npy(tmp_path / "a.npy", a), write_npy(tmp_path / "v.npy", v)]
    run_json("solve", *words, "--out", tmp_path / "x.npy", ranks=ranks)
    run_json("matmul", *words, "--out", tmp_path / "y.h5", ranks=ranks)
    assert read(tmp_path / "x.npy").shape == (50,) and np.abs(a @ read(tmp_path / "x.npy") - v).max() < 1e-11
    assert read(tmp_path / "y.h5").shape == (50,) and np.abs(a @ v - read(tmp_path / "y.h5")).max() < 1e-12


def matrices(folder):
    random = np.random.default_rng(4)
    a = random.normal(size=(40, 40))
    b = a.copy()
    b[7] = 2 * b[3] - b[5]
    write_npy(folder / "a.npy", a)
    write_npy(folder / "nearly.npy", b)
    write_npy(folder / "zero.npy", np.where(np.arange(40) == 11, 0, a))
    write_npy(folder / "ones.npy", np.ones((3, 3)))
    write_npy(folder / "wide.npy", a[:30])
    write_npy(folder / "nan.npy", np.where(np.arange(1600).reshape(40, 40) == 1234, np.nan, a))
    write_npy(folder / "inf.npy", np.where(np.arange(1600).reshape(40, 40) == 5, np.inf, a))
    write_npy(folder / "hilbert.npy", 1 / (1 + np.add.outer(np.arange(30), np.arange(30))))
    write_npy(folder / "empty.npy", np.empty((0, 0)))
    (folder / "text.csv").write_text("a,b\n1,2\n3,many\n")


@pytest.mark.parametrize("words, code, told", [
    (["inverse", "nearly.npy"], 3, ["nearly.npy is singular"]), (["inverse", "ones.npy"], 3, ["ones.npy is singular", "pivot"]),
    (["inverse", "zero.npy"], 3, ["singular"]), (["inverse", "hilbert.npy"], 3, ["singular to working precision"]),
    (["solve", "nearly.npy", "a.npy"], 3, ["nearly.npy is singular"]), (["solve", "ones.npy", "ones.npy"], 3, ["singular"]),
    (["inverse", "wide.npy"], 2, ["30 × 40", "square"]), (["solve", "wide.npy", "a.npy"], 2, ["square"]),
    (["solve", "a.npy", "wide.npy"], 2, ["40 rows", "30"]), (["matmul", "a.npy", "wide.npy"], 2, ["40 columns", "30 rows"]),
    (["inverse", "nan.npy"], 3, ["row 30, column 34 is nan"]), (["solve", "a.npy", "inf.npy"], 3, ["inf.npy", "row 0, column 5 is inf"]),
    (["inverse", "none.npy"], 3, ["none.npy"]), (["inverse", "text.csv"], 3, ["line 3"]), (["inverse", "a.npy", "--memory", "1k"], 2, ["--memory"]),
    (["inverse", "empty.npy"], 2, ["empty"]), (["solve", "empty.npy", "empty.npy"], 2, ["empty"]), (["inverse", "a.npy", "--out", "o.h5:/"], 2, ["no name"]),
    (["inverse", "a.npy", "--out", "o.csv"], 2, ["convert"]), (["inverse", "a.npy", "--out", "a.npy"], 3, ["--overwrite"]),
    (["inverse", "a.npy", "--out", "/none/o.npy"], 3, ["/none"]), (["inverse"], 2, ["A is required"]), (["matmul", "a.npy"], 2, ["B is required"])])
@pytest.mark.parametrize("ranks", [None, 3])
def test_what_can_go_wrong(words, code, told, ranks, tmp_path):
    matrices(tmp_path)
    before = sorted(os.listdir(tmp_path))
    out = [] if "--out" in words else ["--out", "out.npy"]
    assert_refused(run(*words, *out, ranks=ranks, cwd=tmp_path), code, *told)
    assert sorted(os.listdir(tmp_path)) == before


def test_what_scalapack_cannot_count_is_refused_before_it_is_read(tmp_path):
    claim_npy(tmp_path / "huge.npy", (40_000, 40_000))
    os.truncate(tmp_path / "huge.npy", os.path.getsize(tmp_path / "huge.npy") + 40_000**2 * 8)  # holes
    words = ["inverse", tmp_path / "huge.npy", "--out", tmp_path / "o.npy"]
    assert_refused(run(*words, ranks=2), 2, "40000 × 40000", "more ranks")
    assert run_json(*words, "--plan", ranks=8)["bytes_per_rank"] == 3 * 40_000**2
    line = ["matmul", claim_npy(tmp_path / "a.npy", (1, 3 * 10**9)), claim_npy(tmp_path / "b.npy", (3 * 10**9, 1)), "--out", tmp_path / "o.npy"]
    for name in ("a.npy", "b.npy"):
        os.truncate(tmp_path / name, os.path.getsize(tmp_path / name) + 24 * 10**9)
    assert_refused(run(*line), 2, "3000000000")


def test_nan_goes_through_a_product(tmp_path):
    matrices(tmp_path)
    for ranks in (None, 2):
        assert run("matmul", "nan.npy", "a.npy", "--out", "c.npy", "--overwrite", cwd=tmp_path, ranks=ranks).returncode == 0
        assert np.isnan(np.load(tmp_path / "c.npy")).sum() == 40


@pytest.mark.parametrize("ranks", [None, 3])
@pytest.mark.parametrize("scale", [1e-180, 1e200])
def test_residuals_neither_overflow_nor_vanish(ranks, scale, tmp_path):
    random = np.random.default_rng(4)
    a, b = scale * (random.normal(size=(30, 30)) + 10 * np.eye(30)), scale * random.normal(size=(30, 2))
    result = run_json("solve", write_npy(tmp_path / "a.npy", a), write_npy(tmp_path / "b.npy", b), "--out", tmp_path / "x.npy", ranks=ranks)
    assert 1e-18 < result["residual"] < 1e-13
    assert np.abs(np.load(tmp_path / "x.npy") - np.linalg.solve(a / scale, b / scale)).max() < 1e-13


@pytest.mark.parametrize("ranks", [None, 3])
def test_a_product_beyond_float64_is_told(ranks, tmp_path):
    source = write_npy(tmp_path / "a.npy", np.full((4, 4), 1e200))
    done = run("matmul", source, source, "--out", tmp_path / "c.npy", ranks=ranks)
    assert done.returncode == 0 and "infinities" in done.stdout and np.isinf(np.load(tmp_path / "c.npy")).all()
    assert run_json("matmul", source, source, "--out", tmp_path / "d.npy", ranks=ranks)["residual"] is None


def test_plan_says_what_it_takes(tmp_path):
    write_npy(tmp_path / "a.npy", np.eye(500))
    for ranks in (None, 2, 4):
        plan = run_json("inverse", tmp_path / "a.npy", "--out", tmp_path / "o.npy", "--plan", ranks=ranks)
        assert plan["bytes_per_rank"] == 3 * 500 * 500 * 8 // (ranks or 1) and plan["operations"] == 2 * 500**3
    assert not (tmp_path / "o.npy").exists()


@pytest.mark.skipif(bool(os.environ.get("RANKWISE_SANITIZE")), reason="sanitizers take memory of their own")
@pytest.mark.parametrize("command, ranks", itertools.product(["inverse", "matmul", "solve"], [1, 2]))
def test_no_more_memory_than_it_says(command, ranks, tmp_path):
    size = 2000
    a = np.random.default_rng(5).normal(size=(size, size))
    words = [command, *[write_npy(tmp_path / f"{name}.npy", a) for name in ("a", "b")[:1 if command == "inverse" else 2]]]
    told = run_json(*words, "--out", tmp_path / "o.npy", "--plan", ranks=ranks)["bytes_per_rank"]
    most = {}
    for n, matrix in ((16, a[:16, :16]), (size, a)):  # what two programs take anyway
        for name in ("a", "b"):
            np.save(tmp_path / f"{name}.npy", matrix)
        line = [MPIEXEC, "-n", str(ranks), "bash", "-c", 'exec 3>&2; /usr/bin/time -f %M -o "$0.$OMPI_COMM_WORLD_RANK" "$@"', tmp_path / "m",
                PROGRAM, *words, "--out", tmp_path / "o.npy", "--overwrite"]
        assert subprocess.run([str(word) for word in line], capture_output=True).returncode == 0
        most[n] = max(int((tmp_path / f"m.{rank}").read_text()) * 1024 for rank in range(ranks))
    files = size * size * 8 * len(words[1:])  # mapped while they are read
    assert most[size] - most[16] < told + files + 50_000_000


def test_an_old_openblas_takes_this_processor_for_what_it_is(tmp_path):
    write_npy(tmp_path / "a.npy", np.eye(10))
    result = run_json("inverse", tmp_path / "a.npy", "--out", tmp_path / "o.npy")
    if "openblas_core" not in result or "avx2" not in open("/proc/cpuinfo").read():
        pytest.skip("no OpenBLAS, or no AVX2")
    assert result["openblas_core"] not in ("Prescott", "Nehalem", "Core2", "Sandybridge")
    chosen = run_json("inverse", tmp_path / "a.npy", "--out", tmp_path / "o.npy", "--overwrite",
                      env={**os.environ, "OPENBLAS_CORETYPE": "Nehalem"})
    assert chosen["openblas_core"] == "Nehalem"  # who says so, gets it


def test_other_commands_do_not_load_it(tmp_path):
    linked = subprocess.run(["ldd", PROGRAM], capture_output=True, text=True).stdout
    assert "libmpi" in linked and "blas" not in linked and "lapack" not in linked
    shutil.copy(PROGRAM, tmp_path / "rankwise")
    write_npy(tmp_path / "a.npy", np.eye(10))
    line = [tmp_path / "rankwise", "inverse", tmp_path / "a.npy", "--out", tmp_path / "o.npy"]
    for ranks in ([], [MPIEXEC, "-n", "3"]):
        done = subprocess.run([*ranks, *map(str, line)], capture_output=True, text=True)
        assert_refused(done, 3, "linear algebra cannot be loaded", "rankwise-dense.so")
    one = ["-n", "1"]
    done = subprocess.run([MPIEXEC, *one, PROGRAM, *map(str, line[1:]), ":", *one, *map(str, line)], capture_output=True, text=True)
    assert_refused(done, 3, "linear algebra cannot be loaded", "rank 1")
    assert not (tmp_path / "o.npy").exists()


@pytest.mark.parametrize("ranks", [None, 2])
@pytest.mark.parametrize("asked", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_a_library_that_computes(ranks, asked, tmp_path):
    write_npy(tmp_path / "a.npy", np.random.default_rng(6).normal(size=(3000, 3000)))
    line = [*([] if ranks is None else [MPIEXEC, "-n", str(ranks)]), PROGRAM, "inverse", "a.npy", "--out", "o.npy", "--threads", "1"]
    undisturbed = run_json(*line[line.index(PROGRAM) + 1:], ranks=ranks, cwd=tmp_path)["seconds"]
    os.remove(tmp_path / "o.npy")
    os.remove(tmp_path / "o.npy.run.json")
    for share in (3, 10, 30, 100):  # on a busy machine, it may have been done before
        running = subprocess.Popen(line, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        while len(os.listdir(tmp_path)) == 1:  # its unfinished output comes before its input is read
            time.sleep(0.01)
        time.sleep(undisturbed / share)
        found = [str(running.pid)] if ranks is None else subprocess.run(["pgrep", "-P", str(running.pid)], capture_output=True, text=True).stdout.split()
        if running.poll() is None and found:
            break
        running.communicate(timeout=60)
        os.remove(tmp_path / "o.npy")
        os.remove(tmp_path / "o.npy.run.json")
    for pid in found:
        os.kill(int(pid), asked)
    told = running.communicate(timeout=60)
    assert running.returncode == 128 + asked and told[0] == "" and own_lines(told[1]) == [
        f"rankwise inverse: error: stopped by {asked.name} ({signal.strsignal(asked)})"]
    assert os.listdir(tmp_path) == ["a.npy"]


def test_more_than_the_node_has_is_refused_before_it_is_read(tmp_path):
    side = 1000 + int((os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 16) ** 0.5)  # two of them
    claim_npy(tmp_path / "huge.npy", (side, side))
    os.truncate(tmp_path / "huge.npy", os.path.getsize(tmp_path / "huge.npy") + side**2 * 8)  # holes
    assert_refused(run("inverse", tmp_path / "huge.npy", "--out", tmp_path / "o.npy"), 2, "inverse takes", "more nodes")
    assert run("inverse", tmp_path / "huge.npy", "--out", tmp_path / "o.npy", "--plan").returncode == 0
