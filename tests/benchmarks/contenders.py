#!/usr/bin/env python3
"""One contender of a comparison, in a process of its own.

usage: contenders.py JOB NAME FILE AXIS

Makes ready (imports, compiles, loads what it works on from memory), prints `ready`, then does the work once for each
line of standard input and prints {"seconds": ..., "answer": [...]}: the work alone, and a few numbers of the result
that every contender must agree on. AXIS is NumPy's, of the array as the file has it.
"""
import json
import os
import sys
import time

import numpy as np

THREADS = len(os.sched_getaffinity(0))


def load(file):
    import h5py
    with h5py.File(file) as f:
        return f["x"][...]


def some(values):
    """The first, a middle and the last column of each statistic."""
    return [float(v[i]) for v in values for i in (0, len(v) // 2, len(v) - 1)]


def all_statistics(x, axis):
    return [x.sum(axis=axis), x.mean(axis=axis), x.var(axis=axis), x.min(axis=axis), x.max(axis=axis)]


def numpy_sum(file, axis):
    x = load(file)
    return lambda: some([x.sum(axis=axis)])


def numpy_all(file, axis):
    x = load(file)
    return lambda: some(all_statistics(x, axis))


def h5py_sum(file, axis):
    return lambda: some([load(file).sum(axis=axis)])


def h5py_all(file, axis):
    return lambda: some(all_statistics(load(file), axis))


def dask_array(file, axis):
    import dask.array as da
    import h5py
    d = h5py.File(file)["x"]
    rows, columns = d.shape
    chunk = "auto" if d.chunks else ((200, columns) if axis == 1 else (500, columns))
    return da.from_array(d, chunks=chunk)


def dask_sum(file, axis):
    return lambda: some([dask_array(file, axis).sum(axis=axis).compute()])


def dask_all(file, axis):
    import dask
    return lambda: some(dask.compute(*all_statistics(dask_array(file, axis), axis)))


def multiprocessing_sum(file, axis):
    """Workers that inherit the array, each a share of the columns."""
    import multiprocessing
    global shared
    shared = load(file)
    pool = multiprocessing.get_context("fork").Pool(THREADS)
    n = shared.shape[1 - axis]
    shares = [(axis, i * n // THREADS, (i + 1) * n // THREADS) for i in range(THREADS)]
    return lambda: some([np.concatenate(pool.map(sum_of_share, shares))])


def sum_of_share(share):
    axis, begin, end = share
    return (shared[begin:end] if axis == 1 else shared[:, begin:end]).sum(axis=axis)


def numba_sum(file, axis):
    import numba
    x = load(file)

    @numba.njit(parallel=True, fastmath=True)
    def of_rows(x):
        sums = np.zeros(x.shape[0])
        for i in numba.prange(x.shape[0]):
            sums[i] = x[i].sum()
        return sums

    @numba.njit(parallel=True, fastmath=True)
    def of_columns(x):
        sums = np.zeros((THREADS, x.shape[1]))
        for t in numba.prange(THREADS):
            for i in range(t * x.shape[0] // THREADS, (t + 1) * x.shape[0] // THREADS):
                sums[t] += x[i]
        return sums.sum(axis=0)
    work = of_rows if axis == 1 else of_columns
    work(x[:2])
    return lambda: some([work(x)])


def pandas_all(file, axis):
    import pandas as pd
    x = load(file)
    frame = pd.DataFrame(x.T if axis == 1 else x)

    def work():
        d = frame.describe(percentiles=[0.5])
        mean = d.loc["mean"].to_numpy()
        n = len(frame)
        return some([mean * n, mean, d.loc["std"].to_numpy() ** 2 * (n - 1) / n, d.loc["min"].to_numpy(),
                     d.loc["max"].to_numpy()])
    return work


def numpy_hits(piece, pieces):
    r = np.random.default_rng(0)

    def hits():
        x = r.integers(0, 2**32, piece, dtype=np.uint32).astype(np.uint64)
        y = r.integers(0, 2**32, piece, dtype=np.uint32).astype(np.uint64)
        s = x * x
        return int((s + y * y >= s).sum())

    def work():
        return [4.0 * sum(hits() for _ in range(pieces)) / (piece * pieces)]
    work.samples = piece * pieces
    return work


def numpy_pi(samples, axis):
    """Many points at once: fast where the system gives large pages quickly."""
    return numpy_hits(10**7, 2)


def numpy_pieces_pi(samples, axis):
    """So many points at once that malloc keeps the memory."""
    return numpy_hits(10**6, 20)


def numba_pi(samples, axis):
    import numba

    @numba.njit(parallel=True)
    def hits(parts, n):
        found = np.zeros(parts, np.int64)
        for part in numba.prange(parts):
            np.random.seed(part)
            count = 0
            for _ in range(n):
                x, y = np.random.random(), np.random.random()
                count += x * x + y * y < 1.0
            found[part] = count
        return found.sum()
    hits(2, 10)
    parts, n = 8 * THREADS, 10**7

    def work():
        return [4.0 * float(hits(parts, n)) / (parts * n)]
    work.samples = parts * n
    return work


def elements_of(file):
    """Three elements of a matrix that was written, which is removed."""
    import h5py
    with h5py.File(file) as f:
        d = f["x"]
        n = min(d.shape)
        found = [float(d[i, j]) for i, j in ((0, 0), (1, n - 1), (n // 2, n // 3))]
    os.remove(file)
    return found


def mean_of(file):
    """That of a column that was written, which is removed."""
    import h5py
    with h5py.File(file) as f:
        found = [float(f["col3"][...].mean())]
    os.remove(file)
    return found


def written(file, look=elements_of):
    """A new file beside `file`, and what is seen in it once it is there."""
    out = f"{file}.{os.getpid()}.h5"
    return out, lambda: look(out)


def computed(file, compute):
    """What is made of a matrix that is read whole, in a new file."""
    import h5py
    out, answer = written(file)

    def work():
        made = compute(load(file))
        with h5py.File(out, "w") as f:
            f["x"] = made
    work.answer = answer
    return work


def numpy_eval(file, axis):
    return computed(file, lambda x: x + x.T - x.mean(axis=0))


def numpy_inverse(file, axis):
    """With as many threads of OpenBLAS as there are processors, which is its own default."""
    return computed(file, np.linalg.inv)


def scipy_inverse(file, axis):
    import scipy.linalg
    return computed(file, lambda x: scipy.linalg.inv(x, check_finite=False))


def dask_eval(file, axis):
    import dask.array as da
    import h5py
    out, answer = written(file)

    def work():
        x = da.from_array(h5py.File(file)["x"], chunks=(1000, 1000))
        (x + x.T - x.mean(axis=0)).to_hdf5(out, "x")
    work.answer = answer
    return work


def numpy_transpose(file, axis):
    """By panels of 256 MB."""
    import h5py
    out, answer = written(file)

    def work():
        with h5py.File(file) as f, h5py.File(out, "w") as g:
            x = f["x"]
            rows, columns = x.shape
            y = g.create_dataset("x", (columns, rows), x.dtype)
            width = max(1, (256 << 20) // (8 * rows))
            for c in range(0, columns, width):
                y[c:c + width] = x[:, c:c + width].T
    work.answer = answer
    return work


def dask_transpose(file, axis):
    import dask.array as da
    import h5py
    out, answer = written(file)

    def work():
        da.from_array(h5py.File(file)["x"], chunks=(2000, 2000)).T.to_hdf5(out, "x")
    work.answer = answer
    return work


def h5py_gzip(file, axis):
    import h5py
    out, answer = written(file)

    def work():
        with h5py.File(file) as f, h5py.File(out, "w") as g:
            x = f["x"]
            y = g.create_dataset("x", x.shape, x.dtype, chunks=(1000, 100), compression=1, shuffle=True)
            for r in range(0, x.shape[0], 1000):
                y[r:r + 1000] = x[r:r + 1000]
    work.answer = answer
    return work


def digits_of(file):
    import pandas as pd
    table = pd.read_csv(file)
    y = table.pop("digit").to_numpy()
    return table.to_numpy(float), y


def warm(work):
    """A pool is there before the clock starts."""
    work()
    return work


def svc_scores(file, jobs):
    from sklearn.model_selection import cross_val_score
    from sklearn.svm import SVC
    x, y = digits_of(file)
    return warm(lambda: cross_val_score(SVC(), x, y, cv=20, n_jobs=jobs).tolist())


def grid_scores(file, jobs):
    from sklearn.model_selection import GridSearchCV
    from sklearn.svm import SVC
    x, y = digits_of(file)
    grid = {"C": [0.1, 1, 10, 100], "gamma": [0.0001, 0.001, 0.01, 0.1]}
    return warm(lambda: GridSearchCV(SVC(), grid, cv=5, n_jobs=jobs, refit=False).fit(x, y).cv_results_["mean_test_score"].tolist())


def forest_score(file, jobs):
    """Grown against the clock, in memory; what trees say of samples that they have not seen is found out after it."""
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.ensemble._forest import _generate_unsampled_indices
    x, y = digits_of(file)
    grown = []

    def work():
        grown[:] = [RandomForestClassifier(500, n_jobs=jobs, random_state=0).fit(x, y)]

    def answer():
        shares = np.zeros((len(x), 10))
        for tree in grown[0].estimators_:
            sizes = (tree.random_state, len(x), len(x), None)[:_generate_unsampled_indices.__code__.co_argcount]  # 3 or 4 by version
            unseen = _generate_unsampled_indices(*sizes)
            shares[unseen] += tree.predict_proba(x[unseen])
        return [float((shares.argmax(1) == y).mean())]
    work.answer = answer
    return work


def sklearn_forest(file, axis):
    return forest_score(file, 1)


def sklearn_pool_forest(file, axis):
    return forest_score(file, -1)


def sklearn_grid(file, axis):
    return grid_scores(file, 1)


def sklearn_pool_grid(file, axis):
    return grid_scores(file, -1)


def sklearn_svc(file, axis):
    return svc_scores(file, 1)


def sklearn_pool_svc(file, axis):
    return svc_scores(file, -1)


def frame_column(file, frame):
    """A data frame's new column, all of it in memory."""
    import h5py
    out, answer = written(file, mean_of)

    def work():
        with h5py.File(file) as f:
            table = frame({"col0": f["col0"][...]})
        table["col3"] = table.col0 + 100 + np.random.default_rng().random(len(table))
        with h5py.File(out, "w") as f:
            f["col3"] = table.col3.to_numpy()
    work.answer = answer
    return work


def pandas_column(file, axis):
    import pandas as pd
    return frame_column(file, pd.DataFrame)


def modin_column(file, axis):
    return frame_column(file, modin().DataFrame)


def dask_column(file, axis):
    import dask.array as da
    import h5py
    out, answer = written(file, mean_of)

    def work():
        x = da.from_array(h5py.File(file)["col0"], chunks=1_000_000)
        (x + 100 + da.random.random(x.shape, chunks=x.chunks)).to_hdf5(out, "col3")
    work.answer = answer
    return work


def column_of_share(share):
    import h5py
    file, begin, end = share
    with h5py.File(file) as f:
        return f["col0"][begin:end] + 100 + np.random.default_rng().random(end - begin)


def pooled_column(file, results_of):
    """Workers read and compute, one process writes what comes back: HDF5 has one writer."""
    import h5py
    out, answer = written(file, mean_of)
    with h5py.File(file) as f:
        n = len(f["col0"])
    shares = [(file, begin, min(n, begin + 1_000_000)) for begin in range(0, n, 1_000_000)]

    def work():
        with h5py.File(out, "w") as f:
            column = f.create_dataset("col3", (n,), "f8")
            for (_, begin, end), values in zip(shares, results_of(shares)):
                column[begin:end] = values
    work.answer = answer
    return work


def multiprocessing_column(file, axis):
    import multiprocessing
    pool = multiprocessing.get_context("fork").Pool(THREADS)
    return pooled_column(file, lambda shares: pool.imap(column_of_share, shares))


def joblib_column(file, axis):
    import joblib
    parallel = joblib.Parallel(THREADS, return_as="generator")
    return pooled_column(file, lambda shares: parallel(joblib.delayed(column_of_share)(share) for share in shares))


def pandas_csv(file, axis):
    import pandas as pd

    def work():
        t = pd.read_csv(file, header=None)
        return some([s.to_numpy() for s in (t.sum(), t.mean(), t.var(ddof=0), t.min(), t.max())])
    return work


def dask_csv(file, axis):
    import dask
    import dask.dataframe as dd

    def work():
        t = dd.read_csv(file, header=None)
        return some([s.to_numpy() for s in dask.compute(t.sum(), t.mean(), t.var(ddof=0), t.min(), t.max())])
    return work


def modin():
    os.environ.update(MODIN_ENGINE="ray", MODIN_CPUS=str(THREADS), RAY_DEDUP_LOGS="0")
    import ray
    ray.init(num_cpus=THREADS, include_dashboard=False, logging_level="error", log_to_driver=False)
    import modin.pandas as pd
    return pd


def modin_csv(file, axis):
    pd = modin()

    def work():
        t = pd.read_csv(file, header=None)
        return some([s.to_numpy() for s in (t.sum(), t.mean(), t.var(ddof=0), t.min(), t.max())])
    return work


def polars_csv(file, axis):
    import polars as pl

    def work():
        t = pl.scan_csv(file, has_header=False)
        every = pl.all()
        out = t.select(every.sum().name.prefix("s"), every.mean().name.prefix("m"), every.var(ddof=0).name.prefix("v"),
                       every.min().name.prefix("n"), every.max().name.prefix("x")).collect().row(0)
        columns = len(out) // 5
        return some([out[i * columns:(i + 1) * columns] for i in range(5)])
    return work


def pyarrow_csv(file, axis):
    import pyarrow.compute as pc
    import pyarrow.csv

    def work():
        t = pyarrow.csv.read_csv(file, read_options=pyarrow.csv.ReadOptions(autogenerate_column_names=True))
        columns = [[pc.sum(c).as_py(), pc.mean(c).as_py(), pc.variance(c).as_py(), *pc.min_max(c).as_py().values()]
                   for c in t.columns]
        return some(list(zip(*columns)))
    return work


def main():
    job, name, file, axis = sys.argv[1:]
    work = globals()[f"{name}_{job}"](file, int(axis))
    print("ready", flush=True)
    for _ in sys.stdin:
        start = time.perf_counter()
        answer = work()
        seconds = time.perf_counter() - start
        if hasattr(work, "answer"):  # in a file
            answer = work.answer()
        result = {"seconds": seconds, "answer": answer or []}
        if hasattr(work, "samples"):
            result["samples"] = work.samples
        print(json.dumps(result), flush=True)


if __name__ == "__main__":
    main()
