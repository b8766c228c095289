"""Everything a user can get wrong: one message of ours, the right exit code, nothing left behind, no rank left waiting."""
import os
import resource
import signal
import subprocess
import time

import h5py
import numpy as np
import pytest

from data_files import claim_npy, write_npy
from support import MPIEXEC, PROGRAM, assert_refused, own_lines, run, run_json

random = np.random.default_rng(13)
RANKS = [None, 3]


def refuse(tmp_path, source, *words, code=3, options=(), ranks=RANKS):
    before = sorted(os.listdir(tmp_path))
    for r in ranks:
        started = time.time()
        assert_refused(run("columns", source, *options, ranks=r, cwd=tmp_path), code, *words)
        assert time.time() - started < 10
    assert sorted(os.listdir(tmp_path)) == before


def test_no_such_file(tmp_path):
    refuse(tmp_path, "none.h5", "none.h5", "No such file")
    refuse(tmp_path, "none.h5:/x", "none.h5")


def test_a_folder(tmp_path):
    (tmp_path / "folder.h5").mkdir()
    refuse(tmp_path, "folder.h5", "folder")


def test_a_pipe(tmp_path):
    os.mkfifo(tmp_path / "pipe.csv")
    refuse(tmp_path, "pipe.csv", "pipe")


def test_no_such_dataset_lists_what_is_there(tmp_path):
    with h5py.File(tmp_path / "m.h5", "w") as f:
        f["x"] = np.zeros((30, 10))
        f["labels"] = np.zeros(30, dtype="i4")
    refuse(tmp_path, "m.h5:/y", "m.h5 has no dataset /y", "/x (30 × 10 float64)", "/labels (30 int32)")
    refuse(tmp_path, "m.h5", "several datasets", "/x", "/labels")


def test_data_that_are_no_matrix_of_numbers(tmp_path):
    with h5py.File(tmp_path / "m.h5", "w") as f:
        f["text"] = np.array([b"a", b"b"])
        f["cube"] = np.zeros((2, 3, 4))
        f["scalar"] = 5.0
        f["complex"] = np.zeros((2, 2), dtype=complex)
        f["records"] = np.zeros(3, dtype=[("a", "f8"), ("b", "i4"), ("c", "f4")])
    refuse(tmp_path, "m.h5:/text", "text")
    refuse(tmp_path, "m.h5:/cube", "3 dimensions")
    refuse(tmp_path, "m.h5:/scalar", "0 dimensions")
    refuse(tmp_path, "m.h5:/complex", "complex")
    refuse(tmp_path, "m.h5:/records", "compound")


@pytest.mark.parametrize("keep", [0, 1, 7, 100, 1000, 2500])
def test_truncated_hdf5(keep, tmp_path):
    with h5py.File(tmp_path / "m.h5", "w") as f:
        f["x"] = random.random((100, 10))
    whole = (tmp_path / "m.h5").read_bytes()
    (tmp_path / "m.h5").write_bytes(whole[:keep])
    refuse(tmp_path, "m.h5", "m.h5")


def test_truncated_by_one_byte(tmp_path):
    with h5py.File(tmp_path / "m.h5", "w") as f:
        f["x"] = random.random((100, 10))
    whole = (tmp_path / "m.h5").read_bytes()
    (tmp_path / "m.h5").write_bytes(whole[:-1])
    refuse(tmp_path, "m.h5", "m.h5")


def test_random_bytes(tmp_path):
    for name in ("r.h5", "r.npy", "r.csv", "r.dat"):
        (tmp_path / name).write_bytes(random.bytes(5000))
        refuse(tmp_path, name, name, ranks=[None])
    (tmp_path / "s.h5").write_bytes(b"\x89HDF\r\n\x1a\n" + random.bytes(5000))
    refuse(tmp_path, "s.h5", "s.h5", "damaged")
    (tmp_path / "s.npy").write_bytes(b"\x93NUMPY\x01\x00" + random.bytes(5000))
    refuse(tmp_path, "s.npy", "s.npy", ranks=[None])


def test_damage_in_the_middle_of_compressed_data(tmp_path):
    with h5py.File(tmp_path / "m.h5", "w") as f:
        f.create_dataset("x", data=random.random((1000, 10)), compression="gzip", fletcher32=True)
    whole = bytearray((tmp_path / "m.h5").read_bytes())
    whole[len(whole) // 2] ^= 0xFF
    (tmp_path / "m.h5").write_bytes(whole)
    refuse(tmp_path, "m.h5", "m.h5")


@pytest.mark.parametrize("libver", ["earliest", "latest"])
@pytest.mark.parametrize("at", [0, 40])
def test_a_damaged_dataset_hides_no_other(at, libver, tmp_path):
    with h5py.File(tmp_path / "m.h5", "w", libver=libver) as f:
        for name in ("a", "b", "c"):
            f[name] = np.ones((4, 2))
        f["group/z"] = np.ones((7, 1))
        damaged = h5py.h5o.get_info(f["b"].id).addr
    whole = bytearray((tmp_path / "m.h5").read_bytes())
    whole[damaged + at:damaged + at + 16] = b"\xff" * 16
    (tmp_path / "m.h5").write_bytes(whole)
    for name in ("a", "c", "group/z"):
        done = run("columns", f"m.h5:/{name}", cwd=tmp_path)
        assert done.returncode == 0, done.stderr
    refuse(tmp_path, "m.h5:/b", "m.h5:/b", "cannot be read")
    refuse(tmp_path, "m.h5:/none", "m.h5 has no dataset /none", "/b (unreadable)")
    refuse(tmp_path, "m.h5", "several datasets")
    info = run("info", "m.h5", cwd=tmp_path)
    assert info.returncode == 0, info.stderr
    assert "4 datasets" in info.stdout and "/b is unreadable: " in info.stdout and "HDF5-DIAG" not in info.stderr


def test_npy_files_that_lie(tmp_path):
    np.save(tmp_path / "a.npy", random.random((100, 3)))
    whole = (tmp_path / "a.npy").read_bytes()
    (tmp_path / "cut.npy").write_bytes(whole[:-1])
    refuse(tmp_path, "cut.npy", "cut short")
    (tmp_path / "claims.npy").write_bytes(whole.replace(b"(100, 3), ", b"(9999999999999999, 3), ")[:500])
    refuse(tmp_path, "claims.npy", "claims.npy")
    np.save(tmp_path / "pickled.npy", np.array([{"a": 1}], dtype=object), allow_pickle=True)
    refuse(tmp_path, "pickled.npy", "pickled Python objects")
    np.save(tmp_path / "text.npy", np.array(["a", "b"]))
    refuse(tmp_path, "text.npy", "holds text")
    np.save(tmp_path / "complex.npy", np.zeros((2, 2), dtype=complex))
    refuse(tmp_path, "complex.npy", "complex numbers")
    np.save(tmp_path / "cube.npy", np.zeros((2, 2, 2)))
    refuse(tmp_path, "cube.npy", "3 dimensions")


@pytest.mark.parametrize("command,shape", [("columns", (0, 10**10)), ("rows", (10**10, 0)), ("columns", (1, 10**10)),
                                           ("rows", (10**10, 1))])
def test_shapes_that_only_a_claim_can_have(command, shape, tmp_path):
    with h5py.File(tmp_path / "m.h5", "w") as f:
        f.create_dataset("x", shape, "f8")
        f.create_dataset("chunks", shape, "f8", chunks=tuple(max(1, min(n, 1000)) for n in shape),
                         maxshape=(None, None))
    claim_npy(tmp_path / "m.npy", shape)
    for source in ["m.h5:/x", "m.h5:/chunks"] + (["m.npy"] if 0 in shape else []):
        for ranks in RANKS:
            started = time.time()
            done = run(command, source, ranks=ranks, cwd=tmp_path)
            assert_refused(done, 3, source, "10000000000 results do not fit")
            assert time.time() - started < 5
    assert run("info", "m.h5", cwd=tmp_path).returncode == 0


@pytest.mark.parametrize("shape", [(10**10, 0), (0, 10**6)])
def test_a_matrix_without_elements_is_cheap(shape, tmp_path):
    done = run("columns", claim_npy(tmp_path / "m.npy", shape), "--top", 3)
    assert done.returncode == 0, done.stderr


def test_claims_beyond_64_bits_name_the_file(tmp_path):
    claim_npy(tmp_path / "m.npy", (10**19, 10**19))
    refuse(tmp_path, "m.npy", "m.npy")


def limited(*words):
    """Runs within 4 GB of addresses; a sanitizer, which takes terabytes for itself, within 4 GB of its own kind."""
    if os.environ.get("RANKWISE_SANITIZE"):
        options = os.environ["ASAN_OPTIONS"] + ":hard_rss_limit_mb=4096:max_allocation_size_mb=4096"
        return run(*words, env={**os.environ, "ASAN_OPTIONS": options})
    return run(*words, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30)))


def test_names_are_read_only_if_there_are_as_many_as_columns(tmp_path):
    with h5py.File(tmp_path / "m.h5", "w") as f:
        f["x"] = np.ones((3, 2))
        for i, (name, length, kind) in enumerate([("few", 2, "i4"), ("many", 10**12, "i4"), ("texts", 10**12, "S9")]):
            scale = f.create_dataset(f"scales/{name}", (length,), kind)
            scale.make_scale()
            d = f.create_dataset(name, data=np.ones((3, 2)))
            d.dims[1].attach_scale(scale)
        f.create_dataset("scales/wide", (10**10,), "i4").make_scale()
        f.create_dataset("wide", (0, 10**10), "f8").dims[1].attach_scale(f["scales/wide"])
    for name in ("many", "texts"):
        done = limited("columns", f"{tmp_path}/m.h5:/{name}", "--threads", 1)
        assert done.returncode == 0, done.stderr
    assert_refused(limited("columns", f"{tmp_path}/m.h5:/wide", "--threads", 1), 3, "results do not fit")


def test_a_pandas_axis_that_claims_too_much(tmp_path):
    with h5py.File(tmp_path / "f.h5", "w") as f:
        g = f.create_group("df")
        g.attrs["pandas_type"] = np.bytes_("frame")
        g["block0_values"] = np.ones((3, 2))
        g["block0_items"] = np.array([b"a", b"b"])
        g.create_dataset("axis0", (10**12,), "S1")
        g["axis1"] = np.arange(3)
    assert_refused(limited("columns", f"{tmp_path}/f.h5:/df", "--threads", 1), 3, "f.h5", "column names cannot be read")


def test_csv_with_line_and_column(tmp_path):
    rows = ["a,b,c"] + ["1,2,3"] * 5000
    for name, line, words in (("ragged", "1,2", ["line 4000", "2 fields"]), ("wordy", "1,tall,3", ["line 4000", "'b'", "tall"]),
                              ("quote", '1,"2,3', ["quote", "line 4000"])):
        lines = list(rows)
        lines[3999] = line
        (tmp_path / f"{name}.csv").write_text("\n".join(lines) + "\n")
        refuse(tmp_path, f"{name}.csv", f"{name}.csv", *words)
    (tmp_path / "empty.csv").write_text("")
    refuse(tmp_path, "empty.csv", "empty")
    (tmp_path / "blank.csv").write_text("\n\n\n")
    refuse(tmp_path, "blank.csv", "empty")


def test_formats_of_others_come_with_the_line_that_converts_them(tmp_path):
    (tmp_path / "a.parquet").write_bytes(b"PAR1" + bytes(100) + b"PAR1")
    refuse(tmp_path, "a.parquet", "Parquet", "read_parquet")
    (tmp_path / "par.csv").write_text("PAR1,PAR2\n1,2\n3,4\n")
    assert run_json("columns", tmp_path / "par.csv")["names"] == ["PAR1", "PAR2"]
    (tmp_path / "a.mat").write_bytes(b"MATLAB 5.0 MAT-file, Platform: GLNXA64".ljust(200))
    refuse(tmp_path, "a.mat", "MATLAB", "loadmat")
    (tmp_path / "a.csv").write_bytes(b"\x1f\x8b\x08" + bytes(100))
    refuse(tmp_path, "a.csv", "gzip -dk")


def test_words_that_are_not_known(tmp_path):
    write_npy(tmp_path / "a.npy", np.ones((2, 2)))
    refuse(tmp_path, "a.npy", "did you mean 'mean'", code=2, options=["--stats", "count,maen"])
    refuse(tmp_path, "a.npy", "--nan-policy", code=2, options=["--nan-policy", "ignore"])
    refuse(tmp_path, "a.npy", "--deliver", code=2, options=["--deliver", "broadcast"])
    refuse(tmp_path, "a.npy", "out.xlsx", code=2, options=["--out", "out.xlsx"])
    refuse(tmp_path, "a.npy:/x", "no HDF5 file")


def test_too_little_memory(tmp_path):
    write_npy(tmp_path / "a.npy", np.ones((10000, 100)))
    refuse(tmp_path, "a.npy", "--memory", "block", code=2, options=["--memory", "1M"])


def test_outputs_that_cannot_be_written(tmp_path):
    write_npy(tmp_path / "a.npy", np.ones((20, 3000)))
    refuse(tmp_path, "a.npy", "no/out.csv", "No such", options=["--out", "no/out.csv"])
    refuse(tmp_path, "a.npy", "Not a directory", options=["--out", "a.npy/out.csv"])
    (tmp_path / "folder.csv").mkdir()
    refuse(tmp_path, "a.npy", "folder.csv", options=["--out", "folder.csv", "--overwrite"])
    refuse(tmp_path, "a.npy", "/proc/out.csv", options=["--out", "/proc/out.csv"])


@pytest.mark.parametrize("ending", ["h5", "csv", "json", "npy"])
@pytest.mark.parametrize("ranks", RANKS)
def test_a_disk_that_gets_full(ending, ranks, tmp_path):
    """Files may grow to 20 kB here, as on a disk with no more room."""
    write_npy(tmp_path / "a.npy", np.ones((20, 3000)))

    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000))

    if ranks:  # mpiexec itself needs larger files
        line = [MPIEXEC, "-n", str(ranks), "bash", "-c", f'trap "" XFSZ; ulimit -f 20; exec "$@"', "_", PROGRAM]
        done = subprocess.run([*line, "columns", "a.npy", "--out", f"out.{ending}"], cwd=tmp_path, capture_output=True,
                              text=True, timeout=60)
    else:
        done = run("columns", "a.npy", "--out", f"out.{ending}", cwd=tmp_path, preexec_fn=limit)
    assert_refused(done, 3, f"out.{ending}")
    assert os.listdir(tmp_path) == ["a.npy"]


@pytest.mark.parametrize("name", ["g.h5", "g.npy", "g.csv"])
def test_generate_onto_a_disk_that_gets_full(name, tmp_path):
    line = ["bash", "-c", 'trap "" XFSZ; ulimit -f 2000; exec "$@"', "_", PROGRAM, "generate", "uniform", "--rows", "3000",
            "--columns", "300", "--out", name]
    for start in ([], [MPIEXEC, "-n", "3"]):
        done = subprocess.run([*start, *line], cwd=tmp_path, capture_output=True, text=True, timeout=60)
        assert_refused(done, 3, name)
        assert os.listdir(tmp_path) == []


def test_a_block_that_fails_on_another_rank_ends_all_within_two_seconds(tmp_path):
    lines = ["1.5,2.5,3.5"] * 1200000
    lines[-1] = "1.5,bad,3.5"
    (tmp_path / "late.csv").write_text("\n".join(lines))
    started = time.time()
    assert run("columns", "late.csv", cwd=tmp_path).returncode == 3
    alone = time.time() - started
    started = time.time()
    done = run("columns", "late.csv", ranks=3, cwd=tmp_path)
    assert_refused(done, 3, "line 1200000", "bad")
    assert time.time() - started < alone + 4  # mpiexec takes a second to start and to stop


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_while_reading_leaves_nothing(number, tmp_path):
    assert run("generate", "uniform", "--rows", 60000, "--columns", 300, "--out", "m.npy", cwd=tmp_path).returncode == 0
    line = [MPIEXEC, "-n", "2", PROGRAM, "generate", "normal", "--rows", "400000", "--columns", "1000", "--out", "big.npy"]
    running = subprocess.Popen(line, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    until = time.monotonic() + 20
    while not any(name.startswith(".big.npy") for name in os.listdir(tmp_path)) and time.monotonic() < until:
        time.sleep(0.01)
    time.sleep(0.3)
    running.send_signal(number)
    out, err = running.communicate(timeout=20)
    assert len(own_lines(err)) == 1 and "stopped by" in err, err
    assert sorted(os.listdir(tmp_path)) == ["m.npy", "m.npy.run.json"]
