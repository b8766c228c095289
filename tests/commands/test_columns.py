import json
import math

import h5py
import numpy as np
import pytest

from data_files import oracle, with_nan, write_csv, write_h5, write_h5_columns, write_npy
from support import assert_processors_are_busy, assert_refused, run, run_json, user_seconds

ALL = "count,nan,sum,mean,var,std,min,max"
RANKS = [None, 2, 3, 5, 8, 16]
random = np.random.default_rng(7)


def shifted():
    return 1e8 + random.standard_normal((20011, 3))


CASES = {
    "tall": lambda: random.random((100003, 2)),
    "wide": lambda: random.random((7, 20011)),
    "prime": lambda: random.random((1009, 101)),
    "shifted": shifted,
    "nan": lambda: with_nan(random),
    "float32": lambda: (random.random((50021, 5)) + 100).astype("f4"),
    "float16": lambda: random.standard_normal((3001, 3)).astype("f2"),
    "big_endian": lambda: random.random((2003, 11)).astype(">f8"),
    "int64": lambda: random.integers(-2**62, 2**62, (5003, 3)),
    "uint8": lambda: random.integers(0, 256, (5003, 9)).astype("u1"),
    "int16_big_endian": lambda: random.integers(-2**15, 2**15, (1503, 4)).astype(">i2"),
    "one": lambda: np.array([[42.5]]),
    "no_rows": lambda: np.zeros((0, 3)),
    "no_columns": lambda: np.zeros((3, 0)),
}


def assert_equals(result, expected):
    got = result["statistics"]
    for c, column in enumerate(expected):
        n = max(1, column["count"])
        for name, value in column.items():
            ours = got[name][c]
            if name in ("count", "nan"):
                assert ours == value
            elif isinstance(value, int) or name in ("min", "max"):
                exact = int(ours) if isinstance(ours, str) else ours  # wider integers than JSON has are texts
                assert (ours is None and math.isnan(value)) or exact == value, (name, c, ours, value)
            elif math.isnan(value):
                assert ours is None, (name, c, ours)
            else:
                # Sums are as exact as n roundings in 32 lanes; the spread of the values is the scale of var and std.
                scale = abs(float(value)) if name not in ("sum", "mean") else max(abs(float(value)), 1e-3)
                assert abs(float(np.longdouble(ours) - value)) <= 1e-12 * scale + n * 1e-300, (name, c, ours, value)


def files_of(name, a, folder):
    """The same matrix in every format that holds its type."""
    yield write_h5(folder / "rows.h5", a)
    yield write_h5_columns(folder / "columns.h5", a)
    if a.size:
        chunk = (max(1, min(a.shape[0], 700)), max(1, min(a.shape[1], 13)))
        yield write_h5(folder / "gzip.h5", a, chunks=chunk, compression="gzip", shuffle=True)
        yield write_h5(folder / "chunks.h5", a, chunks=chunk, fletcher32=True)
    yield write_npy(folder / "c.npy", a)
    yield write_npy(folder / "f.npy", a, fortran=True)
    if a.size and name not in ("int64",):  # CSV values are float64
        yield write_csv(folder / "plain.csv", a.astype("f8"))
    if a.shape[1] and name not in ("int64",):
        yield write_csv(folder / "header.csv", a.astype("f8"), [f"c{i}" for i in range(a.shape[1])])


@pytest.mark.parametrize("name", CASES)
def test_equals_long_double_in_every_format_at_every_size(name, tmp_path):
    a = CASES[name]()
    expected = oracle(a)
    for k, source in enumerate(files_of(name, a, tmp_path)):
        digests = set()
        for ranks in RANKS if k == 0 else (None, RANKS[1 + k % (len(RANKS) - 1)]):  # each number with some format
            result = run_json("columns", source, "--stats", ALL, ranks=ranks, threads=1)
            digests.add(result["digest"])
            assert (result["rows"], result["columns"]) == a.shape
        assert_equals(result, expected)
        assert len(digests) == 1, source


@pytest.mark.parametrize("layout", ["rows", "columns", "gzip"])
def test_one_digest_on_any_ranks_and_threads(layout, tmp_path):
    a = random.random((30011, 50))
    write = write_h5_columns if layout == "columns" else write_h5
    options = {"compression": "gzip", "chunks": (1000, 50)} if layout == "gzip" else {}
    source = write(tmp_path / "m.h5", a, **options)
    layouts = [(None, 1), (None, 2), (2, 1), (3, 1), (5, 2), (7, 1), (16, 1)]
    digests = {run_json("columns", source, ranks=r, threads=t)["digest"] for r, t in layouts}
    assert len(digests) == 1


def test_one_digest_of_a_csv_that_several_threads_scan(tmp_path):
    a = random.integers(-10**9, 10**9, (300007, 4))
    lines = ["a,b,\"c\nd\",e\n"]  # and newlines in quotes, that ranges may begin at
    lines += [f'{w},"{x}\n",{y},{z}\r\n' if w % 3 else f'"{w}\n\n",,"{y}","\n{z}"\n\n' for w, x, y, z in a.tolist()]
    path = tmp_path / "a.csv"
    path.write_text("".join(lines), newline="")
    layouts = [(None, 1), (None, 2), (None, 3), (3, 1), (3, 3)]
    results = [run_json("columns", path, ranks=r, threads=t) for r, t in layouts]
    assert len({result["digest"] for result in results}) == 1
    assert results[1]["statistics"]["sum"][2:] == a.sum(axis=0)[2:].tolist()
    assert results[1]["statistics"]["count"] == [len(a), int((a[:, 0] % 3 != 0).sum()), len(a), len(a)]
    path.write_text("".join(lines) + "1,2,3\n", newline="")
    line = sum(text.count("\n") for text in lines) + 1
    for r, t in ((None, 1), (None, 2), (2, 1)):
        assert_refused(run("columns", path, ranks=r, threads=t), 3, f"line {line} has 3 fields, not 4")


def sparse_npy(path, dtype, rows, columns):
    """A file with holes: zeros, and every 16th row has values."""
    a = np.lib.format.open_memmap(path, mode="w+", dtype=dtype, shape=(rows, columns))
    for row in range(0, rows, 16):
        a[row] = (row * 7919 + np.arange(columns) * 104729) % 1000003 / 1000 - 300
    a.flush()
    return path


def test_short_steps_of_wide_rows_give_the_bits_of_each_step_alone(tmp_path):
    native = sparse_npy(tmp_path / "native.npy", "<f8", 8200, 8192)
    swapped = sparse_npy(tmp_path / "swapped.npy", ">f8", 8200, 8192)
    results = [run_json("columns", native, "--stats", ALL, ranks=ranks) for ranks in (None, 3)]
    results += [run_json("columns", swapped, "--stats", ALL, ranks=ranks) for ranks in (None, 3)]
    results += [run_json("columns", native, "--stats", ALL, "--deliver", "scatter", ranks=2)]
    # Of the version that merged step after step.
    assert {result["digest"] for result in results} == {"cec1f0b4669e63df3a2d7810899a9d31"}
    some = range(0, 8192, 1000)
    assert_equals({"statistics": {name: [values[c] for c in some] for name, values in results[0]["statistics"].items()}},
                  oracle(np.load(native, mmap_mode="r")[:, ::1000]))


def test_rows_are_the_columns_of_the_transpose(tmp_path):
    a = random.random((301, 40))
    expected = oracle(a.T)
    for source in (write_h5(tmp_path / "a.h5", a), write_npy(tmp_path / "f.npy", a, fortran=True),
                   write_csv(tmp_path / "a.csv", a)):
        for ranks in (None, 3):
            result = run_json("rows", source, "--stats", ALL, ranks=ranks)
            assert_equals(result, expected)
            assert result["names"][300] == "300"


@pytest.mark.parametrize("ranks", [2, 5])
def test_rank_0_delivers_what_others_do_not_see(ranks, tmp_path):
    a = random.random((20011, 40))
    for source in (write_h5(tmp_path / "a.h5", a), write_h5(tmp_path / "z.h5", a, compression="gzip"),
                   write_csv(tmp_path / "a.csv", a[:2000])):
        digests = {run_json("columns", source, "--deliver", d, ranks=ranks)["digest"] for d in ("auto", "read", "scatter")}
        assert len(digests) == 1
    rows = {run_json("rows", source, "--deliver", d, ranks=ranks)["digest"] for d in ("read", "scatter")}
    assert len(rows) == 1


def test_integers_are_exact_beyond_64_bits(tmp_path):
    a = np.full((1000, 2), 2**63 - 1)
    a[:, 1] = -2**63
    result = run_json("columns", write_npy(tmp_path / "big.npy", a))
    assert [int(x) for x in result["statistics"]["sum"]] == [1000 * (2**63 - 1), 1000 * -2**63]
    u = np.full((3, 1), 2**64 - 1, dtype="u8")
    result = run_json("columns", write_npy(tmp_path / "u.npy", u))
    assert int(result["statistics"]["sum"][0]) == 3 * (2**64 - 1)
    assert result["statistics"]["min"] == [2**64 - 1]
    assert result["statistics"]["std"] == [0]


def test_infinities_and_signed_zeros(tmp_path):
    inf = np.inf
    a = np.array([[1, inf, inf, -0.0, 0.0], [2, 1, -inf, 0.0, 0.0], [3, 2, 1, 0.0, -0.0]])
    done = run("columns", write_npy(tmp_path / "a.npy", a), "--stats", "sum,mean,std,min,max")
    assert done.returncode == 0
    table = [line.split() for line in done.stdout.splitlines()[2:7]]
    assert table[1] == ["1", "inf", "inf", "nan", "1", "inf"]
    assert table[2] == ["2", "nan", "nan", "nan", "-inf", "inf"]
    assert table[3][4:] == ["-0", "0"]
    assert table[4][4:] == ["-0", "0"]
    result = run_json("columns", tmp_path / "a.npy")
    assert result["statistics"]["mean"][1] is None


def test_nan_policies(tmp_path):
    a = np.array([[1.0, np.nan], [3.0, 5.0]])
    source = write_npy(tmp_path / "a.npy", a)
    assert run_json("columns", source)["statistics"]["mean"] == [2, 5]
    result = run_json("columns", source, "--nan-policy", "propagate")
    assert result["statistics"]["mean"] == [2, None]
    assert result["statistics"]["nan"] == [0, 1]
    for ranks in (None, 3):
        assert_refused(run("columns", source, "--nan-policy", "raise", ranks=ranks), 3, "column 1 has 1 NaN")
    assert "1 column with NaN" in run("columns", source).stdout


def test_ddof_is_numpys(tmp_path):
    a = random.random((50, 2))
    source = write_npy(tmp_path / "a.npy", a)
    result = run_json("columns", source, "--stats", "var,std", "--ddof", "1")
    assert np.allclose(result["statistics"]["var"], a.var(axis=0, ddof=1), rtol=1e-13)
    assert run_json("columns", source, "--stats", "var", "--ddof", "50")["statistics"]["var"] == [None, None]


def test_statistics_are_those_asked_for_in_that_order(tmp_path):
    source = write_npy(tmp_path / "a.npy", random.random((5, 2)))
    result = run_json("columns", source, "--stats", "max,mean,max")
    assert list(result["statistics"]) == ["max", "mean"]
    assert list(run_json("columns", source)["statistics"]) == ["count", "nan", "sum", "mean", "std", "min", "max"]


def test_json_keys(tmp_path):
    result = run_json("columns", write_npy(tmp_path / "a.npy", random.random((5, 2))), ranks=2)
    assert list(result) == ["command", "version", "ranks", "threads", "seconds", "digest", "input", "rows", "columns",
                            "names", "statistics"]
    assert result["ranks"] == 2 and result["names"] == ["0", "1"]


def test_tables_show_both_ends_or_the_top(tmp_path):
    write_npy(tmp_path / "a.npy", random.random((5, 100)))
    source = "a.npy"
    text = run("columns", source, cwd=tmp_path).stdout
    assert "90 more: --out FILE writes them all, --top N shows N" in text
    assert text.splitlines()[-2].startswith("99 ")
    top = run("columns", source, "--top", "30", cwd=tmp_path).stdout
    assert "\n29 " in top and "\n30 " not in top and "70 more" in top
    assert "more" not in run("columns", source, "--top", "100", cwd=tmp_path).stdout
    assert len(max(text.splitlines(), key=len)) <= 100


def test_output_files_hold_everything(tmp_path):
    import pandas as pd
    a = random.random((500, 33))
    a[3, 4] = np.nan
    source = write_npy(tmp_path / "a.npy", a)
    for ranks in (None, 3):
        for ending in ("h5", "csv", "json", "npy"):
            out = tmp_path / f"out{ranks}.{ending}"
            assert run("columns", source, "--out", out, ranks=ranks).returncode == 0
        mean = run_json("columns", source)["statistics"]["mean"]
        with h5py.File(tmp_path / f"out{ranks}.h5") as f:
            assert list(f["mean"]) == mean
            assert f["column"].asstr()[4] == "4"
            record = json.loads(f.attrs["rankwise_run"])
            assert record["digest"] == run_json("columns", source)["digest"]
            assert record["ranks"] == (ranks or 1) and "columns" in record["command_line"]
        frame = pd.read_csv(tmp_path / f"out{ranks}.csv", float_precision="round_trip")
        assert list(frame["mean"]) == mean and frame["nan"][4] == 1
        table = np.load(tmp_path / f"out{ranks}.npy")
        assert list(table["mean"]) == mean and table["column"][4] == "4"
        whole = json.loads((tmp_path / f"out{ranks}.json").read_text())
        assert whole["columns"]["mean"] == mean
        assert json.loads((tmp_path / f"out{ranks}.csv.run.json").read_text())["digest"] == record["digest"]
    again = run_json("columns", tmp_path / "outNone.h5")
    assert "mean" in again["names"], "a result is a table that rankwise reads"


def test_outputs_are_new_files_unless_told_otherwise(tmp_path):
    source = write_npy(tmp_path / "a.npy", random.random((5, 3)))
    out = tmp_path / "out.csv"
    out.write_text("precious")
    for ranks in (None, 2):
        assert_refused(run("columns", source, "--out", out, ranks=ranks), 3, "out.csv", "--overwrite")
        assert out.read_text() == "precious"
    assert run("columns", source, "--out", out, "--overwrite").returncode == 0
    assert out.read_text().startswith("column,")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.npy", "out.csv", "out.csv.run.json"]


@pytest.mark.parametrize("ranks", [None, 2])
def test_both_cores_are_busy_without_a_flag(ranks, tmp_path):
    # Short numbers: much work for few bytes, and nothing to wait for, as the file is in the page cache.
    lines = "".join(",".join(map(str, row)) + "\n" for row in random.integers(0, 100, (3000, 16))).encode()
    for name, times in (("small.csv", 1), ("big.csv", 2000)):
        with open(tmp_path / name, "wb") as f:
            for _ in range(times):
                f.write(lines)
    start_up = user_seconds("columns", tmp_path / "small.csv", ranks=ranks)
    assert_processors_are_busy("columns", tmp_path / "big.csv", ranks=ranks, start_up=start_up)
