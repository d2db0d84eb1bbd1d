"""Names on poles never meet in a lane."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from workbench.charts.flags import fly
from workbench.charts.scale import swarm

marks = st.lists(st.tuples(st.floats(0, 600), st.floats(20, 250)), max_size=9)


@given(marks)
def test_no_two_names_in_a_lane_overlap(items):
    flags = fly([x for x, _ in items], [w for _, w in items], 600)
    spans = [(f.lane, x - w, x) if f.left else (f.lane, x, x + w) for f, (x, w) in zip(flags, items, strict=True)]
    for i, (lane, low, high) in enumerate(spans):
        assert not any(lane == other and low < b and a < high for other, a, b in spans[i + 1 :])


@given(st.lists(st.floats(0, 600), max_size=200), st.floats(3, 14))
def test_no_two_dots_of_a_swarm_overlap_in_a_row(places, apart):
    rows = swarm(places, apart)
    for row in set(rows):
        mine = sorted(x for x, r in zip(places, rows, strict=True) if r == row)
        assert all(b - a >= apart for a, b in pairwise(mine))


def test_a_name_that_fits_on_one_side_only_stands_there():
    assert [f.left for f in fly([10, 590], [100, 100], 600)] == [False, True]
