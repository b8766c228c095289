import csv
import json
import os
import shutil
import subprocess
import time

import h5py
import numpy as np
import pandas
import pytest
from sklearn import datasets
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import cross_val_score

from data_files import write_npy
from support import MPIEXEC, PROGRAM, assert_refused, run, run_json
from test_crossval import SETS, made, write_table


def few_values():
    x, y = made(800, 12, 4, n_informative=6, n_classes=3, flip_y=0.05)
    return np.round(x * 3), y


FIVE = {"digits": SETS["digits"], "wine": SETS["wine"], "breast cancer": SETS["breast cancer"], "four classes": SETS["four classes"], "few values": few_values}


@pytest.mark.parametrize("name", FIVE)
def test_as_good_as_scikit_learns(name, tmp_path):
    x, y = FIVE[name]()
    source = write_table(tmp_path / "t.csv", x, y)
    ours, theirs = [], []
    for seed in range(10):
        ours.append(run_json("crossval", "forest", source, "--target", "kind", "--cv", 3, "--param", f"random_state={seed}", "--param", "n_estimators=300")["mean"])
        theirs.append(cross_val_score(RandomForestClassifier(300, random_state=seed, n_jobs=2), x, y, cv=3).mean())
    assert abs(np.mean(ours) - np.mean(theirs)) < 0.005, (np.mean(ours), np.mean(theirs))
    assert len(set(ours)) > 1
    fitted = run_json("forest", "fit", source, "--target", "kind", "--n-estimators", 2000, "--out", tmp_path / "f.h5")
    peer = RandomForestClassifier(2000, random_state=0, n_jobs=2, oob_score=True).fit(x, y)
    assert np.corrcoef(list(fitted["importances"].values()), peer.feature_importances_)[0, 1] > 0.98
    assert abs(sum(fitted["importances"].values()) - 1) < 1e-12 and list(fitted["importances"]) == [f"f{i}" for i in range(x.shape[1])]
    assert abs(fitted["oob_score"] - peer.oob_score_) < 0.015


def shares_by_hand(file, x):
    """What the file says of each row, by its description alone."""
    with h5py.File(file) as f:
        names = ("tree_nodes", "tree_leaves", "feature", "threshold", "next", "shares")
        nodes, leaves, feature, threshold, beyond, shares = (f[name][...] for name in names)
        shares = shares.reshape(-1, len(f["classes"]))
    total = np.zeros((len(x), shares.shape[1]))
    for tree in range(len(nodes) - 1):
        at = np.full(len(x), nodes[tree])
        while (asks := feature[at] >= 0).any():
            rows = np.flatnonzero(asks)
            below = x[rows, feature[at[rows]]] <= threshold[at[rows]]
            at[rows] = np.where(below, at[rows] + 1, nodes[tree] + beyond[at[rows]])
        total += shares[leaves[tree] + beyond[at]]
    return total / (len(nodes) - 1)


def test_the_model_is_what_its_file_says(tmp_path):
    x, y = SETS["four classes"]()
    source = write_table(tmp_path / "t.csv", x, y)
    digests = set()
    for ranks, threads in ((None, 1), (None, 2), (2, 1), (3, 1), (7, 1)):
        fitted = run_json("forest", "fit", source, "--target", "kind", "--n-estimators", 40, "--seed", 5, "--out", tmp_path / "f.h5", "--overwrite", ranks=ranks, threads=threads)
        digests.add(fitted["digest"])
    assert len(digests) == 1
    expected = shares_by_hand(tmp_path / "f.h5", x)
    assert (expected.argmax(1) == y).mean() > 0.95  # it has seen them
    with h5py.File(tmp_path / "f.h5") as f:
        assert f["target"].asstr()[0] == "kind" and list(f["classes"]) == [0, 1, 2, 3] and f["oob_score"][0] == fitted["oob_score"]
        assert list(f["features"].asstr()) == [f"f{i}" for i in range(10)] and len(f["tree_nodes"]) == 41
        assert json.loads(f.attrs["rankwise_run"])["digest"] == fitted["digest"]
        counts = np.diff(f["tree_nodes"])
        assert counts.sum() == fitted["nodes"] and len(set(counts)) > 1
    digests = set()
    for ranks in (None, 2, 3):
        said = run_json("forest", "predict", tmp_path / "f.h5", source, "--probabilities", "--out", tmp_path / "p.csv", "--overwrite", ranks=ranks)
        digests.add(said["digest"])
        table = pandas.read_csv(tmp_path / "p.csv")
        assert list(table) == ["prediction", "p_0", "p_1", "p_2", "p_3"]
        assert np.abs(table.iloc[:, 1:].to_numpy() - expected).max() < 1e-14 and (table["prediction"] == expected.argmax(1)).all()
    assert len(digests) == 1


@pytest.mark.parametrize("parameters", [{"max_depth": 3}, {"min_samples_leaf": 10}, {"min_samples_split": 40}, {"max_features": "all"}, {"max_features": 1}, {"max_features": 0.5}])
def test_parameters_mean_what_they_mean_in_scikit_learn(parameters, tmp_path):
    x, y = few_values()
    source = write_table(tmp_path / "t.csv", x, y)
    words = [word for name, value in parameters.items() for word in ("--" + name.replace("_", "-"), value)]
    fitted = run_json("forest", "fit", source, "--target", "kind", "--n-estimators", 200, *words, "--out", tmp_path / "f.h5")
    peer = RandomForestClassifier(200, random_state=0, n_jobs=2, **{k: None if v == "all" else v for k, v in parameters.items()}).fit(x, y)
    nodes = sum(tree.tree_.node_count for tree in peer.estimators_)
    assert abs(fitted["nodes"] / nodes - 1) < 0.03
    with h5py.File(tmp_path / "f.h5") as f:
        ours = f["shares"][...].reshape(-1, 3)
        assert np.abs(ours.sum(1) - 1).max() < 1e-12
    words = [word for name, value in parameters.items() for word in ("--param", f"{name}={value}")]
    scores = run_json("crossval", "forest", source, "--target", "kind", "--param", "n_estimators=100", *words)["mean"]
    peer = cross_val_score(RandomForestClassifier(random_state=0, n_jobs=2, **{k: None if v == "all" else v for k, v in parameters.items()}), x, y).mean()
    assert abs(scores - peer) < 0.03


def test_names_find_their_columns(tmp_path):
    x, y = SETS["iris"]()
    table = pandas.DataFrame(x, columns=["b", "a", "d", "c, or e"])
    table["kind"] = np.array(["one", 'the "other"', "x,y"])[y]
    table.to_csv(tmp_path / "t.csv", index=False)
    run_json("forest", "fit", tmp_path / "t.csv", "--target", "kind", "--out", tmp_path / "f.h5")
    run_json("forest", "predict", tmp_path / "f.h5", tmp_path / "t.csv", "--out", tmp_path / "p.csv")
    expected = pandas.read_csv(tmp_path / "p.csv")["prediction"]
    assert (expected == table["kind"]).mean() > 0.99
    with h5py.File(tmp_path / "f.h5") as f:
        assert list(f["classes"].asstr()) == sorted(set(table["kind"]))
    mixed = table[["c, or e", "kind", "a", "d", "b"]]
    mixed.insert(1, "more", 7)
    mixed.to_csv(tmp_path / "mixed.csv", index=False)
    run_json("forest", "predict", tmp_path / "f.h5", tmp_path / "mixed.csv", "--probabilities", "--out", tmp_path / "q.tsv", ranks=2)
    with open(tmp_path / "q.tsv", newline="") as f:
        rows = list(csv.reader(f, delimiter="\t"))
    assert rows[0] == ["prediction", "p_one", 'p_the "other"', "p_x,y"] and [row[0] for row in rows[1:]] == list(expected)
    # a matrix without names
    run_json("forest", "fit", write_npy(tmp_path / "x.npy", x), "--labels", write_npy(tmp_path / "y.npy", y), "--out", tmp_path / "n.h5")
    run_json("forest", "predict", tmp_path / "n.h5", tmp_path / "x.npy", "--out", tmp_path / "n.csv")
    assert (pandas.read_csv(tmp_path / "n.csv")["prediction"] == y).mean() > 0.99


def test_samples_that_are_all_alike(tmp_path):
    (tmp_path / "t.csv").write_text("a,b,k\n" + "1,2,0\n" * 10 + "1,2,1\n" * 30)
    fitted = run_json("forest", "fit", tmp_path / "t.csv", "--target", "k", "--n-estimators", 10, "--out", tmp_path / "f.h5")
    assert fitted["nodes"] == 10 and fitted["importances"] == {"a": 0, "b": 0}
    run_json("forest", "predict", tmp_path / "f.h5", tmp_path / "t.csv", "--out", tmp_path / "p.csv")
    assert set(pandas.read_csv(tmp_path / "p.csv")["prediction"]) == {1}


def test_a_feature_of_very_many_values(tmp_path):
    """More than there are ranks, and none of them alike."""
    random = np.random.default_rng(1)
    x = random.normal(size=(90_000, 2))
    y = (x[:, 0] + x[:, 1] > 0).astype(float)
    both = write_npy(tmp_path / "t.npy", np.column_stack([x, y]))
    fitted = run_json("forest", "fit", both, "--target", "2", "--n-estimators", 8, "--out", tmp_path / "f.h5", ranks=2)
    assert fitted["oob_score"] > 0.98


def test_a_stopped_run_goes_on(tmp_path):
    x, y = made(6000, 30, 1, n_informative=10, n_classes=6, flip_y=0.2)
    source = write_table(tmp_path / "t.csv", x, y)
    words = ["forest", "fit", source, "--target", "kind", "--n-estimators", 200]
    whole = run_json(*words, "--out", tmp_path / "whole.h5")
    kept = [*words, "--out", tmp_path / "f.h5", "--checkpoint", tmp_path / "c", "--resume"]
    stops = 0
    for ranks in (1, 3, 2) * 20:
        done = run(*kept, "--max-time", f"{0.2 + whole['seconds'] / 5:.3f}s", "--json", ranks=ranks)
        if done.returncode == 0:
            break
        assert done.returncode == 75 and not os.path.exists(tmp_path / "f.h5"), done.stderr
        stops += 1
    assert stops > 0 and json.loads(done.stdout)["digest"] == whole["digest"]


def test_plan_grows_nothing(tmp_path):
    source = write_table(tmp_path / "t.csv", *SETS["iris"]())
    plan = run_json("forest", "fit", source, "--target", "kind", "--n-estimators", 70, "--out", tmp_path / "f.h5", "--plan")["plan"]
    assert plan["phases"][0]["blocks"] == 70 and not os.path.exists(tmp_path / "f.h5")


@pytest.mark.parametrize("words, code, told", [
    ([], 2, ["ACTION is required", "[options] | rankwise forest predict"]), (["fit"], 2, ["DATA is required"]), (["grow", "t.csv", "--target", "kind", "--out", "f.h5"], 2, ["fit"]), (["fit", "t.csv", "--out", "f.h5"], 2, ["--target"]),
    (["fit", "t.csv", "--target", "kind"], 2, ["--out"]), (["fit", "t.csv", "--target", "kind", "--out", "f.csv"], 2, [".h5", "f.csv"]),
    (["fit", "t.csv", "t.csv", "--target", "kind", "--out", "f.h5"], 2, ["DATA alone"]), (["fit", "t.csv", "--target", "kinds", "--out", "f.h5"], 3, ["did you mean 'kind'"]),
    (["fit", "t.csv", "--target", "kind,f0", "--out", "f.h5"], 3, ["one target"]), (["fit", "t.csv", "--target", "kind", "--n-estimators", "0", "--out", "f.h5"], 2, ["--n-estimators", "1 or more"]),
    (["fit", "t.csv", "--target", "kind", "--max-features", "1.5", "--out", "f.h5"], 2, ["max_features", "1.5"]),
    (["fit", "t.csv", "--target", "kind", "--max-features", "half", "--out", "f.h5"], 2, ["'half'"]),
    (["fit", "t.csv", "--target", "kind", "--probabilities", "--out", "f.h5"], 2, ["--probabilities", "fit"]),
    (["fit", "twice.csv", "--target", "kind", "--out", "f.h5"], 3, ["two features", "'a'"]), 
    (["fit", "latin.csv", "--target", "kind", "--out", "f.h5"], 3, ["label", "not UTF-8"]), (["fit", "name.csv", "--target", "kind", "--out", "f.h5"], 3, ["name", "not UTF-8"]),
    (["fit", "gap.csv", "--target", "kind", "--out", "f.h5"], 3, ["row 1", "'a'", "missing"]), (["fit", "none.csv", "--target", "kind", "--out", "f.h5"], 3, ["none.csv"]),
    (["predict", "m.h5", "--out", "p.csv"], 2, ["MODEL and DATA"]), (["predict", "m.h5", "t.csv", "--out", "p.h5"], 2, [".csv", "p.h5"]),
    (["predict", "m.h5", "t.csv", "--seed", "1", "--out", "p.csv"], 2, ["--seed", "predict"]), (["predict", "none.h5", "t.csv", "--out", "p.csv"], 3, ["none.h5"]),
    (["predict", "t.csv", "t.csv", "--out", "p.csv"], 3, ["t.csv"]), (["predict", "other.h5", "t.csv", "--out", "p.csv"], 3, ["no forest", "/features"]),
    (["predict", "m.h5", "gap.csv", "--out", "p.csv"], 3, ["'f0'"]), (["predict", "m.h5", "hole.csv", "--out", "p.csv"], 3, ["row 0", "'f1'", "missing"]),
    (["predict", "m.h5", "t.csv", "--out", "there.csv"], 3, ["there.csv", "exists"])])
@pytest.mark.parametrize("ranks", [None, 3])
def test_what_can_go_wrong(words, code, told, ranks, tmp_path):
    write_table(tmp_path / "t.csv", *SETS["iris"]())
    (tmp_path / "gap.csv").write_text("a,kind\n1,0\n,1\n2,0\n")
    (tmp_path / "twice.csv").write_text("a,a,kind\n1,2,0\n2,1,1\n")
    (tmp_path / "latin.csv").write_bytes(b"a,kind\n1,\xe4\n2,\xf6\n3,\xe4\n")
    (tmp_path / "name.csv").write_bytes(b"\xe4,kind\n1,0\n2,1\n3,0\n")
    (tmp_path / "hole.csv").write_text("f0,f1,f2,f3\n1,,3,4\n")
    (tmp_path / "there.csv").write_text("mine\n")
    with h5py.File(tmp_path / "other.h5", "w") as f:
        f["x"] = np.arange(5.0)
    if "m.h5" in words:
        assert run("forest", "fit", "t.csv", "--target", "kind", "--n-estimators", 3, "--out", "m.h5", cwd=tmp_path).returncode == 0
    before = sorted(os.listdir(tmp_path))
    assert_refused(run("forest", *words, ranks=ranks, cwd=tmp_path), code, *told)
    assert sorted(os.listdir(tmp_path)) == before


@pytest.mark.parametrize("name, change", [
    ("next", lambda v: v * 0), ("next", lambda v: v + 10**6), ("feature", lambda v: v + 100), ("tree_nodes", lambda v: v[::-1].copy()), ("tree_leaves", lambda v: v * 0),
    ("shares", lambda v: v[:-1]), ("threshold", lambda v: v[:3]), ("classes", lambda v: v[:1]), ("feature", lambda v: v.astype("f8")), ("features", lambda v: np.arange(4.0)),
    ("tree_nodes", lambda v: v[:1]), ("next", lambda v: v.reshape(-1, 1))])
def test_a_damaged_model_is_no_model(name, change, tmp_path):
    assert run("forest", "fit", write_table(tmp_path / "t.csv", *SETS["iris"]()), "--target", "kind", "--n-estimators", 3, "--out", tmp_path / "m.h5").returncode == 0
    with h5py.File(tmp_path / "m.h5", "r+") as f:
        values = change(f[name][...])
        del f[name]
        f[name] = values
    assert_refused(run("forest", "predict", tmp_path / "m.h5", tmp_path / "t.csv", "--out", tmp_path / "p.csv"), 3, "no forest")


def test_a_file_with_torn_bytes_ends_in_one_message(tmp_path):
    assert run("forest", "fit", write_table(tmp_path / "t.csv", *SETS["iris"]()), "--target", "kind", "--n-estimators", 3, "--out", tmp_path / "m.h5").returncode == 0
    whole = (tmp_path / "m.h5").read_bytes()
    random = np.random.default_rng(3)
    for _ in range(40):
        bytes_ = bytearray(whole)
        for place in random.integers(0, len(whole), 20):
            bytes_[place] ^= int(random.integers(1, 256))
        (tmp_path / "torn.h5").write_bytes(bytes_)
        done = run("forest", "predict", tmp_path / "torn.h5", tmp_path / "t.csv", "--out", tmp_path / "p.csv", "--overwrite")
        assert done.returncode in (0, 3) and (done.returncode == 0 or done.stderr.count("error") == 1), done.stderr
    shutil.copy(tmp_path / "m.h5", tmp_path / "short.h5")
    os.truncate(tmp_path / "short.h5", len(whole) // 2)
    assert_refused(run("forest", "predict", tmp_path / "short.h5", tmp_path / "t.csv", "--out", tmp_path / "q.csv"), 3, "short.h5")


def peak_pss(pids):
    """Of processes together: what they share counts once."""
    total = 0
    for pid in pids:
        try:
            with open(f"/proc/{pid}/smaps_rollup") as f:
                total += next(int(line.split()[1]) for line in f if line.startswith("Pss:")) * 1024
        except (OSError, StopIteration):
            return 0
    return total


def peak_pss_of(ranks, *words):
    """Of all ranks of a run together."""
    process = subprocess.Popen([MPIEXEC, "-n", str(ranks), PROGRAM, *map(str, words), "--threads", "1"], stdout=subprocess.DEVNULL)
    most = 0
    while process.poll() is None:
        pids = subprocess.run(["pgrep", "-P", str(process.pid), "-x", "rankwise"], capture_output=True, text=True).stdout.split()
        most = max(most, peak_pss(pids))
        time.sleep(0.02)
    assert process.returncode == 0
    return most


@pytest.mark.skipif(bool(os.environ.get("RANKWISE_SANITIZE")), reason="sanitizers take memory of their own")
def test_a_node_has_the_data_once(tmp_path):
    random = np.random.default_rng(0)
    size = 12_000 * 1000 * 8
    source = write_npy(tmp_path / "x.npy", random.normal(size=(12_000, 1000)))
    labels = write_npy(tmp_path / "y.npy", random.integers(0, 2, 12_000))
    words = ["crossval", "forest", source, "--labels", labels, "--param", "n_estimators=6", "--param", "max_depth=6"]
    most = {ranks: peak_pss_of(ranks, *words) for ranks in (1, 2, 4)}
    assert most[1] > size  # it was seen
    # another rank has its program, its stacks and what it works in, but neither features nor ranks of its own
    assert most[4] - most[1] < size / 2 + 3 * 40_000_000 and most[2] - most[1] < size / 2 + 40_000_000, most


@pytest.mark.skipif(bool(os.environ.get("RANKWISE_SANITIZE")), reason="sanitizers take memory of their own")
def test_a_node_has_the_products_of_samples_once(tmp_path):
    random = np.random.default_rng(0)
    x = random.normal(size=(6000, 100))
    source, labels = write_npy(tmp_path / "x.npy", x), write_npy(tmp_path / "y.npy", x[:, 0] + random.normal(size=6000) > 0)
    size = 6000 * 6000 * 8
    most = {ranks: peak_pss_of(ranks, "crossval", "svc", source, "--labels", labels, "--cv", 4) for ranks in (1, 2, 4)}
    assert most[1] > size
    # another rank has kernel values of its own, half as much at most
    assert most[4] - most[1] < 3 * (size / 2 + 40_000_000) and most[2] - most[1] < size / 2 + 40_000_000, most
