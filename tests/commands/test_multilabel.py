import os
import subprocess
import time
import warnings

import h5py
import numpy as np
import pandas
import pytest
from sklearn import datasets
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import KFold, cross_val_score
from sklearn.multioutput import MultiOutputClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from data_files import write_npy
from support import MPIEXEC, PROGRAM, assert_refused, run, run_json

warnings.simplefilter("ignore")
NAMES = [f"label{i}" for i in range(10)]


def problem(samples=300):
    return datasets.make_multilabel_classification(samples, 12, n_classes=10, n_labels=4, random_state=3)


def write_table(path, x, y):
    """Targets between features."""
    table = pandas.DataFrame(x, columns=[f"f{i}" for i in range(x.shape[1])])
    for i, name in enumerate(NAMES):
        table.insert(2 * i if 2 * i < table.shape[1] else 1, name, y[:, i])
    table.to_csv(path, index=False, float_format="%.17g")
    return str(path)


MODELS = {"svc": (SVC, ["--param", "C=3"], {"C": 3}), "logistic": (LogisticRegression, ["--param", "C=3"], {"C": 3, "tol": 1e-9, "max_iter": 10_000})}


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("scale", ["none", "standard"])
def test_scores_are_those_of_one_model_for_each_target(model, scale, tmp_path):
    x, y = problem()
    source = write_table(tmp_path / "t.csv", x, y)
    kind, words, parameters = MODELS[model]
    one = kind(**parameters)
    theirs = MultiOutputClassifier(make_pipeline(StandardScaler(), one) if scale == "standard" else one)
    for scoring, theirs_name in (("accuracy", None), ("f1", "f1_macro")):
        expected = cross_val_score(theirs, x, y, cv=KFold(4), scoring=theirs_name)
        digests = set()
        for ranks in (None, 2, 3):
            ours = run_json("crossval", model, source, "--target", ",".join(NAMES), "--cv", 4, "--scale", scale, "--scoring", scoring, *words, ranks=ranks)
            assert np.abs(np.array(ours["scores"]) - expected).max() < 1e-9, scoring
            digests.add(ours["digest"])
        assert len(digests) == 1
    assert ours["samples"] == 300 and ours["features"] == 12 and [t["name"] for t in ours["targets"]] == NAMES and ours["targets"][0]["classes"] == [0, 1]


def test_roc_auc_is_the_mean_over_targets(tmp_path):
    x, y = problem()
    y = y[:, (y.mean(0) > 0.2) & (y.mean(0) < 0.8)]  # each fold has some of both
    ours = run_json("crossval", "svc", write_npy(tmp_path / "x.npy", x), "--labels", write_npy(tmp_path / "y.npy", y), "--scoring", "roc-auc", ranks=2)["scores"]
    for fold, (training, test) in enumerate(KFold(5).split(x)):
        of_targets = [roc_auc_score(y[test, i], SVC().fit(x[training], y[training, i]).decision_function(x[test])) for i in range(y.shape[1])]
        assert abs(ours[fold] - np.mean(of_targets)) < 1e-9


def test_a_grid_over_several_targets(tmp_path):
    x, y = problem(150)
    source = write_table(tmp_path / "t.csv", x, y)
    ours = run_json("search", "svc", source, "--target", ",".join(NAMES), "--cv", 3, "--grid", "C=0.5,5", "--grid", "gamma=0.01,scale", ranks=3)
    for candidate in ours["candidates"]:
        parameters = {"C": float(candidate["params"]["C"]), "gamma": {"scale": "scale"}.get(candidate["params"]["gamma"], 0.01)}
        expected = cross_val_score(MultiOutputClassifier(SVC(**parameters)), x, y, cv=KFold(3))
        assert np.abs(np.array(candidate["scores"]) - expected).max() < 1e-9
    plan = run_json("search", "svc", source, "--target", ",".join(NAMES), "--cv", 3, "--grid", "C=0.5,5", "--plan")["plan"]
    assert plan["phases"][0]["blocks"] == 2 * 3 * 10


def test_folds_are_shuffled_by_the_seed(tmp_path):
    x, y = problem()
    words = ["crossval", "svc", write_table(tmp_path / "t.csv", x, y), "--target", "label0,label1", "--shuffle", "--seed"]
    scores = [run_json(*words, seed, ranks=ranks)["scores"] for seed, ranks in ((1, None), (1, 3), (2, None))]
    assert scores[0] == scores[1] != scores[2]


def test_labels_that_are_text(tmp_path):
    x, y = datasets.load_iris(return_X_y=True)
    table = pandas.DataFrame(x, columns=list("abcd"))
    table.insert(2, "kind", y)
    table.to_csv(tmp_path / "numbers.csv", index=False)
    table["kind"] = [("virgin, white", "Zürich", 'a "b"')[k] for k in y]
    table.to_csv(tmp_path / "texts.csv", index=False)
    table.to_csv(tmp_path / "texts.tsv", index=False, sep="\t")
    y_text = np.array(table["kind"])
    for scoring in ("accuracy", "f1"):
        expected = cross_val_score(SVC(), x, y_text, scoring={"f1": "f1_macro"}.get(scoring, scoring))
        for file, ranks, deliver in (("texts.csv", None, "auto"), ("texts.tsv", 2, "auto"), ("texts.csv", 3, "scatter")):
            ours = run_json("crossval", "svc", tmp_path / file, "--target", "kind", "--scoring", scoring, "--deliver", deliver, ranks=ranks)
            assert ours["classes"] == sorted(set(y_text)) and ours["features"] == 4
            assert np.abs(np.array(ours["scores"]) - expected).max() < 1e-9
    table[["kind"]].to_csv(tmp_path / "y.csv", index=False)
    table[list("abcd")].to_csv(tmp_path / "x.csv", index=False)
    assert run_json("crossval", "svc", tmp_path / "x.csv", "--labels", tmp_path / "y.csv", "--scoring", "f1")["scores"] == ours["scores"]
    table["other"] = np.where(y == 0, "no", "yes")
    table.to_csv(tmp_path / "both.csv", index=False)
    both = run_json("crossval", "svc", tmp_path / "both.csv", "--target", "other,kind", "--shuffle", ranks=2)
    assert [t["classes"] for t in both["targets"]] == [["no", "yes"], sorted(set(y_text))]


def test_one_text_makes_a_target_text(tmp_path):
    """As the codes of diseases: numbers, but for some."""
    x, y = datasets.load_iris(return_X_y=True)
    codes = np.array(["250", "401.9", "V45"])[y]
    table = pandas.DataFrame(x, columns=list("abcd")).assign(code=codes)
    table.to_csv(tmp_path / "t.csv", index=False)
    ours = run_json("crossval", "svc", tmp_path / "t.csv", "--target", "code", ranks=2)
    assert ours["classes"] == ["250", "401.9", "V45"] and np.abs(np.array(ours["scores"]) - cross_val_score(SVC(), x, codes)).max() < 1e-9


@pytest.mark.parametrize("kind", ["variable", "fixed"])
def test_labels_that_are_text_in_hdf5(kind, tmp_path):
    x, y = datasets.load_iris(return_X_y=True)
    names = np.array(["virgin, white", "Zürich", "b"])[y]
    with h5py.File(tmp_path / "t.h5", "w") as f:
        for i in range(4):
            f[f"t/f{i}"] = x[:, i]
        f["t/kind"] = names.astype(object) if kind == "variable" else np.char.encode(names, "utf-8")
    expected = cross_val_score(SVC(), x, names)
    for ranks in (None, 3):
        ours = run_json("crossval", "svc", f"{tmp_path / 't.h5'}:/t", "--target", "kind", ranks=ranks)
        assert ours["classes"] == sorted(set(names)) and ours["features"] == 4 and np.abs(np.array(ours["scores"]) - expected).max() < 1e-9
    words = ["forest", "fit", f"{tmp_path / 't.h5'}:/t", "--target", "kind", "--n-estimators", 10, "--out", tmp_path / "f.h5"]
    assert run_json(*words)["classes"] == sorted(set(names))
    assert run_json("forest", "predict", tmp_path / "f.h5", f"{tmp_path / 't.h5'}:/t", "--out", tmp_path / "p.csv", ranks=2)["rows"] == 150
    assert (pandas.read_csv(tmp_path / "p.csv")["prediction"] == names).mean() > 0.98
    # the same numbers with other labels are another input
    words = ["crossval", "svc", f"{tmp_path / 't.h5'}:/t", "--checkpoint", tmp_path / "c", "--resume", "--target", "kind"]
    assert run(*words).returncode == 0
    with h5py.File(tmp_path / "t.h5", "r+") as f:
        del f["t/kind"]
        f["t/kind"] = np.roll(names, 1).astype(object)
        f["t/note"] = names.astype(object)
    assert_refused(run(*words), 3, "'note'", "no target")
    with h5py.File(tmp_path / "t.h5", "r+") as f:
        del f["t/note"]
        f["t/kind"][3] = ""
    assert_refused(run(*words, ranks=2), 3, "row 3", "'kind'", "missing")
    with h5py.File(tmp_path / "t.h5", "r+") as f:
        f["t/kind"][3] = "b"
    assert_refused(run(*words), 3, "another input")


def test_labels_that_are_texts_in_a_dataset(tmp_path):
    x, y = datasets.load_iris(return_X_y=True)
    names = np.array(["virgin, white", "Zürich", "b"])[y]
    source = tmp_path / "t.h5"
    with h5py.File(source, "w") as f:
        f["x"], f["y"], f["fixed"], f["few"] = x, names.astype(object), np.char.encode(names, "utf-8"), names[1:].astype(object)
        f["square"] = names.reshape(75, 2).astype(object)
    expected = cross_val_score(SVC(), x, names)
    for labels, ranks in (("y", None), ("fixed", 3)):
        ours = run_json("crossval", "svc", f"{source}:/x", "--labels", f"{source}:/{labels}", ranks=ranks)
        assert ours["classes"] == sorted(set(names)) and np.abs(np.array(ours["scores"]) - expected).max() < 1e-9
    words = ["crossval", "svc", f"{source}:/x", "--labels"]
    plan = run_json(*words, f"{source}:/y", "--plan")["plan"]
    assert plan["phases"][0]["blocks"] == 5
    for ranks in (None, 2):
        assert_refused(run(*words, f"{source}:/few", ranks=ranks), 3, "149 labels", "150 samples")
        assert_refused(run(*words, f"{source}:/square", ranks=ranks), 3, "holds text")
        assert_refused(run(*words, f"{source}:/z", ranks=ranks), 3, "no dataset /z")
    kept = [*words, f"{source}:/y", "--checkpoint", tmp_path / "c", "--resume"]
    assert run(*kept).returncode == 0
    with h5py.File(source, "r+") as f:
        f["y"][3] = ""
    assert_refused(run(*kept, ranks=2), 3, "row 3", "missing")
    with h5py.File(source, "r+") as f:
        f["y"][3] = "Zürich"
    assert_refused(run(*kept), 3, "another input")


def cpu_seconds(pid):
    try:
        with open(f"/proc/{pid}/stat") as f:
            return sum(map(int, f.read().rsplit(")", 1)[1].split()[11:13])) / os.sysconf("SC_CLK_TCK")
    except OSError:
        return None


@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="ranks share one processor")
def test_all_ranks_are_busy(tmp_path):
    """Ten labels in two folds: each rank fits and predicts its part."""
    x, y = problem(2500)
    source = write_table(tmp_path / "t.csv", x, y)
    line = [MPIEXEC, "-n", "2", PROGRAM, "crossval", "svc", source, "--target", ",".join(NAMES), "--cv", "4", "--threads", "1"]
    process = subprocess.Popen([str(word) for word in line], stdout=subprocess.DEVNULL)
    last = {}
    while process.poll() is None:
        for pid in subprocess.run(["pgrep", "-P", str(process.pid), "-x", "rankwise"], capture_output=True, text=True).stdout.split():
            last[pid] = cpu_seconds(pid) or last.get(pid, 0)
        time.sleep(0.02)
    assert process.returncode == 0 and len(last) == 2
    assert min(last.values()) > 0.4 * max(last.values()) > 0.1, last  # other work may share the processors


@pytest.mark.parametrize("text, words, code, told", [
    ("a,k,l\n1,0,1\n2,1,0\n3,0,1\n4,1,0\n", ["--target", "k,k"], 3, ["'k'", "twice"]),
    ("a,k,l\n1,0,1\n2,1,0\n3,0,1\n4,1,0\n", ["--target", "k,m"], 3, ["'m'", "a, k, l"]),
    ("a,k,l\n1,0,1\n2,1,0\n3,0,1\n4,1,0\n", ["--target", "a,k,l"], 3, ["0 features"]),
    ("a,k,l\n1,0,1\n2,1,1\n3,0,1\n4,1,1\n", ["--target", "k,l"], 3, ["'l'", "one class"]),
    ("a,k,l\n1,0,1\n2,0,0\n3,1,1\n4,0,0\n", ["--target", "k,l", "--cv", "4"], 3, ["'k'", "fold 2", "one class"]),
    ("a,k,l\n1,0,1\n2,1,0\n3,0,1\n4,1,2\n", ["--target", "k,l", "--scoring", "f1"], 3, ["'l' has 3", "two classes"]),
    ("a,k,l\n1,0,1\n2,1,0\n3,0,1\n4,1,0\n", ["--target", "k,l", "--cv", "5"], 3, ["4 samples", "5 folds"]),
    ("a,k\n1,x\n2,y\n3,\n4,y\n", ["--target", "k"], 3, ["row 2", "'k'", "missing"]),
    ("a,k\n1,\n2,y\n3,x\n4,y\n", ["--target", "k"], 3, ["row 0", "'k'", "missing"]), ("a,k\n1,nan\n2,1\n", ["--target", "k"], 3, ["row 0", "'k'", "missing"]),
    ("a,k\n1,x\n2,y\n3,y\n4,y\n", ["--target", "k"], 3, ["class x of 'k' has 1 sample"]),
    ("a,k\n1,x\n2,x\n", ["--target", "k"], 3, ["'k'", "one class", "x"]),
    ("a,k,l\n1,x,u\n2,y,v\n", ["--target", "k"], 3, ["'l'", "u"])])
def test_what_can_go_wrong(text, words, code, told, tmp_path):
    (tmp_path / "t.csv").write_text(text)
    words = ["crossval", "svc", tmp_path / "t.csv", *([] if "--cv" in words else ["--cv", "2"]), *words]
    for ranks in (None, 3):
        assert_refused(run(*words, ranks=ranks), code, *told)
