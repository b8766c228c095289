import hashlib
import json
import os
import time

import h5py
import numpy as np
import pandas
import pytest

from data_files import write_h5, write_npy
from expressions import Expressions, by_numpy, differ
from support import assert_refused, peak_anonymous_bytes, run, run_and_kill_until_done, run_json

ROWS = 150_001  # more than two blocks
TYPES = ["f8", "f4", "i1", "i2", "i4", "i8", "u1", "u2", "u4", ">f8", ">i4", "f2"]


def table(rows=ROWS):
    random = np.random.default_rng(5)
    columns = {f"c{t.strip('>')}{'b' if '>' in t else ''}": random.integers(0, 100, rows).astype(t) for t in TYPES}
    return {"x": random.normal(size=rows), "y": np.where(random.random(rows) < 0.1, np.nan, random.normal(size=rows))} | columns


def write_columns(path, columns, group="/", **options):
    with h5py.File(path, "a", track_order=True) as f:
        g = f.require_group(group) if group == "/" else f.create_group(group, track_order=True)
        for name, values in columns.items():
            g.create_dataset(name, data=values, **options)
    return f"{path}:{group}"


def write_gzip(path, columns):
    return write_columns(path, columns, chunks=(10_000,), compression="gzip", shuffle=True)


def write_pandas(path, columns):
    frame = pandas.DataFrame({name: values.astype(values.dtype.newbyteorder("=")) for name, values in columns.items() if values.dtype != "f2"})
    frame.to_hdf(path, key="t", index=False)
    return f"{path}:/t"


def read_columns(path, group="/"):
    with h5py.File(path) as f:
        return {name: f[group][name][...] for name in f[group]}


def content(path):
    with open(path, "rb") as f:
        return hashlib.sha256(f.read()).hexdigest()


@pytest.mark.parametrize("write", [write_columns, write_gzip, write_pandas])
def test_hdf5_tables_at_every_size_as_numpy_has_them(write, tmp_path):
    columns = table()
    source = write(tmp_path / "t.h5", columns)
    before = content(tmp_path / "t.h5")
    made = ["z = x + 100 * y", "k = ci4 * 2 - cu1", "big = k > 50", "x = x / 2", "w = where(big, x, ci8)"]
    expected = dict(columns)
    expected["z"] = columns["x"] + 100 * columns["y"]
    expected["k"] = columns["ci4"].astype("i8") * 2 - columns["cu1"]
    expected["big"] = (expected["k"] > 50).astype("u1")
    expected["x"] = columns["x"] / 2
    expected["w"] = np.where(expected["big"], expected["x"], columns["ci8"])
    if write is write_pandas:
        del expected["cf2"]
    digests = set()
    for ranks, threads in [(None, 1), (None, 2), (2, 1), (3, 1), (7, 1)]:
        out = tmp_path / "out.h5"
        result = run_json("transform", source, *made, "--out", out, "--overwrite", ranks=ranks, threads=threads)
        digests.add(result["digest"])
        assert result["rows"] == ROWS and [column["name"] for column in result["columns"]] == list(expected)
        got = read_columns(out)
        assert list(got) == list(expected)
        for name, values in expected.items():
            assert not differ(got[name], values, 1e-15), name
            of_type = values.dtype.newbyteorder("=")
            assert got[name].dtype.newbyteorder("=") == of_type, name
    assert len(digests) == 1
    assert content(tmp_path / "t.h5") == before


def test_columns_that_stay_are_links_unless_they_are_copied(tmp_path):
    columns = {name: values for name, values in table(1000).items() if name in ("x", "y", "ci2", "c>f8", "cf8b")}
    source = write_columns(tmp_path / "t.h5", columns, "/a/b")
    (tmp_path / "other").mkdir()
    for out, made in [("near.h5", "near.h5:/p/q"), ("other/far.h5", "other/far.h5:/p/q")]:
        assert run("transform", source, "z = x", "--out", made, cwd=tmp_path).returncode == 0
        with h5py.File(tmp_path / out) as f:
            kinds = {name: type(f["p/q"].get(name, getlink=True)) for name in f["p/q"]}
            assert kinds == {name: h5py.ExternalLink for name in columns} | {"z": h5py.HardLink}
            link = f["p/q"].get("x", getlink=True)
            assert link.filename == ("t.h5" if out == "near.h5" else str(tmp_path / "t.h5")) and link.path == "/a/b/x"
            assert all(differ(f["p/q"][name][...], values, 0) is False for name, values in columns.items())
            assert json.loads(f["p/q"].attrs["rankwise_run"])["rows"] == 1000
    # A table with links is one; links of what is made of it lead to where the columns are.
    assert run("transform", "near.h5:/p/q", "w = z + y", "x = x * 2", "--out", "next.h5", cwd=tmp_path).returncode == 0
    with h5py.File(tmp_path / "next.h5") as f:
        assert {name: f.get(name, getlink=True).filename for name in f if name not in ("x", "w")} == {
            name: "near.h5" if name == "z" else "t.h5" for name in [*columns, "z"] if name != "x"}
        assert not differ(f["w"][...], columns["x"] + columns["y"], 0) and not differ(f["x"][...], columns["x"] * 2, 0)
    assert run_json("columns", "next.h5:/", cwd=tmp_path)["rows"] == 1000
    listed = {entry["dataset"]: entry.get("elsewhere") for entry in run_json("info", "next.h5", cwd=tmp_path)["datasets"]}
    assert listed["/y"] == "t.h5:/a/b/y" and listed["/x"] is None
    assert "→ t.h5:/a/b/y" in run("info", "next.h5", cwd=tmp_path).stdout
    assert run("transform", source, "z = x", "--out", tmp_path / "copy.h5", "--copy").returncode == 0
    with h5py.File(tmp_path / "copy.h5") as f:
        assert {type(f.get(name, getlink=True)) for name in f} == {h5py.HardLink} and set(f) == {*columns, "z"}
        assert all(not differ(f[name][...], values, 0) and f[name].dtype == values.dtype.newbyteorder("=")
                   for name, values in columns.items())
    os.remove(tmp_path / "t.h5")
    assert_refused(run("transform", "near.h5:/p/q", "w = x", "--out", "lost.h5", cwd=tmp_path), 3, "t.h5", "missing")
    assert not (tmp_path / "lost.h5").exists()


@pytest.mark.parametrize("out", ["n.h5", "n.csv", "n.tsv"])
@pytest.mark.parametrize("deliver", ["auto", "scatter"])
def test_some_rows(out, deliver, tmp_path):
    columns = {name: values for name, values in table().items() if name in ("x", "y", "ci8")}
    source = write_columns(tmp_path / "t.h5", columns)
    frame = pandas.DataFrame(columns)
    for k, (where, chosen) in enumerate([("x > 0", frame.x > 0), ("(x > 0) & (ci8 < 7)", (frame.x > 0) & (frame.ci8 < 7)),
                                         ("y == y", frame.y == frame.y), ("x > 1000", frame.x > 1000), ("ci8 >= 0", frame.ci8 >= 0)]):
        results = set()
        for ranks in (None, 3):
            path = tmp_path / f"{k}{ranks}{out}"
            result = run_json("transform", source, "x = x + 1", "z = x * ci8", "--where", where, "--out", path, "--deliver", deliver,
                              ranks=ranks)
            results.add((result["digest"], result["rows"]))
        expected = frame.assign(x=frame.x + 1, z=(frame.x + 1) * frame.ci8)[chosen]
        assert {rows for _, rows in results} == {len(expected)} and len(results) == 1
        got = pandas.DataFrame(read_columns(path)) if out == "n.h5" else pandas.read_csv(
            path, sep="\t" if out == "n.tsv" else ",", float_precision="round_trip")
        assert list(got.columns) == list(expected.columns)
        for name in expected:
            assert not differ(got[name].to_numpy().astype("f8"), expected[name].to_numpy(), 0), name


def test_random_numbers_are_those_of_the_rows(tmp_path):
    columns = {"x": np.arange(ROWS, dtype="f8")}
    source, vector = write_columns(tmp_path / "t.h5", columns), write_npy(tmp_path / "v.npy", columns["x"])
    make = ["a = x + random()", "b = normal()", "c = a - random()"]
    assert run("transform", source, *make, "--out", tmp_path / "all.h5", "--seed", 3).returncode == 0
    assert run("transform", source, *make, "--out", tmp_path / "some.h5", "--seed", 3, "--where", "floor(x / 7) * 7 == x",
               ranks=3).returncode == 0
    assert run("eval", "x + random()", f"x={vector}", "--seed", 3, "--out", tmp_path / "e.npy").returncode == 0
    all_, some = read_columns(tmp_path / "all.h5"), read_columns(tmp_path / "some.h5")
    assert (all_["a"] == np.load(tmp_path / "e.npy")).all()
    for name in all_:
        assert (all_[name][::7] == some[name]).all()
    drawn = all_["a"] - all_["x"]
    assert abs(drawn.mean() - 0.5) < 0.005 and abs(all_["b"].mean()) < 0.02 and abs(all_["b"].std() - 1) < 0.02
    assert abs(np.corrcoef(drawn, all_["a"] - all_["c"])[0, 1]) < 0.02  # each random() is its own
    assert run("transform", source, *make, "--out", tmp_path / "other.h5", "--seed", 4).returncode == 0
    assert (read_columns(tmp_path / "other.h5")["a"] != all_["a"]).mean() > 0.99


@pytest.mark.parametrize("group", range(4))
def test_random_expressions_are_what_numpy_has(group, tmp_path):
    given = {name: values for name, values in table(2001).items() if name in ("x", "y", "ci4", "cf4")}
    source = write_columns(tmp_path / "t.h5", given)
    expressions, texts = Expressions(group, given), []
    while len(texts) < 10:
        try:
            text = expressions.next()
        except AttributeError:  # a number's .T
            continue
        if ".T" not in text and not any(f"{name}(" in text for name in ("sum", "mean", "var", "std", "min", "max")) \
                and by_numpy(text, given).ndim == 1:
            texts.append(text)
    digests = {run_json("transform", source, *[f"e{k} = {text}" for k, text in enumerate(texts)], "--only-new", "--overwrite",
                        "--out", tmp_path / "e.h5", ranks=ranks)["digest"] for ranks in (None, 3)}
    assert len(digests) == 1
    got = read_columns(tmp_path / "e.h5")
    for k, text in enumerate(texts):
        assert not differ(got[f"e{k}"], by_numpy(text, given), 1e-12), text


CSV = ('id,name,"sepal length, cm",y\n1,"a, b",5.10,\n2,"say ""hi""",4.9,0.25\n\n3,  padded ,007,-1e3\n'
       '4,"two\nlines",+6.5,NA\n5,é,.5,inf\n')


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
@pytest.mark.parametrize("ranks, deliver", [(None, "auto"), (3, "auto"), (3, "scatter")])
def test_text_stays_as_it_stands(ends, ranks, deliver, tmp_path):
    (tmp_path / "t.csv").write_bytes(CSV.replace("\n", ends).encode())
    before = content(tmp_path / "t.csv")
    words = ["transform", tmp_path / "t.csv", "z = 2 * `sepal length, cm` - id", "ok = y > 0", "--deliver", deliver]
    for out in ("o.csv", "o.tsv"):
        assert run(*words, "--out", tmp_path / out, ranks=ranks).returncode == 0
    lines = (tmp_path / "o.csv").read_bytes().decode()
    two_lines = '"two\nlines"'.replace("\n", ends)
    assert lines == ('id,name,"sepal length, cm",y,z,ok\n1,"a, b",5.10,,9.2,0\n2,"say ""hi""",4.9,0.25,7.800000000000001,1\n'
                     f'3,  padded ,007,-1e3,11.0,0\n4,{two_lines},+6.5,NA,9.0,0\n5,é,.5,inf,-4.0,1\n')
    comma, tab = pandas.read_csv(tmp_path / "o.csv"), pandas.read_csv(tmp_path / "o.tsv", sep="\t")
    pandas.testing.assert_frame_equal(comma, tab)
    assert list(comma.name) == list(pandas.read_csv(tmp_path / "t.csv").name)
    some = run("transform", tmp_path / "t.csv", "id = 10 * id", "--where", "y == y", "--out", tmp_path / "s.csv", ranks=ranks)
    assert some.returncode == 0
    assert (tmp_path / "s.csv").read_text() == ('id,name,"sepal length, cm",y\n20.0,"say ""hi""",4.9,0.25\n'
                                                '30.0,  padded ,007,-1e3\n50.0,é,.5,inf\n')
    assert content(tmp_path / "t.csv") == before
    assert json.loads((tmp_path / "s.csv.run.json").read_text())["rows"] == 3
    # Numbers alone go to HDF5.
    assert_refused(run("transform", tmp_path / "t.csv", "z = id", "--out", tmp_path / "o.h5"), 3, "line 2", "name")
    assert run("transform", tmp_path / "t.csv", "z = id", "--only-new", "--out", tmp_path / "o.h5").returncode == 0
    assert list(read_columns(tmp_path / "o.h5")["z"]) == [1, 2, 3, 4, 5]


def test_a_csv_of_several_blocks_is_what_pandas_has(tmp_path):
    random = np.random.default_rng(1)
    frame = pandas.DataFrame({"x": random.normal(size=ROWS), "word": random.choice(["a", "b,c", 'q"', "d\ne"], ROWS),
                              "n": random.integers(-9, 9, ROWS)})
    frame.to_csv(tmp_path / "t.csv", index=False)
    digests = set()
    for ranks, threads in [(None, 1), (None, 2), (2, 1), (3, 1), (4, 1), (7, 1)]:
        digests.add(run_json("transform", tmp_path / "t.csv", "z = exp(x) * n", "--where", "n != 0", "--overwrite", "--out",
                             tmp_path / "o.csv", "--memory", "200M", ranks=ranks, threads=threads)["digest"])
    assert len(digests) == 1
    got = pandas.read_csv(tmp_path / "o.csv", float_precision="round_trip")
    chosen = frame[frame.n != 0].reset_index(drop=True)
    pandas.testing.assert_frame_equal(got[["x", "word", "n"]], chosen)
    assert not differ(got.z.to_numpy(), (np.exp(chosen.x) * chosen.n).to_numpy(), 1e-15)


def test_columns_without_names_have_numbers(tmp_path):
    a = np.random.default_rng(1).normal(size=(50, 3))
    for source in (write_npy(tmp_path / "a.npy", a), write_npy(tmp_path / "f.npy", a, fortran=True), write_h5(tmp_path / "a.h5", a)):
        assert run("transform", source, "z = col0 * col2", "--out", tmp_path / "o.h5", "--overwrite").returncode == 0
        got = read_columns(tmp_path / "o.h5")
        assert list(got) == ["col0", "col1", "col2", "z"] and (got["z"] == a[:, 0] * a[:, 2]).all() and (got["col1"] == a[:, 1]).all()
    assert_refused(run("transform", tmp_path / "a.npy", "z = col3", "--out", tmp_path / "n.h5"), 2, "no column named 'col3'", "column 5")


def test_one_column_keeps_its_name(tmp_path):
    source = write_columns(tmp_path / "t.h5", {"a": np.arange(4.0), "b": np.ones(4)})
    assert run("transform", source, "c = a + b", "--only-new", "--out", tmp_path / "c.h5").returncode == 0
    assert run("transform", tmp_path / "c.h5", "d = c * 2", "--out", tmp_path / "d.h5").returncode == 0
    assert (read_columns(tmp_path / "d.h5")["d"] == 2 * np.arange(1.0, 5)).all()


@pytest.mark.parametrize("what", ["missing", "no such column", "another length"])
def test_a_table_whose_links_lead_nowhere_is_no_smaller_table(what, tmp_path):
    source = write_columns(tmp_path / "t.h5", {"a": np.arange(4.0), "b": np.ones(4)})
    assert run("transform", source, "c = a + b", "--out", tmp_path / "c.h5").returncode == 0
    assert run("eval", "mean(x)", f"x={tmp_path}/c.h5").stdout == "1.6666666666666667\n"
    os.remove(tmp_path / "t.h5")
    if what != "missing":
        write_columns(tmp_path / "t.h5", {"a": np.arange(4.0)} if what == "no such column" else {"a": np.arange(5.0), "b": np.ones(5)})
    for words in (["columns", "c.h5"], ["eval", "mean(x)", "x=c.h5"], ["convert", "c.h5", "o.csv"], ["transform", "c.h5", "x = c", "--out", "o.csv"]):
        done = run(*words, cwd=tmp_path)
        assert done.returncode == 3 and ("t.h5" in done.stderr or "other files" in done.stderr), done.stderr
    assert run("columns", "c.h5:/c", cwd=tmp_path).returncode == 0


@pytest.mark.parametrize("words, code, told", [
    (["z = x +"], 2, ["column 8"]), (["z = x.T"], 2, [".T"]), (["z = mean(x)"], 2, ["mean"]), (["z = xx"], 2, ["'xx'", "'x'"]),
    (["x + 1"], 2, ["name = expression"]), (["= x"], 2, ["name = expression"]), (["z = import os"], 2, []), (["z = " + "(" * 10**5], 2, []),
    (["z = x", "--where", "x + 1"], 2, ["truth"]), (["z = x", "--where", "z > 1"], 2, ["'z'"]), ([], 2, ["nothing"]),
    (["--where", "x > 0", "--only-new"], 2, ["--only-new"]), (["z = x", "--out", "o.npy"], 2, ["o.npy"]),
    (["z = x", "--out", "t.h5", "--overwrite"], 2, ["source"]), (["z = x", "--out", "there.h5"], 3, ["--overwrite"]),
    (["z = x", "--out", "/none/o.h5"], 3, ["/none"]), (["z = x", "--memory", "10"], 2, ["--memory"]),
    (["z = x", "--seed", "many"], 2, ["--seed"]), (["z = i * 9007199254740991"], 3, ["2^53"])])
@pytest.mark.parametrize("ranks", [None, 3])
def test_what_can_go_wrong(words, code, told, ranks, tmp_path):
    source = write_columns(tmp_path / "t.h5", {"x": np.arange(5.0), "i": np.arange(5)})
    write_h5(tmp_path / "there.h5", np.ones(3))
    before = {name: content(tmp_path / name) for name in os.listdir(tmp_path)}
    out = [] if "--out" in words else ["--out", "o.h5"]
    assert_refused(run("transform", source, *words, *out, ranks=ranks, cwd=tmp_path), code, *told)
    assert {name: content(tmp_path / name) for name in os.listdir(tmp_path)} == before


@pytest.mark.parametrize("out", ["o.h5", "o.csv", "from csv.h5", "from csv.csv"])
def test_killed_runs_go_on(out, tmp_path):
    random = np.random.default_rng(2)
    columns = {"x": random.normal(size=400_000), "n": random.integers(0, 9, 400_000)}
    source = write_columns(tmp_path / "t.h5", columns)
    if out.startswith("from csv"):
        source = str(tmp_path / "t.csv")
        pandas.DataFrame(columns).to_csv(source, index=False)
    before = content(source.split(":")[0])
    make = [*[f"e{k} = sin(x + {k}) * exp(-x * x) + normal()" for k in range(6)], "--where", "n > 2", "--memory", "60M"]
    began = time.monotonic()
    whole = run_json("transform", source, *make, "--out", tmp_path / f"whole {out}", threads=1)["digest"]
    undisturbed = time.monotonic() - began
    run_and_kill_until_done(["transform", source, *make, "--checkpoint-every", "0.02s"], tmp_path / out, undisturbed)
    assert content(source.split(":")[0]) == before
    if out.endswith(".csv"):
        assert (tmp_path / out).read_bytes() == (tmp_path / f"whole {out}").read_bytes()
        assert json.loads((tmp_path / f"{out}.run.json").read_text())["digest"] == whole
    else:
        a, b = read_columns(tmp_path / out), read_columns(tmp_path / f"whole {out}")
        assert list(a) == list(b) and all((a[name] == b[name]).all() for name in a)


def test_text_in_hdf5_stays_where_it_is(tmp_path):
    with h5py.File(tmp_path / "s.h5", "w", track_order=True) as f:
        f["first"] = ["a", "ä", "c"]  # of any length
        f["x"] = np.arange(3.0)
        f["code"] = np.array([b"xx", b"yy", b"zz"])
        f["n"] = np.arange(3)
        f["when"] = np.array([(1, 2.5)] * 3, dtype=[("day", "i4"), ("second", "f8")])
        f["short"] = ["no", "column"]
    source, out = tmp_path / "s.h5", tmp_path / "o.h5"
    for ranks in (None, 3):
        result = run_json("transform", source, "x = x + 1", "z = 2 * n", "--out", out, "--overwrite", ranks=ranks)
        assert [c["name"] for c in result["columns"]] == ["x", "n", "z", "first", "code", "when"]
        with h5py.File(out) as f:
            assert list(f["/"]) == ["first", "x", "code", "n", "when", "z"]
            assert f["first"].asstr()[...].tolist() == ["a", "ä", "c"] and f["code"][...].tolist() == [b"xx", b"yy", b"zz"]
            assert f["when"]["second"].tolist() == [2.5] * 3 and f["x"][...].tolist() == [1, 2, 3]
    again = run("transform", out, "w = z - x", "--out", tmp_path / "p.h5")  # links to links
    assert again.returncode == 0 and ", 6 of them linked" in again.stdout and again.stderr == ""
    with h5py.File(tmp_path / "p.h5") as f:
        assert list(f["/"]) == ["first", "x", "code", "n", "when", "z", "w"] and f["first"].asstr()[1] == "ä"
    assert run("transform", source, "code = 7", "--out", out, "--overwrite").stderr == ""
    with h5py.File(out) as f:
        assert list(f["/"]) == ["first", "x", "n", "when", "code"] and f["code"][...].tolist() == [7, 7, 7]
    for options in (["--where", "x > 0", "--out", out], ["--copy", "--out", out], ["--out", tmp_path / "o.csv"]):
        told = run("transform", source, "z = n", *options, "--overwrite")
        assert told.returncode == 0 and "note: 3 columns without numbers left out, such as first" in told.stderr
    assert run("transform", source, "z = n", "--only-new", "--out", out, "--overwrite").stderr == ""
    assert_refused(run("transform", source, "z = n + first", "--out", out, "--overwrite"), 2, "column 'first' has no numbers")


def test_plan_and_json(tmp_path):
    source = write_columns(tmp_path / "t.h5", {"x": np.arange(5.0), "n": np.arange(5)})
    plan = run("transform", source, "z = x", "--where", "x > 1", "--out", tmp_path / "o.h5", "--plan")
    assert plan.returncode == 0 and "count rows" in plan.stdout and not (tmp_path / "o.h5").exists()
    result = run_json("transform", source, "z = x > 1", "--where", "x > 1", "--out", tmp_path / "o.h5")
    assert result["assignments"] == ["z = x > 1"] and result["where"] == "x > 1" and result["rows"] == 3
    assert result["columns"] == [{"name": "x", "dtype": "float64"}, {"name": "n", "dtype": "int64"}, {"name": "z", "dtype": "uint8"}]
    shown = run("transform", source, "z = x", "--out", tmp_path / "p.h5")
    assert "5 rows, 3 columns, 2 of them linked to" in shown.stdout and "digest" in shown.stdout


@pytest.mark.skipif(bool(os.environ.get("RANKWISE_SANITIZE")), reason="sanitizers take memory of their own")
@pytest.mark.parametrize("out", ["o.h5", "o.csv"])
def test_memory_is_bounded(out, tmp_path):
    source = write_columns(tmp_path / "t.h5", {name: np.arange(2_000_000.0) for name in "abcd"}, chunks=(50_000,), compression="gzip")
    words = ["transform", source, "z = a + b", "--where", "c >= d", "--out", tmp_path / out, "--overwrite", "--memory", "48M"]
    assert peak_anonymous_bytes(*words) < (48 << 20) + 60_000_000
