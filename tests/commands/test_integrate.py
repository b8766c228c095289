import math

import numpy as np
import pytest

from support import assert_refused, run, run_json


def box(names, low=0, high=1):
    return [word for name in names for word in ("--over", f"{name}={low}:{high}")]


TEN = [f"x{i}" for i in range(10)]
TWENTY = [f"x{i}" for i in range(20)]
# name -> integrand, ranges, value
INTEGRALS = {
    "a parabola": ("x*x", box("x"), 1 / 3),
    "gaussian": ("exp(-x*x - y*y)", ["--over", "x=0:1", "--over", "y=0:2"], math.pi / 4 * math.erf(1) * math.erf(2)),
    "π": ("4 / (1 + x*x)", box("x"), math.pi),
    "waves": ("sin(50 * x)", box("x"), (1 - math.cos(50)) / 50),
    "a peak": ("1 / (1e-4 + (x - 0.3) ** 2)", box("x"), 100 * (math.atan(70) + math.atan(30))),
    "a singularity": ("log(x)", box("x"), -1),
    "a disc": ("x*x + y*y < 1", box("xy", -1, 1), math.pi),
    "a corner of a cube": ("where(x + y + z < 1, 1, 0)", box("xyz"), 1 / 6),
    "cosines in 5 dimensions": ("*".join(f"cos(x{i})" for i in range(5)), box(TEN[:5]), math.sin(1) ** 5),
    "exponentials in 10 dimensions": (f"exp(-({' + '.join(TEN)}))", box(TEN), (1 - math.exp(-1)) ** 10),
    "squares in 20 dimensions": (" + ".join(f"{x}**2" for x in TWENTY), box(TWENTY, -1, 2), 20 * 3**20),
    "a product in 20 dimensions": ("*".join(f"(1 + ({x} - 0.5) / {i + 1})" for i, x in enumerate(TWENTY)), box(TWENTY), 1),
}


@pytest.mark.parametrize("sampler", ["random", "sobol"])
@pytest.mark.parametrize("name", INTEGRALS)
def test_known_integrals_lie_within_four_standard_errors(name, sampler):
    integrand, over, value = INTEGRALS[name]
    errors = []
    for seed in range(20):
        result = run_json("integrate", integrand, *over, "--samples", 2**17, "--sampler", sampler, "--seed", seed)
        assert result["samples"] == 2**17 and result["not_finite"] == 0
        errors.append((result["estimate"] - value) / (result["standard_error"] + 1e-14 * abs(value)))
    assert max(map(abs, errors)) < 4, errors
    assert np.mean(np.square(errors)) < 2.5, "errors are as large as they say"


@pytest.mark.parametrize("sampler", ["random", "sobol"])
def test_one_answer_on_any_ranks_and_threads(sampler):
    words = ["integrate", "exp(-x*y) * sqrt(z)", *box("xyz"), "--samples", 3_000_017, "--sampler", sampler]
    digests = {run_json(*words, ranks=ranks, threads=threads)["digest"]
               for ranks, threads in [(None, 1), (None, 2), (2, 1), (3, 1), (4, 2), (7, 1)]}
    assert len(digests) == 1


def test_sobols_error_falls_faster():
    integrand, over, value = INTEGRALS["gaussian"]
    def error(sampler, samples):
        found = [run_json("integrate", integrand, *over, "--samples", samples, "--sampler", sampler, "--seed", seed)["estimate"]
                 for seed in range(10)]
        return np.sqrt(np.mean((np.array(found) - value) ** 2))
    # 64 times as many points: 1/8 of the error of random ones, at most 1/40 of that of Sobol's.
    assert 1 / 20 < error("random", 2**20) / error("random", 2**14) < 1 / 3
    assert error("sobol", 2**20) / error("sobol", 2**14) < 1 / 40
    assert error("sobol", 2**14) < error("random", 2**20)


def test_until_an_error():
    integrand, over, value = INTEGRALS["gaussian"]
    for options, bound in [(["--until-error", 3e-5], 3e-5), (["--until-relative-error", 1e-4], 1e-4 * value)]:
        result = run_json("integrate", integrand, *over, *options, ranks=2)
        assert result["error_reached"] and result["standard_error"] <= bound * 1.001
        assert bound / 3 < result["standard_error"] and abs(result["estimate"] - value) < 4 * bound
        fixed = run_json("integrate", integrand, *over, "--samples", result["samples"])
        assert fixed["samples"] == result["samples"] and abs(fixed["estimate"] - result["estimate"]) < 1e-12
    few = run("integrate", integrand, *over, "--until-error", 1e-9, "--samples", 1000, "--json")
    assert few.returncode == 0 and '"error_reached": false' in few.stdout and "--samples 1000" in few.stderr


def test_stopping_at_an_error_does_not_bias():
    integrand, over, value = INTEGRALS["a corner of a cube"]
    errors = []
    for seed in range(60):
        result = run_json("integrate", integrand, *over, "--until-error", 2.6e-4, "--seed", seed)
        errors.append((result["estimate"] - value) / result["standard_error"])
    assert abs(np.mean(errors)) < 4 / len(errors) ** 0.5


def test_a_checkpoint_goes_on_to_a_smaller_error(tmp_path):
    words = ["integrate", *INTEGRALS["a disc"][:1], *INTEGRALS["a disc"][1], "--checkpoint", tmp_path / "c", "--resume"]
    first = run_json(*words, "--until-error", 1e-3)
    again = run_json(*words, "--until-error", 2e-4, ranks=3)
    assert again["samples"] > first["samples"] and again["resumed"] > 0
    assert again["digest"] == run_json(*words[:-3], "--until-error", 2e-4)["digest"]
    assert_refused(run(*words, "--until-error", 1e-3, "--seed", 1), 3, "seed")


def test_a_stopped_run_goes_on(tmp_path):
    words = ["integrate", "sin(x) * exp(y)", *box("xy"), "--samples", "2e8", "--sampler", "sobol"]
    kept = [*words, "--checkpoint", tmp_path / "c", "--resume"]
    stops = 0
    while True:
        done = run(*kept, "--json", *(["--max-time", "0.1s"] if stops < 10 else []), ranks=[None, 2][stops % 2])
        if done.returncode == 0:
            break
        assert done.returncode == 75, done.stderr
        stops += 1
    assert stops > 0 and run_json(*words)["digest"] in done.stdout


def test_points_that_give_no_number():
    words = ["integrate", "log(x)", "--over", "x=-1:1", "--samples", 10000]
    for ranks in (None, 3):
        assert_refused(run(*words, ranks=ranks), 3, "of 10000 points give NaN", "--nan-policy omit")
    result = run_json(*words, "--nan-policy", "omit")
    assert 4500 < result["not_finite"] < 5500 and abs(result["estimate"] + 2) < 0.2
    for ranks in (None, 3):
        none = run("integrate", "0 * x / 0", "--over", "x=0:1", "--samples", 100, "--nan-policy", "omit", ranks=ranks)
        assert_refused(none, 3, "all 100 points")


def test_a_checkpoint_knows_which_variable_has_which_range(tmp_path):
    words = ["integrate", "x - y", "--samples", 100000, "--checkpoint", tmp_path / "c", "--resume"]
    first = run_json(*words, "--over", "x=0:1", "--over", "y=0:2")
    assert abs(first["estimate"] + 1) < 0.05
    assert_refused(run(*words, "--over", "y=0:1", "--over", "x=0:2"), 3, "other options")


def test_what_was_drawn_is_kept_when_points_gave_no_number(tmp_path):
    words = ["integrate", "log(x)", "--over", "x=-1:1", "--samples", 100000, "--checkpoint", tmp_path / "c", "--resume"]
    assert_refused(run(*words), 3, "--nan-policy omit")
    assert run_json(*words, "--nan-policy", "omit")["resumed"] == 1


@pytest.mark.parametrize("text, over, truth", [("4 / (1 + x*x)", "x=0:1", np.pi), ("x", "x=-1:1", 0), ("1e-200 * x", "x=0:1", 5e-201)])
@pytest.mark.parametrize("sampler", ["random", "sobol"])
def test_the_error_is_never_less_than_rounding(text, over, truth, sampler):
    got = run_json("integrate", text, "--over", over, "--samples", 1e7, "--sampler", sampler)
    assert got["standard_error"] > 0 and abs(got["estimate"] - truth) <= 4 * got["standard_error"]


@pytest.mark.parametrize("words", [["4 / (1 + x*x)", "--over", "x=0:1", "--until-error", "1e-17"], ["x", "--over", "x=-1:1", "--until-relative-error", "1e-3"]])
def test_a_goal_below_rounding_is_told(words):
    assert_refused(run("integrate", *words, "--sampler", "sobol"), 3, "rounding")


def test_a_box_of_no_width_has_no_integral():
    got = run_json("integrate", "x", "--over", "x=1:1", "--until-relative-error", 1e-3)
    assert got["estimate"] == 0 and got["error_reached"]


def test_points_that_all_give_the_same_are_not_believed_at_once():
    rare = run("integrate", "x < 1e-9", "--over", "x=0:1", "--until-relative-error", "0.01", "--json")
    assert '"samples": 16777216' in rare.stdout and "the same value" in rare.stderr
    assert run_json("integrate", "2", "--over", "x=0:1", "--until-error", "0.01")["samples"] == 2**20
    half = run_json("integrate", "x < 0.5", "--over", "x=0:1", "--until-error", "1e-9", "--sampler", "sobol")
    assert half["estimate"] == 0.5 and half["samples"] == 2**20


def test_large_numbers():
    result = run_json("integrate", "exp(x)", "--over", "x=0:700", "--samples", 10**6)
    assert 0.5e304 < result["estimate"] < 2e304
    shown = run("integrate", "exp(x)", "--over", "x=0:100", "--samples", 10**6).stdout
    assert "e43 " in shown and max(map(len, shown.splitlines())) < 200


@pytest.mark.parametrize("words, told", [
    (["log(x)", "--over", "x=-2:-1", "--nan-policy", "omit", "--until-error", "1e-3"], "points give NaN"),
    (["exp(x)", "--over", "x=0:700", "--until-error", "1"], "no error can be reached"),
    (["x", "--over", "x=0:1", "--until-error", "1e-12"], "more than can be drawn")])
def test_a_goal_out_of_reach_is_told(words, told):
    for ranks in (None, 2):
        assert_refused(run("integrate", *words, ranks=ranks), 3, told)


def test_ranges():
    def estimate(*words):
        return run_json("integrate", *words, "--samples", 4096, "--sampler", "sobol")["estimate"]
    assert estimate("1", "--over", "x=0:3", "--over", "y=-1:1") == 6
    assert abs(estimate("x", "--over", "x=1:0") + 0.5) < 1e-3
    assert estimate("x", "--over", "x=2:2") == 0
    assert abs(estimate("-sin(x) + 0*y", "--over", "x=-pi/2:2*pi", "--over=y=0:1") - 1) < 1e-2
    many = [f"v{i}" for i in range(1000)]
    assert abs(estimate(" + ".join(f"v{i}" for i in range(1000)), *box(many)) - 500) < 1


@pytest.mark.parametrize("words, told", [
    (["x"], ["--over"]), (["x", "--over", "x=0:1"], ["--samples"]), (["", "--over", "x=0:1", "--samples", "9"], ["empty"]),
    (["x + y", "--over", "x=0:1", "--samples", "9"], ["no variable named 'y'", "column 5"]),
    (["x +", "--over", "x=0:1", "--samples", "9"], ["column 4"]), (["x.T", "--over", "x=0:1", "--samples", "9"], [".T"]),
    (["sum(x)", "--over", "x=0:1", "--samples", "9"], ["sum"]), (["x + random()", "--over", "x=0:1", "--samples", "9"], ["random()"]),
    (["x", "--over", "x=0", "--samples", "9"], ["x=0:1"]), (["x", "--over", "x", "--samples", "9"], ["x=0:1"]),
    (["x", "--over", "x=0:", "--samples", "9"], ["x=0:1"]), (["x", "--over", "x=a:1", "--samples", "9"], ["'a'"]),
    (["x", "--over", "x=0:inf", "--samples", "9"], ["finite"]), (["x", "--over", "x=-1e308:1e308", "--samples", "9"], ["float64"]),
    (["x", "--over", "x=0:1", "--over", "x=0:2", "--samples", "9"], ["twice"]),
    (["1", "--over", "2=0:1", "--samples", "9"], ["'2'"]), (["1", "--over", "x*y=0:1", "--samples", "9"], ["'x*y'"]),
    (["1", "--over", "x=0:1e200", "--over", "y=0:1e200", "--samples", "9"], ["float64"]),
    (["x", "--over", "x=0:1", "--samples", "9", "--memory", "1", "--plan"], ["--memory"]),
    (["x", "--over", "x=0:1", "--samples", "0"], ["--samples"]), (["x", "--over", "x=0:1", "--samples", "many"], ["--samples"]),
    (["x", "--over", "x=0:1", "--until-error", "0"], ["--until-error"]), (["x", "--over", "x=0:1", "--until-error", "nan"], ["--until-error"]),
    (["x", "--over", "x=0:1", "--until-error", "1", "--until-relative-error", "1"], ["--until"]),
    (["x", "--over", "x=0:1", "--samples", "9", "--sampler", "halton"], ["--sampler"]),
    (["x", "--over", "x=0:1", "--samples", "9", "--memory", "1"], ["--memory"])])
@pytest.mark.parametrize("ranks", [None, 3])
def test_what_can_go_wrong(words, told, ranks):
    assert_refused(run("integrate", *words, ranks=ranks), 2, *told)


def test_plan_draws_nothing():
    result = run_json("integrate", "x", "--over", "x=0:1", "--until-error", "1e-5", "--plan")
    assert [phase["phase"] for phase in result["plan"]["phases"]] == ["integrate 1048576"]
