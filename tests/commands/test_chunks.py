"""HDF5 datasets in chunks: read chunk by chunk, their filters undone outside HDF5. h5py writes, NumPy is the oracle."""
import struct
import zlib

import h5py
import numpy as np
import pytest

from support import assert_refused, run, run_json


def compare(source, a, **options):
    result = run_json("columns", source, "--stats", "count,sum,min,max", **options)
    assert result["rows"], result["columns"] == a.shape
    expected = a.astype("f8") if a.dtype.kind == "f" else a
    np.testing.assert_allclose(result["statistics"]["sum"], expected.sum(axis=0), rtol=1e-12)
    np.testing.assert_array_equal(result["statistics"]["min"], a.min(axis=0))
    np.testing.assert_array_equal(result["statistics"]["max"], a.max(axis=0))
    return result["digest"]


FILTERS = {
    "none": {},
    "gzip": {"compression": "gzip"},
    "shuffle": {"shuffle": True},
    "fletcher32": {"fletcher32": True},
    "gzip+shuffle": {"compression": "gzip", "shuffle": True},
    "gzip+shuffle+fletcher32": {"compression": "gzip", "shuffle": True, "fletcher32": True},
}


@pytest.mark.parametrize("dtype, chunk", [("f8", (64, 7)), ("f8", (1000, 40)), ("f8", (1, 40)), ("f4", (333, 1)),
                                          ("i2", (64, 7)), ("i1", (70, 40)), ("u8", (1, 1)), ("f2", (64, 7)),
                                          (">f8", (64, 7)), (">i4", (1000, 9))])
def test_every_filter_gives_the_same_numbers(tmp_path, dtype, chunk):
    random = np.random.default_rng(1)
    a = (random.random((1000, 40)) * 100 - (0 if dtype.startswith("u") else 50)).astype(dtype)
    digests = set()
    for name, options in FILTERS.items():
        with h5py.File(tmp_path / "a.h5", "w") as f:
            f.create_dataset("x", data=a, chunks=chunk, **options)
        digests.add(compare(tmp_path / "a.h5", a))
    assert len(digests) == 1


@pytest.mark.parametrize("command", ["columns", "rows"])
def test_ranks_and_threads_agree(tmp_path, command):
    a = np.random.default_rng(2).normal(size=(2111, 1013))
    with h5py.File(tmp_path / "a.h5", "w") as f:
        f.create_dataset("x", data=a, chunks=(100, 100), compression="gzip", shuffle=True, fletcher32=True)
        f.create_dataset("plain", data=a, chunks=(100, 100))
    plain = run_json(command, f"{tmp_path}/a.h5:plain")["digest"]
    for ranks, threads in ((None, 1), (None, 3), (1, 1), (3, 2), (7, 1)):
        assert run_json(command, f"{tmp_path}/a.h5:x", ranks=ranks, threads=threads)["digest"] == plain


def test_one_dimension_and_tables(tmp_path):
    random = np.random.default_rng(3)
    a = random.random(10_001)
    b = random.integers(-5, 5, 10_001)
    with h5py.File(tmp_path / "a.h5", "w") as f:
        f.create_dataset("a", data=a, chunks=(700,), compression="gzip", shuffle=True)
        f.create_dataset("b", data=b, chunks=(999,), fletcher32=True)
    compare(f"{tmp_path}/a.h5:a", a[:, None])
    result = run_json("columns", tmp_path / "a.h5", ranks=2)
    assert result["names"] == ["a", "b"]
    assert result["statistics"]["sum"] == pytest.approx([a.sum(), b.sum()])


def test_chunks_that_were_never_written_hold_the_fill_value(tmp_path):
    with h5py.File(tmp_path / "a.h5", "w") as f:
        x = f.create_dataset("x", (1000, 30), "f8", chunks=(100, 10), compression="gzip", fillvalue=2.5)
        x[150:160, 5] = 1.0
        expected = x[...]
    compare(tmp_path / "a.h5", expected)


def test_chunks_that_skipped_a_filter(tmp_path):
    a = np.random.default_rng(4).random((400, 16))
    with h5py.File(tmp_path / "a.h5", "w") as f:
        x = f.create_dataset("x", a.shape, "f8", chunks=(100, 16), compression="gzip", shuffle=True)
        part = a[:100].tobytes()
        x.id.write_direct_chunk((0, 0), part, filter_mask=3)
        x.id.write_direct_chunk((100, 0), zlib.compress(a[100:200].tobytes()), filter_mask=1)
        x.id.write_direct_chunk((200, 0), np.frombuffer(a[200:300].tobytes(), "u1").reshape(-1, 8).T.tobytes(), filter_mask=2)
        x[300:] = a[300:]
    with h5py.File(tmp_path / "a.h5") as f:
        np.testing.assert_array_equal(f["x"][...], a)
    compare(tmp_path / "a.h5", a)


def test_a_damaged_chunk_is_named(tmp_path):
    a = np.random.default_rng(5).random((300, 16))
    for options, word in (({"compression": "gzip"}, "inflated"), ({"fletcher32": True}, "checksum"),
                          ({"compression": "gzip", "fletcher32": True}, "checksum")):
        with h5py.File(tmp_path / "a.h5", "w") as f:
            x = f.create_dataset("x", data=a, chunks=(100, 16), **options)
            place = x.id.get_chunk_info(1)
        with open(tmp_path / "a.h5", "r+b") as f:
            f.seek(place.byte_offset + place.size // 2)
            byte = f.read(1)
            f.seek(-1, 1)
            f.write(bytes([byte[0] ^ 0x55]))
            if word == "inflated":
                f.seek(place.byte_offset)
                f.write(b"\xff\xff")
        for ranks in (None, 3):
            assert_refused(run("columns", tmp_path / "a.h5", ranks=ranks), 3, "a.h5:/x", "chunk at (100, 0)", word)


@pytest.mark.parametrize("libver", ["earliest", "latest"])
@pytest.mark.parametrize("userblock", [0, 512, 4096])
def test_chunks_behind_a_user_block(libver, userblock, tmp_path):
    """Addresses in the file count from the end of the user block."""
    a = np.random.default_rng(6).normal(size=(1000, 30))
    with h5py.File(tmp_path / "a.h5", "w", libver=libver, userblock_size=userblock) as f:
        f.create_dataset("x", data=a, chunks=(64, 7), compression="gzip", shuffle=True)
        f.create_dataset("plain", data=a, chunks=(64, 7))
        f.create_dataset("grows", data=a, chunks=(64, 7), maxshape=(None, 30), fletcher32=True)
    digests = {compare(f"{tmp_path}/a.h5:{name}", a, ranks=ranks) for name in ("x", "plain", "grows")
               for ranks in (None, 2)}
    assert len(digests) == 1


def with_chunk_record(path, old, new):
    """Replaces the record of a chunk in the file's index, which is what is there once."""
    whole = path.read_bytes()
    assert whole.count(old) == 1
    path.write_bytes(whole.replace(old, new))


@pytest.mark.parametrize("beyond", [1 << 20, 1 << 62, (1 << 63) - 8])
def test_a_chunk_beyond_the_end_of_the_file_is_refused(beyond, tmp_path):
    a = np.random.default_rng(7).random((300, 16))
    with h5py.File(tmp_path / "a.h5", "w") as f:
        place = f.create_dataset("x", data=a, chunks=(100, 16), compression="gzip").id.get_chunk_info(1)
    with_chunk_record(tmp_path / "a.h5", struct.pack("<Q", place.byte_offset), struct.pack("<Q", beyond))
    for ranks in (None, 3):
        assert_refused(run("columns", tmp_path / "a.h5", ranks=ranks), 3, "a.h5:/x", "cannot be read", "damaged")


def test_a_chunk_larger_than_the_file_takes_no_memory(tmp_path):
    a = np.random.default_rng(8).random((300, 16))
    with h5py.File(tmp_path / "a.h5", "w") as f:
        place = f.create_dataset("x", data=a, chunks=(100, 16), compression="gzip").id.get_chunk_info(1)
    record = struct.pack("<IIQQQQ", place.size, 0, 100, 0, 0, place.byte_offset)
    with_chunk_record(tmp_path / "a.h5", record, struct.pack("<I", 0xFFFFFFF0) + record[4:])
    assert_refused(run("columns", tmp_path / "a.h5"), 3, "a.h5:/x", "chunk at (100, 0)",
                   "4294967280 bytes, more than the file")


@pytest.mark.parametrize("keep", [0.3, 0.7, 0.99])
def test_a_file_in_chunks_that_was_cut_short(keep, tmp_path):
    a = np.random.default_rng(9).random((3000, 16))
    with h5py.File(tmp_path / "a.h5", "w") as f:
        f.create_dataset("x", data=a, chunks=(100, 16), compression="gzip")
    whole = (tmp_path / "a.h5").read_bytes()
    (tmp_path / "a.h5").write_bytes(whole[:int(keep * len(whole))])
    for ranks in (None, 3):
        assert_refused(run("columns", tmp_path / "a.h5", ranks=ranks), 3, "a.h5", "cut short")
