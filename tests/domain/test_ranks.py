"""Intervals of ranks hold the true ranks, all together, as often as they say."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.domain.ranks import RankInterval, rank_bounds, rank_intervals
from workbench.domain.statistics import Estimate
from workbench.errors import DataError, FigureMissing

estimates = st.lists(
    st.builds(lambda v, h: Estimate(v, v - h, v + h), st.floats(0, 100), st.floats(0.1, 20)), min_size=2, max_size=15
)


@given(areas=estimates)
def test_an_interval_holds_the_rank_that_was_seen_and_widens_with_the_confidence(areas):
    narrow, wide = rank_intervals(areas, 0.8), rank_intervals(areas, 0.99)
    for e, one, more in zip(areas, narrow, wide, strict=True):
        seen = 1 + sum(other.value > e.value for other in areas)
        assert 1 <= more.best <= one.best <= seen <= one.worst <= more.worst <= len(areas)


@given(areas=estimates, at=st.data())
def test_the_order_of_the_areas_does_not_matter(areas, at):
    order = at.draw(st.permutations(range(len(areas))))
    found = rank_intervals(areas)
    assert rank_intervals([areas[i] for i in order]) == tuple(found[i] for i in order)


def test_all_ranks_are_held_together_at_least_as_often_as_said():
    rng = np.random.default_rng(11)
    truth = np.array([50.0, 52, 55, 55.5, 60, 61, 70, 71])
    rank = [1 + int((truth > v).sum()) for v in truth]
    held = 0
    for _ in range(400):
        seen = rng.normal(truth, 2.0)
        found = rank_intervals([Estimate(v, v - 1.959964 * 2, v + 1.959964 * 2) for v in seen])
        held += all(f.best <= r <= f.worst for f, r in zip(found, rank, strict=True))
    assert held / 400 >= 0.95 - 0.02


def test_the_districts_of_greater_manchester_can_hardly_be_ranked_by_employment():
    # ONS, Annual Population Survey, employment rate 16-64, 2023: value and half-width of Bolton, Bury and Oldham.
    found = rank_intervals([Estimate(v, v - h, v + h) for v, h in ((65.6, 6.1), (73.2, 4.9), (76.4, 4.5))])
    assert found == (RankInterval(2, 3), RankInterval(1, 3), RankInterval(1, 2))


@given(values=st.lists(st.integers(0, 300), min_size=1, max_size=25), step=st.sampled_from([5, 10]))
def test_rounding_never_moves_a_true_rank_out_of_its_bounds(values, step):
    rounded = [step * round(v / step) for v in values]
    bounds = rank_bounds(rounded, [step / 2] * len(values))
    for v, b in zip(values, bounds, strict=True):
        first = 1 + sum(other > v for other in values)
        last = sum(other >= v for other in values)
        assert b.best <= first <= last <= b.worst


def test_exact_figures_have_exact_ranks():
    assert rank_bounds([3, 1, 2], [0, 0, 0]) == (RankInterval(1, 1), RankInterval(3, 3), RankInterval(2, 2))


def test_what_cannot_be_ranked_is_refused():
    nan = float("nan")
    with pytest.raises(FigureMissing):
        rank_intervals([Estimate(1, 0, 2), Estimate(2, nan, nan)])
    with pytest.raises(DataError):
        rank_intervals([Estimate(1, 0, 2), Estimate(2, 1, 3)], 95)
    with pytest.raises(DataError):
        rank_bounds([1], [])
    assert rank_intervals([Estimate(1, 0, 2)]) == (RankInterval(1, 1),)
