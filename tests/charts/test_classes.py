"""Class edges: by quantiles, at equal steps, at natural breaks; every edge readable, no class empty."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.charts.classes import class_of, edges_of, equal_edges, natural_edges

numbers = st.lists(st.integers(0, 5000).map(lambda n: n / 10), min_size=2, max_size=120)


@given(numbers, st.integers(2, 5), st.sampled_from(["quantile", "equal", "natural"]))
def test_edges_rise_and_lie_within_the_values(values, classes, method):
    edges = edges_of(values, classes, method)
    assert list(edges) == sorted(set(edges))
    assert len(edges) < classes
    assert all(min(values) < e <= max(values) for e in edges)


def spread(values: list[float], edges: tuple[float, ...]) -> float:
    """The squared spread within classes."""
    groups: dict[int, list[float]] = {}
    for v in values:
        groups.setdefault(class_of(v, edges), []).append(v)
    return sum(len(g) * float(np.var(g)) for g in groups.values())


@given(st.lists(st.integers(0, 60).map(float), min_size=5, max_size=11, unique=True))
def test_natural_breaks_are_the_best_of_all_groupings(values):
    # The oracle tries every way to part the ordered values in three.
    ordered = sorted(values)
    best = min(spread(ordered, (ordered[i], ordered[j])) for i, j in itertools.combinations(range(1, len(ordered)), 2))
    assert spread(ordered, natural_edges(ordered, 3)) == pytest.approx(best, abs=1e-9)


def test_natural_breaks_of_thousands_of_values_are_quick_and_full():
    values = np.random.default_rng(1).gamma(2, 2, 35_000)
    edges = natural_edges(values, 5)
    assert len(edges) == 4
    assert set(np.searchsorted(edges, values, side="right")) == {0, 1, 2, 3, 4}


def test_equal_steps_are_rounded_by_at_most_a_tenth_of_a_step():
    assert equal_edges([3.1, 5.0, 96.7], 4) == (25.0, 50.0, 75.0)


def test_many_equal_values_are_never_parted():
    assert natural_edges([1.0] * 50 + [2.0] * 50, 5) == (2.0,)
    assert edges_of([1.0] * 90 + [2.0, 3.0], 5) in {(2.0,), (2.0, 3.0)}


@pytest.mark.parametrize("method", ["quantile", "equal", "natural"])
def test_values_all_alike_are_one_class(method):
    assert edges_of([5.0, 5.0], 5, method) == ()
    assert edges_of([], 5, method) == ()
