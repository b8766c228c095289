import itertools
import json
import warnings

import numpy as np
import pandas
import pytest
from sklearn import datasets
from sklearn.exceptions import UndefinedMetricWarning
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from data_files import write_h5, write_npy
from support import assert_refused, run, run_json


def made(samples, features, seed, **options):
    return datasets.make_classification(samples, features, random_state=seed, **options)


def unbalanced():
    x, y = made(400, 10, 3, n_informative=5, n_classes=4, flip_y=0.1)
    kept = (y > 0) | (np.arange(400) % 5 == 0)
    return x[kept], y[kept] * 7 - 3  # labels that are not 0, 1, 2


SETS = {"digits": lambda: datasets.load_digits(return_X_y=True), "iris": lambda: datasets.load_iris(return_X_y=True),
        "wine": lambda: datasets.load_wine(return_X_y=True), "breast cancer": lambda: datasets.load_breast_cancer(return_X_y=True),
        "four classes": lambda: made(400, 10, 3, n_informative=5, n_classes=4, flip_y=0.1), "unbalanced": unbalanced,
        "noisy": lambda: made(600, 5, 5, n_informative=3, n_redundant=0, flip_y=0.3)}
PARAMETERS = [{}, {"C": 100.0}, {"C": 0.01}, {"gamma": 0.01, "C": 10.0}, {"gamma": "auto"}, {"kernel": "linear", "C": 0.1}, {"kernel": "poly"},
              {"kernel": "poly", "degree": 2, "coef0": 1.0, "C": 3.0}, {"kernel": "sigmoid"}, {"class_weight": "balanced"}, {"tol": 1e-6}]


def write_table(path, x, y):
    table = pandas.DataFrame(x, columns=[f"f{i}" for i in range(x.shape[1])])
    table.insert(1, "kind", y)
    table.to_csv(path, index=False, float_format="%.17g")
    return str(path)


def words_of(parameters):
    return [word for name, value in parameters.items() for word in ("--param", f"{name}={value}")]


def by_sklearn(x, y, parameters, cv=5, scale="none", scoring="accuracy"):
    model = SVC(**parameters)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UndefinedMetricWarning)
        return cross_val_score(make_pipeline(StandardScaler(), model) if scale == "standard" else model, x, y, cv=cv,
                               scoring={"f1": "f1_macro"}.get(scoring, scoring))


@pytest.mark.parametrize("name", SETS)
def test_scores_are_those_of_scikit_learn(name, tmp_path):
    x, y = SETS[name]()
    source = write_table(tmp_path / "t.csv", x, y)
    for i, (parameters, scale) in enumerate(itertools.product(PARAMETERS, ("none", "standard"))):
        if name == "digits" and i % 3:
            continue
        if parameters.get("kernel") == "linear" and scale == "none" and name in ("wine", "breast cancer"):
            continue  # hundreds of thousands of steps
        scoring = ("accuracy", "f1")[i // 2 % 2]
        result = run_json("crossval", "svc", source, "--target", "kind", "--cv", 4 + i % 3, "--scale", scale, "--scoring", scoring, *words_of(parameters))
        expected = by_sklearn(x, y, parameters, 4 + i % 3, scale, scoring)
        assert np.abs(np.array(result["scores"]) - expected).max() < 1e-9, (parameters, scale, scoring)
        assert abs(result["mean"] - expected.mean()) < 1e-12 and abs(result["std"] - expected.std()) < 1e-12


def test_digits_at_any_size(tmp_path):
    x, y = SETS["digits"]()
    source = write_table(tmp_path / "t.csv", x, y)
    words = ["crossval", "svc", source, "--target", "kind", "--cv", 20]
    expected = by_sklearn(x, y, {}, 20)
    digests = set()
    for ranks, threads in ((None, 1), (None, 2), (1, 2), (2, 1), (3, 1), (7, 1), (2, 2)):
        result = run_json(*words, ranks=ranks, threads=threads)
        assert np.abs(np.array(result["scores"]) - expected).max() < 1e-9
        digests.add(result["digest"])
    assert len(digests) == 1
    for ranks in (None, 3):
        digests.add(run_json(*words, "--deliver", "scatter", ranks=ranks)["digest"])
    assert len(digests) == 1


def test_any_memory_gives_the_same_scores(tmp_path):
    """Where products do not fit, they are computed when they are needed."""
    source = write_table(tmp_path / "t.csv", *SETS["digits"]())
    for words in ([], ["--scale", "standard"], ["--param", "kernel=poly", "--param", "coef0=1"]):
        words = ["crossval", "svc", source, "--target", "kind", "--cv", 3, "--scoring", "roc-auc" if words else "accuracy", *words]
        whole = run_json(*words)
        for memory, ranks in (("20M", None), ("10M", 2), ("200M", 2)):
            assert run_json(*words, "--memory", memory, ranks=ranks)["scores"] == whole["scores"]


@pytest.mark.parametrize("offset", [1e5, 1e6, 1e7, 1e8])
def test_features_far_from_zero(offset, tmp_path):
    """Times and numbers of things: LIBSVM takes distances of them when it predicts, not products. It trains with products, of
    which the last digits, its BLAS' own, are all that is left from 1e7 on."""
    y = np.arange(400) % 3
    x = np.random.default_rng(5).normal(size=(400, 3)) + offset + y[:, None]
    source = write_table(tmp_path / "t.csv", x, y)
    for parameters in ({}, {"gamma": 0.3, "C": 10.0}):
        ours = run_json("crossval", "svc", source, "--target", "kind", *words_of(parameters), ranks=2)["scores"]
        theirs = by_sklearn(x, y, parameters)
        assert np.abs(np.array(ours) - theirs).max() < 1e-9 if offset < 1e7 else abs(np.mean(ours) - theirs.mean()) < 0.05


def test_decisions_that_are_zero(tmp_path):
    """scikit-learn's decision function gives them to the first class, its predictions to the second."""
    random = np.random.default_rng(3)
    for trial in range(6):
        x, y = random.integers(0, 4, (60, 3)).astype(float), np.arange(60) % 4
        source = write_table(tmp_path / "t.csv", x, y)
        parameters = {"gamma": 1000.0}
        ours = run_json("crossval", "svc", source, "--target", "kind", "--cv", 3, "--scoring", "roc-auc", *words_of(parameters))["scores"]
        for fold, (training, test) in enumerate(StratifiedKFold(3).split(x, y)):
            scores = SVC(**parameters).fit(x[training], y[training]).decision_function(x[test])
            expected = np.mean([roc_auc_score(y[test] == k, scores[:, k]) for k in range(4)])
            assert abs(ours[fold] - expected) < 1e-9, (trial, fold)
        ours = run_json("crossval", "svc", source, "--target", "kind", "--cv", 3, *words_of(parameters))["scores"]
        assert np.abs(np.array(ours) - by_sklearn(x, y, parameters, cv=3)).max() < 1e-9


def test_a_machine_without_support_vectors(tmp_path):
    x, y = SETS["iris"]()
    ours = run_json("crossval", "svc", write_table(tmp_path / "t.csv", x, y), "--target", "kind", "--param", "tol=3")["scores"]
    assert np.abs(np.array(ours) - by_sklearn(x, y, {"tol": 3.0})).max() < 1e-9


def test_of_every_format(tmp_path):
    x, y = SETS["iris"]()
    both = np.column_stack([x, y])
    source = write_table(tmp_path / "t.csv", x, y)
    one = run_json("crossval", "svc", source, "--target", "kind")
    assert one["samples"] == 150 and one["features"] == 4 and one["classes"] == [0, 1, 2] and one["cv"] == 5 and one["model"] == "svc"
    for name in ("f0", "f1", "f2", "f3"):
        write_h5(tmp_path / "t.h5", x[:, int(name[1])], name)
    write_h5(tmp_path / "t.h5", y, "kind")
    write_h5(tmp_path / "chunks.h5", both, compression="gzip", chunks=(40, 2))
    for source, target in ((tmp_path / "t.h5", "kind"), (write_npy(tmp_path / "a.npy", both), "4"), (tmp_path / "chunks.h5", "4")):
        for ranks in (None, 2):
            assert run_json("crossval", "svc", source, "--target", target, ranks=ranks)["scores"] == one["scores"]


def test_labels_in_a_file_of_their_own(tmp_path):
    x, y = SETS["iris"]()
    one = run_json("crossval", "svc", write_table(tmp_path / "t.csv", x, y), "--target", "kind")["scores"]
    features = write_npy(tmp_path / "x.npy", x)
    for labels in (write_npy(tmp_path / "y.npy", y), write_h5(tmp_path / "y.h5", y.astype("u1"))):
        for ranks, deliver in ((None, "auto"), (3, "auto"), (3, "scatter")):
            assert run_json("crossval", "svc", features, "--labels", labels, "--deliver", deliver, ranks=ranks)["scores"] == one
    words = ["crossval", "svc", features, "--labels"]
    for ranks in (None, 2):
        assert_refused(run(*words, write_npy(tmp_path / "s.npy", y[1:]), ranks=ranks), 3, "149 labels", "150 samples")
        assert_refused(run(*words, labels, "--target", "1", ranks=ranks), 2, "one of them")


def test_shuffled_folds_depend_on_the_seed_alone(tmp_path):
    x, y = SETS["noisy"]()
    source = write_table(tmp_path / "t.csv", x, y)
    words = ["crossval", "svc", source, "--target", "kind", "--cv", 6]
    shuffled = [run_json(*words, "--shuffle", "--seed", seed, ranks=ranks)["scores"] for seed, ranks in ((0, None), (0, 3), (1, None))]
    assert shuffled[0] == shuffled[1] != shuffled[2] and shuffled[0] != run_json(*words)["scores"]
    assert abs(np.mean(shuffled[0]) - by_sklearn(x, y, {}, StratifiedKFold(6, shuffle=True, random_state=1)).mean()) < 0.03


def test_what_is_printed(tmp_path):
    x, y = SETS["iris"]()
    done = run("crossval", "svc", write_table(tmp_path / "t.csv", x, y), "--target", "kind", "--param", "C=10", "--cv", 3)
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert "150 samples × 4 features, 3 classes" in lines[0] and "C=10" in lines[0]
    assert lines[1].split() == ["fold", "accuracy"] and [line.split()[0] for line in lines[2:7]] == ["0", "1", "2", "mean", "std"]
    assert "digest" in lines[7] and len(lines) == 8


@pytest.mark.parametrize("words, code, told", [
    ([], 2, ["--target", "--labels"]), (["--target", "sort"], 3, ["'sort'", "kind"]), (["--target", "kinds"], 3, ["did you mean 'kind'"]),
    (["--target", "kind", "--cv", "1"], 2, ["--cv"]), (["--target", "kind", "--cv", "many"], 2, ["--cv"]), (["--target", "kind", "--cv", "51"], 3, ["50 samples", "51"]),
    (["--target", "kind", "--param", "C"], 2, ["NAME=VALUE"]), (["--target", "kind", "--param", "c=1"], 2, ["'c'", "C"]),
    (["--target", "kind", "--param", "C=0"], 2, ["above 0"]), (["--target", "kind", "--param", "C=x"], 2, ["C", "'x'"]),
    (["--target", "kind", "--param", "C=1", "--param", "C=2"], 2, ["twice"]), (["--target", "kind", "--param", "kernel=rfb"], 2, ["rbf"]),
    (["--target", "kind", "--param", "gamma=-1"], 2, ["gamma"]), (["--target", "kind", "--param", "degree=1.5"], 2, ["degree"]),
    (["--target", "kind", "--scoring", "recall"], 2, ["--scoring"]), (["--target", "kind", "--seed", "3"], 2, ["--shuffle"]),
    (["--target", "kind", "--memory", "1k"], 2, ["--memory"]), (["--target", "f0"], 3, ["fewer than the 5 folds"])])
@pytest.mark.parametrize("ranks", [None, 3])
def test_what_can_go_wrong(words, code, told, ranks, tmp_path):
    source = write_table(tmp_path / "t.csv", *SETS["iris"]())
    assert_refused(run("crossval", "svc", source, *words, ranks=ranks), code, *told)


@pytest.mark.parametrize("text, told", [
    ("a,kind,b\n1,0,2\n2,1,\n3,0,1\n4,1,1\n", ["row 1", "'b'", "missing"]), ("a,kind,b\n1,0,2\n2,,1\n3,0,1\n", ["row 1", "'kind'", "missing"]),
    ("a,kind,b\n1,0,2\n2,0,1\n3,0,1\n", ["'kind'", "one class"]), ("a,kind,b\n1,0,2\n2,1,red\n3,0,1\n", ["'b'", "red"]),
    ("a,kind,b\n1,0,2\n2,1,inf\n3,0,1\n", ["row 1", "'b'", "infinite"]), ("kind\n0\n1\n0\n1\n", ["0 features"]), ("a,kind\n", ["0 samples"])])
def test_data_that_no_model_can_take(text, told, tmp_path):
    (tmp_path / "t.csv").write_text(text)
    for ranks in (None, 2):
        assert_refused(run("crossval", "svc", tmp_path / "t.csv", "--target", "kind", "--cv", 2, ranks=ranks), 3, *told)


def test_other_words_for_models_and_files(tmp_path):
    source = write_table(tmp_path / "t.csv", *SETS["iris"]())
    assert_refused(run("crossval", "svm", source, "--target", "kind"), 2, "did you mean 'svc'")
    assert_refused(run("crossval", "svc", tmp_path / "none.csv", "--target", "kind"), 3, "none.csv")


def test_plan_trains_nothing(tmp_path):
    source = write_table(tmp_path / "t.csv", *SETS["digits"]())
    plan = run_json("crossval", "svc", source, "--target", "kind", "--cv", 7, "--plan")["plan"]
    assert plan["phases"][0]["blocks"] == 7 and plan["bytes_to_read"] > 0


def resumed_to_the_end(words, whole, checkpoint):
    """Stops a job again and again, goes on with it on other ranks, and looks at its end. @return its words"""
    kept = [*words, "--checkpoint", checkpoint, "--resume"]
    stops = 0
    for ranks in itertools.cycle((1, 3, 2)):
        done = run(*kept, "--max-time", f"{0.3 + whole['seconds'] / 5:.3f}s", "--json", ranks=ranks)
        if done.returncode == 0:
            break
        assert done.returncode == 75 and "--resume goes on" in done.stderr, done.stderr
        stops += 1
        assert stops < 60
    assert stops > 0 and json.loads(done.stdout)["digest"] == whole["digest"]
    return kept


def test_a_stopped_run_goes_on(tmp_path):
    x, y = made(2500, 20, 1, n_informative=10, n_classes=5, flip_y=0.2)
    source = write_table(tmp_path / "t.csv", x, y)
    words = ["crossval", "svc", source, "--target", "kind", "--cv", 60]
    whole = run_json(*words)
    kept = resumed_to_the_end(words, whole, tmp_path / "c")
    assert_refused(run(*kept, "--param", "C=2"), 3, "other options")
