"""--write: how ranks fill a large output together."""
import os
import time

import h5py
import numpy as np
import pytest

from data_files import write_csv, write_h5, write_npy
from support import assert_refused, run, run_and_kill_until_done, run_json

WAYS = ["auto", "posix", "root", "mpio"]


@pytest.fixture(autouse=True)
def libraries_keep_what_they_want(monkeypatch):
    """OMPIO and PBLAS do not give back all that they make."""
    monkeypatch.setenv("OMPI_MCA_mpi_show_handle_leaks", "false")


def lines(folder):
    """A line of every command that fills a file by offset, and the file."""
    a = np.random.default_rng(1).normal(size=(301, 301))
    x, table = write_h5(folder / "x.h5", a), str(folder / "t.h5")
    with h5py.File(table, "w") as f:
        f["p"], f["q"] = np.arange(70_000.0), np.arange(70_000)
    write_npy(folder / "a.npy", a)
    return [(["eval", "x + x.T - mean(x, 0)", f"x={x}", "--out"], "e.h5"),
            (["generate", "normal", "--rows", 900, "--columns", 333, "--out"], "g.npy"),
            (["convert", "--layout", "columns", x], "c.h5"),
            (["transform", table, "z = p + random()", "--where", "q > 30000", "--out"], "t2.h5"),
            (["inverse", folder / "a.npy", "--out"], "i.npy")]


@pytest.mark.parametrize("ranks", [1, 3, 7])
def test_the_same_file_in_every_way(ranks, tmp_path):
    for words, name in lines(tmp_path):
        out, made = tmp_path / name, {}
        for way in WAYS:
            result = run_json(*words, out, "--overwrite", "--write", way, ranks=ranks, threads=2)
            with h5py.File(out, "r+") if name.endswith("h5") else open(out) as f:
                if name.endswith("h5"):  # the record tells of its command line
                    f.visititems(lambda _, item: item.attrs.pop("rankwise_run", None))
                    f.attrs.pop("rankwise_run", None)
                    made[way] = {n: np.asarray(d[...]).tobytes() for n, d in f.items()}, result.get("digest")
                else:
                    made[way] = np.load(out).tobytes(), result.get("digest")
        assert all(each == made["auto"] for each in made.values()), words


def test_mpi_io_is_used_where_it_is_asked_for_and_nowhere_else(tmp_path):
    without = {**os.environ, "OMPI_MCA_io": "none"}
    for words, name in lines(tmp_path):
        out = tmp_path / name
        for way in ["auto", "posix", "root"]:
            assert run(*words, out, "--overwrite", "--write", way, ranks=2, env=without).returncode == 0
        before = out.read_bytes(), sorted(os.listdir(tmp_path))
        refused = run(*words, out, "--overwrite", "--write", "mpio", ranks=2, env=without)
        assert_refused(refused, 3, name, "cannot be written by MPI-IO")
        assert (out.read_bytes(), sorted(os.listdir(tmp_path))) == before


@pytest.mark.parametrize("way", ["root", "mpio"])
def test_killed_runs_go_on(way, tmp_path):
    source = write_h5(tmp_path / "x.h5", np.random.default_rng(1).random((1500, 1500)))
    words = ["eval", "sin(x) * exp(x.T) + log(1 + x) ** 1.5 + normal()", f"x={source}"]
    began = time.monotonic()
    whole = run_json(*words, "--out", tmp_path / "whole.npy", threads=1)["digest"]
    undisturbed = time.monotonic() - began
    # A process alone has no MPI-IO: what it cannot be told it does by itself.
    run_and_kill_until_done([*words, "--checkpoint-every", "0.02s"], tmp_path / "o.npy", undisturbed,
                            of_ranks=["--write", way])
    assert (tmp_path / "o.npy").read_bytes() == (tmp_path / "whole.npy").read_bytes()
    assert whole in (tmp_path / "o.npy.run.json").read_text()


def test_what_cannot_be_meant_is_refused(tmp_path):
    x = write_h5(tmp_path / "x.h5", np.ones((3, 3)))
    table = write_csv(tmp_path / "t.csv", np.ones((3, 2)))
    before = sorted(os.listdir(tmp_path))
    for way in ("posix", "mpio"):
        assert_refused(run("convert", x, tmp_path / "o.csv", "--write", way, ranks=2), 2, "--write", "CSV")
        assert_refused(run("convert", x, tmp_path / "o.h5", "--gzip", 1, "--write", way, ranks=2), 2, "--write", "chunk")
        assert_refused(run("transform", table, "z = 1", "--out", tmp_path / "o.csv", "--write", way, ranks=2), 2, "--write", "CSV")
    assert_refused(run("convert", x, tmp_path / "o.h5", "--write", "mpio"), 2, "--write mpio", "mpiexec")
    assert_refused(run("convert", x, tmp_path / "o.h5", "--write", "nfs"), 2, "--write", "posix")
    assert sorted(os.listdir(tmp_path)) == before
