import h5py
import json
import numpy as np
import pandas
import pytest
from sklearn.datasets import make_classification
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import cross_val_score

from support import assert_refused, run, run_json

# What make_classification says is tested on what it makes, by NumPy: the classes and clusters, where they lie, how
# redundant features depend on informative ones, how many labels are drawn anew.


def generate(folder, *words, rows=20_000, columns=10, out="p.h5", **options):
    result = run_json("generate", "classification", "--rows", rows, "--columns", columns, "--out", folder / out, "--overwrite", *words,
                      **options)
    if out.endswith(".h5"):
        with h5py.File(folder / out) as f:
            return result, f["x"][...], f["y"][...]
    table = pandas.read_csv(folder / out, float_precision="round_trip")
    assert list(table.columns) == [f"x{c}" for c in range(columns)] + ["y"]
    return result, table.to_numpy()[:, :-1], table.y.to_numpy().astype(int)


@pytest.mark.parametrize("words", [[], ["--layout", "columns"], ["--chunk", "1000x3", "--gzip", "1"]])
def test_one_problem_on_any_ranks_in_any_layout(words, tmp_path):
    reference, x, y = generate(tmp_path, rows=3001)
    digests = set()
    for ranks, threads in [(None, 2), (2, 1), (3, 1), (7, 1)]:
        result, a, b = generate(tmp_path, *words, rows=3001, ranks=ranks, threads=threads)
        digests.add(result["digest"])
        assert ((a.T if "columns" in words else a) == x).all() and (b == y).all()
    assert len(digests) == 1
    _, a, b = generate(tmp_path, rows=3001, out="p.csv", ranks=3)
    assert (a == x).all() and (b == y).all()
    _, a, b = generate(tmp_path, "--seed", 1, rows=3001)
    assert (a != x).any() and (b != y).any()
    assert reference["informative"] != list(range(2))


def test_classes_lie_around_the_corners_of_a_cube(tmp_path):
    result, x, y = generate(tmp_path, "--n-informative", 4, "--n-redundant", 3, "--n-classes", 3, "--n-clusters-per-class", 1,
                            "--flip-y", 0, "--class-sep", 5, rows=30_000, columns=12)
    informative, redundant = result["informative"], result["redundant"]
    assert len(informative) == 4 and len(redundant) == 3 and not set(informative) & set(redundant)
    assert np.bincount(y).tolist() == [10_000] * 3
    corners = np.array([x[y == k][:, informative].mean(axis=0) for k in range(3)])
    assert np.abs(np.abs(corners) - 5).max() < 0.1 and len({tuple(np.sign(c)) for c in corners}) == 3
    for k in range(3):  # a covariance A'A of its own, A in [-1, 1)
        covariance = np.cov(x[y == k][:, informative].T)
        assert np.linalg.eigvalsh(covariance).min() > 0 and covariance.max() < 4 * 1.1
        assert np.abs(covariance - np.cov(x[y == (k + 1) % 3][:, informative].T)).max() > 0.1
    coefficients, residual, rank, _ = np.linalg.lstsq(x[:, informative], x[:, redundant], rcond=None)
    assert np.abs(x[:, informative] @ coefficients - x[:, redundant]).max() < 1e-12 and np.abs(coefficients).max() < 1
    noise = np.delete(x, informative + redundant, axis=1)
    assert noise.shape[1] == 5 and np.abs(noise.mean(axis=0)).max() < 0.03 and np.abs(noise.std(axis=0) - 1).max() < 0.02
    assert np.abs(np.corrcoef(noise.T) - np.eye(5)).max() < 0.03
    assert np.abs(np.corrcoef(np.arange(30_000), y)[0, 1]) < 0.02  # samples are shuffled


def test_labels_are_flipped_and_clusters_are_balanced(tmp_path):
    words = ["--n-informative", 5, "--n-classes", 4, "--class-sep", 2]
    _, x, clean = generate(tmp_path, *words, "--flip-y", 0, rows=40_002)
    _, same, noisy = generate(tmp_path, *words, "--flip-y", 0.2, rows=40_002)
    assert (x == same).all()
    assert abs((clean != noisy).mean() - 0.2 * 3 / 4) < 0.01
    assert sorted(np.bincount(clean).tolist()) in ([10_000, 10_000, 10_001, 10_001], [10_000, 10_000, 10_000, 10_002])


def test_classifiers_find_it_as_hard_as_that_of_scikit_learn(tmp_path):
    options = {"n_informative": 5, "n_redundant": 2, "n_classes": 3, "class_sep": 1.0, "flip_y": 0.05}
    words = [word for name, value in options.items() for word in (f"--{name.replace('_', '-')}", value)]
    score = lambda x, y: cross_val_score(RandomForestClassifier(40, random_state=0), x, y, cv=3).mean()
    ours = [score(*generate(tmp_path, *words, "--seed", seed, rows=1500)[1:]) for seed in range(6)]
    theirs = [score(*make_classification(1500, 10, random_state=seed, **options)) for seed in range(6)]
    assert abs(np.mean(ours) - np.mean(theirs)) < 4 * np.hypot(np.std(ours), np.std(theirs)) / np.sqrt(6) and np.mean(ours) > 0.7


@pytest.mark.parametrize("words, told", [
    (["--n-informative", 9], "9 informative and 2 redundant"), (["--n-classes", 3], "3 classes of 2 clusters"), (["--flip-y", 2], "--flip-y"),
    (["--nan-fraction", 0.1], "--nan-fraction"), (["--dtype", "i4"], "--dtype"), (["--out", "p.npy"], ".h5"), (["--out", "p.h5:/y"], "/y"), (["--out", "p.h5://y/x"], "/y"),
    (["--rows", 0], "at least one row"), (["--n-classes", 0], "at least one class"), (["--class-sep", "far"], "--class-sep"),
    (["--n-informative", 10**6, "--columns", 10**7], "too many")])
def test_what_can_go_wrong(words, told, tmp_path):
    given = {"--rows": 100, "--columns": 10, "--out": "p.h5"} | dict(zip(words[::2], words[1::2]))
    line = [word for pair in given.items() for word in pair]
    assert_refused(run("generate", "classification", *line, cwd=tmp_path), 2, told)
    assert list(tmp_path.iterdir()) == []
    assert_refused(run("generate", "normal", "--rows", 3, "--columns", 3, "--out", "n.h5", "--flip-y", 0.5, cwd=tmp_path), 2, "--flip-y")


def test_the_record_tells_what_it_is(tmp_path):
    result, _, _ = generate(tmp_path, rows=50)
    with h5py.File(tmp_path / "p.h5") as f:
        record = json.loads(f["x"].attrs["rankwise_run"])
        assert f["y"].dtype == "i8"
    for name in ("informative", "redundant", "n_classes", "class_sep", "flip_y", "seed"):
        assert record[name] == result[name]
    assert run_json("columns", tmp_path / "p.h5:/y")["rows"] == 50
