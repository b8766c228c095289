"""Disks that are small, read-only or another's, and inputs that go or shrink while they are read: one message, nothing
lost, nothing half-written under a final name."""
import json
import os
import pathlib
import subprocess
import sys
import time

import numpy as np
import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "commands"))
from data_files import write_csv, write_h5, write_h5_columns, write_npy
from support import MPIEXEC, PROGRAM, assert_refused, own_lines, run, run_json

RANKS = [None, 3]


@pytest.fixture
def disk(tmp_path):
    """A disk of 1 MB of its own."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "rankwise-test", folder], capture_output=True, text=True)
    if mounted.returncode != 0:
        pytest.skip(f"a disk of 1 MB cannot be mounted: {mounted.stderr}")
    yield folder
    subprocess.run(["umount", folder], check=True)


def fill(folder):
    """Takes all of a disk."""
    ballast = os.open(folder / "ballast", os.O_WRONLY | os.O_CREAT)
    try:
        while os.write(ballast, bytes(4096)):
            pass
    except OSError:
        os.close(ballast)


@pytest.mark.parametrize("ranks", RANKS)
@pytest.mark.parametrize("name", ["out.h5", "out.npy", "out.csv", "out.json"])
def test_results_that_do_not_fit_on_a_disk(tmp_path, disk, ranks, name):
    write_npy(tmp_path / "a.npy", np.random.default_rng(1).random((10, 20000)))
    done = run("columns", tmp_path / "a.npy", "--out", disk / name, ranks=ranks)
    assert_refused(done, 3, name, "No space left on device")
    assert os.listdir(disk) == []


@pytest.mark.parametrize("ranks", RANKS)
@pytest.mark.parametrize("name, words", [("g.h5", []), ("g.npy", []), ("g.csv", []), ("g.h5", ["--chunk", "100x10"]),
                                         ("g.h5", ["--checkpoint", "g.ckpt"]), ("g.npy", ["--checkpoint", "g.ckpt"])])
def test_matrices_that_do_not_fit_on_a_disk(tmp_path, disk, ranks, name, words):
    line = ["generate", "normal", "--rows", "1000", "--columns", "300", "--out", disk / name, *words]
    assert_refused(run(*line, ranks=ranks, cwd=tmp_path), 3, name, "No space left on device")
    assert os.listdir(disk) == []


@pytest.mark.parametrize("ranks", RANKS)
@pytest.mark.parametrize("name", ["c.h5", "c.npy", "c.csv"])
def test_a_correlation_that_does_not_fit_on_a_disk(tmp_path, disk, ranks, name):
    write_npy(tmp_path / "a.npy", np.random.default_rng(1).random((10, 700)))
    done = run("correlation", tmp_path / "a.npy", "--out", disk / name, ranks=ranks)
    assert_refused(done, 3, name, "No space left on device")
    assert os.listdir(disk) == []


@pytest.mark.parametrize("ranks", RANKS)
def test_a_checkpoint_that_does_not_fit_on_a_disk_costs_no_work(tmp_path, disk, ranks):
    """The results of 20000 columns take more than the disk has: that is told, and the work goes on."""
    path = write_npy(tmp_path / "a.npy", np.random.default_rng(1).random((2000, 20000)))
    expected = run_json("columns", path)
    line = ["columns", path, "--checkpoint", disk / "a.ckpt", "--resume", "--json"]
    done = run(*line, "--checkpoint-every", "0.01", ranks=ranks)
    assert done.returncode == 3, done.stderr  # the answer is there; the checkpoint that was asked for is not
    assert expected["digest"] in done.stdout
    notes = own_lines(done.stderr)
    assert any("a.ckpt" in note and "No space left on device" in note for note in notes), done.stderr
    # What is there is whole, and what it holds is used as soon as there is room.
    assert os.listdir(disk) == ["a.ckpt"]
    subprocess.run(["mount", "-o", "remount,size=16m", disk], check=True)
    assert run_json(*line[:-1], ranks=ranks)["digest"] == expected["digest"]


@pytest.mark.parametrize("ranks", RANKS)
def test_a_stop_whose_checkpoint_does_not_fit_is_told_once(tmp_path, disk, ranks):
    run_json("generate", "normal", "--rows", "2000", "--columns", "20000", "--chunk", "100x20000", "--gzip", "1", "--out",
             tmp_path / "a.h5")
    line = ["columns", tmp_path / "a.h5", "--checkpoint", disk / "a.ckpt", "--resume", "--max-time"]
    for seconds in (0.1, 0.2, 0.4, 0.8, 1.6, 3.2):  # until results are there that take room
        if (done := run(*line, seconds, ranks=ranks, threads=1)).returncode != 75:
            break
    assert_refused(done, 3, "a.ckpt", "No space left on device", "--max-time is over")
    assert done.stderr.count("No space left on device") == 1, done.stderr
    assert os.listdir(disk) == ["a.ckpt"]


def test_a_disk_without_room_is_told_before_the_work(disk):
    fill(disk)
    began = time.monotonic()
    done = run("pi", "--samples", "1e15", "--checkpoint", disk / "pi.ckpt")
    assert_refused(done, 3, "pi.ckpt", "No space left on device")
    assert time.monotonic() - began < 5
    assert os.listdir(disk) == ["ballast"]


@pytest.mark.parametrize("ranks", RANKS)
def test_a_folder_that_is_read_only(tmp_path, disk, ranks):
    write_npy(disk / "a.npy", np.ones((10, 10)))
    subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
    for words in (["--out", disk / "out.csv"], ["--checkpoint", disk / "a.ckpt"]):
        assert_refused(run("columns", disk / "a.npy", *words, ranks=ranks), 3, words[1].name, "Read-only file system")
    done = run("generate", "normal", "--rows", "2", "--columns", "2", "--out", disk / "g.npy", ranks=ranks)
    assert_refused(done, 3, "g.npy", "Read-only file system")
    assert run("columns", disk / "a.npy", ranks=ranks).returncode == 0
    assert os.listdir(disk) == ["a.npy"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be somebody else")
def test_files_of_somebody_else(tmp_path):
    """As a user who may neither read the input nor write into the folder."""
    write_npy(tmp_path / "a.npy", np.ones((10, 10)))
    write_npy(tmp_path / "b.npy", np.ones((10, 10)))
    os.chmod(tmp_path / "a.npy", 0o600)
    folder = tmp_path
    while folder != folder.parent and folder.stat().st_uid == 0 and str(folder) != "/tmp":
        os.chmod(folder, 0o755)
        folder = folder.parent
    program = tmp_path / "rankwise"
    program.write_bytes(pathlib.Path(PROGRAM).read_bytes())
    os.chmod(program, 0o755)

    def as_nobody(*words):
        return subprocess.run(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", program, *map(str, words)],
                              capture_output=True, text=True, timeout=60, cwd="/")

    assert_refused(as_nobody("columns", tmp_path / "a.npy"), 3, "a.npy", "Permission denied")
    for words in (["--out", tmp_path / "out.csv"], ["--checkpoint", tmp_path / "b.ckpt"]):
        assert_refused(as_nobody("columns", tmp_path / "b.npy", *words), 3, words[1].name, "Permission denied")
    (tmp_path / "there.ckpt").write_text("x")
    os.chmod(tmp_path / "there.ckpt", 0o600)
    assert_refused(as_nobody("columns", tmp_path / "b.npy", "--checkpoint", tmp_path / "there.ckpt", "--resume"), 3,
                   "there.ckpt", "Permission denied")


def test_what_is_written_is_private_until_it_is_whole(tmp_path):
    """A temporary file is nobody else's, whatever the umask; the whole one has the rights that the umask gives."""
    line = [PROGRAM, "generate", "normal", "--rows", "200000", "--columns", "500", "--out", str(tmp_path / "g.npy"),
            "--progress", "none"]
    running = subprocess.Popen(line, preexec_fn=lambda: os.umask(0o022), stdout=subprocess.DEVNULL)
    seen = set()
    while running.poll() is None:
        for path in tmp_path.iterdir():
            try:
                if path.name.startswith(".g.npy"):
                    seen.add(path.stat().st_mode & 0o777)
            except OSError:
                pass
        time.sleep(0.005)
    assert running.returncode == 0
    assert 0o600 in seen
    assert (tmp_path / "g.npy").stat().st_mode & 0o777 == 0o644


INPUTS = {"rows": lambda f, a: write_h5(f / "a.h5", a),
          "columns": lambda f, a: write_h5_columns(f / "a.h5", a),
          "gzip": lambda f, a: write_h5(f / "a.h5", a, chunks=(1000, 100), compression="gzip", compression_opts=1),
          "npy": lambda f, a: write_npy(f / "a.npy", a),
          "csv": lambda f, a: write_csv(f / "a.csv", a[:, :100])}


@pytest.fixture(scope="module", params=INPUTS)
def large_input(request, tmp_path_factory):
    """Takes a second or so to read."""
    folder = tmp_path_factory.mktemp("input")
    path = INPUTS[request.param](folder, np.random.default_rng(1).random((10000, 2000)).round(4))
    return pathlib.Path(path.removesuffix(":/x"))


@pytest.mark.parametrize("ranks", RANKS)
@pytest.mark.parametrize("act", ["goes", "shrinks", "shrinks to nothing"])
def test_an_input_that_changes_while_it_is_read(large_input, tmp_path, ranks, act):
    """It is read as it was, or that is told; at any time from the start to the end of a run."""
    copy = tmp_path / large_input.name
    line = [PROGRAM, "columns", str(copy), "--json", "--progress", "none", "--threads", "1"]
    if ranks:
        line = [MPIEXEC, "-n", str(ranks), *line]
    copy.write_bytes(large_input.read_bytes())
    began = time.monotonic()
    plain = subprocess.run(line, capture_output=True, text=True, timeout=60)
    longest = time.monotonic() - began
    digest = json.loads(plain.stdout)["digest"]
    told = 0
    for i in range(5):
        copy.write_bytes(large_input.read_bytes())
        running = subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        time.sleep(longest * i / 5)
        if act == "goes":
            copy.unlink()
        else:
            os.truncate(copy, copy.stat().st_size * 9 // 10 if act == "shrinks" else 0)
        out, err = running.communicate(timeout=30)
        errors = [line for line in own_lines(err) if ": error: " in line]
        if running.returncode == 0:
            assert digest in out and not errors, err
        else:
            assert running.returncode == 3 and out == "", err
            assert len(errors) == 1 and large_input.name in errors[0], err
            told += 1
    assert told > 0
