import warnings

import numpy as np
import pytest
from sklearn.exceptions import UndefinedMetricWarning
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from support import assert_refused, run, run_json
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
    source = write_table(tmp_path / "t.csv", *made(1200, 10, 2, n_informative=6, n_classes=3, flip_y=0.2))
    words = ["search", "svc", source, "--target", "kind", "--grid", "C=0.1,1,10,100", "--grid", "gamma=0.001,0.01,0.1,1,scale"]
    whole = run_json(*words)
    kept = resumed_to_the_end(words, whole, tmp_path / "c")
    assert_refused(run(*kept[:-5], *kept[-3:]), 3, "other options")
