"""However a command ends, it gives back to MPI the communicators that it has made."""
import os
import pathlib
import subprocess
import sys

import numpy as np
import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "commands"))
from data_files import write_h5
from support import MPIEXEC, PROGRAM

COUNTER = os.environ.get("HANDLE_COUNTER", "")


@pytest.mark.parametrize("ranks", [1, 3])
@pytest.mark.parametrize("words, code", [
    (["pi", "--samples", "1e6"], 0),
    (["columns", "a.h5", "--stats", "median", "--out", "out.csv"], 0),
    (["columns", "a.h5", "--deliver", "scatter", "--checkpoint", "a.ckpt", "--verify", "full"], 0),
    (["correlation", "a.h5", "--out", "out.h5"], 0),
    (["generate", "uniform", "--rows", "1000", "--columns", "5", "--out", "out.npy"], 0),
    (["doctor"], None),
    (["columns", "none.h5"], 3),
    (["columns", "a.h5", "--nan-policy", "raise"], 3),
    (["pi", "--samples", "1e15", "--checkpoint", "pi.ckpt", "--max-time", "0.2"], 75),
])
def test_communicators_are_given_back(tmp_path, words, code, ranks):
    write_h5(tmp_path / "a.h5", np.where(np.arange(3000) == 7, np.nan, np.arange(3000.0)).reshape(300, 10))
    line = [MPIEXEC, "-n", str(ranks), "-x", f"LD_PRELOAD={COUNTER}", "-x", "HANDLE_COUNTER_TELLS=1", PROGRAM, *words]
    done = subprocess.run(line, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert code is None or done.returncode == code, done.stderr
    assert "still allocated" not in done.stderr
    assert done.stderr.count("communicators are freed") == ranks, done.stderr
