"""Every area gets its own hexagon, near its neighbours, the same one each time."""

from __future__ import annotations

import time
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.charts.classes import class_edges, class_of
from workbench.charts.hexes import Hex, assign, centre, corners, neighbours
from workbench.charts.map_parts import border_lines
from workbench.charts.spec import Cell
from workbench.errors import DataError

places = st.dictionaries(
    st.text("ABCDEFG0123456789", min_size=1, max_size=6),
    st.tuples(st.floats(-8, 2, allow_nan=False), st.floats(50, 60, allow_nan=False)),
    min_size=1,
    max_size=60,
)


@given(places)
@settings(max_examples=60)
def test_every_area_is_placed_and_no_two_share_a_cell(centroids):
    cells = assign(centroids)
    assert list(cells) == sorted(centroids)
    assert len(set(cells.values())) == len(centroids)
    assert min(h.col for h in cells.values()) == 0
    assert min(h.row for h in cells.values()) in (0, 1)


@given(places, st.randoms(use_true_random=False))
@settings(max_examples=30)
def test_the_order_of_the_areas_does_not_matter(centroids, chance):
    shuffled = list(centroids.items())
    chance.shuffle(shuffled)
    assert assign(dict(shuffled)) == assign(centroids)


@given(st.integers(0, 1000))
@settings(max_examples=5)
def test_hundreds_of_areas_are_placed_one_to_a_cell_and_near_home(seed):
    at = np.random.default_rng(seed).normal((-2.2, 53.5), (0.3, 0.15), (450, 2))
    cells = assign({f"E{i:03d}": (lon, lat) for i, (lon, lat) in enumerate(at)})
    assert len(set(cells.values())) == 450
    x, y = np.array([centre(h.col, h.row) for h in cells.values()]).T
    assert np.corrcoef(x, at[:, 0])[0, 1] > 0.9
    assert np.corrcoef(y, at[:, 1])[0, 1] > 0.9
    assert holes(cells) == 0


@given(st.integers(1, 12))
def test_areas_on_one_point_still_get_one_cell_each(count):
    cells = assign({f"E{i:02d}": (-2.2, 53.5) for i in range(count)})
    assert len(set(cells.values())) == count


def test_north_is_up_and_east_is_right():
    cells = assign({"north": (-2.2, 53.9), "south": (-2.2, 53.1), "east": (-1.4, 53.5), "west": (-3.0, 53.5)})
    assert cells["north"].row > cells["south"].row
    assert centre(cells["east"].col, cells["east"].row)[0] > centre(cells["west"].col, cells["west"].row)[0]


def test_an_area_without_a_centroid_is_named():
    with pytest.raises(DataError, match="1 of 2 areas have no usable centroid: b") as caught:
        assign({"a": (-2.2, 53.5), "b": (float("nan"), 53.5)})
    assert caught.value.remedy


def test_neighbours_touch_and_share_the_side_that_is_named():
    for col, row in ((3, 4), (3, 5)):
        ring = corners(col, row)
        for side, other in enumerate(neighbours(col, row)):
            gap = np.subtract(centre(*other), centre(col, row))
            assert np.hypot(*gap) == pytest.approx(1)
            shared = [p for p in corners(*other) if any(np.allclose(p, q) for q in ring)]
            assert len(shared) == 2
            middle = np.mean([ring[side], ring[(side + 1) % 6]], axis=0)
            assert np.allclose(middle, np.mean(shared, axis=0))


def test_a_line_is_drawn_between_two_districts_once():
    cells = (
        Cell("a", "A", 1.0, 0, 0, 0, "Bolton"),
        Cell("b", "B", 1.0, 0, 1, 0, "Bury"),
        Cell("c", "C", 1.0, 0, 2, 0, "Bury"),
    )
    assert len(border_lines(cells)) == 1


# --- Greater Manchester -----------------------------------------------------------------------------------------------


def of_level(library, level, vintage):
    areas = [a for a in library.areas.areas.values() if a.level == level and a.lon is not None]
    codes = set(library.figures.where(level=level, measure="claimant_count").frame["area_code"])
    return {a.code: a for a in areas if a.code in codes}


def same_district(cells: dict[str, Hex], areas) -> float:
    """The share of touching pairs that lie in one district."""
    at = {(h.col, h.row): code for code, h in cells.items()}
    pairs = [(c, at[n]) for c, h in cells.items() for n in neighbours(h.col, h.row) if n in at]
    return sum(areas[a].parent == areas[b].parent for a, b in pairs) / len(pairs)


def holes(cells: dict[str, Hex]) -> int:
    filled = {(h.col, h.row) for h in cells.values()}
    beside = Counter(n for cell in filled for n in neighbours(*cell))
    return sum(count >= 5 for cell, count in beside.items() if cell not in filled)


@pytest.mark.parametrize(("level", "count", "together"), [("ward", 215, 0.70), ("LSOA", 1673, 0.88)])
def test_the_areas_of_greater_manchester_keep_their_neighbours(library, level, count, together):
    areas = of_level(library, level, "2011")
    start = time.perf_counter()
    cells = assign({code: (a.lon, a.lat) for code, a in areas.items()})
    took = time.perf_counter() - start
    assert len(cells) == len(set(cells.values())) == count
    assert same_district(cells, areas) > together
    assert holes(cells) == 0
    assert took < 10  # under 1 s on a quiet machine; a busy one gets room


def test_the_wards_lie_as_they_do_on_the_ground(library):
    areas = of_level(library, "ward", "2017")
    cells = assign({code: (a.lon, a.lat) for code, a in areas.items()})
    x, y = np.array([centre(h.col, h.row) for h in cells.values()]).T
    assert np.corrcoef(x, [areas[c].lon for c in cells])[0, 1] > 0.95
    assert np.corrcoef(y, [areas[c].lat for c in cells])[0, 1] > 0.95


# --- classes ----------------------------------------------------------------------------------------------------------


@given(st.lists(st.integers(0, 5000).map(lambda n: n / 10), min_size=2, max_size=300), st.integers(2, 5))
def test_edges_rise_and_no_class_is_empty(values, classes):
    edges = class_edges(values, classes)
    assert list(edges) == sorted(set(edges))
    assert len(edges) < classes
    held = {class_of(v, edges) for v in values}
    assert held == set(range(len(edges) + 1))


def test_the_classes_of_the_ward_rates_are_readable(library):
    rates = library.figures.where(measure="claimant_rate", level="ward").latest().frame["value"]
    assert class_edges(rates) == (1.4, 2.1, 2.7, 3.4)


def test_values_all_alike_are_one_class():
    assert class_edges([5.0, 5.0, 5.0]) == ()
    assert class_of(5.0, ()) == 0
