import json
import os
import re
import signal
import subprocess
import time
import warnings

import numpy as np
import pytest
from sklearn.exceptions import UndefinedMetricWarning
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from support import MPIEXEC, PROGRAM, assert_refused, run, run_json
from test_crossval import SETS, made, resumed_to_the_end, words_of, write_table

GRID = {"C": [0.1, 1, 10], "gamma": [0.001, 0.01, "scale"], "kernel": ["rbf", "sigmoid"]}


def words_of_grid(grid):
    return [word for name, values in reversed(grid.items()) for word in ("--grid", f"{name}={','.join(map(str, values))}")]


@pytest.mark.parametrize("name, scale, scoring", [("iris", "none", "accuracy"), ("wine", "standard", "f1"), ("unbalanced", "none", "f1")])
def test_a_grid_is_scikit_learns(name, scale, scoring, tmp_path):
    x, y = SETS[name]()
    source = write_table(tmp_path / "t.csv", x, y)
    fixed = {"class_weight": "balanced"}
    model, prefix = SVC(**fixed), ""
    if scale == "standard":
        model, prefix = make_pipeline(StandardScaler(), model), "svc__"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UndefinedMetricWarning)
        theirs = GridSearchCV(model, {prefix + k: v for k, v in GRID.items()}, cv=4, scoring={"f1": "f1_macro"}.get(scoring, scoring), refit=False).fit(x, y)
    ours = [run_json("search", "svc", source, "--target", "kind", "--cv", 4, "--scale", scale, "--scoring", scoring, *words_of(fixed), *words_of_grid(GRID), ranks=ranks)
            for ranks in (None, 3)]
    assert ours[0]["digest"] == ours[1]["digest"] and ours[0]["candidates"] == ours[1]["candidates"]
    found = theirs.cv_results_
    assert len(ours[0]["candidates"]) == len(found["params"]) == 18
    for i, candidate in enumerate(ours[0]["candidates"]):
        expected = {k.removeprefix(prefix): str(v) for k, v in found["params"][i].items()}
        assert candidate["params"] == {**fixed, **expected}
        assert np.abs(np.array(candidate["scores"]) - [found[f"split{k}_test_score"][i] for k in range(4)]).max() < 1e-9
        assert abs(candidate["mean"] - found["mean_test_score"][i]) < 1e-12 and abs(candidate["std"] - found["std_test_score"][i]) < 1e-12
    means = [c["mean"] for c in ours[0]["candidates"]]
    assert [c["rank"] for c in ours[0]["candidates"]] == [1 + sum(m > mean for m in means) for mean in means]
    assert ours[0]["best"] == next(c for c in ours[0]["candidates"] if c["rank"] == 1)


def test_what_is_drawn_depends_on_the_seed_alone(tmp_path):
    x, y = SETS["iris"]()
    source = write_table(tmp_path / "t.csv", x, y)
    words = ["search", "svc", source, "--target", "kind", "--n-iter", 12, "--range", "C=log:0.01:100", "--range", "coef0=-1:1", "--grid", "kernel=rbf,sigmoid"]
    first, again, other = (run_json(*words, "--seed", seed, ranks=ranks) for seed, ranks in ((1, None), (1, 4), (2, None)))
    assert first["digest"] == again["digest"] != other["digest"] and len(first["candidates"]) == 24
    drawn = [float(c["params"]["C"]) for c in first["candidates"]]
    assert len(set(drawn)) == 24 and all(0.01 <= c <= 100 for c in drawn) and sum(c < 1 for c in drawn) > 4 < sum(c > 1 for c in drawn)
    assert all(-1 <= float(c["params"]["coef0"]) <= 1 for c in first["candidates"])
    best = first["best"]
    again = SVC(C=float(best["params"]["C"]), coef0=float(best["params"]["coef0"]), kernel=best["params"]["kernel"])
    assert np.abs(cross_val_score(again, x, y, cv=5) - best["scores"]).max() < 1e-9


def test_what_is_printed(tmp_path):
    source = write_table(tmp_path / "t.csv", *SETS["iris"]())
    done = run("search", "svc", source, "--target", "kind", "--grid", "C=0.01,0.1,1,10", "--top", 3)
    lines = done.stdout.splitlines()
    assert "4 candidates × 5 folds" in lines[0] and lines[1].split() == ["rank", "accuracy", "std", "C"]
    assert [line.split()[0] for line in lines[2:6]] == ["1", lines[3].split()[0], lines[4].split()[0], "..."] and "1 more" in lines[5]
    assert lines[6].startswith("20 fits in") and "digest" in lines[6]


@pytest.mark.parametrize("words, told", [
    ([], ["--grid"]), (["--grid", "C"], ["C=0.1,1,10"]), (["--grid", "C=1,x"], ["'x'"]), (["--grid", "c=1"], ["'c'"]),
    (["--grid", "C=1", "--grid", "C=2"], ["C is searched twice"]), (["--grid", "C=1", "--param", "C=2"], ["C is searched"]),
    (["--grid", "C=1,,2"], ["C"]), (["--n-iter", "5"], ["--range"]), (["--range", "C=1:2"], ["--n-iter"]),
    (["--n-iter", "0", "--range", "C=1:2"], ["--n-iter"]), (["--n-iter", "5", "--range", "C=2:1"], ["2", "1"]),
    (["--n-iter", "5", "--range", "C=log:0:1"], ["logarithms"]), (["--n-iter", "5", "--range", "C=-2:-1"], ["above 0"]),
    (["--n-iter", "5", "--range", "C=1"], ["C=log:0.01:100"]), (["--n-iter", "1e15", "--range", "C=1:2"], ["2^40"])])
@pytest.mark.parametrize("ranks", [None, 2])
def test_what_can_go_wrong(words, told, ranks, tmp_path):
    source = write_table(tmp_path / "t.csv", *SETS["iris"]())
    assert_refused(run("search", "svc", source, "--target", "kind", *words, ranks=ranks), 2, *told)


def test_a_million_candidates_are_planned_at_once(tmp_path):
    source = write_table(tmp_path / "t.csv", *SETS["iris"]())
    result = run_json("search", "svc", source, "--target", "kind", "--n-iter", "1e6", "--range", "C=1:2", "--plan")
    assert result["plan"]["phases"][0]["blocks"] == 5 * 10**6


def test_a_stopped_search_goes_on(tmp_path):
    source = write_table(tmp_path / "t.csv", *made(2000, 10, 2, n_informative=6, n_classes=3, flip_y=0.2))
    words = ["search", "svc", source, "--target", "kind", "--grid", "C=0.1,1,10,100", "--grid", "gamma=0.001,0.01,0.1,1,scale"]
    whole = run_json(*words)
    kept = resumed_to_the_end(words, whole, tmp_path / "c")
    assert_refused(run(*kept, "--scoring", "f1"), 3, "other options")
    assert_refused(run(*kept, "--scoring", "f1", "--scoring", "f1"), 2, "--scoring is given more than once")


def resumed_share(done):
    """What the first line says was done before, in percent."""
    match = re.search(r"resumed: ([0-9.]+) % was done", done.stdout.splitlines()[0])
    return float(match[1]) if match else 0.0


def test_another_grid_takes_what_is_there(tmp_path):
    source = write_table(tmp_path / "t.csv", *SETS["iris"]())
    words = ["search", "svc", source, "--target", "kind", "--cv", 4]
    small, large, other = ([f"--grid=C={c}", f"--grid=gamma={g}"] for c, g in (("1,10", "0.1,0.01"), ("0.1,1,10", "0.01,0.1,1"), ("10,7", "1")))
    kept = ["--checkpoint", tmp_path / "c", "--resume"]
    shares = []
    for grid, ranks in ((small, None), (small, 3), (large, 2), (large, None), (other, 3), (small, 2), (large, 3)):
        done = run(*words, *grid, *kept, ranks=ranks)
        assert done.returncode == 0, done.stderr
        shares.append(resumed_share(done))
        fresh, resumed = (run_json(*words, *grid, *more) for more in ([], kept))
        assert fresh["candidates"] == resumed["candidates"] and fresh["digest"] == resumed["digest"]
    assert np.abs(np.array(shares) - [0, 100, 100 * 4 / 9, 100, 50, 100, 100]).max() < 0.1
    # one parameter more is another candidate, unless it is the same all the time
    done = run(*words, *small, "--param", "kernel=sigmoid", *kept)
    assert done.returncode == 0 and resumed_share(done) == 0
    done = run(*words, "--grid", "C=1,10", "--grid", "gamma=0.1,0.01", "--grid", "kernel=sigmoid,poly", *kept)
    assert done.returncode == 0 and abs(resumed_share(done) - 50) < 0.1
    for more in (["--scoring", "f1"], ["--scale", "standard"], ["--shuffle"]):
        assert_refused(run(*words, *small, *more, *kept), 3, "other options")
    assert_refused(run(*words[:-1], 5, *small, *kept), 3, "other options")
    assert_refused(run("search", "logistic", source, "--target", "kind", "--cv", 4, "--grid", "C=1", *kept), 3, "other options")


def test_more_draws_take_the_first_ones(tmp_path):
    source = write_table(tmp_path / "t.csv", *SETS["iris"]())
    words = ["search", "svc", source, "--target", "kind", "--range", "C=log:0.01:100", "--checkpoint", tmp_path / "c", "--resume"]
    assert run(*words, "--n-iter", 10).returncode == 0
    assert resumed_share(run(*words, "--n-iter", 40, ranks=2)) == 25
    assert resumed_share(run(*words, "--n-iter", 20)) == 100


def test_two_hundred_candidates_and_ten_kills(tmp_path):
    source = write_table(tmp_path / "t.csv", *made(1100, 20, 1, n_informative=10, n_classes=5, flip_y=0.2))
    values = ",".join(str(2.0**k) for k in range(-10, 10))
    words = ["search", "svc", source, "--target", "kind", "--cv", 5, "--grid", f"C={values}", "--grid", "gamma=" + ",".join(str(2.0**-k) for k in range(1, 11))]
    whole = run_json(*words)
    kept = [*words, "--checkpoint", str(tmp_path / "c"), "--checkpoint-every", "1s", "--resume", "--json"]
    random = np.random.default_rng(7)
    kills = 0
    while kills < 10:
        ranks = int(random.integers(1, 4))
        line = [MPIEXEC, "-n", str(ranks), PROGRAM, *map(str, kept)]
        process = subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, start_new_session=True)
        time.sleep(1.3 + random.random())
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            kills += 1
        output = process.communicate()[0]
        if process.returncode == 0:
            break
    assert kills > 3
    last = run_json(*kept[:-1], ranks=2)
    assert last["digest"] == whole["digest"] and last["candidates"] == whole["candidates"]
    assert resumed_share(run(*kept[:-1])) == 100


def test_the_best_so_far_are_shown(tmp_path):
    source = write_table(tmp_path / "t.csv", *made(2500, 20, 1, n_informative=10, n_classes=5, flip_y=0.2))
    words = ["search", "svc", source, "--target", "kind", "--grid", "C=0.1,1,10,100,1000", "--grid", "gamma=0.001,0.01,0.1,0.2,scale", "--progress", "json", "--json"]
    for ranks in (None, 2):
        done = run(*words, ranks=ranks)
        means = {tuple(c["params"].items()): c["mean"] for c in json.loads(done.stdout)["candidates"]}
        lines = [json.loads(line) for line in done.stderr.splitlines() if line.startswith("{")]
        assert len(lines) >= 2
        for line in lines:
            shown = [one["mean"] for one in line["best"]]
            assert shown == sorted(shown, reverse=True) and len(shown) == min(5, 25 - line["candidates_left"])
            for one in line["best"]:
                assert abs(one["mean"] - means[tuple(one["params"].items())]) < 1e-12 and one["std"] >= 0
        left = [line["candidates_left"] for line in lines]
        assert left == sorted(left, reverse=True) and left[0] > left[-1]


def test_a_checkpoint_knows_its_target(tmp_path):
    x, y = SETS["iris"]()
    source = write_table(tmp_path / "t.csv", np.column_stack([x, y % 2]), y)  # f4 could be a target, too
    for command in (["crossval", "svc"], ["search", "svc", "--grid", "C=1,10"], ["forest", "fit", "--n-estimators", 5, "--out", tmp_path / "f.h5", "--overwrite"]):
        checkpoint = tmp_path / f"{command[0]}.ckpt"
        words = [*command[:2], source, *command[2:], "--checkpoint", checkpoint, "--resume"]
        assert run(*words, "--target", "kind").returncode == 0
        assert_refused(run(*words, "--target", "f4"), 3, "another input")
