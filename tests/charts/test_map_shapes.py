"""Shapes on the plane: true to their look, without slivers, each area with somewhere to point at."""

from __future__ import annotations

from math import cos, radians

import numpy as np
import pytest

from workbench.charts.map_shapes import as_rings, border_edges, broken_line, names_on, plane_of, touch_points
from workbench.charts.spec_map import MapArea

from .making_more import areas, square


def of(*rings, code="E05000001", group="", at=(None, None)):
    return MapArea(code, code, 1.0, 0, group, "", rings, *at)


def test_a_degree_east_is_shortened_by_the_latitude():
    plane = plane_of([of(square(-2.5, 53.5, 1.0))])
    assert plane.width / plane.height == pytest.approx(cos(radians(54.0)), rel=1e-6)


def test_neighbours_round_alike():
    left, right = plane_of([of(square(-2.5, 53.5)), of(square(-2.4, 53.5))]).rings
    assert left[0][:, 0].max() == right[0][:, 0].min()


def test_points_the_screen_cannot_tell_apart_are_dropped():
    t = np.linspace(0, 2 * np.pi, 50_001)
    circle = np.column_stack([-2 + np.cos(t), 53 + np.sin(t)])
    ring = plane_of([of(circle)]).rings[0][0]
    assert len(ring) < 10_000
    assert (ring[0] == ring[-1]).all()


def test_too_many_points_are_taken_on_a_coarser_grid(monkeypatch):
    monkeypatch.setattr("workbench.charts.map_shapes.POINTS_MOST", 500)
    t = np.linspace(0, 2 * np.pi, 5_001)
    assert plane_of([of(np.column_stack([np.cos(t), 53 + np.sin(t)]))]).points < 2_000


def test_an_area_smaller_than_a_step_is_kept():
    tiny = plane_of([of(square(-2.5, 53.5, 1.0)), of(square(-2.0, 53.9, 1e-6))])
    assert len(tiny.rings[1]) == 1
    assert set(touch_points(tiny)[1]) == {0, 1}


def test_every_point_to_point_at_lies_in_its_area():
    chart = areas()
    plane = plane_of(chart.areas)
    at, owner = touch_points(plane)
    assert set(owner) == {0, 1, 2, 3}
    for i, rings in enumerate(plane.rings):
        low, high = rings[0].min(axis=0), rings[0].max(axis=0)
        mine = at[owner == i]
        assert ((mine >= low) & (mine <= high)).all()
        assert len(mine) > 150  # an even grid, and not its middle alone
    # None lies in the hole.
    hole = plane.rings[1][1]
    inside = (at > hole.min(axis=0)).all(axis=1) & (at < hole.max(axis=0)).all(axis=1)
    assert not inside.any()


def test_borders_lie_between_larger_areas_and_around_them():
    chart = areas()
    plane = plane_of(chart.areas)
    edges = border_edges(plane, [a.group for a in chart.areas])
    # Of 20 sides, the hole's among them: two pairs meet within a larger area and fall out, one pair is the border.
    assert len(edges) == 15
    one = border_edges(plane, [""] * 4)
    assert len(one) == 14


def test_the_sides_of_a_border_become_few_lines():
    chart = areas()
    edges = border_edges(plane_of(chart.areas), [a.group for a in chart.areas])
    lines = as_rings(edges)
    assert sum(len(line) - 1 for line in lines) == len(edges)
    assert len(lines) <= 4


def test_neighbours_simplified_apart_have_no_borders_rather_than_all():
    apart = [of(square(-2.5 + 0.11 * i, 53.5), group=str(i % 2)) for i in range(6)]
    assert len(border_edges(plane_of(apart), [a.group for a in apart])) == 0


def test_a_broken_line_has_a_gap_after_each_ring():
    x, _ = broken_line([np.zeros((4, 2), dtype=np.int64)] * 3)
    assert len(x) == 15
    assert np.isnan(x[4::5]).all()


def test_few_areas_are_named_themselves_and_many_by_their_larger_areas():
    chart = areas()
    assert [n for n, _, _ in names_on(chart, plane_of(chart.areas))] == ["Bolton", "Bury"]
