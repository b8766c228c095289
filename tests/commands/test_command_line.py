import os
import re
import subprocess

import pytest

from support import MPIEXEC, PROGRAM, assert_refused, run


def commands():
    listed = run("--help").stdout
    return re.findall(r"^  ([a-z]+) {2,}", listed, re.M)


def test_help_lists_commands_and_exit_codes():
    assert {"pi", "completion"} <= set(commands())
    assert "Exit codes" in run("--help").stdout
    assert run("-h").stdout == run("help").stdout == run("--help").stdout


def test_each_command_has_a_help_with_examples():
    for name in commands():
        done = run(name, "--help")
        assert done.returncode == 0
        assert done.stdout.startswith(run("help", name).stdout[:40])
        assert f"Usage: rankwise {name}" in done.stdout
        assert max(len(line) for line in done.stdout.splitlines()) <= 130


def test_version():
    assert re.fullmatch(r"rankwise \d+\.\d+\.\d+\n", run("--version").stdout)
    verbose = run("--version", "--verbose").stdout
    for word in ("compiler", "MPI", "thread level", "HDF5", "Boost", "kernels"):
        assert re.search(f"^{word} ", verbose, re.M), verbose


@pytest.mark.parametrize("words, told", [
    ([], "which command"),
    (["po"], "did you mean 'pi'"),
    (["pi"], "--samples N or --until-error E is required"),
    (["pi", "--sample", "3"], "did you mean '--samples'"),
    (["pi", "--samples"], "--samples"),
    (["pi", "--samples", "3", "extra"], "'extra' is one word too many; usage: rankwise pi --samples N | --until-error E [options]"),
    (["pi", "--samples", "3", "--samples", "4"], "--samples is given more than once"),
    (["pi", "--samples="], "--samples needs a value: --samples N"),
    (["pi", "--samples", ""], "--samples takes a whole number"),
    (["pi", "--samples", "-5"], "not '-5'"),
    (["pi", "--samples", "1e400"], "not '1e400'"),
    (["pi", "--samples", "3", "--seed", "x"], "--seed takes a whole number"),
    (["pi", "--samples", "3", "--threads="], "--threads needs a value"),
    (["pi", "--samples", "3", "--threads"], "--threads needs a value"),
    (["pi", "--samples", "3", "--json=5"], "--json takes no value"),
    (["pi", "--samples", "3", "--help=5"], "--help takes no value"),
    (["pi", "-samples", "3"], "no option -samples"),
    (["pi", "--", "--samples", "3"], "'--samples' is one word too many"),
    (["pi", "--samples", "3", "--", "x"], "'x' is one word too many"),
    (["pi", "--samples", "3", ""], "'' is one word too many"),
    (["--threads", "3", "pi"], "rankwise COMMAND"),
    (["help", "pi", "pi"], "one command"),
    (["columns"], "SOURCE is required"),
    (["columns", ""], "SOURCE must not be empty"),
    (["rows", ""], "SOURCE must not be empty"),
    (["info", ""], "SOURCE must not be empty"),
    (["po\npi"], "no command 'po?pi'"),
    (["columns", "a.npy", "--overwrite"], "--overwrite requires --out"),
    (["columns", "a.npy", "b.npy"], "'b.npy' is one word too many"),
    (["columns", "a.npy", "--out", ""], "'' tells no format"),
    (["columns", "a.npy", "--out", "x.csv", "--out", "x.csv"], "--out is given more than once"),
    (["columns", "a.npy", "--stats", ""], "--stats takes count, nan"),
    (["columns", "a.npy", "--stats", "mean,"], "not ''"),
    (["completion"], "SHELL is required"),
    (["doctor", "--path", ""], "--path must not be empty"),
    (["generate", "", "--rows", "3", "--columns", "3", "--out", "x.h5"], "KIND"),
    (["generate", "uniform", "--rows", "3", "--columns", "3", "--out", "x.h5", "--chunk", "x"], "such as 1000x100"),
    (["generate", "uniform", "--rows", "1e10", "--columns", "1e10", "--out", "x.csv"], "too large"),
    (["--version", "--verbos"], "--verbose"),
    (["pi", "--samples", "3", "--threads", "0"], "--threads"),
    (["pi", "--samples", "3", "--threads", "many"], "--threads"),
    (["pi", "--samples", "3", "--memory", "much"], "--memory"),
    (["pi", "--samples", "3", "--progress", "barr"], "did you mean 'bar'"),
])
@pytest.mark.parametrize("ranks", [None, 3])
def test_usage_errors_come_once_with_exit_code_2(words, told, ranks, tmp_path):
    assert_refused(run(*words, ranks=ranks, cwd=tmp_path), 2, told)
    assert list(tmp_path.iterdir()) == []


def test_a_slow_rank_0_still_tells_the_usage_error():
    script = f'[ "$OMPI_COMM_WORLD_RANK" = 0 ] && sleep 0.5; exec {PROGRAM} columns a.npy --stat maen'
    done = subprocess.run([MPIEXEC, "-n", "3", "sh", "-c", script], capture_output=True, text=True)
    assert_refused(done, 2, "--stats")


def test_help_and_version_come_once_whatever_the_ranks():
    assert run("--version", ranks=3).stdout == run("--version").stdout
    assert run("pi", "--help", ranks=3).stdout == run("pi", "--help").stdout


@pytest.mark.parametrize("ranks", [None, 2])
@pytest.mark.parametrize("words", [
    ["pi", "--samples", "1000"], ["pi", "--samples", "1000", "--json"], ["generate", "uniform", "--rows", "3", "--columns", "2", "--out", "new.csv"],
    ["generate", "uniform", "--rows", "3", "--columns", "2", "--out", "new.csv", "--json"], ["info", "a.csv"], ["info", "a.csv", "--json"],
    ["columns", "a.csv"], ["rows", "a.csv", "--json"], ["doctor"], ["doctor", "--json"], ["completion", "bash"], ["--help"], ["pi", "--help"]])
def test_standard_output_that_is_full_is_an_error(words, ranks, tmp_path):
    (tmp_path / "a.csv").write_text("a,b\n1,2\n")
    # Of the program itself, as mpiexec would stand between. Without a buffer it shows while printing, not at the end.
    script = f'ASAN_OPTIONS=$ASAN_OPTIONS:verify_asan_link_order=0 exec stdbuf -o0 {PROGRAM} "$@" > /dev/full'
    line = ["sh", "-c", script, "_", *words]
    done = subprocess.run([MPIEXEC, "-n", str(ranks), *line] if ranks else line, cwd=tmp_path, capture_output=True, text=True)
    assert_refused(done, 3, "standard output cannot be written: No space left")


def test_findings_that_reach_nobody_are_an_error(tmp_path):
    script = f'exec {PROGRAM} doctor --path nowhere > /dev/full'
    done = subprocess.run(["sh", "-c", script], cwd=tmp_path, capture_output=True, text=True)
    assert_refused(done, 3, "standard output cannot be written")


def test_an_answer_never_gets_into_a_file_of_ours(tmp_path):
    script = f'exec {PROGRAM} generate uniform --rows 3 --columns 2 --out new.csv >&-'
    done = subprocess.run(["sh", "-c", script], cwd=tmp_path, capture_output=True, text=True)
    assert_refused(done, 3, "standard output cannot be written")
    assert len((tmp_path / "new.csv").read_text().splitlines()) == 3


def test_a_launcher_of_another_mpi_is_noticed():
    environment = {**os.environ, "PMI_RANK": "0", "PMI_SIZE": "4"}
    done = subprocess.run([PROGRAM, "pi", "--samples", "1000"], env=environment, capture_output=True, text=True)
    assert_refused(done, 4, "4 processes", "another MPI")


def test_completion_knows_commands_and_options(tmp_path):
    script = tmp_path / "complete.bash"
    script.write_text(run("completion", "bash").stdout + """
try() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _rankwise; echo "${COMPREPLY[*]}"; }
try rankwise p
try rankwise pi --sa
try rankwise pi --
""")
    done = subprocess.run(["bash", script], capture_output=True, text=True)
    assert done.stderr == ""
    lines = done.stdout.splitlines()
    assert "pi" in lines[0].split()
    assert lines[1] == "--samples"
    assert {"--samples", "--seed", "--json", "--threads", "--help"} <= set(lines[2].split())
    assert_refused(run("completion", "fish"), 2, "bash")
