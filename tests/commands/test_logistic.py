import warnings

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GridSearchCV, StratifiedKFold, cross_validate
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from support import assert_refused, run, run_json
from test_crossval import SETS, made, resumed_to_the_end, words_of, write_table

warnings.simplefilter("ignore")
SKLEARN = {"accuracy": "accuracy", "f1": "f1_macro", "roc-auc": "roc_auc_ovr"}
PARAMETERS = [{}, {"C": 0.01}, {"C": 30.0, "class_weight": "balanced"}, {"fit_intercept": False}]


def by_sklearn(x, y, parameters, scale, cv):
    # lbfgs stops a little before the minimum, as soon as the loss hardly falls any more; newton-cg takes minutes for digits.
    solver = "newton-cholesky" if len(set(y)) == 2 else "newton-cg" if len(x) < 1000 else "lbfgs"
    model = LogisticRegression(solver=solver, tol=1e-9, max_iter=10_000, **parameters)
    scorers = {**SKLEARN, "roc-auc": "roc_auc"} if len(set(y)) == 2 else SKLEARN
    scores = cross_validate(make_pipeline(StandardScaler(), model) if scale == "standard" else model, x, y, cv=cv, scoring=scorers)
    return {scoring: scores[f"test_{scoring}"] for scoring in scorers}


@pytest.mark.parametrize("name", ["iris", "wine", "breast cancer", "four classes", "unbalanced", "noisy", "digits"])
def test_scores_are_those_of_scikit_learn(name, tmp_path):
    x, y = SETS[name]()
    source = write_table(tmp_path / "t.csv", x, y)
    for i, parameters in enumerate(PARAMETERS):
        scale = "none" if name in ("iris", "noisy") and i % 2 == 0 else "standard"
        expected = by_sklearn(x, y, parameters, scale, 4)
        for scoring in SKLEARN if name != "digits" else [("accuracy", "f1")[i % 2]]:
            words = words_of({k: str(v).lower() if isinstance(v, bool) else v for k, v in parameters.items()})
            ours = run_json("crossval", "logistic", source, "--target", "kind", "--cv", 4, "--scale", scale, "--scoring", scoring, *words)
            assert ours["model"] == "logistic" and ours["scoring"] == scoring
            assert np.abs(np.array(ours["scores"]) - expected[scoring]).max() < 1e-9, (parameters, scoring)


def test_roc_auc_of_decisions(tmp_path):
    """Of machines: scikit-learn's of two classes; of several, the mean over classes of what it says of one against the others."""
    for name in ("breast cancer", "noisy", "wine", "four classes"):
        x, y = SETS[name]()
        ours = run_json("crossval", "svc", write_table(tmp_path / "t.csv", x, y), "--target", "kind", "--scoring", "roc-auc")["scores"]
        expected = []
        for training, test in StratifiedKFold(5).split(x, y):
            decisions = SVC().fit(x[training], y[training]).decision_function(x[test])
            if decisions.ndim == 1:
                expected.append(roc_auc_score(y[test], decisions))
            else:
                expected.append(np.mean([roc_auc_score(y[test] == k, decisions[:, i]) for i, k in enumerate(np.unique(y))]))
        assert np.abs(np.array(ours) - expected).max() < 1e-9, name


def test_the_same_bits_at_any_size(tmp_path):
    source = write_table(tmp_path / "t.csv", *SETS["digits"]())
    words = ["crossval", "logistic", source, "--target", "kind", "--cv", 8, "--scale", "standard", "--scoring", "roc-auc"]
    results = [run_json(*words, ranks=ranks, threads=threads) for ranks, threads in ((None, 1), (None, 2), (2, 1), (3, 1), (7, 1))]
    assert len({result["digest"] for result in results}) == 1


def test_a_grid(tmp_path):
    x, y = SETS["wine"]()
    grid = {"C": [0.01, 1, 100], "class_weight": ["balanced", None]}
    model = make_pipeline(StandardScaler(), LogisticRegression(tol=1e-9, max_iter=10_000))
    theirs = GridSearchCV(model, {f"logisticregression__{k}": v for k, v in grid.items()}, cv=3, scoring="f1_macro", refit=False).fit(x, y).cv_results_
    ours = run_json("search", "logistic", write_table(tmp_path / "t.csv", x, y), "--target", "kind", "--cv", 3, "--scale", "standard", "--scoring", "f1",
                    "--grid", "C=0.01,1,100", "--grid", "class_weight=balanced,none", ranks=2)
    for i, candidate in enumerate(ours["candidates"]):
        assert np.abs(np.array(candidate["scores"]) - [theirs[f"split{k}_test_score"][i] for k in range(3)]).max() < 1e-9


def test_a_stopped_run_goes_on(tmp_path):
    source = write_table(tmp_path / "t.csv", *made(4000, 60, 1, n_informative=20, n_classes=8, flip_y=0.2))
    words = ["crossval", "logistic", source, "--target", "kind", "--cv", 40, "--param", "tol=1e-10", "--param", "C=100"]
    resumed_to_the_end(words, run_json(*words), tmp_path / "c")


@pytest.mark.parametrize("word, told", [("gamma=1", "'gamma'"), ("C=-1", "above 0"), ("fit_intercept=yes", "true"), ("max_iter=many", "max_iter"), ("tol=0", "above 0")])
def test_what_can_go_wrong(word, told, tmp_path):
    source = write_table(tmp_path / "t.csv", *SETS["iris"]())
    for command in (["crossval", "logistic", source, "--param", word], ["search", "logistic", source, "--grid", word]):
        assert_refused(run(*command, "--target", "kind"), 2, told)


@pytest.mark.parametrize("words", [["logistic"], ["logistic", "--scoring", "roc-auc"], ["logistic", "--scale", "standard"]])
def test_features_that_are_too_large_end_in_one_message(words, tmp_path):
    x, y = SETS["noisy"]()
    x[7, 2] = 1.7e308
    source = write_table(tmp_path / "t.csv", x, y)
    for ranks in (None, 2):
        assert_refused(run("crossval", words[0], source, "--target", "kind", *words[1:], ranks=ranks), 3, "features are too large")
