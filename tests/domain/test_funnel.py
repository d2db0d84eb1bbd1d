"""Funnel limits agree with the published labels and with scipy, and hold the areas that chance makes."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, poisson

from workbench.charts.spec_spread import Limits
from workbench.domain import funnel as f
from workbench.domain.statistics import exact_count, wilson
from workbench.errors import DataError


def label_of(case: dict, pooled: float) -> str:
    if case["statistic"] == "proportion":
        return f.signal(case["x"], case["n"], pooled, "proportion")
    assert case["statistic"] == "ratio", f"{case['id']}: no test for {case['statistic']}"
    return f.signal(case["observed"], case["expected"], 1, "ratio")


@pytest.mark.shared
def test_every_published_label(shared):
    stored = json.loads((shared / "vectors" / "intervals.json").read_text(encoding="utf-8"))
    rules = stored["funnel_rules"]["proportion"]
    pooled = rules["pooled_numerator"] / rules["pooled_denominator"]
    assert pooled == pytest.approx(rules["pooled_proportion"], abs=1e-12)
    assert len(stored["funnel_labels"]) == 20
    for case in stored["funnel_labels"]:
        assert label_of(case, pooled) == case["label"], case["id"]


@pytest.mark.shared
def test_the_drawn_limits_say_what_the_labels_say(shared):
    stored = json.loads((shared / "vectors" / "intervals.json").read_text(encoding="utf-8"))
    pooled = stored["funnel_rules"]["proportion"]["pooled_proportion"]
    for case in stored["funnel_labels"][:14]:
        drawn, value = f.limits([case["n"]], 100 * pooled, method="normal"), 100 * case["x"] / case["n"]
        lines = (drawn.lower998[0], drawn.lower95[0], drawn.upper95[0], drawn.upper998[0])
        place = sum(value > line for line in lines)
        labels = ("Low (0.001)", "Low (0.025)", "Not significant", "High (0.025)", "High (0.001)")
        assert labels[place] == case["label"], case["id"]


def test_the_chart_takes_them_as_they_are():
    found = f.limits([5000, 100, 100, 1000], 4.5)
    drawn = Limits(found.x, found.lower95, found.upper95, found.lower998, found.upper998)
    assert drawn.x == (100.0, 1000.0, 5000.0)


sizes = st.lists(st.integers(1, 50_000), min_size=1, max_size=8)
ways = pytest.mark.parametrize(("unit", "per"), [("percent", 1), ("rate", 100_000)])
methods = pytest.mark.parametrize("method", ["exact", "normal"])


@ways
@methods
@given(n=sizes, share=st.floats(0.001, 0.999))
def test_limits_lie_in_order_about_the_target(unit, per, method, n, share):
    target = share * (100 if unit == "percent" else 500)
    e = f.limits(n, target, unit, per=per, method=method)
    assert list(e.x) == sorted(set(n))
    # An exact limit of few people may lie a count's breadth on the other side of the target.
    for i, size in enumerate(e.x):
        assert 0 <= e.lower998[i] <= e.lower95[i] <= e.upper95[i] <= e.upper998[i]
        slack = (100 if unit == "percent" else per) / size if method == "exact" else 1e-9
        assert e.lower95[i] - slack <= target <= e.upper95[i] + slack
        assert unit != "percent" or e.upper998[i] <= 100


@given(n=st.integers(1, 5000), p=st.floats(0.01, 0.99))
def test_exact_limits_of_a_proportion_lie_between_whole_counts_of_scipy(n, p):
    e = f.limits([n], p, "proportion")
    for line, reach in ((e.lower95, 0.025), (e.upper95, 0.975), (e.lower998, 0.001), (e.upper998, 0.999)):
        r = float(binom.ppf(reach, n, p))
        assert max(0.0, r - 1) - 1e-6 <= line[0] * n <= r + 1e-6


@given(expected=st.floats(0.05, 20_000))
def test_exact_limits_of_a_ratio_lie_between_whole_counts_of_scipy(expected):
    e = f.limits([expected], 1, "ratio")
    for line, reach in ((e.lower95, 0.025), (e.upper95, 0.975), (e.lower998, 0.001), (e.upper998, 0.999)):
        r = float(poisson.ppf(reach, expected))
        assert max(0.0, r - 1) - 1e-6 <= line[0] * expected <= r + 1e-6


def test_exact_and_normal_limits_meet_in_large_areas():
    one, other = (f.limits([10**6], 40, method=m) for m in ("exact", "normal"))
    assert one.upper998[0] == pytest.approx(other.upper998[0], abs=0.001)
    assert "exact binomial" in one.method
    assert "normal approximation" in other.method


@given(p=st.floats(0.05, 0.95), n=st.integers(20, 10_000))
def test_a_normal_limit_is_where_the_wilson_interval_just_reaches_the_target(p, n):
    upper = f.limits([n], p, "proportion", method="normal").upper95[0]
    if upper < 1:
        assert wilson(upper * n, n).lower == pytest.approx(p, abs=1e-9)


def test_of_areas_that_differ_by_chance_one_in_twenty_lies_outside():
    rng = np.random.default_rng(7)
    x = rng.binomial(2000, 0.1, 4000)
    labels = [f.signal(int(v), 2000, 10) for v in x]
    assert 1 - labels.count("Not significant") / len(labels) == pytest.approx(0.05, abs=0.015)
    assert not f.overdispersion(x, [2000] * len(x), 10).found


def test_areas_that_differ_by_more_than_chance_are_said_to_and_the_limits_widen():
    rng = np.random.default_rng(7)
    x = rng.binomial(2000, np.clip(rng.normal(0.1, 0.03, 200), 0, 1))
    found = f.overdispersion(x, [2000] * 200, 10)
    assert found.found
    assert found.note.startswith("Take care.")
    narrow, wide = (f.limits([2000], 10, method="normal", dispersion=d) for d in (1, found.factor))
    assert (wide.upper95[0] - 10) / (narrow.upper95[0] - 10) == pytest.approx(found.factor**0.5)
    assert "widened" in wide.method


def test_one_area_far_out_does_not_widen_the_funnel_that_is_to_find_it():
    x = [100, 104, 97, 95, 103, 101, 99, 98, 102, 96, 100, 900]
    assert not f.overdispersion(x, [1000] * 12, 10).found


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: f.limits([], 5),
        lambda: f.limits([0, 5], 5),
        lambda: f.limits([float("nan")], 5),
        lambda: f.limits([5], 101),
        lambda: f.limits([5], -1, "ratio"),
        lambda: f.limits([5], 5, dispersion=2),
        lambda: f.limits([5], 5, method="normal", dispersion=0.5),
        lambda: f.signal(6, 5, 50),
        lambda: f.overdispersion([1], [1, 2], 50),
        lambda: f.overdispersion([1], [1], 0),
    ],
)
def test_what_is_no_funnel_is_refused_with_a_remedy(wrong):
    with pytest.raises(DataError) as caught:
        wrong()
    assert caught.value.remedy


@given(events=st.integers(0, 400), expected=st.floats(0.1, 400))
def test_a_signal_is_given_exactly_when_the_exact_interval_leaves_out_the_expected(events, expected):
    inner, outer = (exact_count(events, confidence) for confidence in (0.95, 0.998))
    if any(abs(end - expected) < 1e-6 for e in (inner, outer) for end in (e.lower, e.upper)):
        return
    found = f.signal(events, expected, 1, "ratio")
    assert (found == "Not significant") == (inner.lower <= expected <= inner.upper)
    assert ("0.001" in found) == (not outer.lower <= expected <= outer.upper)
