"""Files as the programs of our users write them."""
import json
import os
import subprocess

import h5py
import numpy as np
import pandas as pd
import pytest

from data_files import write_h5, write_npy
from support import PROGRAM, assert_refused, run, run_json

random = np.random.default_rng(11)


def means(source, **options):
    result = run_json("columns", source, **options)
    return dict(zip(result["names"], result["statistics"]["mean"]))


@pytest.mark.parametrize("dtype", ["i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8"])
@pytest.mark.parametrize("order", "<>")
def test_every_type_of_either_byte_order(dtype, order, tmp_path):
    a = random.integers(0, 100, (211, 5)).astype(order + dtype)
    np.save(tmp_path / "a.npy", a)
    with h5py.File(tmp_path / "a.h5", "w") as f:
        f["plain"] = a
        f.create_dataset("gzip", data=a, compression="gzip", chunks=(50, 2))
        f["column"] = a[:, 0]
    expected = [int(x) for x in a.astype("i8").sum(axis=0)]
    for source in ("a.npy", "a.h5:plain", "a.h5:/gzip"):
        assert run_json("columns", tmp_path / source, ranks=2)["statistics"]["sum"] == expected
    assert run_json("columns", f"{tmp_path}/a.h5:column")["statistics"]["sum"] == expected[:1]


@pytest.mark.parametrize("options", [{"compression": "lzf"}, {"scaleoffset": 0}, {"fletcher32": True}, {"shuffle": True},
                                     {"compression": "szip"}])
def test_filters_of_hdf5(options, tmp_path):
    a = random.integers(0, 100, (500, 7))
    with h5py.File(tmp_path / "a.h5", "w") as f:
        try:
            f.create_dataset("x", data=a, chunks=(64, 7), **options)
        except ValueError as error:
            pytest.skip(f"h5py cannot write this: {error}")
    done = run("columns", tmp_path / "a.h5", "--stats", "sum", "--json")
    if options.get("compression") == "lzf":  # a filter of h5py's own: refused plainly where HDF5 lacks it
        assert_refused(done, 3, "filter")
    else:
        assert run_json("columns", tmp_path / "a.h5")["statistics"]["sum"] == [int(x) for x in a.sum(axis=0)]


def test_bool_from_h5py_and_numpy(tmp_path):
    a = random.random((100, 3)) < 0.5
    with h5py.File(tmp_path / "a.h5", "w") as f:
        f["x"] = a
    np.save(tmp_path / "a.npy", a)
    for source in ("a.h5", "a.npy"):
        assert run_json("columns", tmp_path / source)["statistics"]["sum"] == [int(x) for x in a.sum(axis=0)]


@pytest.mark.parametrize("version", [(1, 0), (2, 0), (3, 0)])
@pytest.mark.parametrize("fortran", [False, True])
def test_npy_versions_and_orders(version, fortran, tmp_path):
    a = random.random((30, 4))
    with open(tmp_path / "a.npy", "wb") as f:
        np.lib.format.write_array(f, np.asfortranarray(a) if fortran else a, version=version)
    assert np.allclose(list(means(tmp_path / "a.npy").values()), a.mean(axis=0), rtol=1e-14)


def test_npy_of_one_dimension(tmp_path):
    np.save(tmp_path / "a.npy", np.arange(10))
    assert run_json("columns", tmp_path / "a.npy")["statistics"]["sum"] == [45]


def test_matlab_7_3_orientation(tmp_path):
    """MATLAB's matrices are stored column by column behind a block of 512 bytes."""
    a = random.random((20, 3))
    with h5py.File(tmp_path / "a.mat", "w", userblock_size=512) as f:
        d = f.create_dataset("A", data=a.T)
        d.attrs["MATLAB_class"] = np.bytes_("double")
    with open(tmp_path / "a.mat", "r+b") as f:
        f.write(b"MATLAB 7.3 MAT-file".ljust(512))
    result = run_json("columns", tmp_path / "a.mat")
    assert (result["rows"], result["columns"]) == (20, 3)
    assert np.allclose(result["statistics"]["mean"], a.mean(axis=0), rtol=1e-14)


def test_matlab_s_empty_arrays(tmp_path):
    """MATLAB stores the dimensions of an array without elements in its place."""
    with h5py.File(tmp_path / "a.mat", "w") as f:
        for name, kind, shape in [("none", "double", [0, 3]), ("nothing", "int16", [0, 0]), ("cells", "cell", [0, 0]),
                                  ("lies", "double", [2, 3])]:
            d = f.create_dataset(name, data=np.array(shape, dtype="u8"))
            d.attrs["MATLAB_class"] = np.bytes_(kind)
            d.attrs["MATLAB_empty"] = np.uint8(1)
    path = tmp_path / "a.mat"
    for ranks in (None, 2):
        result = run_json("columns", f"{path}:/none", ranks=ranks)
        assert (result["rows"], result["columns"], result["statistics"]["count"]) == (0, 3, [0, 0, 0])
        assert run_json("columns", f"{path}:nothing", ranks=ranks)["columns"] == 0
        assert run_json("rows", f"{path}:none", ranks=ranks)["columns"] == 3
    assert_refused(run("columns", f"{path}:/cells"), 3, "an empty MATLAB cell")
    assert_refused(run("columns", f"{path}:/lies"), 3, "a.mat:/lies", "MATLAB_empty")


def test_netcdf_s_packed_values_are_raw_and_say_so(tmp_path):
    with h5py.File(tmp_path / "a.nc", "w") as f:
        f["t"] = np.array([[1, 2], [3, -99]], dtype="i2")
        f["t"].attrs["scale_factor"] = 0.5
        f["t"].attrs["add_offset"] = np.array([10.0])
        f["t"].attrs["_FillValue"] = np.array([-99], dtype="i2")
        f["plain"] = np.ones((2, 2))
        f["plain"].attrs.update({"scale_factor": 1.0, "add_offset": 0.0, "_FillValue": np.nan})
        f["g/a"] = np.arange(2)
        f["g/b"] = np.arange(2)
        f["g/b"].attrs["missing_value"] = 7
    words = "raw values: scale_factor, add_offset and _FillValue are not applied"
    assert run_json("columns", f"{tmp_path}/a.nc:/t")["statistics"]["sum"] == [4, -97]
    assert words in run("columns", f"{tmp_path}/a.nc:/t").stdout
    assert "raw values: missing_value is not applied" in run("columns", f"{tmp_path}/a.nc:/g").stdout
    assert "raw values" not in run("columns", f"{tmp_path}/a.nc:/plain").stdout
    assert f"/t has {words}" in run("info", tmp_path / "a.nc").stdout
    notes = {d["dataset"]: d.get("note") for d in run_json("info", tmp_path / "a.nc")["datasets"]}
    assert notes["/t"] == words and notes["/plain"] is None


def write_virtual(path, sources, dataset="x"):
    """A virtual dataset of 2 × 3 sources one below the other."""
    layout = h5py.VirtualLayout((2 * len(sources), 3), "f8")
    for i, (file, source) in enumerate(sources):
        layout[2 * i:2 * i + 2] = h5py.VirtualSource(str(file), source, (2, 3))
    with h5py.File(path, "a") as f:
        f.create_virtual_dataset(dataset, layout)


def input_identity(source, folder):
    assert run("columns", source, "--out", "out.csv", "--overwrite", cwd=folder).returncode == 0
    return json.loads((folder / "out.csv.run.json").read_text())["input_identity"]


def test_virtual_datasets_need_all_their_sources(tmp_path):
    (tmp_path / "parts").mkdir()
    for i in range(3):
        write_h5(tmp_path / "parts" / f"p{i}.h5", np.full((2, 3), i + 1.0))
    write_virtual(tmp_path / "parts" / "inner.h5", [("p1.h5", "x"), ("p2.h5", "/x")])
    layout = h5py.VirtualLayout((6, 3), "f8")
    layout[:2] = h5py.VirtualSource("parts/p0.h5", "x", (2, 3))
    layout[2:] = h5py.VirtualSource(str(tmp_path / "parts" / "inner.h5"), "x", (4, 3))
    with h5py.File(tmp_path / "v.h5", "w") as f:
        f.create_virtual_dataset("x", layout)
    for ranks in (None, 2):
        assert run_json("columns", tmp_path / "v.h5", ranks=ranks)["statistics"]["sum"] == [12, 12, 12]
    assert run_json("info", tmp_path / "v.h5")["datasets"][0]["stored_bytes"] == 144
    before = input_identity("v.h5", tmp_path)
    write_h5(tmp_path / "parts" / "p3.h5", np.full((2, 3), 7.0))
    (tmp_path / "parts" / "p3.h5").rename(tmp_path / "parts" / "p2.h5")
    assert input_identity("v.h5", tmp_path) != before
    (tmp_path / "parts" / "p2.h5").unlink()
    for ranks in (None, 2):
        for source in ("v.h5:x", "v.h5"):
            assert_refused(run("columns", source, ranks=ranks, cwd=tmp_path), 3, "v.h5:/x", "p2.h5 is missing")
    assert "p2.h5 is missing" in run("info", tmp_path / "v.h5").stdout
    write_h5(tmp_path / "parts" / "p2.h5", np.ones((2, 3)), dataset="other")
    assert_refused(run("columns", f"{tmp_path}/v.h5:x"), 3, "p2.h5:/x cannot be opened")


def test_virtual_datasets_of_their_own_file_and_of_blocks(tmp_path):
    path = tmp_path / "v.h5"
    write_h5(path, np.ones((2, 3)), dataset="own")
    write_virtual(path, [(".", "own"), (".", "own")])
    assert run_json("columns", f"{path}:x")["statistics"]["sum"] == [4, 4, 4]
    write_virtual(path, [("v.h5", "loop")], dataset="loop")
    assert run("columns", f"{path}:loop").returncode == 0
    layout = h5py.VirtualLayout((2,), "f8")
    layout[:] = h5py.VirtualSource("none.h5", "x", (2,))
    with h5py.File(path, "a") as f:
        f["table/a"] = np.ones(2)
        f.create_virtual_dataset("table/b", layout)
    assert run("columns", f"{path}:/table/a").returncode == 0
    assert_refused(run("columns", f"{path}:/table"), 3, "v.h5:/table/b", "none.h5 is missing", "/table is no whole table")
    with h5py.File(tmp_path / "b.h5", "w", libver="latest") as f:
        properties = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        space = h5py.h5s.create_simple((4, 3), (h5py.h5s.UNLIMITED, 3))
        space.select_hyperslab((0, 0), (h5py.h5s.UNLIMITED, 1), (2, 1), (2, 3))
        properties.set_virtual(space, b"p%b.h5", b"x", h5py.h5s.create_simple((2, 3)))
        h5py.h5d.create(f.id, b"x", h5py.h5t.NATIVE_DOUBLE, h5py.h5s.create_simple((4, 3), (h5py.h5s.UNLIMITED, 3)), properties)
    assert_refused(run("columns", tmp_path / "b.h5"), 3, "b.h5")
    write_h5(tmp_path / "p0.h5", np.full((2, 3), 1.0))
    one = input_identity("b.h5:x", tmp_path)
    write_h5(tmp_path / "p1.h5", np.full((2, 3), 2.0))
    assert run_json("columns", f"{tmp_path}/b.h5:x")["statistics"]["sum"] == [6, 6, 6]
    assert input_identity("b.h5:x", tmp_path) != one


def test_external_storage_must_be_whole(tmp_path):
    a = random.random((4, 3))
    with h5py.File(tmp_path / "e.h5", "w") as f:
        f.create_dataset("x", (4, 3), "f8", external=[("a.raw", 8, 48), ("b.raw", 0, h5py.h5f.UNLIMITED)])
    (tmp_path / "a.raw").write_bytes(bytes(8) + a[:2].tobytes())
    (tmp_path / "b.raw").write_bytes(a[2:].tobytes())
    for ranks in (None, 2):
        result = run_json("columns", "e.h5", ranks=ranks, cwd=tmp_path)
        assert np.allclose(result["statistics"]["mean"], a.mean(axis=0))
    assert "elements in " in run("columns", "e.h5", cwd=tmp_path).stdout.splitlines()[0]
    before = input_identity("e.h5", tmp_path)
    (tmp_path / "b.raw").write_bytes(a[:2].tobytes())
    assert input_identity("e.h5", tmp_path) != before
    (tmp_path / "b.raw").write_bytes(a[2:].tobytes()[:-1])
    assert_refused(run("columns", "e.h5:x", cwd=tmp_path), 3, "e.h5:/x", "b.raw is cut short")
    (tmp_path / "b.raw").unlink()
    assert_refused(run("columns", "e.h5:/x", ranks=2, cwd=tmp_path), 3, "e.h5:/x", "b.raw: No such file")


def test_groups_of_columns_are_tables(tmp_path):
    with h5py.File(tmp_path / "t.h5", "w") as f:
        g = f.create_group("run")
        g["height"] = random.random(1000)
        g["count"] = np.arange(1000)
        g["name"] = np.array(["x"] * 1000, dtype="S")
    for ranks in (None, 3):
        result = run_json("columns", tmp_path / "t.h5", ranks=ranks)
        assert result["names"] == ["count", "height"]  # h5py keeps no order: by name
        assert result["statistics"]["sum"][0] == 499500
    assert means(f"{tmp_path}/t.h5:run") == means(f"{tmp_path}/t.h5:/run/")
    assert run_json("rows", f"{tmp_path}/t.h5:run", "--stats", "max")["statistics"]["max"][999] == 999


def test_tables_keep_the_order_of_their_making(tmp_path):
    with h5py.File(tmp_path / "t.h5", "w") as f:
        g = f.create_group("run", track_order=True)
        for i, name in enumerate("zay"):
            g[name] = np.full(10, i)
    for ranks in (None, 2):
        assert run_json("columns", tmp_path / "t.h5", ranks=ranks)["names"] == ["z", "a", "y"]


def test_links_within_a_file_lead_to_its_datasets(tmp_path):
    with h5py.File(tmp_path / "a.h5", "w") as f:
        f["data/x"] = np.array([[1.0, 2.0]])
        f["data/y"] = np.array([[3.0, 4.0]])
        f["hard"] = f["data/x"]
        f["soft"] = h5py.SoftLink("/data/y")
        f["group"] = h5py.SoftLink("/data")
        f["data/loop"] = f["data"]
        f["dangling"] = h5py.SoftLink("/none")
        f["t/a"] = np.arange(3)
        f["t/b"] = f["t/a"]
        f["table"] = f["t"]
    path = tmp_path / "a.h5"
    for ranks in (None, 2):
        assert list(means(f"{path}:/hard", ranks=ranks).values()) == [1, 2]
        assert list(means(f"{path}:soft", ranks=ranks).values()) == [3, 4]
        assert list(means(f"{path}:/group/x/", ranks=ranks).values()) == [1, 2]
        assert means(f"{path}://table", ranks=ranks) == {"a": 1, "b": 1}
    assert_refused(run("columns", f"{path}:/dangling"), 3, "a.h5 has no dataset /dangling")
    listed = [d["dataset"] for d in run_json("info", path)["datasets"]]
    assert listed == ["/data/x", "/data/y", "/t/a"]
    assert [d["dataset"] for d in run_json("info", f"{path}:/soft/")["datasets"]] == ["/soft"]
    assert [d["dataset"] for d in run_json("info", f"{path}:group/")["datasets"]] == ["/group/x", "/group/y"]


def test_links_to_other_files_are_refused(tmp_path):
    with h5py.File(tmp_path / "other.h5", "w") as f:
        f["x"] = np.ones((2, 2))
    with h5py.File(tmp_path / "a.h5", "w") as f:
        f["own"] = np.ones((3, 3))
        f["external"] = h5py.ExternalLink("other.h5", "/x")
        f["group"] = h5py.ExternalLink("other.h5", "/")
        f["around"] = h5py.SoftLink("/external")
    assert run_json("columns", tmp_path / "a.h5")["rows"] == 3
    for name in ("external", "group/x", "around"):
        for command in ("columns", "info"):
            assert_refused(run(command, f"{tmp_path}/a.h5:/{name}"), 3, "a.h5", "another file, other.h5")


def test_links_to_other_files_are_refused_wherever_they_are(tmp_path):
    with h5py.File(tmp_path / "other.h5", "w") as f:
        f["names"] = np.array([b"secret", b"names"])
        f["x"] = np.ones((2, 2))
    pd.DataFrame({"a": [1.0, 2.0], "b": [3.0, 4.0]}).to_hdf(tmp_path / "frame.h5", key="df", format="fixed")
    with h5py.File(tmp_path / "frame.h5", "a") as f:
        for name in ("axis0", "block0_items"):
            del f["df"][name]
            f["df"][name] = h5py.ExternalLink("other.h5", "/names")
    assert_refused(run("columns", tmp_path / "frame.h5:/df"), 3, "frame.h5", "another file, other.h5")
    with h5py.File(tmp_path / "source.h5", "w") as f:
        f["x"] = h5py.ExternalLink("other.h5", "/x")
    layout = h5py.VirtualLayout((2, 2), "f8")
    layout[:] = h5py.VirtualSource(tmp_path / "source.h5", "x", shape=(2, 2))
    with h5py.File(tmp_path / "virtual.h5", "w") as f:
        f.create_virtual_dataset("x", layout)
    assert_refused(run("columns", tmp_path / "virtual.h5:/x"), 3, "virtual.h5", "another file, other.h5")


def test_a_claimed_address_beyond_all_addresses_is_refused(tmp_path):
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as f:
        f["x"] = np.arange(64.0).reshape(64, 1)
        address = f["x"].id.get_offset()
    whole = path.read_bytes()
    at = whole.index(address.to_bytes(8, "little") + (64 * 8).to_bytes(8, "little"))
    for claimed in (2**64 - 256, 2**64 - 512, 2**63, 10**6):
        path.write_bytes(whole[:at] + claimed.to_bytes(8, "little") + whole[at + 8:])
        for ranks in (None, 2):
            assert_refused(run("columns", path, ranks=ranks), 3, "a.h5")


def test_rows_of_wide_tables_of_several_types(tmp_path):
    with h5py.File(tmp_path / "t.h5", "w") as f:
        for i in range(65):
            f[f"c{i:02}"] = np.full(9000, i) if i < 64 else np.full(9000, 0.5)
    for ranks in (None, 2):
        assert set(run_json("rows", tmp_path / "t.h5", "--stats", "sum", ranks=ranks)["statistics"]["sum"]) == {2016.5}


def test_several_files_of_several_types_keep_integers_exact(tmp_path):
    for i in range(2):
        with h5py.File(tmp_path / f"p{i}.h5", "w") as f:
            f["a"] = np.array([2**53 + 1])
            f["b"] = np.array([0.5])
    assert run_json("columns", f"{tmp_path}/p*.h5:/", "--stats", "sum")["statistics"]["sum"] == [2**54 + 2, 1.0]


def test_names_that_are_not_utf8(tmp_path):
    name = os.fsencode(tmp_path) + b"/caf\xe9.csv"
    with open(name, "w") as f:
        f.write("1,2\n")
    done = subprocess.run([os.fsencode(PROGRAM), b"columns", name, b"--out", os.fsencode(tmp_path) + b"/out.csv", b"--json"],
                          capture_output=True)
    assert done.returncode == 0, done.stderr


def test_pandas_frames_of_several_types(tmp_path):
    frame = pd.DataFrame({"b": random.random(50), "a": np.arange(50), "c": random.random(50).astype("f4"),
                          "t": ["x"] * 50})
    frame.to_hdf(tmp_path / "f.h5", key="df", format="fixed")
    for ranks in (None, 2):
        result = means(tmp_path / "f.h5", ranks=ranks)
        assert list(result) == ["b", "a", "c"]
        for name, value in result.items():
            assert np.isclose(value, frame[name].astype("f8").mean(), rtol=1e-13)
    frame[["a", "b"]].to_hdf(tmp_path / "t.h5", key="df", format="table")
    assert_refused(run("columns", f"{tmp_path}/t.h5:/df"), 3, "format='fixed'")


def test_pandas_frames_without_rows(tmp_path):
    frame = pd.DataFrame({"b": np.zeros(0), "a": np.zeros(0, dtype="i4"), "t": np.zeros(0, dtype=object), "c": np.zeros(0)})
    frame.to_hdf(tmp_path / "f.h5", key="df", format="fixed")
    for ranks in (None, 2):
        result = run_json("columns", f"{tmp_path}/f.h5:/df", ranks=ranks)
        assert (result["rows"], result["names"], result["statistics"]["count"]) == (0, ["b", "a", "c"], [0, 0, 0])
    shapes = {d["dataset"]: d["shape"] for d in run_json("info", tmp_path / "f.h5")["datasets"]}
    assert shapes["/df/block0_values"] == [0, 2] and shapes["/df/axis1"] == [0]
    for name, other in (("no", pd.DataFrame()), ("rows", pd.DataFrame(index=range(3)))):
        other.to_hdf(tmp_path / f"{name}.h5", key="df", format="fixed")
        assert run_json("columns", f"{tmp_path}/{name}.h5:/df")["columns"] == 0


def test_pandas_frames_without_columns(tmp_path):
    pd.DataFrame(index=range(3)).to_hdf(tmp_path / "f.h5", key="df", format="fixed")
    pd.DataFrame({"text": ["a", "b"]}).to_hdf(tmp_path / "text.h5", key="df", format="fixed")
    for name in ("f.h5", "text.h5", "*.h5"):
        for words in (["columns"], ["rows"], ["columns", "--stats", "median", "--histogram", "3"], ["correlation"]):
            result = run_json(*words, tmp_path / name, ranks=2)
            assert result["columns"] == 0


@pytest.mark.filterwarnings("ignore::pandas.errors.PerformanceWarning")
def test_pandas_names_that_are_no_list_are_refused(tmp_path):
    levels = pd.MultiIndex.from_tuples([("a", "b"), ("a", "c")])
    for name, names in (("levels", levels), ("objects", pd.Index(["a", 1], dtype=object))):
        pd.DataFrame(np.ones((2, 2)), columns=names).to_hdf(tmp_path / f"{name}.h5", key="df", format="fixed")
        assert_refused(run("columns", f"{tmp_path}/{name}.h5:/df"), 3, f"{name}.h5:/df", "column names cannot be read")


def test_column_names_from_an_attribute(tmp_path):
    with h5py.File(tmp_path / "a.h5", "w") as f:
        d = f.create_dataset("x", data=random.random((5, 2)))
        d.attrs["column_names"] = ["höhe", "breite"]
    assert list(means(tmp_path / "a.h5")) == ["höhe", "breite"]


def test_netcdf_coordinates_name_columns(tmp_path):
    netCDF4 = pytest.importorskip("netCDF4")
    a = random.random((6, 3))
    with netCDF4.Dataset(tmp_path / "a.nc", "w") as f:
        f.createDimension("time", 6)
        f.createDimension("station", 3)
        f.createVariable("station", str, ("station",))[:] = np.array(["north", "east", "west"], dtype=object)
        f.createVariable("time", "f8", ("time",))[:] = np.arange(6)
        f.createVariable("temperature", "f8", ("time", "station"))[:] = a
    result = means(tmp_path / "a.nc")
    assert list(result) == ["north", "east", "west"]
    assert np.allclose(list(result.values()), a.mean(axis=0), rtol=1e-14)


def test_csv_as_people_write_it(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes('\ufeff"height, m",weight,"a ""b"""\r\n1.5,2,3\r\n"2.5",,nan\r\n\r\n-1e3, 4 ,NA\r\n'.encode())
    for ranks in (None, 3):
        result = run_json("columns", path, ranks=ranks)
        assert result["names"] == ["height, m", "weight", 'a "b"']
        assert result["rows"] == 3
        assert result["statistics"]["count"] == [3, 2, 1]
        assert result["statistics"]["sum"] == [-996, 6, 3]
    tsv = tmp_path / "a.tsv"
    tsv.write_text("a\tb\n1\t2\n3\t4")
    assert run_json("columns", tsv)["statistics"]["sum"] == [4, 6]


def test_csv_of_pandas(tmp_path):
    frame = pd.DataFrame(random.standard_normal((3000, 5)), columns=list("abcde"))
    frame[random.random(frame.shape) < 0.05] = np.nan
    frame.to_csv(tmp_path / "a.csv", index=False)
    result = run_json("columns", tmp_path / "a.csv", "--ddof", "1", ranks=3)
    described = frame.describe()
    assert result["names"] == list("abcde")
    for name in ("count", "mean", "std", "min", "max"):
        assert np.allclose(result["statistics"][name], described.loc[name], rtol=1e-12)


def test_a_pattern_is_its_files_one_below_the_other(tmp_path):
    a = random.integers(0, 100, (1000, 4))
    for i, rows in enumerate((a[:300], a[300:301], a[301:])):
        np.save(tmp_path / f"part-{i}.npy", np.asfortranarray(rows) if i == 2 else rows)
        with h5py.File(tmp_path / f"part-{i}.h5", "w") as f:
            f["x"] = rows.astype("f4") if i else rows
        pd.DataFrame(rows, columns=list("abcd")).to_csv(tmp_path / f"part-{i}.csv", index=False)
    sums = [int(x) for x in a.sum(axis=0)]
    for pattern in ("part-*.npy", "part-?.h5:/x", "part-[0-2].csv"):
        for ranks in (None, 3):
            result = run_json("columns", tmp_path / pattern, ranks=ranks)
            assert result["statistics"]["sum"] == sums and result["rows"] == 1000
        assert run_json("rows", tmp_path / pattern, "--stats", "max")["statistics"]["max"] == [int(x) for x in a.max(axis=1)]
    assert result["names"] == list("abcd")
    assert "3 files of several types, in float64" in run("columns", tmp_path / "part-?.h5:/x").stdout
    one = run_json("columns", tmp_path / "part-*.csv", "--deliver", "scatter", ranks=2)
    assert one["digest"] == result["digest"]
    assert_refused(run("columns", tmp_path / "none-*.csv", ranks=2), 3, "no file matches")
    (tmp_path / "part-3.csv").write_text("a,b\n1,2\n")
    assert_refused(run("columns", tmp_path / "part-*.csv"), 3, "2 columns", "part-3.csv")


def test_results_of_many_columns_are_read_by_numpy_as_it_comes(tmp_path):
    """NumPy refuses headers beyond 10,000 characters: a record is a column of the matrix, a field a statistic."""
    a = random.integers(0, 100, (3, 2000))
    pd.DataFrame(a, columns=[f"a rather long name of column {i}" for i in range(2000)]).to_csv(tmp_path / "a.csv", index=False)
    for command, source, expected in (("columns", "a.csv", a.sum(axis=0)), ("rows", write_npy(tmp_path / "t.npy", a.T), a.T.sum(axis=1))):
        out = tmp_path / f"{command}.npy"
        assert run(command, source, "--stats", "count,nan,sum,mean,var,std,min,max", "--out", out, cwd=tmp_path).returncode == 0
        result = np.load(out)
        assert result.shape == (2000,) and len(result.dtype.names) == 9
        assert np.array_equal(result["sum"], expected)


def test_a_file_with_a_colon_in_its_name(tmp_path):
    a = np.ones((2, 2))
    write_npy(tmp_path / "12:30.npy", a)
    assert means(tmp_path / "12:30.npy") == {"0": 1, "1": 1}


def test_info_says_what_is_there(tmp_path):
    with h5py.File(tmp_path / "a.h5", "w") as f:
        f.create_dataset("x", data=random.random((300, 40)), chunks=(100, 40), compression="gzip", shuffle=True)
        f["text"] = "hello"
        f["group/labels"] = np.arange(300)
    text = run("info", tmp_path / "a.h5").stdout
    assert "3 datasets" in text and "300 × 40" in text and "chunks of 100 × 40" in text and "shuffle gzip" in text
    assert "3 datasets" in run("info", tmp_path / "a.h5", ranks=3).stdout
    listed = run_json("info", tmp_path / "a.h5")
    by_name = {d["dataset"]: d for d in listed["datasets"]}
    assert by_name["/x"]["shape"] == [300, 40] and by_name["/x"]["fits"]
    assert not by_name["/text"]["fits"]
    assert by_name["/x"]["one_column_bytes"] == by_name["/x"]["stored_bytes"]
    np.save(tmp_path / "a.npy", random.random((1000, 10)))
    assert "rows contiguous" in run("info", tmp_path / "a.npy").stdout
    (tmp_path / "a.csv").write_text("a,b\n1,2\n")
    assert "columns: a, b" in run("info", tmp_path / "a.csv").stdout


def test_info_of_a_pattern_is_the_matrix_that_it_is(tmp_path):
    for i in range(3):
        pd.DataFrame(np.ones((i + 1, 2)), columns=list("ab")).to_csv(tmp_path / f"p{i}.csv", index=False)
        np.save(tmp_path / f"p{i}.npy", np.ones((i + 1, 4), dtype="f4"))
        write_h5(tmp_path / f"p{i}.h5", np.ones((i + 1, 5), dtype="i2"))
    for pattern, shape, kind in (("p*.csv", [6, 2], "float64"), ("p?.npy", [6, 4], "float32"), ("p[0-2].h5:/x/", [6, 5], "int16")):
        described = run_json("info", tmp_path / pattern)
        assert described["format"].startswith("3 files: ")
        assert [(d["shape"], d["type"]) for d in described["datasets"]] == [(shape, kind)]
    text = run("info", tmp_path / "p*.csv").stdout
    assert "6 × 2" in text and "columns: a, b" in text
    assert_refused(run("info", tmp_path / "none-*.csv"), 3, "no file matches")
    np.save(tmp_path / "p4.npy", np.ones((1, 9)))
    assert_refused(run("info", tmp_path / "p*.npy"), 3, "p4.npy has 9 columns")


def test_info_and_columns_take_paths_with_slashes_at_the_end(tmp_path):
    write_h5(tmp_path / "z.h5", np.ones((3, 2)), dataset="a")
    write_h5(tmp_path / "z.h5", np.ones(3), dataset="g/b")
    for path, listed in (("/a/", "/a"), ("a//", "/a"), ("/g/", "/g/b"), ("//g//b/", "/g/b")):
        assert [d["dataset"] for d in run_json("info", f"{tmp_path}/z.h5:{path}")["datasets"]] == [listed]
        assert run_json("columns", f"{tmp_path}/z.h5:{path}")["rows"] == 3
