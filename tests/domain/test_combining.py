"""Sums keep the interval or the bound they truly have, whatever the order of adding."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.domain import combining as cb
from workbench.domain import statistics as s
from workbench.errors import DataError, FigureMissing, NotComparable

estimates = st.builds(lambda v, h: s.Estimate(v, v - h, v + h), st.floats(0, 1e6), st.floats(0.01, 1e4))
cells = st.lists(st.tuples(st.integers(0, 300), st.integers(300, 9000)), min_size=1, max_size=30)


def same(a: object, b: object) -> bool:
    parts = ("value", "lower", "upper")
    return [getattr(a, p) for p in parts] == pytest.approx([getattr(b, p) for p in parts], rel=1e-9, abs=1e-6)


@given(parts=st.lists(estimates, min_size=1, max_size=20), at=st.data())
def test_a_total_does_not_depend_on_the_order_or_on_steps_between(parts, at):
    whole = cb.total(parts)
    assert same(whole, cb.total(at.draw(st.permutations(parts))))
    cut = at.draw(st.integers(1, len(parts)))
    steps = [cb.total(group) for group in (parts[:cut], parts[cut:]) if group]
    assert same(whole, cb.total(steps))


@given(cells=cells, at=st.data())
def test_a_combined_rate_or_proportion_does_not_depend_on_the_order(cells, at):
    mixed = at.draw(st.permutations(cells))
    for combine in (cb.combined_rate, cb.combined_proportion):
        assert same(combine(*zip(*cells, strict=True)), combine(*zip(*mixed, strict=True)))


@given(cells=cells)
def test_a_combined_rate_lies_between_those_of_the_parts_and_is_narrower(cells):
    rates = [s.rate(x, n, 100_000) for x, n in cells]
    whole = cb.combined_rate(*zip(*cells, strict=True))
    assert min(r.value for r in rates) - 1e-6 <= whole.value <= max(r.value for r in rates) + 1e-6
    same_cells = cb.combined_rate([20] * 4, [400] * 4)
    assert same_cells.half_width < s.rate(20, 400, 100_000).half_width


def test_a_rate_of_two_areas_is_not_the_average_of_their_rates():
    # 5 of 10 and 10 of 90: 15%, not the 30.6% between 50% and 11.1%.
    assert cb.combined_proportion([5, 10], [10, 90]).value == pytest.approx(0.15)
    weighted = cb.weighted_mean([s.Estimate(50, 40, 60), s.Estimate(100 / 9, 10, 12)], [10, 90])
    assert weighted.value == pytest.approx(15)


@given(parts=st.lists(estimates, min_size=2, max_size=6))
def test_equal_weights_are_the_plain_average_of_the_pool(parts):
    years = [(date(2000 + i, 1, 1), date(2000 + i, 12, 31)) for i in range(len(parts))]
    assert same(cb.weighted_mean(parts, [7] * len(parts)), s.pooled(parts, years))


def test_the_interval_of_a_total_holds_the_truth_that_often():
    rng = np.random.default_rng(5)
    truth, errors = np.array([300.0, 500.0, 50.0]), np.array([20.0, 30.0, 10.0])
    held = 0
    for _ in range(2000):
        seen = rng.normal(truth, errors)
        t = cb.total([s.Estimate(v, v - 1.96 * e, v + 1.96 * e) for v, e in zip(seen, errors, strict=True)])
        held += t.lower <= truth.sum() <= t.upper
    assert held / 2000 == pytest.approx(0.95, abs=0.02)


@given(true=st.lists(st.integers(0, 400), min_size=1, max_size=60), step=st.sampled_from([5, 10, 100]))
def test_the_true_sum_lies_within_the_bounds_of_rounding(true, step):
    rounded = [step * round(v / step) for v in true]
    bounds = cb.rounded_total(rounded, step)
    assert bounds.lower <= sum(true) <= bounds.upper
    assert bounds.lower >= 0


@given(part=st.integers(0, 500), more=st.integers(20, 900))
def test_the_true_share_lies_within_the_bounds_of_rounding(part, more):
    bounds = [cb.rounded_total([5 * round(v / 5)], 5) for v in (part, part + more)]
    share = cb.rounded_share(*bounds)
    assert share.lower - 1e-9 <= 100 * part / (part + more) <= share.upper + 1e-9


def test_years_that_overlap_are_not_added():
    years = [(date(2022, 1, 1), date(2022, 12, 31)), (date(2022, 7, 1), date(2023, 6, 30))]
    with pytest.raises(NotComparable, match="overlap"):
        cb.combined_rate([5, 5], [100, 100], periods=years)


def test_nothing_known_is_no_bound():
    assert cb.perturbation_bound(33, None) is None
    assert cb.perturbation_bound(33, 2) == 66


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        (lambda: cb.total([]), FigureMissing),
        (lambda: cb.weighted_sum([s.Estimate(1, 0, 2)], []), DataError),
        (lambda: cb.weighted_mean([s.Estimate(1, 0, 2)], [0]), DataError),
        (lambda: cb.weighted_mean([s.Estimate(1, 0, 2)], [float("nan")]), DataError),
        (lambda: cb.combined_rate([1], [0]), DataError),
        (lambda: cb.rounded_share(cb.Bounds(1, 0, 2), cb.Bounds(0, 0, 2)), DataError),
    ],
)
def test_what_cannot_be_combined_is_refused(wrong, error):
    with pytest.raises(error) as caught:
        wrong()
    assert caught.value.remedy
