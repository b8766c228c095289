import os

import h5py
import numpy as np
import pandas
import pytest

from data_files import write_csv, write_h5, write_h5_columns, write_npy
from support import assert_refused, peak_anonymous_bytes, run, run_json

# Every way to hold a matrix that can be written: the file and the options that make it.
FORMS = {"rows.h5": [], "columns.h5": ["--layout", "columns"], "chunks.h5": ["--chunk", "70x30"],
         "gzip.h5": ["--gzip", "6"], "gzip_columns.h5": ["--gzip", "1", "--layout", "columns", "--chunk", "500x3"],
         "rows.npy": ["--layout", "rows"], "columns.npy": ["--layout", "columns"], "a.csv": [], "a.tsv": []}


def values(path):
    """As users' programs read it."""
    if path.suffix == ".npy":
        return np.load(path)
    if path.suffix in (".csv", ".tsv"):
        return pandas.read_csv(path, sep="," if path.suffix == ".csv" else "\t", header=None,
                               float_precision="round_trip").to_numpy()
    with h5py.File(path) as f:
        return f["x"][...].T if f["x"].attrs.get("rankwise_layout") == "columns" else f["x"][...]


@pytest.fixture(scope="module")
def matrix():
    a = np.random.default_rng(1).normal(size=(701, 83)) * 10.0 ** np.arange(-40, 43)
    a[3, 5], a[7, 9], a[0, 1], a[2, 3], a[4, 4] = np.nan, np.inf, -0.0, -np.inf, 5e-324
    return a


@pytest.mark.parametrize("first", FORMS)
def test_there_and_back_through_every_pair_of_forms(first, matrix, tmp_path):
    source = tmp_path / first
    assert run("convert", write_npy(tmp_path / "source.npy", matrix), source, *FORMS[first]).returncode == 0
    np.testing.assert_array_equal(values(source), matrix)
    for k, second in enumerate(FORMS):
        there, back = tmp_path / f"there_{second}", tmp_path / "back.npy"
        assert run("convert", source, there, *FORMS[second], ranks=[None, 2, 3][k % 3]).returncode == 0
        assert run("convert", there, back, "--layout", "rows", "--overwrite").returncode == 0
        result = np.load(back)
        np.testing.assert_array_equal(result, matrix)
        assert (np.signbit(result) == np.signbit(matrix)).all(), (first, second)


@pytest.mark.parametrize("form", FORMS)
def test_one_digest_on_any_ranks_and_threads(form, tmp_path):
    source = tmp_path / "a.h5"
    assert run("generate", "normal", "--rows", 3000, "--columns", 700, "--out", source, "--chunk", "300x200").returncode == 0
    if form.endswith("sv"):
        source = write_npy(tmp_path / "a.npy", np.random.default_rng(1).normal(size=(5000, 40)))
    digests = {run_json("convert", source, tmp_path / form, "--overwrite", *FORMS[form], *options, ranks=ranks,
                        threads=threads)["digest"]
               for ranks, threads, options in [(None, 1, []), (None, 2, []), (3, 1, []), (4, 2, []),
                                               (3, 1, ["--deliver", "scatter"]), (2, 1, ["--memory", "40M"])]}
    assert len(digests) == 1


@pytest.mark.parametrize("dtype", ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float16", "float32",
                                   "float64", "bool", ">f8", ">i4"])
def test_types_stay_what_they_are(dtype, tmp_path):
    a = np.random.default_rng(1).integers(0, 2 if dtype == "bool" else 100, (40, 30)).astype(dtype)
    if dtype == "int64":
        a[0, 0], a[1, 1] = 2**63 - 1, -(2**63)
    if dtype == "uint64":
        a[0, 0] = 2**64 - 1
    source = write_npy(tmp_path / "a.npy", a)
    expected = {"bool": "uint8", "float16": "float32", ">f8": "float64", ">i4": "int32"}.get(dtype, dtype)
    for name in ("b.h5", "b.npy", "c.h5"):
        assert run("convert", source, tmp_path / name, *(["--layout", "columns"] if name == "c.h5" else [])).returncode == 0
        result = values(tmp_path / name)
        assert result.dtype == np.dtype(expected) and (result == a).all()


def test_another_type(tmp_path):
    a = np.random.default_rng(1).normal(size=(40, 30)) * 1e30
    source = write_npy(tmp_path / "a.npy", a)
    assert run("convert", source, tmp_path / "b.npy", "--dtype", "f4").returncode == 0
    assert (np.load(tmp_path / "b.npy") == a.astype("f4")).all()
    assert_refused(run("convert", source, tmp_path / "c.npy", "--dtype", "i4", ranks=2), 3, "row", "int32", "--dtype")
    assert not (tmp_path / "c.npy").exists()


def test_integers_that_float64_rounds_are_refused(tmp_path):
    (tmp_path / "ids.csv").write_text("id,v\n9007199254740993,1\n9007199254740995,2\n")
    assert_refused(run("convert", "ids.csv", "ids.npy", "--dtype", "i8", cwd=tmp_path), 3, "ids.csv", "2^53")
    assert_refused(run("convert", "id*.csv", "ids.npy", "--dtype", "i8", cwd=tmp_path), 3, "2^53")
    a, b = np.array([[2**53 + 1, 5]]), np.array([[1, 2]], dtype="i2")
    write_npy(tmp_path / "p1.npy", a), write_npy(tmp_path / "p2.npy", b), write_npy(tmp_path / "q1.npy", a)
    write_npy(tmp_path / "q2.npy", b.astype("f4"))
    assert run("convert", "p*.npy", "p.npy", cwd=tmp_path).returncode == 0
    both = np.load(tmp_path / "p.npy")
    assert both.dtype == np.int64 and (both == np.concatenate([a, b])).all()
    assert_refused(run("convert", "q*.npy", "q.npy", cwd=tmp_path), 3, str(2**53 + 1), "float64")
    assert not (tmp_path / "q.npy").exists() and not (tmp_path / "ids.npy").exists()


@pytest.mark.parametrize("types", [("i1", "i4"), ("u1", "u2"), ("u1", "i1"), ("i2", "u4"), ("u8", "i8"), ("i8", "f4"), ("f4", "f8")])
def test_files_of_several_types_are_of_numpys_common_one(types, tmp_path):
    for i, dtype in enumerate(types):
        write_npy(tmp_path / f"p{i}.npy", np.array([[1, 2], [3, 100]], dtype=dtype))
    assert run("convert", "p?.npy", "o.npy", cwd=tmp_path).returncode == 0
    got = np.load(tmp_path / "o.npy")
    assert got.dtype == np.result_type(*types) and (got == [[1, 2], [3, 100]] * 2).all()


def test_a_number_that_float32_has_not_is_refused(tmp_path):
    source = write_npy(tmp_path / "a.npy", np.array([[1, np.inf], [-np.inf, np.nan]]))
    assert run("convert", source, tmp_path / "o.npy", "--dtype", "f4").returncode == 0
    assert np.array_equal(np.load(tmp_path / "o.npy"), np.array([[1, np.inf], [-np.inf, np.nan]], dtype="f4"), equal_nan=True)
    source = write_npy(tmp_path / "b.npy", np.array([[1, np.finfo("f4").max], [-1e39, 2]]))
    assert_refused(run("convert", source, tmp_path / "n.npy", "--dtype", "f4", ranks=2), 3, "row 1, column 0", "-1e+39", "float32")


def test_names_go_along(tmp_path):
    frame = pandas.DataFrame({"α β": [1.5, 2.0], "x,y": [3.0, np.nan], 'q"': [5.0, 6.0]})
    frame.to_csv(tmp_path / "a.csv", index=False)
    assert run("convert", tmp_path / "a.csv", tmp_path / "b.h5").returncode == 0
    assert run("convert", tmp_path / "b.h5", tmp_path / "c.h5", "--layout", "columns", "--gzip", 1).returncode == 0
    assert run("convert", tmp_path / "c.h5", tmp_path / "d.csv", ranks=2).returncode == 0
    pandas.testing.assert_frame_equal(pandas.read_csv(tmp_path / "d.csv"), frame)
    with h5py.File(tmp_path / "b.h5") as f:
        assert list(f["x"].dims[1][0].asstr()[...]) == list(frame.columns)
        assert len(f["x"].dims[0]) == 0
    # Names that are numbers would be read as a row of them.
    with h5py.File(tmp_path / "n.h5", "w") as f:
        f["x"] = np.ones((3, 2))
        f["x"].attrs["columns"] = ["1", "2"]
    assert run("convert", tmp_path / "n.h5", tmp_path / "n.csv").returncode == 0
    assert list(pandas.read_csv(tmp_path / "n.csv").columns) == ["x1", "x2"]


def test_a_table_of_several_types_becomes_a_matrix(tmp_path):
    frame = pandas.DataFrame({"id": np.arange(50), "v": np.linspace(0, 1, 50)})
    with h5py.File(tmp_path / "t.h5", "w") as f:
        for name in frame:
            f[f"t/{name}"] = frame[name]
    assert run("convert", f"{tmp_path}/t.h5:/t", tmp_path / "m.npy").returncode == 0
    np.testing.assert_array_equal(np.load(tmp_path / "m.npy"), frame.to_numpy())
    with h5py.File(tmp_path / "w.h5", "w") as f:  # integers that float64 does not have
        f["t/id"], f["t/k"] = np.array([2**53 + 1, 7]), np.array([1, 2], dtype="i4")
    assert run("convert", f"{tmp_path}/w.h5:/t", tmp_path / "w.npy", "--dtype", "i8", ranks=2).returncode == 0
    np.testing.assert_array_equal(np.load(tmp_path / "w.npy"), [[2**53 + 1, 1], [7, 2]])
    assert_refused(run("convert", f"{tmp_path}/w.h5:/t", tmp_path / "x.npy"), 3, "row 0, column 0", "float64")


def test_what_is_left_out_is_told(tmp_path):
    with h5py.File(tmp_path / "t.h5", "w") as f:
        f["t/v"], f["t/name"] = np.arange(3.0), np.array([b"a", b"b", b"c"])
    done = run("convert", f"{tmp_path}/t.h5:/t", tmp_path / "m.npy")
    assert "not counting 1 column without numbers" in done.stdout


def test_chunks_that_are_decoded_many_times_are_told(tmp_path):
    source = tmp_path / "a.h5"
    assert run("generate", "uniform", "--rows", 2000, "--columns", 1000, "--out", source, "--gzip", 1).returncode == 0
    done = run("convert", source, tmp_path / "b.h5", "--layout", "columns", "--gzip", 1, "--chunk", "2000x3", ranks=2)
    assert done.returncode == 0 and "times over" in done.stderr


def test_vectors_stay_vectors(tmp_path):
    v = np.random.default_rng(1).normal(size=1001)
    source = write_npy(tmp_path / "v.npy", v)
    for name, options in [("v.h5", []), ("c.h5", ["--gzip", "2"]), ("d.h5", ["--chunk", "100x1"])]:
        assert run("convert", source, tmp_path / name, *options, ranks=2).returncode == 0
        assert (values(tmp_path / name) == v).all() and values(tmp_path / name).shape == (1001,)
        assert run("convert", tmp_path / name, tmp_path / "back.npy", "--overwrite").returncode == 0
        assert (np.load(tmp_path / "back.npy") == v).all() and np.load(tmp_path / "back.npy").shape == (1001,)


@pytest.mark.parametrize("shape", [(0, 4), (4, 0), (0, 0), (1, 1), (1, 9), (9, 1)])
def test_small_and_empty(shape, tmp_path):
    a = np.ones(shape)
    source = write_npy(tmp_path / "a.npy", a)
    for name in ("b.h5", "c.npy", "d.csv"):
        done = run("convert", source, tmp_path / name, ranks=3)
        if name == "d.csv" and shape[1] == 0:
            assert_refused(done, 2, "without columns")
            continue
        assert done.returncode == 0, done.stderr
        assert run("convert", tmp_path / name, tmp_path / "back.npy", "--overwrite").returncode == 0
        assert np.load(tmp_path / "back.npy").shape == shape


@pytest.mark.parametrize("words, code, told", [
    (["a.npy"], 2, ["DEST"]), (["a.npy", "a.npy"], 3, ["--overwrite"]), (["none.npy", "b.h5"], 3, ["none.npy"]),
    (["a.npy", "b.json"], 2, [".json"]), (["a.npy", "b.txt"], 2, ["b.txt"]), (["a.npy", "b.csv", "--gzip", "1"], 2, [".h5"]),
    (["a.npy", "b.csv", "--layout", "columns"], 2, ["row by row"]), (["text.csv", "b.h5"], 3, ["text.csv"]),
    (["a.npy", "b.h5", "--memory", "10"], 2, ["--memory"]), (["a.npy", "b.h5:/"], 2, ["no name"]), (["a.npy", "/none/b.h5"], 3, ["/none"]),
    (["a.npy", "b.h5", "--chunk", "0x1"], 2, ["--chunk"]), (["a.npy", "b.h5", "--gzip", "1", "--checkpoint", "c"], 2, ["--checkpoint"])])
@pytest.mark.parametrize("ranks", [None, 3])
def test_what_can_go_wrong(words, code, told, ranks, tmp_path):
    write_npy(tmp_path / "a.npy", np.ones((4, 3)))
    (tmp_path / "text.csv").write_text("a,b\n1,2\n3,many\n")
    before = sorted(os.listdir(tmp_path))
    assert_refused(run("convert", *words, ranks=ranks, cwd=tmp_path), code, *told)
    assert sorted(os.listdir(tmp_path)) == before


@pytest.mark.skipif(bool(os.environ.get("RANKWISE_SANITIZE")), reason="sanitizers take memory of their own")
@pytest.mark.parametrize("source_options, options", [([], ["--layout", "columns"]), (["--gzip", "1", "--chunk", "500x500"], []),
                                                     (["--layout", "columns"], ["--gzip", "1"])])
def test_memory_is_bounded(source_options, options, tmp_path):
    source, out = tmp_path / "m.h5", tmp_path / "r.h5"
    assert run("generate", "uniform", "--rows", 6000, "--columns", 5000, "--out", source, *source_options).returncode == 0
    assert peak_anonymous_bytes("convert", source, out, *options, "--memory", "48M") < (48 << 20) + 60_000_000


def test_a_stopped_run_goes_on(tmp_path):
    source = tmp_path / "m.h5"
    assert run("generate", "uniform", "--rows", 4000, "--columns", 4000, "--out", source).returncode == 0
    whole = run_json("convert", source, tmp_path / "whole.npy", "--layout", "columns")["digest"]
    words = ["convert", source, tmp_path / "r.npy", "--layout", "columns", "--checkpoint", tmp_path / "c", "--resume"]
    stops = 0
    while True:
        done = run(*words, "--json", *(["--max-time", "0.02s"] if stops < 40 else []), ranks=[None, 2][stops % 2])
        if done.returncode == 0:
            break
        assert done.returncode == 75, done.stderr
        stops += 1
    assert stops > 0 and whole in done.stdout
    assert (np.load(tmp_path / "r.npy") == np.load(tmp_path / "whole.npy")).all()
