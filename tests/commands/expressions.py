"""Random expressions that NumPy can compute too: Python reads the same text."""
import random
import warnings

import numpy as np


def strict(statistic):
    """Without NumPy's axis of a number, which has none."""
    def reduction(x, *axis, **more):
        if np.ndim(x) == 0 and (axis or "axis" in more):
            raise ValueError("a number has no axis")
        return statistic(x, *axis, **more)
    return reduction


NAMES = {name: getattr(np, name) for name in
         "exp log log10 sqrt abs sin cos tan tanh floor ceil where clip minimum maximum".split()}
NAMES |= {name: strict(getattr(np, name)) for name in "sum mean var std min max".split()}
NAMES |= {"pi": np.pi, "inf": np.inf, "nan": np.nan}
# How much two computations may differ before NumPy's own rounding is to blame.
EXACTNESS = 1e-13


def by_numpy(text, matrices, kind=np.float64):
    """@param kind of real numbers"""
    given = {name: a.astype(kind) if a.dtype.kind == "f" else a.astype(np.int64) for name, a in matrices.items()}
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("error", DeprecationWarning)  # comparisons of shapes that do not fit
        warnings.simplefilter("ignore", RuntimeWarning)
        return np.asarray(eval(text, dict(NAMES), given))


def differ(a, b, relative):
    """Whether two results are not the same up to a relative difference; NaN and infinities are to be where they are."""
    a, b = np.asarray(a), np.asarray(b)
    if a.shape != b.shape:
        return True
    with np.errstate(invalid="ignore"):
        same = (a == b) | (np.isnan(a) & np.isnan(b)) | (abs(a - b) <= relative * abs(b))
    return not same.all()


class Expressions:
    """Draws expressions of matrices whose result is not the play of rounding errors."""

    def __init__(self, seed, matrices):
        self.choose = random.Random(seed)
        self.matrices = matrices

    def next(self):
        while True:
            text = self.real(self.choose.randint(1, 4))
            try:
                result, exact = by_numpy(text, self.matrices), by_numpy(text, self.matrices, np.longdouble)
            except (ValueError, DeprecationWarning, np.exceptions.AxisError if hasattr(np, "exceptions") else np.AxisError):
                continue  # shapes that do not fit, an axis that is not there
            names_there = any(f"{name}" in text for name in self.matrices)
            if not names_there or result.size < 2 or np.isnan(result).mean() > 0.5 or differ(result, exact, EXACTNESS):
                continue
            return text

    def real(self, depth):
        c = self.choose
        if depth == 0:
            return c.choice([*self.matrices, *self.matrices, f"{c.uniform(-3, 3):.3f}", str(c.randint(-4, 4)), "pi"])
        kind = c.randrange(10)
        if kind < 4:
            left, right = self.real(depth - 1), self.real(depth - 1)
            return f"({left} {c.choice(['+', '-', '*', '/'])} {right})"
        if kind == 4:
            return f"{c.choice(['abs', 'floor', 'ceil', 'sin', 'cos', 'tanh'])}({self.real(depth - 1)})"
        if kind == 5:
            return c.choice(["exp(-abs({}))", "log(1 + abs({}))", "sqrt(abs({}))", "-{}", "({}) ** 2", "abs({}) ** 1.5",
                             "log10(2 + abs({}))", "({}).T"]).format(self.real(depth - 1))
        if kind == 6:
            return f"where({self.truth(depth - 1)}, {self.real(depth - 1)}, {self.real(depth - 1)})"
        if kind == 7:
            return f"{c.choice(['minimum', 'maximum'])}({self.real(depth - 1)}, {self.real(depth - 1)})"
        argument = self.real(depth - 1)
        statistic = c.choice(["sum", "mean", "var", "std", "min", "max"])
        how = c.choice(["", ", 0", ", 1", ", axis=0, keepdims=True", ", axis=1, keepdims=True", ", -1"])
        return f"{statistic}({argument}{how})"

    def truth(self, depth):
        c = self.choose
        comparison = f"({self.real(depth)} {c.choice(['<', '<=', '>', '>=', '!='])} {self.real(0)})"
        if depth == 0 or c.random() < 0.7:
            return comparison
        return f"({comparison} {c.choice(['&', '|'])} {self.truth(depth - 1)})"
