"""Funnel limits: against published labels and pooled values, and what must hold of any funnel."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from workbench.domain.funnel import place_of_proportion, place_of_ratio, proportion_limits, ratio_limits
from workbench.errors import DataError

LABELS = {
    "Low (0.001)": "below 99.8%",
    "Low (0.025)": "below 95%",
    "Not significant": "within",
    "High (0.025)": "above 95%",
    "High (0.001)": "above 99.8%",
}


@pytest.mark.shared
def test_every_published_label(shared):
    stored = json.loads((shared / "vectors" / "intervals.json").read_text(encoding="utf-8"))
    pooled = stored["funnel_rules"]["proportion"]["pooled_proportion"]
    assert len(stored["funnel_labels"]) == 20
    for case in stored["funnel_labels"]:
        if case["statistic"] == "proportion":
            place = place_of_proportion(case["x"], case["n"], pooled)
        else:
            assert case["statistic"] == "ratio"
            place = place_of_ratio(case["observed"], case["expected"])
        assert place == LABELS[case["label"]], case["id"]


def test_limits_of_a_ratio_are_those_of_the_poisson_distribution():
    # An observed count outside the limits has less than a fortieth of a chance on its side.
    limits = ratio_limits([12.0, 250.0])
    for e, low, high in zip(limits.x, limits.lower95, limits.upper95, strict=True):
        assert stats.poisson.cdf(low * e - 1e-9, e) <= 0.05
        assert stats.chi2.ppf(0.025, 2 * e) / 2 == pytest.approx(low * e, abs=1e-6)
        assert stats.chi2.ppf(0.975, 2 * e + 2) / 2 == pytest.approx(high * e, abs=1e-6)


@given(st.floats(0, 100), st.lists(st.floats(1, 1e6), min_size=1, max_size=20))
def test_limits_hold_the_target_and_narrow_with_size(target, sizes):
    limits = proportion_limits(target, sizes)
    assert list(limits.x) == sorted(sizes)
    rows = list(zip(limits.lower998, limits.lower95, limits.upper95, limits.upper998, strict=True))
    for outer_low, low, high, outer_high in rows:
        assert 0 <= outer_low <= low <= target + 1e-9
        assert target - 1e-9 <= high <= outer_high <= 100
    widths = [high - low for _, low, high, _ in rows]
    assert all(a >= b - 1e-9 for a, b in pairwise(widths))


@given(st.floats(0.5, 1e5))
def test_limits_of_a_ratio_hold_it(expected):
    limits = ratio_limits([expected], target=100)
    assert limits.lower998[0] <= limits.lower95[0] <= 100 <= limits.upper95[0] <= limits.upper998[0]


@pytest.mark.parametrize("make", [lambda: proportion_limits(120, [10]), lambda: proportion_limits(5, [0]),
                                  lambda: ratio_limits([-1.0])])  # fmt: skip
def test_what_makes_no_funnel_is_refused(make):
    with pytest.raises(DataError):
        make()
