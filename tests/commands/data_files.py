"""Input files for the tests, written by the programs that users have, and the answers from long double."""
import h5py
import numpy as np


def oracle(a, ddof=0):
    """Statistics of each column in long double; NaN left out. Integers are summed exactly by Python."""
    a = np.asarray(a)
    a = a.reshape(a.shape[0], -1) if a.ndim == 1 else a
    columns = []
    for c in range(a.shape[1]):
        x = a[:, c]
        if x.dtype.kind == "f":
            values = x[~np.isnan(x)].astype(np.longdouble)
            total = values.sum() if values.size else np.longdouble(0)
        else:
            values = x.astype(np.longdouble)
            total = sum(int(v) for v in x)
        n = values.size
        with np.errstate(invalid="ignore"):
            mean = np.longdouble(total) / n if n else np.nan
            var = ((values - mean) ** 2).sum() / (n - ddof) if n > ddof else np.nan
        columns.append({"count": n, "nan": x.size - n, "sum": total, "mean": mean, "var": var,
                        "std": np.sqrt(var), "min": values.min() if n else np.nan, "max": values.max() if n else np.nan})
    return columns


def write_h5(path, a, dataset="x", **options):
    with h5py.File(path, "a") as f:
        f.create_dataset(dataset, data=a, **options)
    return f"{path}:/{dataset}"


def write_h5_columns(path, a, dataset="x", **options):
    """Column by column, as `generate --layout columns` stores it."""
    with h5py.File(path, "a") as f:
        d = f.create_dataset(dataset, data=np.ascontiguousarray(a.T), **options)
        d.attrs["rankwise_layout"] = "columns"
    return f"{path}:/{dataset}"


def write_npy(path, a, fortran=False):
    np.save(path, np.asfortranarray(a) if fortran else np.ascontiguousarray(a))
    return str(path)


def claim_npy(path, shape, data=b""):
    """A .npy header that claims a shape, whatever follows."""
    with open(path, "wb") as f:
        np.lib.format.write_array_header_1_0(f, {"descr": "<f8", "fortran_order": False, "shape": shape})
        f.write(data)
    return str(path)


def write_csv(path, a, header=None):
    with open(path, "w") as f:
        if header:
            f.write(",".join(header) + "\n")
        for row in np.asarray(a) if np.ndim(a) == 2 else np.reshape(a, (-1, 1)):
            f.write(",".join("" if v != v else repr(v.item()) for v in row) + "\n")
    return str(path)


def with_nan(random):
    """Values of which a tenth is missing, and one column whole."""
    a = random.standard_normal((4999, 7))
    a[random.random(a.shape) < 0.1] = np.nan
    a[:, 3] = np.nan
    return a
