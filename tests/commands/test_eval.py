import json
import os
import time

import h5py
import numpy as np
import pandas
import pytest

from data_files import claim_npy, write_csv, write_h5, write_h5_columns, write_npy
from expressions import Expressions, by_numpy, differ
from support import assert_refused, peak_anonymous_bytes, run, run_and_kill_until_done, run_json
from test_generate import values

ROWS, COLUMNS = 37, 53


def matrices():
    random = np.random.default_rng(3)
    return {"x": random.normal(size=(ROWS, COLUMNS)), "y": random.normal(size=(ROWS, COLUMNS)),
            "s": random.normal(size=(41, 41)), "v": random.normal(size=COLUMNS), "w": random.normal(size=(ROWS, 1)),
            "i": random.integers(-5, 6, (ROWS, COLUMNS)), "h": random.normal(size=(ROWS, COLUMNS)).astype("f4")}


def write_all(folder):
    """Each matrix in another layout. @return the words that name them"""
    m = matrices()
    sources = {"x": write_h5(folder / "x.h5", m["x"]), "y": write_h5_columns(folder / "y.h5", m["y"]),
               "s": write_h5(folder / "s.h5", m["s"], chunks=(7, 20), compression="gzip", shuffle=True),
               "v": write_npy(folder / "v.npy", m["v"]), "w": write_csv(folder / "w.csv", m["w"]),
               "i": write_npy(folder / "i.npy", m["i"]), "h": write_npy(folder / "h.npy", m["h"], fortran=True)}
    return m, sources


def inputs(text, sources):
    used = {name for name in sources if name in {word for word in "".join(c if c.isalnum() else " " for c in text).split()}}
    return [f"{name}={sources[name]}" for name in sorted(used)]


@pytest.mark.parametrize("group", range(12))
def test_random_expressions_are_what_numpy_has_and_one_digest(group, tmp_path):
    given, sources = write_all(tmp_path)
    expressions = Expressions(group, given)
    for k in range(10):
        text = expressions.next()
        digests = set()
        for ranks, threads in [(None, 1), (3, 1), (4, 2)] if k < 9 else [(None, 2), (2, 2), (7, 1)]:
            out = tmp_path / f"{k}.{ranks}.npy"
            digests.add(run_json("eval", text, *inputs(text, sources), "--out", out, ranks=ranks, threads=threads)["digest"])
        assert len(digests) == 1, text
        assert not differ(np.load(out), by_numpy(text, given), 1e-12), text


LAYOUTS = {
    "rows": lambda p, a: write_h5(f"{p}.h5", a),
    "columns": lambda p, a: write_h5_columns(f"{p}.h5", a),
    "gzip": lambda p, a: write_h5(f"{p}.h5", a, chunks=(100, 7), compression="gzip"),
    "wide chunks": lambda p, a: write_h5(f"{p}.h5", a, chunks=(1, 1300)),
    "npy": lambda p, a: write_npy(f"{p}.npy", a),
    "fortran": lambda p, a: write_npy(f"{p}.npy", a, fortran=True),
    "big endian": lambda p, a: write_npy(f"{p}.npy", a.astype(a.dtype.newbyteorder(">"))),
    "f4": lambda p, a: write_npy(f"{p}.npy", a.astype("f4")),
    "csv": lambda p, a: write_csv(f"{p}.csv", a),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_more_than_one_tile_of_every_layout(layout, tmp_path):
    a = np.random.default_rng(1).normal(size=(1300, 1300)).astype("f4").astype("f8")
    source = LAYOUTS[layout](tmp_path / "a", a)
    text = "x + x.T - mean(x, 0) + sum(x.T * 2, axis=1, keepdims=True) / max(x)"
    digests = set()
    for ranks, out in [(None, "n.npy"), (3, "m.npy"), (2, "c.h5")]:
        layout_of_result = ["--layout", "columns"] if out == "c.h5" else []
        result = run_json("eval", text, f"x={source}", "--out", tmp_path / out, *layout_of_result, ranks=ranks)
        if out != "c.h5":
            digests.add(result["digest"])
        assert not differ(values(tmp_path / out), by_numpy(text, {"x": a}), 1e-11)
    assert len(digests) == 1


@pytest.mark.parametrize("options, out", [([], "r.csv"), (["--gzip", "1"], "r.h5"), (["--chunk", "400x70"], "r.h5"),
                                          (["--chunk", "70x400", "--layout", "columns"], "r.h5")])
def test_every_kind_of_output(options, out, tmp_path):
    a = np.random.default_rng(1).normal(size=(1500, 900))
    source = write_h5(tmp_path / "a.h5", a)
    one = run_json("eval", "x.T * 2", f"x={source}", "--out", tmp_path / out, *options)
    many = run_json("eval", "x.T * 2", f"x={source}", "--out", tmp_path / out, "--overwrite", *options, ranks=3)
    assert one["digest"] == many["digest"]
    assert (values(tmp_path / out) == a.T * 2).all()


@pytest.mark.parametrize("text, shown", [
    ("1 + 2", "3"), ("7 / 2", "3.5"), ("2 * 1.5", "3.0"), ("0 * -1.0", "-0.0"), ("1 / 0", "inf"), ("0 / 0", "nan"),
    ("3 > 2", "True"), ("sum(i) == sum(i.T)", "True"), ("max(i) < -100", "False"), ("sum(i)", None), ("mean(x)", None),
    ("-x.T.max()", None), ("-1 + i.sum()", None), ("std(x, ddof=1)", None), ("sum(i > 2)", None), ("2 ** 3 ** 2", "512"),
    ("v.mean()", None), ("min(v, 0)", None), ("sum(random() < 0.5)", None), ("x.mean(0).mean()", None)])
def test_one_number_is_printed(text, shown, tmp_path):
    given, sources = write_all(tmp_path)
    done = run("eval", text, *inputs(text, sources), "--threads", "1")
    assert done.returncode == 0, done.stderr
    if shown is not None:
        assert done.stdout == shown + "\n"
    elif "random" in text:
        assert done.stdout in ("0\n", "1\n")
    else:
        expected = by_numpy(text, given)
        assert abs(float(done.stdout) - expected) <= 1e-12 * abs(expected)
        assert ("." in done.stdout) == (expected.dtype.kind == "f")
    assert run_json("eval", text, *inputs(text, sources), ranks=3)["shape"] == []


def test_json(tmp_path):
    source = write_npy(tmp_path / "a.npy", np.arange(6.).reshape(2, 3))
    result = run_json("eval", "x.T", f"x={source}", "--out", tmp_path / "b.h5:/y", "--seed", 5, ranks=2)
    assert result["shape"] == [3, 2] and result["dtype"] == "float64" and result["expression"] == "x.T"
    assert result["matrices"] == {"x": source} and result["seed"] == 5 and result["command"] == "eval"
    with h5py.File(tmp_path / "b.h5") as f:
        assert json.loads(f["y"].attrs["rankwise_run"])["digest"] == result["digest"]
        assert (f["y"][...] == np.arange(6.).reshape(2, 3).T).all()
    assert run_json("eval", "0 / 0")["value"] is None
    assert run_json("eval", "x.sum()", f"x={source}")["value"] == 15


def test_vectors_are_vectors(tmp_path):
    a = np.random.default_rng(1).normal(size=(50, 30))
    v = np.random.default_rng(2).normal(size=30)
    m = write_npy(tmp_path / "m.npy", a)
    for source in [write_npy(tmp_path / "v.npy", v), write_h5(tmp_path / "v.h5", v),
                   write_h5(tmp_path / "c.h5", v, chunks=(7,), compression="gzip")]:
        for text, expected in [("v * 2", v * 2), ("m + v", a + v), ("(m + v).T", (a + v).T), ("m.mean(0) - v", a.mean(0) - v),
                               ("m.T.mean(axis=1) - v.T", a.mean(0) - v)]:
            for name in ("r.npy", "r.h5"):
                done = run("eval", text, *([f"m={m}"] if "m" in text.replace("mean", "") else []), f"v={source}", "--out",
                           tmp_path / name, "--overwrite", ranks=2)
                assert done.returncode == 0, done.stderr
                result = values(tmp_path / name)
                assert result.shape == expected.shape and not differ(result, expected, 1e-12), text
    assert_refused(run("eval", "w + v", f"w={write_npy(tmp_path / 'w.npy', a[:, :7])}", f"v={source}", "--out",
                       tmp_path / "no.npy"), 2, "(50, 7) and (30,) do not fit")


@pytest.mark.parametrize("shape", [(0, 5), (5, 0), (0, 0), (1, 1), (1, 7), (7, 1)])
def test_small_and_empty(shape, tmp_path):
    a = np.random.default_rng(1).normal(size=shape)
    source = write_npy(tmp_path / "a.npy", a)
    for text in ["x * 2", "x.T + 1", "sum(x, 0)", "sum(x, 1)", "mean(x, 1)", "x - x.sum(0)", "x.T - x.sum(axis=1)"]:
        for ranks in (None, 3):
            done = run("eval", text, f"x={source}", "--out", tmp_path / "r.npy", "--overwrite", ranks=ranks)
            assert done.returncode == 0, (text, done.stderr)
            assert not differ(np.load(tmp_path / "r.npy"), by_numpy(text, {"x": a}), 1e-12), text


def test_not_numbers_and_infinities(tmp_path):
    a = np.random.default_rng(1).normal(size=(60, 5))
    a[3, 1], a[7, 2], a[9, 2], a[11, 3], a[5, 4] = np.nan, np.inf, -np.inf, np.inf, -0.0
    source = write_npy(tmp_path / "a.npy", a)
    for text in ["x.sum(0)", "x.mean(0)", "x.min(0)", "x.max(1)", "x.var(0)", "x.std(1)", "x / 0", "sqrt(x)", "log(x)",
                 "where(x > 0, x, nan)", "maximum(x, 0)", "clip(x, -1, 1)", "x == x", "exp(x)"]:
        assert run("eval", text, f"x={source}", "--out", tmp_path / "r.npy", "--overwrite").returncode == 0
        assert not differ(np.load(tmp_path / "r.npy"), by_numpy(text, {"x": a}), 1e-12), text


def test_what_is_drawn_depends_on_place_and_seed_alone(tmp_path):
    zeros = np.zeros((1100, 700))
    ways = [LAYOUTS[name](tmp_path / name.replace(" ", "_"), zeros) for name in ["rows", "columns", "gzip", "csv"]]
    results = []
    for k, source in enumerate(ways):
        out = tmp_path / f"r{k}.h5"
        run_json("eval", "x + random() + 10 * random()", f"x={source}", "--out", out, "--seed", 4, "--layout",
                 "columns" if k == 1 else "rows", ranks=[None, 2, 3, 4][k])
        results.append(values(out))
    for other in results[1:]:
        assert (other == results[0]).all()
    tenths = results[0] / 11
    assert 0 <= tenths.min() and tenths.max() < 1 and abs(tenths.mean() - 0.5) < 0.002
    assert np.unique(results[0]).size == results[0].size
    run_json("eval", "x + random() + 10 * random()", f"x={ways[0]}", "--out", tmp_path / "s.h5", "--seed", 5)
    assert (values(tmp_path / "s.h5") != results[0]).all()
    run_json("eval", "normal() + 0 * x", f"x={ways[0]}", "--out", tmp_path / "n.h5")
    n = values(tmp_path / "n.h5")
    assert abs(n.mean()) < 5 / n.size ** 0.5 and abs(n.std() - 1) < 0.005


@pytest.mark.parametrize("dtype", ["f8", "f4", "i8", "i4", "i2", "i1", "u1"])
def test_types_of_the_result(dtype, tmp_path):
    a = np.arange(120).reshape(10, 12)
    source = write_npy(tmp_path / "a.npy", a)
    run_json("eval", "x + 0", f"x={source}", "--out", tmp_path / "r.npy", "--dtype", dtype)
    result = np.load(tmp_path / "r.npy")
    assert result.dtype == np.dtype(dtype) and (result == a).all()


@pytest.mark.parametrize("text, dtype", [("x * 2", "<i8"), ("x > 3", "|u1"), ("x / 2", "<f8"), ("x ** 2", "<i8"),
                                         ("x ** -1.0", "<f8"), ("where(x > 3, x, 0)", "<i8"), ("mean(x, 0)", "<f8"),
                                         ("sum(x > 3, 0)", "<i8"), ("-x", "<i8"), ("sqrt(x)", "<f8")])
def test_types_by_themselves(text, dtype, tmp_path):
    a = np.arange(1, 13, dtype="i4").reshape(3, 4)
    source = write_npy(tmp_path / "a.npy", a)
    run_json("eval", text, f"x={source}", "--out", tmp_path / "r.npy")
    result = np.load(tmp_path / "r.npy")
    assert result.dtype.str == dtype and not differ(result, by_numpy(text, {"x": a}), 1e-14)


@pytest.mark.parametrize("value, text, dtype, words", [
    (300, "x", "i1", ["row 0, column 0 is 300", "int8"]), (300, "x * 1e300", "f4", ["e+302", "float32"]), (-1, "x", "u1", ["is -1", "uint8"]), (1, "x / 2", "i4", ["0.5"]),
    (0, "x / 0", "i4", ["nan"]), (2**53, "x", None, ["2^53", "1.0 *"]), (2**53 + 1, "x - x.min(0)", None, ["2^53"]), (2**31, "x * x * 4", None, ["2^53"]),
    (2**52, "x + x - x", None, ["2^53"]), (2**52, "(x + x) == x", None, ["2^53"])])
def test_what_a_type_cannot_hold(value, text, dtype, words, tmp_path):
    source = write_npy(tmp_path / "a.npy", np.full((3, 4), value, dtype="i8"))
    for ranks in (None, 2):
        done = run("eval", text, f"x={source}", "--out", tmp_path / "r.npy", *(["--dtype", dtype] if dtype else []), ranks=ranks)
        assert_refused(done, 3, *words)
        assert not (tmp_path / "r.npy").exists()


def test_integers_that_float64_rounds_are_not_taken_for_others(tmp_path):
    """Nanoseconds since 1970, as pandas has them."""
    a = np.array([17 * 10**17, 17 * 10**17 + 1, 17 * 10**17 + 100])
    source = write_npy(tmp_path / "a.npy", a)
    for text in ("sum((x == 3) * 1.0)", "mean(where(x != min(x), 1.0, 0.0))", "sum(where(x - 1 < 5, 0.5, 2.5))", "sum(x <= x)"):
        assert_refused(run("eval", text, f"x={source}"), 3, "2^53")
        assert_refused(run("eval", text, f"x={source}", ranks=2), 3, "2^53")
    for text in ("sum((x == 1700000000000000001) * 1.0)", "9007199254740993 - 1", "2 ** 53 + 1", "sum(x * 9007199254740993 == 1)"):
        assert_refused(run("eval", text, *([f"x={source}"] if "x" in text else [])), 2, "2^53", ".0")
    assert float(run("eval", "mean(x * 0.5)", f"x={source}").stdout) == np.mean(a * 0.5)
    assert run("eval", "sum(x > 17e17)", f"x={source}").stdout.strip() == str((a > 17e17).sum())
    assert float(run("eval", "2 ** 53 * 1.5").stdout) == 2**53 * 1.5


def test_one_number_as_json(tmp_path):
    source = write_npy(tmp_path / "a.npy", np.array([[1, 2], [3, 4]]))
    for text, value in (("sum(x)", 10), ("max(x) > 3", True), ("mean(x)", 2.5), ("0.0 / 0", None)):
        got = run_json("eval", text, *([f"x={source}"] if "x" in text else []))["value"]
        assert got == value and type(got) is type(value), text


def test_sums_of_integers_are_exact(tmp_path):
    a = np.array([[2**52 + 1, -(2**52)], [3, 5]], dtype="i8")
    source = write_npy(tmp_path / "a.npy", a)
    assert run("eval", "sum(x)", f"x={source}").stdout == "9\n"
    assert run("eval", "sum(x + 1)", f"x={source}").stdout == "13\n"


NONSENSE = {
    "": ["must not be empty"], " ": ["column"], "x +": ["column 4"], "x + y": ["no matrix named 'y'", "column 5", "x + y"],
    "matrox + x": ["did you mean 'matrix'"], "x + + ": ["column"], "(x": ["column"], "x)": ["column 2"], "x y": ["column 3"],
    "x = 3": ["column"], "sin": ["column"], "sin(x, x)": ["1 argument"], "sim(x)": ["did you mean 'sin'"], "x.t": ["column"],
    "x[0]": ["column 2"], "lambda x: x": ["column"], "import os": ["column"], "__import__('os').system('ls')": ["column"],
    "np.sin(x)": ["without 'np.'"], "x if x else x": ["column"], "1 < x < 2": ["column"], "x and x": ["column"], "'a'": ["column"],
    "sum(x, 2)": ["axis"], "sum(x, axes=1)": ["axes"], "where(x > 0, x)": ["3 arguments"], "x @ x": ["column 3"],
    "~x * 1.0 + ~(x + 0.5)": ["truth"], "1e999999 + x + é": ["column"], "x" * 100000: ["65536", "100000"],
    "(" * 1000000 + "x": [], "(" * 30000 + "x": ["200 levels"], "-" * 50000 + "x": ["200 levels"], "x" + ".T" * 30000 + ".": [],
    "0x10 + x": ["column"], "x; x": ["column 2"], "x\n+\n": ["column"], "exp(": ["column"], "x ** ** 2": ["column"],
}


@pytest.mark.parametrize("number", range(len(NONSENSE)))
def test_nonsense_is_refused(number, tmp_path):
    text, words = list(NONSENSE.items())[number]
    write_npy(tmp_path / "a.npy", np.ones((2, 2)))
    for ranks in (None, 3):
        try:
            done = run("eval", text, "x=a.npy", "matrix=a.npy", "--out", "r.npy", ranks=ranks, cwd=tmp_path)
        except OSError:
            assert len(text) > 100000  # the kernel refuses so long a word
            continue
        assert_refused(done, 2)
        assert len(done.stderr) < 1000 and sorted(os.listdir(tmp_path)) == ["a.npy"]
        for word in words:
            assert word in done.stderr, (word, done.stderr)


@pytest.mark.parametrize("words, code, told", [
    (["x + 1"], 2, ["no matrix named 'x'"]),
    (["x", "x"], 2, ["NAME=FILE"]), (["x", "=a.npy"], 2, ["NAME=FILE"]), (["x", "x="], 2, ["NAME=FILE"]),
    (["x", "2x=a.npy"], 2, ["NAME=FILE"]), (["x", "x=a.npy", "x=a.npy"], 2, ["x= is there twice"]),
    (["x", "x=a.npy", "y=a.npy"], 2, ["y= is not in the expression"]),
    (["x"], 2, ["no matrix"]), (["x", "x=none.npy"], 3, ["none.npy"]), (["x", "x=a.npy"], 2, ["(4, 3)", "--out"]),
    (["sum(x)", "x=a.npy", "--out", "r.npy"], 2, ["one number"]), (["x", "x=text.csv", "--out", "r.npy"], 3, ["text.csv"]),
    (["x + x.T", "x=a.npy", "--out", "r.npy"], 2, ["(4, 3) and (3, 4) do not fit", "column 3"]),
    (["sum(x)", "x=a.npy", "--overwrite"], 2, ["--overwrite", "--out"]), (["sum(x)", "x=a.npy", "--write", "root"], 2, ["--write", "--out"]),
    (["x", "x=a.npy", "--out", "r.json"], 2, ["not .json"]), (["x", "x=a.npy", "--out", "nowhere/r.npy"], 3, ["nowhere"]),
    (["x", "x=a.npy", "--out", "a.npy"], 3, ["a.npy", "--overwrite"]), (["x.min(0)", "x=empty.npy", "--out", "r.npy"], 2, ["no min"]),
    (["x", "x=a.npy", "--out", "r.npy", "--memory", "100"], 2, ["--memory"]), (["x", "x=a.npy", "--out", "r.npy", "--seed", "-1"], 2, ["--seed"]),
    (["--x + 1", "x=a.npy", "--out", "r.npy"], 2, ["--x"]), (["x", "x=a.npy", "--out", "r.npy", "--gzip", "1"], 2, [".h5"])])
@pytest.mark.parametrize("ranks", [None, 3])
def test_what_can_go_wrong(words, code, told, ranks, tmp_path):
    write_npy(tmp_path / "a.npy", np.ones((4, 3)))
    write_npy(tmp_path / "empty.npy", np.ones((0, 3)))
    (tmp_path / "text.csv").write_text("a,b\n1,2\n3,many\n")
    before = sorted(os.listdir(tmp_path))
    assert_refused(run("eval", *words, ranks=ranks, cwd=tmp_path), code, *told)
    assert sorted(os.listdir(tmp_path)) == before


def test_an_input_may_be_the_output(tmp_path):
    a = np.random.default_rng(1).normal(size=(300, 300))
    source = write_npy(tmp_path / "a.npy", a)
    assert run("eval", "x.T + 1", f"x={source}", "--out", source, "--overwrite", ranks=2).returncode == 0
    assert (np.load(source) == a.T + 1).all()


def test_an_expression_may_begin_with_a_sign(tmp_path):
    source = write_npy(tmp_path / "a.npy", np.ones((4, 3)))
    assert run("eval", "-x.sum()", f"x={source}").stdout == "-12.0\n"


@pytest.mark.parametrize("out", ["r.npy", "r.csv"])
def test_rank_0_delivers_several_inputs(out, tmp_path):
    given, sources = write_all(tmp_path)
    text = "x * v + y - w + mean(h, 0) + where(i > 0, s.sum(), 1)"
    words = [text, *inputs(text, sources), "--out", tmp_path / out, "--overwrite"]
    digests = {run_json("eval", *words, "--deliver", deliver, "--memory", "5M", ranks=ranks)["digest"]
               for deliver, ranks in [("auto", None), ("read", 2), ("scatter", 3), ("scatter", 7)]}
    assert len(digests) == 1
    assert not differ(values(tmp_path / out), by_numpy(text, given), 1e-12)


def test_ranks_take_the_same_parts_whether_they_see_the_input_or_not(tmp_path):
    source = tmp_path / "a.npy"
    assert run("generate", "uniform", "--rows", 1000, "--columns", 10000, "--out", source).returncode == 0
    words = ["eval", "x + 1", f"x={source}", "--out", tmp_path / "r.csv", "--overwrite"]
    # Of 20 pieces, 12 at once by what rank 0 needs, 10 by what a rank needs to which they are delivered.
    many = run_json(*words, "--deliver", "scatter", "--memory", "520M", ranks=2, threads=1)
    assert many["digest"] == run_json(*words)["digest"]


def test_tables_of_several_types(tmp_path):
    frame = pandas.DataFrame({"id": np.arange(300_000), "small": np.arange(300_000, dtype="i2") % 7,
                              "v": np.random.default_rng(1).normal(size=300_000)})
    with h5py.File(tmp_path / "t.h5", "w") as f:
        for name in frame:
            f[f"t/{name}"] = frame[name]
        f["i/a"], f["i/b"] = frame["id"], frame["small"]
    a = frame.to_numpy()
    for text, expected in [("mean(x, 0)", a.mean(0)), ("sum(x, 1)", a.sum(1)), ("x.T.max(1) + x.mean()", a.max(0) + a.mean())]:
        one = run_json("eval", text, f"x={tmp_path}/t.h5:/t", "--out", tmp_path / "r.npy", "--overwrite")
        many = run_json("eval", text, f"x={tmp_path}/t.h5:/t", "--out", tmp_path / "r.npy", "--overwrite", ranks=3)
        assert one["digest"] == many["digest"] and not differ(np.load(tmp_path / "r.npy"), expected, 1e-12)
    assert run("eval", "sum(x)", f"x={tmp_path}/t.h5:/i").stdout == f"{frame['id'].sum() + frame['small'].sum()}\n"


def test_a_job_with_its_matrices_exchanged_is_another(tmp_path):
    random = np.random.default_rng(1)
    f, g = (write_npy(tmp_path / f"{n}.npy", random.normal(size=(3000, 2000))) for n in "fg")
    out = ["--out", tmp_path / "r.npy", "--checkpoint", tmp_path / "c", "--resume"]
    stopped = run("eval", "a - b", f"a={f}", f"b={g}", *out, "--max-time", "0.001s")
    assert stopped.returncode == 75, stopped.stderr
    assert_refused(run("eval", "a - b", f"b={f}", f"a={g}", *out), 3, "another input")
    assert run("eval", "a - b", f"a={f}", f"b={g}", *out).returncode == 0
    assert (np.load(tmp_path / "r.npy") == np.load(f) - np.load(g)).all()


def test_an_output_that_is_there_is_refused_before_the_work(tmp_path):
    source = write_npy(tmp_path / "a.npy", np.ones((5, 5)))
    for options in ([], ["--checkpoint", tmp_path / "c", "--resume"]):
        done = run("eval", "x - mean(x, 0)", f"x={source}", "--out", source, *options)
        assert_refused(done, 3, "a.npy", "--overwrite")


def test_tall_matrices_of_columns(tmp_path):
    a = np.random.default_rng(1).normal(size=(1_000_000, 3))
    source = write_h5_columns(tmp_path / "a.h5", a)
    words = ["eval", "x * 2 - mean(x, 0)", f"x={source}", "--out", tmp_path / "r.npy", "--overwrite"]
    assert run_json(*words)["digest"] == run_json(*words, ranks=4)["digest"]
    np.testing.assert_allclose(np.load(tmp_path / "r.npy"), a * 2 - a.mean(0), rtol=1e-12, atol=1e-13)
    assert not differ(float(run("eval", "sum(x)", f"x={source}").stdout), np.sum(a, dtype=np.longdouble), 1e-9)


def test_claims_of_more_results_than_fit_are_refused(tmp_path):
    source = claim_npy(tmp_path / "a.npy", (10**12, 0))
    for ranks in (None, 2):
        assert_refused(run("eval", "sum(x, 1)", f"x={source}", "--out", tmp_path / "r.npy", ranks=ranks), 3, "do not fit")
    b = write_npy(tmp_path / "b.npy", np.ones((100_000, 2)))
    assert_refused(run("eval", "sum(x, 1)", f"x={b}", "--out", tmp_path / "r.npy", "--memory", "9M"), 2, "--memory", "do not fit")


def test_plan_reads_nothing_and_tells_the_phases(tmp_path):
    source = write_h5(tmp_path / "a.h5", np.ones((2000, 3000)))
    result = run_json("eval", "x - mean(x, 0) / std(x, 0) + sum(x)", f"x={source}", "--out", tmp_path / "r.h5", "--plan")
    assert [phase["phase"] for phase in result["plan"]["phases"]] == ["reduction 1", "reduction 2", "eval"]
    assert result["plan"]["bytes_to_read"] == 3 * 2000 * 3000 * 8
    assert sorted(os.listdir(tmp_path)) == ["a.h5"]


@pytest.mark.skipif(bool(os.environ.get("RANKWISE_SANITIZE")), reason="sanitizers take memory of their own")
@pytest.mark.parametrize("options", [[], ["--chunk", "1000x100", "--gzip", "1"]])
def test_memory_is_bounded(options, tmp_path):
    source, out = tmp_path / "m.h5", tmp_path / "r.h5"
    assert run("generate", "uniform", "--rows", 5000, "--columns", 5000, "--out", source, *options).returncode == 0
    words = ["eval", "x + x.T - mean(x, 0)", f"x={source}", "--out", out]
    free = run_json(*words)
    assert run_json(*words, "--overwrite", "--memory", "48M", ranks=2)["digest"] == free["digest"]
    assert peak_anonymous_bytes(*words, "--overwrite", "--memory", "48M") < (48 << 20) + 60_000_000


@pytest.mark.parametrize("side, ending", [(4000, "h5"), (1300, "csv")])
def test_killed_runs_go_on(side, ending, tmp_path):
    source = tmp_path / "m.h5"
    assert run("generate", "uniform", "--rows", side, "--columns", side, "--out", source).returncode == 0
    text = "exp(x) + log(1 + x.T) - std(sin(x), 0) + normal()"
    out = tmp_path / f"r.{ending}"
    began = time.monotonic()
    whole = run_json("eval", text, f"x={source}", "--out", tmp_path / f"whole.{ending}", threads=1)["digest"]
    undisturbed = time.monotonic() - began
    run_and_kill_until_done(["eval", text, f"x={source}", "--checkpoint-every", "0.05s"], out, undisturbed)
    if ending == "csv":
        assert out.read_bytes() == (tmp_path / "whole.csv").read_bytes()
        assert json.loads((tmp_path / "r.csv.run.json").read_text())["digest"] == whole
    else:
        with h5py.File(out) as a, h5py.File(tmp_path / "whole.h5") as b:
            assert (a["x"][...] == b["x"][...]).all()
            assert json.loads(a["x"].attrs["rankwise_run"])["digest"] == whole
    assert len(os.listdir(tmp_path)) == (3 if ending == "h5" else 5)
    assert_refused(run("eval", "x + 1", f"x={source}", "--out", tmp_path / "s.h5", "--gzip", "1", "--checkpoint", tmp_path / "b.ckpt"), 2,
                   "--checkpoint")
