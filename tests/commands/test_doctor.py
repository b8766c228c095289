import os
import shutil
import subprocess

import pytest

from support import MPIEXEC, PROGRAM, run, run_json


def test_doctor_is_content_here():
    for ranks in (None, 2):
        done = run("doctor", ranks=ranks)
        assert done.returncode == 0, done.stdout
        for topic in ("MPI", "binding", "threads", "OpenBLAS", "HDF5", "kernels", "machine"):
            assert f"ok    {topic}" in done.stdout
    assert run_json("doctor")["ok"] is True


def test_doctor_finds_a_binding_that_is_too_narrow():
    if len(os.sched_getaffinity(0)) < 2:
        pytest.skip("one processor only")
    line = [MPIEXEC, "-n", "1", "--bind-to", "core", PROGRAM, "doctor", "--threads", "2"]
    done = subprocess.run(line, capture_output=True, text=True)
    assert done.returncode == 1
    assert "mend  binding" in done.stdout and "--map-by slot:PE=2" in done.stdout and "note" not in done.stderr


def test_doctor_tells_the_warnings_of_all_ranks():
    if len(os.sched_getaffinity(0)) < 2:
        pytest.skip("one processor only")
    # Rank 0 has two processors for its two threads, rank 1 has one.
    script = f'[ "$OMPI_COMM_WORLD_RANK" = 0 ] || exec taskset -c 0 {PROGRAM} doctor --threads 2; exec {PROGRAM} doctor --threads 2'
    done = subprocess.run([MPIEXEC, "-n", "2", "--bind-to", "none", "sh", "-c", script], capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stdout.count("mend  binding") == 1 and "rank 1: each rank may use 1 of" in done.stdout, done.stdout


def test_doctor_offers_only_options_that_do_something():
    told = run("doctor", "--help").stdout
    assert "--threads" in told and "--memory" not in told and "--progress" not in told


def test_doctor_tries_the_folder_it_is_given(tmp_path):
    assert f"ok    {tmp_path}" in run("doctor", "--path", tmp_path).stdout
    assert list(tmp_path.iterdir()) == []
    for ranks in (None, 2):
        done = run("doctor", "--path", tmp_path / "none", ranks=ranks)
        assert done.returncode == 1
        assert "mend" in done.stdout and "none" in done.stdout


def test_doctor_tells_which_kernels_openblas_runs(tmp_path):
    told = run("doctor", env={**os.environ, "OPENBLAS_CORETYPE": "Nehalem"}).stdout
    assert "ok    OpenBLAS  runs its kernels for Nehalem" in told  # who says so, gets it
    shutil.copy(PROGRAM, tmp_path / "rankwise")
    alone = subprocess.run([tmp_path / "rankwise", "doctor"], capture_output=True, text=True)
    assert alone.returncode == 1 and "mend  BLAS" in alone.stdout and "rankwise-dense.so" in alone.stdout
