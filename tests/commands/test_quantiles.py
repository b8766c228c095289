import json
import os

import h5py
import numpy as np
import pytest

from data_files import claim_npy, with_nan, write_csv, write_h5, write_h5_columns, write_npy
from support import assert_refused, peak_anonymous_bytes, run, run_json

QUANTILES = ["0", "0.05", "0.25", ".5", "0.731", "0.95", "1", "1e-9"]
random = np.random.default_rng(11)


def special():
    """Columns that need a decision each."""
    tiny = np.array([5e-324, 1e-310, -5e-324, 2.5e-308, 0.0, 1e-320, -1e-309])
    return np.column_stack([np.full(7, 3.25), np.full(7, np.nan), [np.nan] * 6 + [2.5], tiny,
                            [-0.0, 0.0, 1, 2, 3, -1, -2], [1e308, -1e308, 1.7e308, -1.7e308, 1, 2, 3],
                            [np.nan, 1, 1, 1, np.nan, 1, 2]])


CASES = {
    "tall": lambda: random.random((100003, 2)),
    "wide": lambda: random.random((7, 5011)),
    "prime": lambda: random.standard_normal((1009, 101)),
    "even": lambda: np.exp(20 * random.standard_normal((5000, 6))),
    "sorted": lambda: np.sort(random.random((30000, 3)), axis=0),
    "period": lambda: np.tile(random.random((64, 2)), (512, 1)),
    "ties": lambda: random.integers(0, 3, (20011, 4)).astype("f8"),
    "nan": lambda: with_nan(random),
    "special": special,
    "float32": lambda: (random.random((50021, 5)) + 100).astype("f4"),
    "float16": lambda: random.standard_normal((3001, 3)).astype("f2"),
    "int64": lambda: random.integers(-2**61, 2**61, (5003, 3)),
    "uint64": lambda: random.integers(0, 2**64, (5003, 3), dtype="u8"),
    "int32": lambda: random.integers(-2**30, 2**30, (5003, 3), dtype="i4"),
    "int8": lambda: random.integers(-60, 60, (5003, 9)).astype("i1"),
    "uint8": lambda: random.integers(0, 256, (5003, 9)).astype("u1"),
    "one": lambda: np.array([[42.5, -1.0]]),
    "two": lambda: np.array([[1.0, 3.0], [2.0, 0.1]]),
    "no_rows": lambda: np.zeros((0, 3)),
    "no_columns": lambda: np.zeros((3, 0)),
}


def numpy_quantiles(a, quantiles=QUANTILES):
    """What NumPy says of each column, in float64; of integers in their own type."""
    answers = np.full((len(quantiles), a.shape[1]), np.nan)
    for c in range(a.shape[1]):
        x = a[:, c]
        if x.dtype.kind == "f":
            x = x.astype("f8")
            x = x[~np.isnan(x)]
        if x.size:
            answers[:, c] = np.quantile(x, np.array([float(q) for q in quantiles]))
    return answers


def same_bits(ours, theirs):
    """But for a zero's sign: NumPy leaves the order of -0.0 and 0.0 to chance."""
    ours = np.array([np.nan if v is None else v for v in ours], dtype="f8") + 0.0
    theirs = np.asarray(theirs) + 0.0
    return np.array_equal(ours, theirs, equal_nan=True)


def files_of(name, a, folder):
    yield write_h5(folder / "rows.h5", a)
    yield write_h5_columns(folder / "columns.h5", a)
    if a.size:
        chunk = (max(1, min(a.shape[0], 700)), max(1, min(a.shape[1], 13)))
        yield write_h5(folder / "gzip.h5", a, chunks=chunk, compression="gzip", shuffle=True)
    yield write_npy(folder / "c.npy", a)
    yield write_npy(folder / "f.npy", a, fortran=True)
    if a.size and name not in ("int64", "uint64"):  # CSV values are float64
        yield write_csv(folder / "header.csv", a.astype("f8"), [f"c{i}" for i in range(a.shape[1])])


@pytest.mark.parametrize("name", CASES)
def test_quantiles_equal_numpy_bit_for_bit(name, tmp_path):
    a = CASES[name]()
    expected = numpy_quantiles(a)
    median = QUANTILES.index(".5")
    for source in files_of(name, a, tmp_path):
        digests = set()
        for ranks in (None, 3) if source.endswith(".npy") else (None,):
            result = run_json("columns", source, "--stats", "median", "--quantiles", ",".join(QUANTILES), ranks=ranks,
                              threads=1)
            digests.add(result["digest"])
        assert list(result["quantiles"]) == QUANTILES
        for q, name_of_quantile in enumerate(QUANTILES):
            assert same_bits(result["quantiles"][name_of_quantile], expected[q]), (source, name_of_quantile)
        assert same_bits(result["statistics"]["median"], expected[median])
        assert len(digests) == 1, source


def numpy_histograms(a, bins):
    for c in range(a.shape[1]):
        x = a[:, c]
        if x.dtype.kind == "f":
            x = x.astype("f8")
            x = x[~np.isnan(x)]
        yield np.histogram(x, bins)


@pytest.mark.parametrize("name", [name for name in CASES if name != "special"])
def test_histograms_equal_numpy(name, tmp_path):
    a = CASES[name]()
    for source in files_of(name, a, tmp_path):
        for bins in (1, 10, 97):
            result = run_json("columns", source, "--stats", "median", "--histogram", bins)
            assert len(result["histogram"]) == a.shape[1]
            for ours, (counts, edges) in zip(result["histogram"], numpy_histograms(a, bins)):
                assert ours["edges"] == list(edges), source
                assert ours["counts"] == list(counts), source


def test_histograms_that_need_a_decision(tmp_path):
    a = np.array([[3.0, np.nan, -0.0, 5e-324], [3.0, np.nan, 0.0, 0.0], [3.0, np.nan, -0.0, 1e-322]])
    result = run_json("columns", write_npy(tmp_path / "a.npy", a), "--histogram", 4)["histogram"]
    assert result[0] == {"edges": [2.5, 2.75, 3, 3.25, 3.5], "counts": [0, 0, 3, 0]}
    assert result[1] == {"edges": [0, 0.25, 0.5, 0.75, 1], "counts": [0, 0, 0, 0]}
    assert result[2]["counts"] == [0, 0, 3, 0]
    assert result[3]["counts"] == [2, 0, 0, 1]
    for values, word in (([1, np.inf, 2], "inf"), ([1, -np.inf, 2], "-inf"), ([-np.inf] * 3, "-inf to -inf"), ([-1.7e308, 1.7e308, 0], "1.7e+308"),
                         ([1e20, 1e20, 1e20], "1e+20")):
        source = write_npy(tmp_path / "b.npy", np.column_stack([[1.0, 2.0, 3.0], values, values]))
        for ranks in (None, 3):
            assert_refused(run("columns", source, "--histogram", 4, ranks=ranks), 3, "b.npy: column 1", word)
    whole = write_npy(tmp_path / "c.npy", np.array([[2**60], [2**60 + 1]]))
    assert_refused(run("columns", whole, "--histogram", 10), 3, "column 0", "10 bins", "not distinct")


def big(kind, folder):
    """Some 40 MB that do not fit into a block of whole columns."""
    a = random.standard_normal((9001, 600))
    a[random.random(a.shape) < 0.01] = np.nan
    a[:, 5] = -7
    a[:, 6] = random.integers(0, 9, 9001)
    if kind == "rows":
        return a, write_npy(folder / "rows.npy", a)
    if kind == "gzip":
        return a, write_h5(folder / "gzip.h5", a, chunks=(500, 600), compression="gzip", compression_opts=1)
    if kind == "long":
        a = random.integers(-2**62, 2**62, (2500000, 2))
        return a, write_h5_columns(folder / "long.h5", a)
    a = (a * 100).astype("f4")
    return a, write_h5(folder / "float32.h5", np.vstack([a, a + 1]))


@pytest.mark.parametrize("kind", ["rows", "gzip", "long", "float32"])
def test_columns_that_fit_into_no_block(kind, tmp_path):
    a, source = big(kind, tmp_path)
    if kind == "float32":
        a = np.vstack([a, a + 1])
    expected = numpy_quantiles(a)
    words = ["columns", source, "--stats", "median", "--quantiles", ",".join(QUANTILES), "--histogram", 12]
    digests = set()
    for ranks, threads in ((None, 1), (None, 2), (3, 1), (7, 1)):
        result = run_json(*words, "--memory", "32M", ranks=ranks, threads=threads)
        digests.add(result["digest"])
    assert len(digests) == 1
    for q, name in enumerate(QUANTILES):
        assert same_bits(result["quantiles"][name], expected[q]), name
    for ours, (counts, edges) in zip(result["histogram"], numpy_histograms(a, 12)):
        assert ours["edges"] == list(edges) and ours["counts"] == list(counts)
    assert run_json(*words, "--deliver", "scatter", ranks=2)["digest"] in digests


@pytest.mark.parametrize("layout", ["rows", "columns", "gzip"])
def test_one_digest_on_any_ranks_and_threads_and_in_any_layout(layout, tmp_path):
    a = np.random.default_rng(5).standard_normal((30011, 40))
    write = write_h5_columns if layout == "columns" else write_h5
    options = {"compression": "gzip", "chunks": (1000, 10)} if layout == "gzip" else {}
    source = write(tmp_path / "m.h5", a, **options)
    layouts = [(None, 1), (None, 2), (2, 1), (3, 1), (4, 1), (7, 1)]
    words = ["columns", source, "--stats", "count,min,median", "--quantiles", "0.1,0.9", "--histogram", "20"]
    digests = {run_json(*words, ranks=r, threads=t)["digest"] for r, t in layouts}
    fortran = write_npy(tmp_path / "m.npy", a, fortran=True)
    digests.add(run_json("columns", fortran, *words[2:])["digest"])
    assert len(digests) == 1


def test_digests_without_quantiles_are_what_they_were():
    digits = os.path.join(os.path.dirname(__file__), "..", "data", "digits.csv")
    exact = ["--stats", "count,nan,sum,mean,min,max"]
    assert run_json("columns", digits, *exact)["digest"] == "d8bea7702a5518ede527f5a52be21f34"


def test_digests_tell_what_was_asked(tmp_path):
    source = write_npy(tmp_path / "a.npy", random.random((100, 3)))
    options = [[], ["--quantiles", "0.5"], ["--quantiles", "0.25"], ["--quantiles", "0.5,0.25"], ["--histogram", "4"],
               ["--histogram", "5"], ["--quantiles", "0.5", "--histogram", "5"], ["--stats", "median"]]
    assert len({run_json("columns", source, *each)["digest"] for each in options}) == len(options)


def test_rows_have_quantiles_too(tmp_path):
    a = random.standard_normal((301, 40))
    a[7, 3] = np.nan
    expected = numpy_quantiles(a.T)
    for source in (write_h5(tmp_path / "a.h5", a), write_npy(tmp_path / "f.npy", a, fortran=True),
                   write_csv(tmp_path / "a.csv", a)):
        for ranks in (None, 3):
            result = run_json("rows", source, "--quantiles", ",".join(QUANTILES), "--histogram", "6", ranks=ranks)
            for q, name in enumerate(QUANTILES):
                assert same_bits(result["quantiles"][name], expected[q]), source
            for ours, (counts, edges) in zip(result["histogram"], numpy_histograms(a.T, 6)):
                assert ours == {"edges": list(edges), "counts": list(counts)}


def test_policies_on_nan(tmp_path):
    a = random.random((50, 3))
    a[4, 1] = np.nan
    source = write_npy(tmp_path / "a.npy", a)
    words = ["columns", source, "--stats", "count,nan,median", "--quantiles", "0.3", "--histogram", "3"]
    omit = run_json(*words)
    assert omit["statistics"]["count"] == [50, 49, 50] and omit["statistics"]["nan"] == [0, 1, 0]
    assert same_bits(omit["statistics"]["median"], np.nanquantile(a, 0.5, axis=0))
    propagate = run_json(*words, "--nan-policy", "propagate")
    assert same_bits(propagate["quantiles"]["0.3"], np.quantile(a, 0.3, axis=0))
    assert same_bits(propagate["statistics"]["median"], np.quantile(a, 0.5, axis=0))
    assert propagate["histogram"] == omit["histogram"]
    for ranks in (None, 2):
        assert_refused(run(*words, "--nan-policy", "raise", ranks=ranks), 3, "column 1 has 1 NaN")


def test_infinities_are_numpys(tmp_path):
    inf = np.inf
    a = np.array([[inf, 1, -inf, inf], [inf, 2, 1, -inf], [inf, inf, 2, 0]])
    source = write_npy(tmp_path / "a.npy", a)
    with np.errstate(invalid="ignore"):
        expected = numpy_quantiles(a)
    result = run_json("columns", source, "--quantiles", ",".join(QUANTILES), "--out", tmp_path / "q.npy")
    table = np.load(tmp_path / "q.npy")
    for q, name in enumerate(QUANTILES):
        assert same_bits(table[name], expected[q]), name
        assert result["quantiles"][name] == [v if np.isfinite(v) else None for v in expected[q]]


def test_zeros_and_integers_where_numpy_leaves_its_type(tmp_path):
    zeros = run_json("columns", write_npy(tmp_path / "z.npy", np.full((4, 1), -0.0)), "--quantiles", "0,0.5,1")
    for name in ("0", "0.5", "1"):
        ours = np.array(zeros["quantiles"][name])
        assert ours.tobytes() == np.quantile(np.full(4, -0.0), np.array([float(name)])).tobytes(), name
    wide = np.array([[-128], [127]], dtype="i1")  # 127 - -128 wraps around in NumPy
    assert run_json("columns", write_npy(tmp_path / "i.npy", wide), "--stats", "median")["statistics"]["median"] == [-0.5]
    far = np.array([[-2**63], [2**63 - 1]])
    assert run_json("columns", write_npy(tmp_path / "j.npy", far), "--stats", "median")["statistics"]["median"] == [0.0]


def test_a_table_of_several_types(tmp_path):
    reals, whole = random.random(5001), random.integers(-2**60, 2**60, 5001)
    with h5py.File(tmp_path / "t.h5", "w") as f:
        f["t/x"], f["t/n"], f["t/b"] = reals, whole, (whole % 200).astype("u1")
    result = run_json("columns", f"{tmp_path}/t.h5:/t", "--quantiles", "0.37", ranks=3)
    for name, ours in zip(result["names"], result["quantiles"]["0.37"]):
        column = {"x": reals, "n": whole, "b": (whole % 200).astype("u1")}[name]
        assert ours == np.quantile(column, np.array([0.37]))[0], name


def test_the_table_has_a_column_for_each(tmp_path):
    a = np.repeat(np.arange(8.0), np.arange(1, 9))[:, None] * np.ones(30)
    text = run("columns", "a.npy", "--stats", "count,median", "--quantiles", ".25,0.9", "--histogram", "8",
               cwd=os.path.dirname(write_npy(tmp_path / "a.npy", a))).stdout
    lines = text.splitlines()
    assert lines[1].split() == ["column", "count", "median", ".25", "0.9", "histogram"]
    assert lines[2].split() == ["0", "36", "5", "3", "7", "▁▂▃▄▅▆▇█"]
    assert "20 more" in text and max(map(len, lines)) <= 100


def test_output_files_have_them_all(tmp_path):
    import pandas as pd
    a = random.random((500, 33))
    source = write_npy(tmp_path / "a.npy", a)
    words = ["columns", source, "--stats", "median", "--quantiles", "0.05,0.95", "--histogram", "5"]
    result = run_json(*words)
    counts = np.array([h["counts"] for h in result["histogram"]])
    for ending in ("h5", "csv", "json", "npy"):
        assert run(*words, "--out", tmp_path / f"out.{ending}", ranks=2).returncode == 0
    frame = pd.read_csv(tmp_path / "out.csv", float_precision="round_trip")
    whole = json.loads((tmp_path / "out.json").read_text())["columns"]
    table = np.load(tmp_path / "out.npy")
    with h5py.File(tmp_path / "out.h5") as f:
        for read in (f, frame, whole, table):
            assert list(read["median"]) == result["statistics"]["median"]
            assert list(read["0.95"]) == result["quantiles"]["0.95"]
            assert list(read["first_edge"]) == list(a.min(axis=0)) and list(read["last_edge"]) == list(a.max(axis=0))
            assert all(list(read[f"bin_{b}"]) == list(counts[:, b]) for b in range(5))


@pytest.mark.parametrize("ranks", [None, 2])
@pytest.mark.parametrize("option, value, word", [
    ("--quantiles", "1.5", "'1.5'"), ("--quantiles", "-0.1", "'-0.1'"), ("--quantiles", "nan", "'nan'"),
    ("--quantiles", "0.5,", "''"), ("--quantiles", "half", "'half'"), ("--quantiles", "0.5x", "'0.5x'"),
    ("--quantiles", "", "--quantiles"), ("--histogram", "0", "0"), ("--histogram", "-1", "-1"),
    ("--histogram", "many", "'many'"), ("--histogram", "10001", "10000"), ("--histogram", "2.5", "2.5"),
    ("--histogram", "1e30", "1e30"), ("--stats", "medium", "median")])
def test_what_cannot_be_meant_is_refused(ranks, option, value, word, tmp_path):
    source = write_npy(tmp_path / "a.npy", random.random((5, 3)))
    assert_refused(run("columns", source, f"{option}={value}", ranks=ranks), 2, option, word)


def test_claims_of_more_results_than_fit_are_refused_at_once(tmp_path):
    source = claim_npy(tmp_path / "a.npy", (0, 10**8))
    assert_refused(run("columns", source, "--stats", "median", "--histogram", "10000", "--threads", "1"), 3, "a.npy",
                   "do not fit")


@pytest.mark.parametrize("layout", ["rows", "columns", "gzip"])
@pytest.mark.skipif(bool(os.environ.get("RANKWISE_SANITIZE")), reason="sanitizers take memory of their own")
def test_memory_is_bounded(layout, tmp_path):
    source = tmp_path / "m.h5"
    options = {"rows": [], "columns": ["--layout", "columns"], "gzip": ["--chunk", "1000x100", "--gzip", "1"]}[layout]
    shape = ["--rows", 25000, "--columns", 1000]  # 200 MB
    assert run("generate", "uniform", *shape, "--out", source, *options).returncode == 0
    peak = peak_anonymous_bytes("columns", source, "--memory", "32M", "--quantiles", "0.1,0.5", "--histogram", "50")
    assert peak < (32 << 20) + 60_000_000
