import json
import os
import resource
import signal
import subprocess
import time
import warnings

import h5py
import numpy as np
import pandas as pd
import pytest

from data_files import write_csv, write_h5, write_h5_columns, write_npy
from support import MPIEXEC, PROGRAM, assert_refused, own_lines, run, run_json

LAYOUTS = [(None, 1), (None, 2), (1, 1), (3, 1), (3, 2), (7, 1)]
random = np.random.default_rng(11)


def related(rows, columns, size=1):
    """Columns that move together."""
    common = random.standard_normal((rows, 1))
    return size * (random.standard_normal((rows, columns)) + common * random.uniform(-2, 2, columns))


def with_nan():
    a = related(500, 6)
    a[7, 2] = np.nan
    a[:, 4] = np.nan
    return a


def with_constant():
    a = related(500, 5)
    a[:, 3] = 0.1
    return a


def with_infinity():
    a = related(500, 5)
    a[3, 1] = np.inf
    a[4, 2] = -np.inf
    return a


CASES = {
    "float64": lambda: related(3001, 17),
    "wide": lambda: related(200, 601),
    "float32": lambda: related(2003, 9).astype("f4"),
    "big_endian": lambda: related(503, 9).astype(">f8"),
    "int64": lambda: (related(1501, 5) * 2**40).astype("i8"),
    "int16": lambda: (related(1501, 5) * 1000).astype("i2"),
    "uint8": lambda: random.integers(0, 256, (5003, 30)).astype("u1"),
    "shifted": lambda: 1e8 + related(20011, 4),
    "nan": with_nan,
    "constant": with_constant,
    "infinity": with_infinity,
    "one_column": lambda: related(100, 1),
    "one_row": lambda: related(1, 4),
    "two_rows": lambda: related(2, 4),
    "no_rows": lambda: np.zeros((0, 3)),
}


def exact(a):
    """As NumPy computes it, from deviations in long double: 1e8 + noise would cost float64 some digits."""
    return a.astype(np.longdouble)


def numpy_of(a, ddof=None):
    """(numpy.corrcoef, numpy.cov with that ddof) as float64, on and off the diagonal."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        if a.shape[0] == 0:
            return np.full((a.shape[1],) * 2, np.nan)
        if a.shape[0] == 1:  # NumPy takes it for one variable
            return np.full((a.shape[1],) * 2, np.nan if ddof is None else 0.0)
        if ddof is None:
            r = np.atleast_2d(np.corrcoef(exact(a), rowvar=False)).astype("f8")
            constant = (a == a[0]).all(axis=0)  # NumPy divides what rounding left of their deviations
            r[constant, :] = r[:, constant] = np.nan
            return r
        return np.atleast_2d(np.cov(exact(a), rowvar=False, ddof=ddof)).astype("f8")


def read(path):
    if path.suffix == ".npy":
        return np.load(path)
    if path.suffix in (".csv", ".tsv"):
        return pd.read_csv(path, sep="\t" if path.suffix == ".tsv" else ",", float_precision="round_trip").to_numpy("f8")
    with h5py.File(path) as f:
        return f["x"][...]


def assert_close(ours, expected):
    assert ours.shape == expected.shape and ours.dtype == np.float64
    assert (np.isnan(ours) == np.isnan(expected)).all()
    with np.errstate(invalid="ignore"):
        scale = np.sqrt(np.outer(np.diag(expected), np.diag(expected)))  # what rounding is relative to
    good = ~np.isnan(expected)
    assert (abs(ours - expected)[good] <= 1e-12 * scale[good]).all(), np.nanmax(abs(ours - expected) / scale)
    assert (ours[good] == ours.T[good]).all()


def files_of(a, folder):
    yield write_h5(folder / "rows.h5", a)
    yield write_h5_columns(folder / "columns.h5", a)
    yield write_npy(folder / "c.npy", a)
    yield write_npy(folder / "f.npy", a, fortran=True)
    if a.size:
        chunk = (max(1, min(a.shape[0], 300)), max(1, min(a.shape[1], 13)))
        yield write_h5(folder / "gzip.h5", a, chunks=chunk, compression="gzip", shuffle=True)
        yield write_csv(folder / "a.csv", a.astype("f8"))


@pytest.mark.parametrize("name", CASES)
def test_equals_numpy_in_every_format(name, tmp_path):
    a = CASES[name]()
    for i, source in enumerate(files_of(a, tmp_path)):
        out = tmp_path / f"r{i}.npy"
        result = run_json("correlation", source, "--out", out, ranks=[None, 3][i % 2])
        assert (result["rows"], result["columns"]) == a.shape
        r = np.load(out)
        assert_close(r, numpy_of(a))
        assert np.nanmax(abs(r), initial=0) <= 1
        assert set(np.diag(r)[~np.isnan(np.diag(r))]) <= {1.0}
    for ddof in (0, 1):
        out = tmp_path / f"c{ddof}.npy"
        assert run("correlation", source, "--covariance", "--ddof", ddof, "--out", out).returncode == 0
        if a.shape[0] > ddof:
            assert_close(np.load(out), numpy_of(a, ddof))
        else:
            assert np.isnan(np.load(out)).all()


@pytest.mark.parametrize("write, options", [(write_h5, {}), (write_h5_columns, {}),
                                            (write_h5, {"chunks": (100, 70), "compression": "gzip"})])
def test_one_digest_and_one_file_on_any_ranks_and_threads(write, options, tmp_path):
    source = write(tmp_path / "a.h5", related(3001, 600), **options)
    digests, files, strongest = set(), set(), set()
    for i, (ranks, threads) in enumerate(LAYOUTS):
        out = tmp_path / f"{i}.npy"
        result = run_json("correlation", source, "--out", out, ranks=ranks, threads=threads)
        digests.add(result["digest"])
        strongest.add(json.dumps(result["strongest"]))
        files.add(out.read_bytes())
    few = run_json("correlation", source, "--memory", "20M", "--out", tmp_path / "few.npy", ranks=2)
    assert digests == {few["digest"]} and files == {(tmp_path / "few.npy").read_bytes()}
    assert len(strongest) == 1
    assert run_json("correlation", source, "--covariance")["digest"] not in digests


@pytest.mark.parametrize("ranks", [2, 5])
def test_rank_0_delivers_what_others_do_not_see(ranks, tmp_path):
    a = related(5011, 300)
    for source in (write_h5(tmp_path / "a.h5", a), write_npy(tmp_path / "f.npy", a, fortran=True)):
        digests = {run_json("correlation", source, "--deliver", d, ranks=ranks)["digest"] for d in ("auto", "read", "scatter")}
        assert len(digests) == 1


def test_the_same_matrix_in_every_format_with_names(tmp_path):
    names = ["α", 'with "quotes", commas', "plain", "tab\tbed", "b/c"]
    pd.DataFrame(related(100, 5), columns=names).to_csv(tmp_path / "a.csv", index=False)
    for out in ("r.npy", "r.h5", "r.csv", "r.tsv"):
        assert run("correlation", "a.csv", "--out", out, ranks=2, cwd=tmp_path).returncode == 0
    expected = np.load(tmp_path / "r.npy")
    for out in ("r.h5", "r.csv", "r.tsv"):
        assert (read(tmp_path / out) == expected).all()
    assert list(pd.read_csv(tmp_path / "r.csv")) == names
    assert list(pd.read_csv(tmp_path / "r.tsv", sep="\t")) == names
    for out in ("r.h5", "r.csv"):
        again = run_json("columns", out, cwd=tmp_path)
        assert again["names"] == names and again["rows"] == 5
    with h5py.File(tmp_path / "r.h5") as f:
        for d in (0, 1):
            assert list(f["x"].dims[d][0].asstr()) == names
        assert h5py.h5ds.is_scale(f["x_names"].id) and h5py.h5ds.is_attached(f["x"].id, f["x_names"].id, 1)
        record = json.loads(f["x"].attrs["rankwise_run"])
    assert record["ranks"] == 2 and record["rows"] == 100 and "correlation" in record["command_line"]
    assert record["digest"] == json.loads((tmp_path / "r.csv.run.json").read_text())["digest"]


def test_columns_without_names(tmp_path):
    source = write_npy(tmp_path / "a.npy", related(50, 3))
    assert run("correlation", source, "--out", tmp_path / "r.csv").returncode == 0
    assert (tmp_path / "r.csv").read_text().startswith("x0,x1,x2\n1.0,")
    assert run("correlation", source, "--out", f"{tmp_path}/r.h5:/deep/r").returncode == 0
    with h5py.File(tmp_path / "r.h5") as f:
        assert list(f["deep"]) == ["r"] and f["deep/r"].shape == (3, 3)


def test_columns_of_several_types(tmp_path):
    a = related(1000, 3)
    with h5py.File(tmp_path / "t.h5", "w") as f:
        for name, column, dtype in (("x", a[:, 0], "f4"), ("y", a[:, 1] * 100, "i2"), ("z", a[:, 2], "f8")):
            f[f"table/{name}"] = column.astype(dtype)
        expected = np.corrcoef([f[f"table/{name}"][...].astype("f8") for name in "xyz"])
    assert run("correlation", f"{tmp_path}/t.h5:/table", "--out", tmp_path / "r.h5", ranks=2).returncode == 0
    assert_close(read(tmp_path / "r.h5"), expected)
    assert run_json("columns", tmp_path / "r.h5")["names"] == ["x", "y", "z"]


def test_files_that_are_decoded_again_and_again_are_told_of(tmp_path):
    a = random.random((20, 1500))
    for options, told in (({"chunks": (10, 1500)}, "36 times over"), ({"chunks": (10, 250)}, None), ({}, None)):
        source = write_h5(tmp_path / f"{len(str(options))}.h5", a, **options)
        notes = own_lines(run("correlation", source, ranks=2).stderr)
        assert len(notes) == (1 if told else 0)
        assert not told or (told in notes[0] and "10 × 1500" in notes[0])


def test_more_names_than_an_attribute_holds(tmp_path):
    names = [f"a rather long name for column number {i}" for i in range(5000)]
    pd.DataFrame(random.random((3, 5000)), columns=names).to_csv(tmp_path / "a.csv", index=False)
    assert run("correlation", "a.csv", "--out", "r.h5", cwd=tmp_path).returncode == 0
    assert run_json("columns", "r.h5", cwd=tmp_path)["names"] == names


def test_the_strongest_pairs(tmp_path):
    a = related(400, 300)
    a[:, 7] = -a[:, 250]
    a[:, 9] = 2 * a[:, 31] + 5 + 0.01 * random.normal(size=len(a))
    a[:, 100] = np.nan
    source = write_npy(tmp_path / "a.npy", a)
    r = numpy_of(a)
    i, j = np.triu_indices(300, 1)
    order = sorted((k for k in range(len(i)) if r[i[k], j[k]] == r[i[k], j[k]]),
                   key=lambda k: (-round(abs(r[i[k], j[k]]), 12), i[k], j[k]))
    for top in (0, 1, 10, 500):
        for ranks in (None, 3):
            strongest = run_json("correlation", source, "--top", top, ranks=ranks)["strongest"]
            assert [(int(s["a"]), int(s["b"])) for s in strongest] == [(i[k], j[k]) for k in order[:top]]
            assert np.allclose([s["value"] for s in strongest], [r[i[k], j[k]] for k in order[:top]], rtol=1e-12)
    text = run("correlation", source).stdout
    assert "44840 more pairs: --out FILE writes the matrix, --top N shows N" in text
    assert "1 column with NaN" in text
    assert [line.split()[:2] for line in text.splitlines()[2:4]] == [["7", "250"], ["9", "31"]]


def test_ties_are_in_column_order(tmp_path):
    a = np.repeat(related(50, 1), 40, axis=1)
    strongest = run_json("correlation", write_npy(tmp_path / "a.npy", a), "--top", 45)["strongest"]
    pairs = [(int(s["a"]), int(s["b"])) for s in strongest]
    assert pairs == [(0, b) for b in range(1, 40)] + [(1, b) for b in range(2, 8)]
    assert len({s["value"] for s in strongest}) == 1 and strongest[0]["value"] == pytest.approx(1, abs=1e-14)


def test_nan_policies(tmp_path):
    source = write_npy(tmp_path / "a.npy", with_nan())
    assert run_json("correlation", source)["columns_with_nan"] == 2
    for ranks in (None, 3):
        assert_refused(run("correlation", source, "--nan-policy", "raise", ranks=ranks), 3, "column 2 has 1 NaN")
    assert_refused(run("correlation", source, "--nan-policy", "omit"), 2, "--nan-policy")


def test_columns_of_equal_values_are_told(tmp_path):
    source = write_npy(tmp_path / "a.npy", with_constant())
    assert run_json("correlation", source)["constant_columns"] == 1
    assert "1 column of equal values" in run("correlation", source).stdout
    assert "4 more pairs: NaN\n" in run("correlation", source, "--top", "7").stdout
    assert "7 more pairs: --out FILE writes the matrix, --top N shows N\n" in run("correlation", source, "--top", "3").stdout
    assert "equal values" not in run("correlation", source, "--covariance").stdout


def test_json_keys(tmp_path):
    source = write_npy(tmp_path / "a.npy", related(5, 2))
    result = run_json("correlation", source, ranks=2)
    assert list(result) == ["command", "version", "ranks", "threads", "seconds", "digest", "input", "rows", "columns",
                            "covariance", "ddof", "names", "output", "columns_with_nan", "constant_columns", "strongest"]
    assert result["output"] is None and result["covariance"] is False and result["names"] == ["0", "1"]
    out = str(tmp_path / "o.npy")
    assert run_json("correlation", source, "--covariance", "--ddof", "1", "--out", out)["output"] == out


def test_no_columns(tmp_path):
    source = write_npy(tmp_path / "a.npy", np.zeros((3, 0)))
    for ranks in (None, 2):
        result = run_json("correlation", source, "--out", tmp_path / f"{ranks}.npy", ranks=ranks)
        assert result["strongest"] == [] and np.load(tmp_path / f"{ranks}.npy").shape == (0, 0)


def test_outputs_are_new_files_unless_told_otherwise(tmp_path):
    source = write_npy(tmp_path / "a.npy", related(5, 3))
    out = tmp_path / "out.csv"
    out.write_text("precious")
    for ranks in (None, 2):
        assert_refused(run("correlation", source, "--out", out, ranks=ranks), 3, "out.csv", "--overwrite")
        assert out.read_text() == "precious"
    assert run("correlation", source, "--out", out, "--overwrite").returncode == 0
    assert out.read_text().startswith("x0,x1,x2")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.npy", "out.csv", "out.csv.run.json"]


@pytest.mark.parametrize("ranks", [None, 3])
@pytest.mark.parametrize("words, code, told", [
    (["none.npy"], 3, ["none.npy"]),
    (["a.h5:/y"], 3, ["no dataset /y"]),
    (["a.h5", "--out", "none/r.h5"], 3, ["none/r.h5", "No such file"]),
    (["a.h5", "--out", "/proc/r.npy"], 3, ["/proc/r.npy"]),
    (["a.h5", "--out", "r.json"], 2, ["not .json"]),
    (["a.h5", "--out", "r.txt"], 2, ["r.txt"]),
    (["a.h5", "--out", "r.h5:/"], 2, ["'/' is no name"]),
    (["a.h5", "--out", "r.npy:/x"], 2, ["r.npy:/x"]),
    (["a.h5", "--overwrite"], 2, ["--overwrite", "--out"]),
    (["a.h5", "--covariance", "--ddof", "-1"], 2, ["--ddof", "-1"]),
    (["a.h5", "--ddof", "1"], 2, ["--ddof", "--covariance"]),
    (["a.h5", "--top", "few"], 2, ["--top"]),
    (["a.h5", "--memory", "100k"], 2, ["--memory", "too little"]),
    ([], 2, ["SOURCE"]),
])
def test_what_cannot_be_done_is_one_message(words, code, told, ranks, tmp_path):
    write_h5(tmp_path / "a.h5", np.zeros((1000, 300)))
    assert_refused(run("correlation", *words, ranks=ranks, cwd=tmp_path), code, *told)
    assert [p.name for p in tmp_path.iterdir()] == ["a.h5"]


@pytest.mark.parametrize("ranks", [None, 2])
@pytest.mark.parametrize("ending", ["h5", "npy", "csv"])
def test_a_disk_without_room_is_found_before_the_work(ending, ranks, tmp_path):
    source = write_npy(tmp_path / "a.npy", random.random((10, 3000)))
    limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (20 << 20, 20 << 20))  # the matrix takes 72 MB
    done = run("correlation", source, "--out", tmp_path / f"r.{ending}", ranks=ranks, preexec_fn=limit)
    assert_refused(done, 3, f"r.{ending} cannot be written")
    assert [p.name for p in tmp_path.iterdir()] == ["a.npy"]


@pytest.mark.skipif(bool(os.environ.get("RANKWISE_SANITIZE")), reason="sanitizers take memory of their own")
def test_memory_is_bounded_whatever_the_result(tmp_path):
    source = write_npy(tmp_path / "a.npy", random.random((100, 7000)))  # the result takes 392 MB, its half 206 MB
    line = [PROGRAM, "correlation", source, "--threads", "2", "--memory", "30M", "--out", tmp_path / "r.npy"]
    running = subprocess.Popen(["/usr/bin/env", *line], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(running.pid, 0)
    assert status == 0
    assert usage.ru_maxrss < 140_000, "30 MiB of blocks, as much of results, and the program itself"


def test_a_signal_leaves_nothing_behind(tmp_path):
    source = tmp_path / "a.npy"
    np.lib.format.open_memmap(source, "w+", "i1", (20_000, 6_000)).flush()  # seconds of work, and nothing on the disk
    line = [MPIEXEC, "-n", "2", PROGRAM, "correlation", source, "--out", tmp_path / "r.h5", "--progress", "none"]
    running = subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    while running.poll() is None and len(list(tmp_path.iterdir())) == 1:
        time.sleep(0.02)
    time.sleep(0.3)
    running.send_signal(signal.SIGTERM)
    out, err = running.communicate(timeout=20)
    assert running.returncode != 0 and out == ""
    assert len(own_lines(err)) == 1 and "stopped by SIGTERM" in err, err
    assert [p.name for p in tmp_path.iterdir()] == ["a.npy"]
