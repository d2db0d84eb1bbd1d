"""Intervals agree with published results; tests keep what they promise."""

from __future__ import annotations

import importlib.util
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm
from statsmodels.stats.multitest import multipletests

from workbench.domain import statistics as s
from workbench.errors import DataError, FigureMissing, NotComparable

ROOT = Path(__file__).parents[2]
spec = importlib.util.spec_from_file_location("interval_oracles", ROOT / "tests" / "oracles" / "intervals.py")
assert spec is not None
assert spec.loader is not None
oracles = importlib.util.module_from_spec(spec)
spec.loader.exec_module(oracles)

Y2022 = (date(2022, 1, 1), date(2022, 12, 31))
Y2023 = (date(2023, 1, 1), date(2023, 12, 31))


def close(value: float) -> object:
    return pytest.approx(value, abs=1e-6, rel=1e-9)


@pytest.mark.parametrize(("events", "confidence", "lower", "upper"), oracles.COUNTS)
def test_counts_agree_with_the_published_limits(events, confidence, lower, upper):
    found = s.count(events, confidence)
    assert (found.lower, found.upper) == (close(lower), close(upper))


@pytest.mark.parametrize(("x", "n", "confidence", "lower", "upper"), oracles.PROPORTIONS)
def test_proportions_agree_with_the_published_limits(x, n, confidence, lower, upper):
    found = s.wilson(x, n, confidence)
    assert (found.lower, found.upper) == (close(lower), close(upper))


@pytest.mark.parametrize(("x", "n", "per", "confidence", "lower", "upper"), oracles.RATES)
def test_rates_agree_with_the_published_limits(x, n, per, confidence, lower, upper):
    found = s.rate(x, n, per, confidence)
    assert (found.lower, found.upper) == (close(lower), close(upper))


@pytest.mark.parametrize(("n", "average", "deviation", "confidence", "lower", "upper"), oracles.MEANS)
def test_means_agree_with_the_published_limits(n, average, deviation, confidence, lower, upper):
    found = s.mean(n, average, deviation, confidence)
    assert (found.lower, found.upper) == (close(lower), close(upper))


def test_holm_agrees_with_the_worked_example():
    raw, adjusted = oracles.HOLM
    assert s.holm(raw) == pytest.approx(adjusted)


def test_a_difference_is_tested_and_not_read_from_overlap():
    # The two intervals overlap, and yet the figures differ.
    a, b = s.Estimate(70.0, 66.0, 74.0), s.Estimate(76.0, 72.5, 79.5)
    assert a.upper > b.lower
    assert s.difference(a, b).p < 0.05


def test_a_difference_without_intervals_is_refused():
    with pytest.raises(FigureMissing, match="without an interval"):
        s.difference(s.Estimate(1, 1, 1), s.Estimate(2, 2, 2))
    nan = float("nan")
    with pytest.raises(FigureMissing):
        s.difference(s.Estimate(1, nan, nan), s.Estimate(2, 1, 3))
    with pytest.raises(FigureMissing):
        s.difference(s.Estimate(nan, 0, 1), s.Estimate(2, 1, 3))


def test_the_change_of_manchester_from_2022_to_2023_is_within_sampling():
    # ONS, Annual Population Survey local indicators, employment rate 16-64, calendar years 2022 and 2023.
    c = s.change(s.Estimate(67.8, 63.6, 72.0), Y2022, s.Estimate(71.4, 66.2, 76.6), Y2023)
    assert c.value == pytest.approx(3.6)
    assert c.p > 0.05
    assert c.lower < 0 < c.upper


def test_overlapping_periods_are_refused():
    rolling = (date(2022, 7, 1), date(2023, 6, 30))
    one = s.Estimate(70, 65, 75)
    with pytest.raises(NotComparable, match="overlap"):
        s.change(one, rolling, one, Y2023)
    with pytest.raises(NotComparable, match="overlap"):
        s.pooled([one, one, one], [Y2022, rolling, Y2023])


def test_four_equal_years_halve_the_half_width():
    years = [(date(y, 1, 1), date(y, 12, 31)) for y in range(2020, 2024)]
    found = s.pooled([s.Estimate(70, 64, 76)] * 4, years)
    assert (found.value, found.half_width) == (pytest.approx(70), pytest.approx(3))
    with pytest.raises(FigureMissing):
        s.pooled([], [])


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: s.wilson(5, 4),
        lambda: s.wilson(0, 0),
        lambda: s.count(-1),
        lambda: s.count(float("nan")),
        lambda: s.rate(1, 0),
        lambda: s.mean(1, 2, 3),
        lambda: s.z_of(95),
    ],
)
def test_what_is_not_a_statistic_is_refused_with_a_remedy(wrong):
    with pytest.raises(DataError) as caught:
        wrong()
    assert caught.value.remedy


@given(n=st.integers(1, 10_000), share=st.floats(0, 1), confidence=st.floats(0.5, 0.999))
def test_wilson_contains_the_estimate_and_stays_within_0_and_1(n, share, confidence):
    w = s.wilson(share * n, n, confidence)
    assert 0 <= w.lower <= w.value <= w.upper <= 1


@given(x=st.integers(0, 10**7), confidence=st.floats(0.5, 0.999))
def test_a_count_lies_within_its_interval(x, confidence):
    c = s.count(x, confidence)
    assert 0 <= c.lower <= c.value <= c.upper


estimates = st.builds(lambda v, h: s.Estimate(v, v - h, v + h), st.floats(-1000, 1000), st.floats(0.01, 100))


@given(a=estimates, b=estimates)
def test_a_difference_is_antisymmetric_and_its_p_agrees_with_its_interval(a, b):
    d, back = s.difference(a, b), s.difference(b, a)
    assert d.lower <= d.value <= d.upper
    assert (d.value, d.p) == (pytest.approx(-back.value), pytest.approx(back.p))
    if abs(d.p - 0.05) > 1e-9:
        assert (d.p < 0.05) == (not d.lower <= 0 <= d.upper)


@given(ps=st.lists(st.floats(0, 1), max_size=30))
def test_holm_never_lowers_a_p_value_and_keeps_their_order(ps):
    adjusted = s.holm(ps)
    assert all(p <= a <= 1 for p, a in zip(ps, adjusted, strict=True))
    order = sorted(range(len(ps)), key=lambda i: ps[i])
    assert [adjusted[i] for i in order] == sorted(adjusted)


probabilities = st.lists(st.floats(0, 1), min_size=1, max_size=40)


@settings(max_examples=25)  # statsmodels takes most of a second for a list
@given(ps=probabilities)
def test_adjusted_p_values_are_those_of_statsmodels(ps):
    for ours, name in ((s.holm, "holm"), (s.benjamini_hochberg, "fdr_bh")):
        assert ours(ps) == pytest.approx(multipletests(ps, method=name)[1], abs=1e-12)


@given(ps=probabilities)
def test_benjamini_hochberg_lies_between_the_raw_value_and_holms(ps):
    for p, mild, strict in zip(ps, s.benjamini_hochberg(ps), s.holm(ps), strict=True):
        assert p - 1e-12 <= mild <= strict + 1e-12


def test_of_many_findings_few_are_false_by_benjamini_hochberg():
    rng = np.random.default_rng(2)
    real = np.arange(200) < 60
    shares = []
    for _ in range(200):
        z = rng.normal(np.where(real, 3.0, 0.0), 1.0)
        found = np.array(s.benjamini_hochberg([float(p) for p in 2 * norm.sf(abs(z))])) < 0.05
        shares.append((found & ~real).sum() / max(1, found.sum()))
    assert np.mean(shares) <= 0.05


def test_what_is_no_p_value_is_refused():
    with pytest.raises(DataError, match="between 0 and 1"):
        s.benjamini_hochberg([0.2, 1.2])
    assert s.benjamini_hochberg([]) == ()


@given(values=st.lists(st.floats(0, 1000), min_size=1, max_size=50))
def test_a_sum_of_rounded_cells_misses_by_no_more_than_the_bound(values):
    rounded = [5 * round(v / 5) for v in values]
    assert abs(sum(rounded) - sum(values)) <= s.rounding_bound(5, len(values)) + 1e-9
