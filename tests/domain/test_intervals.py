"""Every interval agrees with the published vectors, with scipy or statsmodels, and keeps what it promises."""

from __future__ import annotations

import json
from math import inf, nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint
from statsmodels.stats.rates import confint_poisson

from workbench.domain import intervals as iv
from workbench.domain import statistics as s
from workbench.errors import DataError, FigureMissing


def close(value: float) -> object:
    """As the vectors say: 1e-6 below 1,000, and 1e-9 of the value above."""
    return pytest.approx(value, abs=1e-6 if abs(value) < 1000 else 0, rel=1e-9)


def scaled(e: s.Estimate, per: float) -> s.Estimate:
    return s.Estimate(e.value * per, e.lower * per, e.upper * per, e.confidence)


def poisson_of(x: float) -> str:
    return "byar" if x >= 10 else "exact_poisson"


def standardised(given: dict, per: float, confidence: float) -> s.Estimate | None:
    if "x" not in given:  # the edge case gives only the total: any ages with that total are refused
        with pytest.raises(FigureMissing, match="fewer than 10 events"):
            iv.standardised_rate([given["total_count"], 0], [100, 100], [1, 1], per, confidence)
        return None
    assert sum(given["x"]) == pytest.approx(given["total_count"])
    return iv.standardised_rate(given["x"], given["n"], given["weights"], per, confidence)


# How each kind of vector is asked of this package: inputs, multiplier, confidence.
KINDS = {
    ("count", "byar"): lambda i, per, c: scaled(s.count(i["x"], c), per),
    ("count", "exact_poisson"): lambda i, per, c: scaled(s.count(i["x"], c), per),
    ("proportion", "wilson"): lambda i, per, c: scaled(s.wilson(i["x"], i["n"], c), per),
    ("percentage", "wilson"): lambda i, per, c: scaled(s.wilson(i["x"], i["n"], c), per),
    ("rate", "byar"): lambda i, per, c: s.rate(i["x"], i["n"], per, c),
    ("rate", "exact_poisson"): lambda i, per, c: s.rate(i["x"], i["n"], per, c),
    ("indirectly_standardised_ratio", "byar"): lambda i, per, c: s.rate(i["observed"], i["expected"], per, c),
    ("indirectly_standardised_ratio", "exact_poisson"): lambda i, per, c: s.rate(i["observed"], i["expected"], per, c),
    ("indirectly_standardised_rate", "byar"): lambda i, per, c: s.rate(
        i["observed"], i["expected"], i["reference_rate_per_100000"], c
    ),
    ("directly_standardised_rate", "dobson_byar"): standardised,
    ("mean", "student_t"): lambda i, per, c: scaled(s.mean(i["n"], i["mean"], i["sd"], c), per),
}


@pytest.mark.shared
def test_every_vector_and_a_kind_not_known_here_fails(shared):
    stored = json.loads((shared / "vectors" / "intervals.json").read_text(encoding="utf-8"))
    cases = [*stored["intervals"], *stored["derived_edge_cases"]]
    assert len(cases) == 43
    for case in cases:
        kind = (case["statistic"], case["method"])
        assert kind in KINDS, f"{case['id']}: no test for {kind}"
        given = case["inputs"]
        if case["method"] in ("byar", "exact_poisson"):
            assert poisson_of(given.get("x", given.get("observed"))) == case["method"], case["id"]
        found = KINDS[kind](given, case.get("multiplier", 1), case["confidence"])
        for name, wanted in case["expected"].items():
            if wanted is None:
                assert found is None, case["id"]
            else:
                assert getattr(found, name) == close(wanted), (case["id"], name)


# --- against other programs -------------------------------------------------------------------------------------------

whole = st.integers(0, 2000)
confidences = st.floats(0.5, 0.999)


@given(x=whole, more=whole, confidence=confidences)
def test_wilson_and_clopper_pearson_are_those_of_statsmodels(x, more, confidence):
    n = x + more + 1
    for ours, name in ((s.wilson, "wilson"), (iv.clopper_pearson, "beta")):
        found = ours(x, n, confidence)
        wanted = proportion_confint(x, n, alpha=1 - confidence, method=name)
        assert (found.lower, found.upper) == (pytest.approx(wanted[0], abs=1e-9), pytest.approx(wanted[1], abs=1e-9))


@given(x=whole, n=st.integers(1, 10_000), confidence=confidences)
def test_the_exact_rate_is_that_of_statsmodels(x, n, confidence):
    found = iv.exact_rate(x, n, 1, confidence)
    lower, upper = confint_poisson(x, n, method="exact-c", alpha=1 - confidence)
    assert (found.lower, found.upper) == (pytest.approx(lower, nan_ok=False) if x else 0, pytest.approx(upper))


def test_byar_is_within_0_2_per_cent_of_exact_at_95_and_not_at_99_8():
    gaps = {c: max(_gap(x, c) for x in range(10, 500)) for c in (0.95, 0.998)}
    assert gaps[0.95] < 0.002
    assert gaps[0.998] > 0.01


def _gap(x: int, confidence: float) -> float:
    near, exact = s.count(x, confidence), s.exact_count(x, confidence)
    return max(abs(near.lower / exact.lower - 1), abs(near.upper / exact.upper - 1))


# --- what every interval keeps ----------------------------------------------------------------------------------------

INTERVALS = {
    "wilson": s.wilson,
    "clopper_pearson": iv.clopper_pearson,
    "rate": lambda x, n, c: s.rate(x, n, 100, c),
    "exact_rate": lambda x, n, c: iv.exact_rate(x, n, 100, c),
}
every_interval = pytest.mark.parametrize("kind", INTERVALS)


@every_interval
@given(x=whole, more=whole, confidence=confidences)
def test_it_holds_its_value_and_never_falls_below_0(kind, x, more, confidence):
    e = INTERVALS[kind](x, x + more + 1, confidence)
    assert 0 <= e.lower <= e.value <= e.upper


@every_interval
@given(x=whole, more=whole, confidence=st.floats(0.5, 0.99))
def test_it_widens_with_the_confidence(kind, x, more, confidence):
    n = x + more + 1
    one, wider = INTERVALS[kind](x, n, confidence), INTERVALS[kind](x, n, confidence + 0.009)
    assert wider.lower <= one.lower
    assert one.upper < wider.upper or one.upper == 1


@every_interval
@given(x=st.integers(1, 500), more=st.integers(1, 500), times=st.integers(2, 20))
def test_it_narrows_with_the_size(kind, x, more, times):
    small, large = INTERVALS[kind](x, x + more, 0.95), INTERVALS[kind](x * times, (x + more) * times, 0.95)
    assert large.half_width < small.half_width


@given(
    bands=st.lists(
        st.tuples(st.integers(2, 200), st.integers(300, 9000), st.integers(1, 9000)), min_size=5, max_size=19
    )
)
def test_a_standardised_rate_holds_its_value_and_does_not_mind_the_order_of_bands(bands):
    e = iv.standardised_rate(*zip(*bands, strict=True))
    assert e.lower < e.value < e.upper
    back = iv.standardised_rate(*zip(*reversed(bands), strict=True))
    assert (back.value, back.lower, back.upper) == pytest.approx((e.value, e.lower, e.upper))


@given(events=st.integers(10, 999), population=st.integers(1000, 99_999))
def test_one_band_standardised_is_the_crude_rate(events, population):
    one, crude = iv.standardised_rate([events], [population], [7]), s.rate(events, population, 100_000)
    assert (one.value, one.lower, one.upper) == pytest.approx((crude.value, crude.lower, crude.upper))


def test_an_interval_of_95_per_cent_holds_the_truth_that_often():
    rng = np.random.default_rng(3)
    held = [s.wilson(int(x), 250).lower <= 0.3 <= s.wilson(int(x), 250).upper for x in rng.binomial(250, 0.3, 4000)]
    assert np.mean(held) == pytest.approx(0.95, abs=0.015)


# --- published half-widths and reliability ----------------------------------------------------------------------------


def test_the_published_half_width_is_kept_and_not_made_from_the_weighted_counts():
    # ONS, Annual Population Survey, Bolton, employment rate 16-64, 2023: 65.6 ± 6.1.
    e = iv.published(65.6, 6.1)
    assert (e.lower, e.upper) == (pytest.approx(59.5), pytest.approx(71.7))
    assert s.wilson(121_000, 184_500).half_width * 100 < 0.3  # what the weighted counts would pretend


@given(value=st.floats(-1e4, 1e4), half=st.floats(0.01, 1e3), confidence=confidences)
def test_another_confidence_and_back_is_the_published_interval(value, half, confidence):
    there = iv.at_confidence(iv.published(value, half), confidence)
    back = iv.at_confidence(there, 0.95)
    assert (there.confidence, back.half_width) == (confidence, pytest.approx(half, rel=1e-6))


def test_an_interval_that_is_not_symmetric_is_not_widened_as_if_it_were():
    with pytest.raises(DataError, match="not symmetric"):
        iv.at_confidence(s.wilson(1, 100), 0.998)


@pytest.mark.parametrize(
    ("variation", "said"),
    [(4.9, "precise"), (5, "reasonably precise"), (10, "acceptable"), (19.9, "acceptable"), (20, "use with caution")],
)
def test_the_band_follows_from_the_coefficient_of_variation(variation, said):
    z = s.z_of(0.95)
    found = iv.reliability(iv.published(100, variation * z))
    assert found.variation == pytest.approx(variation)
    # On the edge arithmetic may fall either side; a hair above it is surely in the upper band.
    assert iv.reliability(iv.published(100, (variation + 1e-9) * z)).band.words == said


def test_only_the_band_that_was_read_at_the_publisher_is_called_confirmed():
    assert [b.words for b in iv.BANDS if b.confirmed] == ["use with caution"]
    assert iv.reliability(iv.published(0, 2)).variation == inf
    with pytest.raises(FigureMissing):
        iv.reliability(s.Estimate(4, nan, nan))


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: iv.clopper_pearson(5, 4),
        lambda: iv.clopper_pearson(1, 4, confidence=95),
        lambda: iv.exact_rate(1, 0),
        lambda: iv.exact_rate(-1, 5),
        lambda: iv.standardised_rate([20], [100, 100], [1]),
        lambda: iv.standardised_rate([20], [0], [1]),
        lambda: iv.standardised_rate([20], [100], [0]),
        lambda: iv.standardised_rate([], [], []),
        lambda: iv.published(nan, 1),
        lambda: iv.published(1, -1),
    ],
)
def test_what_is_no_statistic_is_refused_with_a_remedy(wrong):
    with pytest.raises(DataError) as caught:
        wrong()
    assert caught.value.remedy
