"""Differences and ratios agree with statsmodels and scipy; a test and its interval say one thing."""

from __future__ import annotations

from math import inf, nan

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.stats import binomtest, ttest_ind_from_stats
from statsmodels.stats.proportion import confint_proportions_2indep, proportions_ztest
from statsmodels.stats.rates import confint_poisson_2indep
from statsmodels.stats.weightstats import CompareMeans, DescrStatsW

from workbench.domain import contrasts as c
from workbench.domain import statistics as s
from workbench.errors import DataError, FigureMissing


@st.composite
def groups(draw: st.DrawFn, least: int = 0) -> c.Group:
    of = draw(st.integers(least + 1, 5000))
    return c.Group(draw(st.integers(least, of)), of)


def test_newcombes_own_examples():
    # Newcombe (1998), table II, method 10: 56/70 less 48/80, and 9/10 less 3/10.
    for a, b, low, high in (
        (c.Group(56, 70), c.Group(48, 80), 0.0524, 0.3339),
        (c.Group(9, 10), c.Group(3, 10), 0.1705, 0.8090),
    ):
        d = c.difference_of_proportions(a, b)
        assert (round(d.lower, 4), round(d.upper, 4)) == (low, high)


@given(a=groups(), b=groups(), confidence=st.floats(0.5, 0.999))
def test_a_difference_of_proportions_is_that_of_statsmodels(a, b, confidence):
    d = c.difference_of_proportions(a, b, confidence)
    low, high = confint_proportions_2indep(
        a.events, a.of, b.events, b.of, method="newcomb", compare="diff", alpha=1 - confidence
    )
    assert (d.lower, d.upper) == (pytest.approx(low, abs=1e-9), pytest.approx(high, abs=1e-9))
    if 0 < a.events + b.events < a.of + b.of:
        assert d.p == pytest.approx(proportions_ztest([a.events, b.events], [a.of, b.of])[1], abs=1e-12)
    assert -1 <= d.lower <= d.value <= d.upper <= 1


@given(a=groups(1), b=groups(1))
def test_a_ratio_of_proportions_is_that_of_statsmodels(a, b):
    assume(a.events < a.of or b.events < b.of)
    r = c.ratio_of_proportions(a, b)
    low, high = confint_proportions_2indep(
        a.events, a.of, b.events, b.of, method="log", compare="ratio", correction=False
    )
    assert (r.lower, r.upper) == (pytest.approx(low), pytest.approx(high))


@given(a=groups(), b=groups())
def test_a_difference_of_rates_is_that_of_the_limits_of_each(a, b):
    assume(a.events + b.events)
    d = c.difference_of_rates(a, b, per=1)
    one, other = s.rate(a.events, a.of, 1), s.rate(b.events, b.of, 1)
    assert d.lower == pytest.approx(
        one.value - other.value - ((one.value - one.lower) ** 2 + (other.upper - other.value) ** 2) ** 0.5
    )
    assert d.lower <= d.value <= d.upper
    back = c.difference_of_rates(b, a, per=1)
    assert (back.value, back.lower, back.upper, back.p) == pytest.approx((-d.value, -d.upper, -d.lower, d.p))


def test_a_difference_of_rates_lies_near_the_score_interval_of_statsmodels():
    d = c.difference_of_rates(c.Group(60, 51_477), c.Group(30, 54_308), per=1)
    low, high = confint_poisson_2indep(60, 51_477, 30, 54_308, method="score", compare="diff")
    slack = (high - low) / 20  # another method of the same quality
    assert (d.lower, d.upper) == (pytest.approx(low, abs=slack), pytest.approx(high, abs=slack))


@given(a=groups(), b=groups(), confidence=st.sampled_from([0.9, 0.95, 0.998]))
def test_a_ratio_of_rates_is_exact_and_its_test_agrees_with_its_interval(a, b, confidence):
    assume(a.events + b.events)
    r = c.ratio_of_rates(a, b, confidence)
    share = a.of / (a.of + b.of)
    total = a.events + b.events
    exact = binomtest(a.events, total, share).proportion_ci(confidence, method="exact")
    assert r.lower == pytest.approx(exact.low / (1 - exact.low) * b.of / a.of if exact.low < 1 else inf)
    tails = [binomtest(a.events, total, share, alternative=side).pvalue for side in ("less", "greater")]
    assert r.p == pytest.approx(min(1.0, 2 * min(tails)), abs=1e-9)
    if abs(r.p - (1 - confidence)) > 1e-9:
        assert (r.p < 1 - confidence) == (not r.lower <= 1 <= r.upper)
    assert b.events or r.upper == inf


samples = st.builds(c.Sample, st.integers(2, 500), st.floats(-100, 100), st.floats(0.1, 50))


@given(a=samples, b=samples)
def test_a_difference_of_means_is_welchs(a, b):
    d = c.difference_of_means(a, b)
    wanted = ttest_ind_from_stats(a.mean, a.deviation, a.size, b.mean, b.deviation, b.size, equal_var=False)
    assert d.p == pytest.approx(wanted.pvalue, abs=1e-12)
    assert d.lower <= d.value <= d.upper


def test_the_interval_of_a_difference_of_means_is_that_of_statsmodels():
    one, other = [4.1, 5.2, 6.0, 5.5, 4.8], [3.0, 4.4, 3.9, 2.5]
    x, y = DescrStatsW(one), DescrStatsW(other)
    d = c.difference_of_means(*(c.Sample(len(v), sum(v) / len(v), DescrStatsW(v, ddof=1).std) for v in (one, other)))
    assert (d.lower, d.upper) == pytest.approx(CompareMeans(x, y).tconfint_diff(usevar="unequal"))


estimates = st.builds(lambda v, h: s.Estimate(v, v - h * v, v + h * v), st.floats(0.1, 1000), st.floats(0.001, 0.4))


@given(a=estimates, b=estimates)
def test_a_ratio_of_estimates_holds_its_value_and_leaves_out_1_when_they_differ(a, b):
    r = c.ratio(a, b)
    assert r.lower <= r.value <= r.upper
    if abs(r.p - 0.05) > 1e-6:
        assert (r.p < 0.05) == (not r.lower <= 1 <= r.upper)


@given(a=groups(), b=groups(), confidence=st.floats(0.5, 0.99))
def test_contrasts_widen_with_the_confidence(a, b, confidence):
    for contrast in (c.difference_of_proportions, c.difference_of_rates):
        one = contrast(a, b, confidence=confidence)
        wider = contrast(a, b, confidence=confidence + 0.009)
        assert wider.lower <= one.lower
        assert one.upper <= wider.upper


def test_ratios_that_have_no_end_are_refused():
    with pytest.raises(FigureMissing, match="no events"):
        c.ratio_of_proportions(c.Group(0, 5), c.Group(1, 5))
    with pytest.raises(FigureMissing, match="Neither"):
        c.ratio_of_rates(c.Group(0, 5), c.Group(0, 5))
    with pytest.raises(FigureMissing, match="told from 0"):
        c.ratio(s.Estimate(5, 4, 6), s.Estimate(1, -1, 3))
    with pytest.raises(FigureMissing):
        c.ratio(s.Estimate(5, nan, nan), s.Estimate(1, 0.9, 1.1))


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: c.mover(s.wilson(1, 5, 0.95), s.wilson(1, 5, 0.9)),
        lambda: c.difference_of_proportions(c.Group(6, 5), c.Group(1, 5)),
        lambda: c.difference_of_rates(c.Group(1.5, 5), c.Group(1, 5)),
        lambda: c.difference_of_rates(c.Group(1, 0), c.Group(1, 5)),
        lambda: c.difference_of_means(c.Sample(1, 1, 1), c.Sample(2, 1, 1)),
        lambda: c.difference_of_means(c.Sample(2, 1, 0), c.Sample(2, 1, 0)),
    ],
)
def test_what_cannot_be_set_against_each_other_is_refused(wrong):
    with pytest.raises(DataError) as caught:
        wrong()
    assert caught.value.remedy


@given(a=estimates, b=estimates)
def test_the_limits_of_a_ratio_are_those_at_which_the_test_just_fails(a, b):
    r = c.ratio(a, b)
    for limit in (r.lower, r.upper):
        error = (a.standard_error**2 + (limit * b.standard_error) ** 2) ** 0.5
        assert abs(a.value - limit * b.value) == pytest.approx(s.z_of(0.95) * error, rel=1e-6)
