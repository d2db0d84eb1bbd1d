"""Exact, standardised and published intervals: every published vector, other programs as judges, and what must hold."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint

from workbench.domain import intervals as i
from workbench.domain import statistics as s
from workbench.errors import DataError, FigureMissing


def estimate(case):
    """The estimate of a vector by the function for its statistic and method; no vector is left out."""
    given_, confidence, times = case["inputs"], case["confidence"], case.get("multiplier", 1)
    match case["statistic"], case["method"]:
        case "count", ("byar" | "exact_poisson"):
            return s.count(given_["x"], confidence)
        case (("proportion" | "percentage"), "wilson"):
            e = s.wilson(given_["x"], given_["n"], confidence)
            return s.Estimate(*(times * v for v in (e.value, e.lower, e.upper)), confidence)
        case "rate", ("byar" | "exact_poisson"):
            return s.rate(given_["x"], given_["n"], times, confidence)
        case "directly_standardised_rate", "dobson_byar":
            return i.standardised_rate(given_["x"], given_["n"], given_["weights"], times, confidence)
        case "indirectly_standardised_ratio", ("byar" | "exact_poisson"):
            return s.rate(given_["observed"], given_["expected"], times, confidence)
        case "indirectly_standardised_rate", "byar":
            return s.rate(given_["observed"], given_["expected"], given_[times], confidence)
        case "mean", "student_t":
            return s.mean(given_["n"], given_["mean"], given_["sd"], confidence)
    raise AssertionError(f"no function is named for {case['statistic']} by {case['method']}")


@pytest.mark.shared
def test_every_published_vector(shared):
    stored = json.loads((shared / "vectors" / "intervals.json").read_text(encoding="utf-8"))
    cases = [*stored["intervals"], *stored["derived_edge_cases"]]
    assert len(cases) == 43
    for case in cases:
        if case["id"] == "E03":  # the published rule: of fewer than ten events no rate is given
            few = case["inputs"]["total_count"]
            with pytest.raises(FigureMissing):
                i.standardised_rate([few, 0], [1000, 1000], [1, 1], case.get("multiplier", 1), case["confidence"])
            continue
        found = estimate(case)
        for name, wanted in case["expected"].items():
            close = pytest.approx(wanted, abs=1e-6 if abs(wanted) < 1000 else 0, rel=1e-9 if abs(wanted) >= 1000 else 0)
            assert getattr(found, name) == close, (case["id"], name)


@given(st.integers(1, 5000), st.data(), st.sampled_from([0.8, 0.95, 0.998]))
def test_the_exact_interval_of_a_proportion_is_that_of_statsmodels(n, data, confidence):
    x = data.draw(st.integers(0, n))
    found = i.clopper_pearson(x, n, confidence)
    low, high = proportion_confint(x, n, alpha=1 - confidence, method="beta")
    assert (found.lower, found.upper) == (pytest.approx(low, abs=1e-9), pytest.approx(high, abs=1e-9))
    wilson = proportion_confint(x, n, alpha=1 - confidence, method="wilson")
    ours = s.wilson(x, n, confidence)
    assert (ours.lower, ours.upper) == (pytest.approx(wilson[0], abs=1e-9), pytest.approx(wilson[1], abs=1e-9))


@given(st.integers(0, 400), st.sampled_from([0.8, 0.95, 0.998]))
def test_the_exact_interval_of_a_count_is_that_of_the_poisson_distribution(x, confidence):
    found = s.exact_count(x, confidence)
    tail = (1 - confidence) / 2
    if x:
        assert stats.poisson.sf(x - 1, found.lower) == pytest.approx(tail, rel=1e-6)
    assert stats.poisson.cdf(x, found.upper) == pytest.approx(tail, rel=1e-6)


BANDS = st.lists(st.tuples(st.integers(0, 200), st.integers(300, 10_000), st.floats(0.1, 1)), min_size=1, max_size=12)


@given(BANDS)
def test_a_standardised_rate_lies_in_its_interval_which_widens_with_confidence(bands):
    events, populations, weights = (list(part) for part in zip(*bands, strict=True))
    assume(sum(events) >= 10)
    one, two = (i.standardised_rate(events, populations, weights, confidence=c) for c in (0.95, 0.998))
    assert two.lower <= one.lower <= one.value <= one.upper <= two.upper
    rates = [1e5 * x / n for x, n in zip(events, populations, strict=True)]
    assert min(rates) - 1e-6 <= one.value <= max(rates) + 1e-6


def test_a_standardised_rate_of_few_events_is_not_given():
    with pytest.raises(FigureMissing, match="fewer than 10 events"):
        i.standardised_rate([4, 5], [100, 100], [1, 1])
    with pytest.raises(DataError):
        i.standardised_rate([4, 50], [100, 0], [1, 1])


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_the_false_discovery_rate_is_that_of_statsmodels(p_values):
    assert s.benjamini_hochberg(p_values) == pytest.approx(multipletests(p_values, method="fdr_bh")[1], abs=1e-12)
    assert s.holm(p_values) == pytest.approx(multipletests(p_values, method="holm")[1], abs=1e-12)


@pytest.mark.parametrize(("half_width", "words"), [(0.5, "precise"), (7, "acceptable"), (30, "use with caution")])
def test_reliability_follows_the_coefficient_of_variation(half_width, words):
    assert i.reliability(i.published(30.0, half_width)).band.words == words


def test_an_estimate_without_an_interval_has_no_reliability():
    with pytest.raises(FigureMissing):
        i.reliability(s.Estimate(30.0, math.nan, math.nan))


def test_a_published_half_width_stands_at_its_own_confidence():
    found = i.at_confidence(i.published(71.6, 3.3), 0.998)
    assert found.half_width == pytest.approx(3.3 * s.z_of(0.998) / s.z_of(0.95))
    with pytest.raises(DataError, match="not symmetric"):
        i.at_confidence(s.Estimate(5.0, 1.0, 6.0), 0.998)
