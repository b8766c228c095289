import json

import h5py
import numpy as np
import pytest

from data_files import write_csv, write_h5, write_h5_columns, write_npy
from support import assert_refused, run, run_json

QUANTILES = ["0", "0.05", "0.25", ".5", "0.731", "0.95", "1", "1e-9"]
random = np.random.default_rng(11)


def special():
    """Columns that need a decision each."""
    tiny = np.array([5e-324, 1e-310, -5e-324, 2.5e-308, 0.0, 1e-320, -1e-309])
    return np.column_stack([np.full(7, 3.25), np.full(7, np.nan), [np.nan] * 6 + [2.5], tiny,
                            [-0.0, 0.0, 1, 2, 3, -1, -2], [1e308, -1e308, 1.7e308, -1.7e308, 1, 2, 3],
                            [np.nan, 1, 1, 1, np.nan, 1, 2]])


def with_nan():
    a = random.standard_normal((4999, 7))
    a[random.random(a.shape) < 0.1] = np.nan
    a[:, 3] = np.nan
    return a


CASES = {
    "tall": lambda: random.random((100003, 2)),
    "wide": lambda: random.random((7, 5011)),
    "prime": lambda: random.standard_normal((1009, 101)),
    "even": lambda: np.exp(20 * random.standard_normal((5000, 6))),
    "sorted": lambda: np.sort(random.random((30000, 3)), axis=0),
    "period": lambda: np.tile(random.random((64, 2)), (512, 1)),
    "ties": lambda: random.integers(0, 3, (20011, 4)).astype("f8"),
    "nan": with_nan,
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
