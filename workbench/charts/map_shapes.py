"""What a map of boundaries needs before it is drawn: a plane of small whole numbers, borders, and what to point at.

Longitudes are shortened by the latitude, so that shapes keep their look. Points are rounded to a grid about as fine as
the screen; neighbours round alike, so that no slivers open between them as they would if each were simplified alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import ceil, cos, radians

import numpy as np
import numpy.typing as npt

from workbench.charts.spec_map import AreaMap, MapArea

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

STEPS = 2_000  # grid steps along the longer side
POINTS_MOST = 150_000  # of all boundaries together: about 1.6 MB on the way to the browser
NAMED_MOST = 16
TOUCH_ROWS = 56  # rows of points that can be pointed at


@dataclass(frozen=True, eq=False)
class Plane:
    """Areas on a grid of whole numbers, east and north.

    Attributes
    ----------
    rings : tuple of tuple of numpy.ndarray
        By area, shape (n, 2); empty for an area without a boundary.
    middles : numpy.ndarray
        A place for each area, shape (areas, 2): its centroid where it is known.
    width, height : float
        Of all areas together; the south-west corner is 0, 0.
    """

    rings: tuple[tuple[Ints, ...], ...]
    middles: Floats
    width: float
    height: float

    @property
    def points(self) -> int:
        """How many points the boundaries have."""
        return sum(len(r) for found in self.rings for r in found)

    @cached_property
    def edges(self) -> tuple[Ints, Ints]:
        """Every side of every boundary, shape (n, 4) as x, y, x, y; and the area of each."""
        parts = [(np.hstack([r[:-1], r[1:]]), i) for i, found in enumerate(self.rings) for r in found]
        if not parts:
            return np.empty((0, 4), dtype=np.int64), np.empty(0, dtype=np.int64)
        owner = np.repeat([i for _, i in parts], [len(e) for e, _ in parts])
        return np.vstack([e for e, _ in parts]), owner.astype(np.int64)


def plane_of(areas: Sequence[MapArea], steps: int = STEPS) -> Plane:
    """Areas laid on a plane.

    Parameters
    ----------
    areas : sequence of MapArea
    steps : int
        Grid steps along the longer side; fewer are taken when there would be more than 150,000 points.

    Returns
    -------
    Plane
    """
    lines = [r for a in areas for r in a.rings]
    spots = np.array([[a.lon, a.lat] for a in areas if a.lon is not None and a.lat is not None], dtype=float)
    whole = np.vstack(lines) if lines else np.zeros((0, 2))
    every = np.vstack([whole, spots.reshape(-1, 2)]) if len(whole) + len(spots) else np.zeros((1, 2))
    low, high = every.min(axis=0), every.max(axis=0)
    stretch = np.array([cos(radians(float(low[1] + high[1]) / 2)), 1.0])
    size = (high - low) * stretch
    scale = steps / (float(size.max()) or 1.0)
    starts = np.cumsum([0, *(len(r) for r in lines)])
    grid, starts_now = _rounded((whole - low) * stretch * scale, starts)
    while len(grid) > POINTS_MOST and scale * float(size.max()) > 300:
        scale *= 0.7
        grid, starts_now = _rounded((whole - low) * stretch * scale, starts)
    parted = iter(np.split(grid, starts_now[1:-1]) if lines else ())
    by_area = [[next(parted) for _ in a.rings] for a in areas]
    # A ring that falls on one place is left out, unless it is all that the area has.
    rings = tuple(tuple(r for r in found if len(r) > 3) or tuple(found[:1]) for found in by_area)
    middles = np.array([_middle(a, r, low, stretch * scale) for a, r in zip(areas, rings, strict=True)])
    width, height = (float(v) for v in size * scale)
    return Plane(rings, middles.reshape(-1, 2), width or 1.0, height or 1.0)


def _rounded(points: Floats, starts: Ints) -> tuple[Ints, Ints]:
    """All rings on the grid, without points that fall on the one before; and where each ring now starts."""
    grid = np.rint(points).astype(np.int64)
    kept = np.ones(len(grid), dtype=bool)
    kept[1:] = (grid[1:] != grid[:-1]).any(axis=1)
    kept[starts[:-1]] = True
    now = np.concatenate([[0], np.cumsum(kept)])[starts]
    return grid[kept], now


def _middle(area: MapArea, rings: Sequence[Ints], low: Floats, scale: Floats) -> Floats:
    if area.lon is not None and area.lat is not None:
        return np.asarray((np.array([area.lon, area.lat]) - low) * scale, dtype=np.float64)
    if not rings:
        return np.full(2, np.nan)
    return np.asarray(max(rings, key=len)[:-1].mean(axis=0), dtype=np.float64) if len(rings[0]) > 1 else rings[0][0]


def border_edges(plane: Plane, groups: Sequence[str]) -> Ints:
    """The sides where two larger areas meet and those of the outer rim, each once; shape (n, 4).

    None when neighbours do not share their sides, as after simplifying each by itself: then every side would look like
    the rim.
    """
    edges, owner = plane.edges
    if not len(edges):
        return edges
    numbers = {g: i for i, g in enumerate(dict.fromkeys(groups))}
    group = np.array([numbers[g] for g in groups])[owner]
    span = int(max(plane.width, plane.height)) + 2
    ends = np.sort(np.column_stack([edges[:, 0] * span + edges[:, 1], edges[:, 2] * span + edges[:, 3]]), axis=1)
    _, first, which = np.unique(ends[:, 0] * span * span + ends[:, 1], return_index=True, return_inverse=True)
    low, high = np.full(len(first), len(numbers)), np.full(len(first), -1)
    np.minimum.at(low, which, group)
    np.maximum.at(high, which, group)
    alone = np.bincount(which) == 1
    if alone.mean() > 0.85 and len(plane.rings) > 4:
        return edges[:0]
    kept: Ints = edges[first[alone | (low != high)]]
    return kept


def touch_points(plane: Plane, rows: int = TOUCH_ROWS) -> tuple[Floats, Ints]:
    """Points inside the areas, on an even grid, and the area of each; every area has at least one.

    Plotly can tell which point is under the pointer, not which part of a filled line: these carry the name, the figure
    and the code of the area they lie in.
    """
    step = max(plane.width, plane.height) / rows
    at, owner = _inside(*plane.edges, step)
    bare = np.setdiff1d(np.flatnonzero(~np.isnan(plane.middles[:, 0])), owner)
    return np.vstack([at, plane.middles[bare]]), np.concatenate([owner, bare])


def _inside(edges: Ints, owner: Ints, step: float) -> tuple[Floats, Ints]:
    """Grid points inside areas by the even–odd rule along each row of the grid."""
    if not len(edges):
        return np.empty((0, 2)), np.empty(0, dtype=np.int64)
    y0, y1 = np.minimum(edges[:, 1], edges[:, 3]), np.maximum(edges[:, 1], edges[:, 3])
    # Rows lie at k·step plus a bit that no whole number meets, so that no row runs through a corner.
    shift = step / 2 + 0.123
    first, last = np.ceil((y0 - shift) / step).astype(int), np.floor((y1 - shift) / step).astype(int)
    count = np.maximum(last - first + 1, 0)
    edge = np.repeat(np.arange(len(edges)), count)
    row = _runs(first, count)
    y = row * step + shift
    xa, ya, xb, yb = edges[edge].T
    x = xa + (y - ya) * (xb - xa) / (yb - ya)
    order = np.lexsort((x, row, owner[edge]))
    x, y, mine = x[order], y[order], owner[edge][order]
    # A row enters an area at every other crossing, and leaves it at the next.
    start, end, y, mine = x[0::2], x[1::2], y[0::2], mine[0::2]
    begin = np.ceil(start / step).astype(int)
    many = np.maximum(np.floor(end / step).astype(int) - begin + 1, 0)
    return np.column_stack([_runs(begin, many) * step, np.repeat(y, many)]), np.repeat(mine, many)


def _runs(first: Ints, count: Ints) -> Ints:
    """Each first number and those that follow it, as many as counted: 3 and 2 give 3, 4."""
    begin = np.cumsum(count) - count
    numbers: Ints = np.arange(int(count.sum())) + np.repeat(first - begin, count)
    return numbers


def group_names(plane: Plane, groups: Sequence[str], most: int = 16) -> list[tuple[str, float, float]]:
    """A name and a place for each larger area, at the middle of its areas; none when there are too many."""
    out = []
    named = sorted({g for g in groups if g})
    if not 2 <= len(named) <= most:
        return []
    member = np.array(groups)
    for name in named:
        places = plane.middles[(member == name) & ~np.isnan(plane.middles[:, 0])]
        if len(places):
            low, high = places.min(axis=0), places.max(axis=0)
            middle = (places.mean(axis=0) + (low + high) / 2) / 2
            nearest = places[int(np.argmin(((places - middle) ** 2).sum(axis=1)))] if len(places) > 3 else places[0]
            out.append((name, float(nearest[0]), float(nearest[1])))
    return out


def names_on(chart: AreaMap, plane: Plane) -> list[tuple[str, float, float]]:
    """What is named on the map: the larger areas where there are several, else the areas themselves if they are few."""
    groups = [a.group for a in chart.areas]
    if len(set(groups)) > 1 or len(groups) > NAMED_MOST:
        return group_names(plane, groups)
    return [
        (a.name, float(x), float(y)) for a, (x, y) in zip(chart.areas, plane.middles, strict=True) if not np.isnan(x)
    ]


def broken_line(rings: Sequence[Ints]) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Rings as one line with a gap after each, for plotly: x and y, NaN in the gaps."""
    if not rings:
        return np.empty(0, dtype=np.float32), np.empty(0, dtype=np.float32)
    gap = np.full((1, 2), np.nan)
    whole = np.vstack([part for r in rings for part in (r, gap)]).astype(np.float32)
    return whole[:, 0].copy(), whole[:, 1].copy()


def as_rings(edges: Ints) -> list[Ints]:
    """Sides chained into lines as long as can be, so that a browser draws few."""
    if not len(edges):
        return []
    following: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for x0, y0, x1, y1 in edges.tolist():
        following.setdefault((x0, y0), []).append((x1, y1))
        following.setdefault((x1, y1), []).append((x0, y0))
    lines: list[Ints] = []
    for start in list(following):
        while following[start]:
            line, here = [start], start
            while following[here]:
                there = following[here].pop()
                following[there].remove(here)
                line.append(there)
                here = there
            lines.append(np.array(line, dtype=np.int64))
    return lines


def shape_height(plane: Plane, width: float, least: float, most: float) -> float:
    """How high a map of this width is drawn, within bounds."""
    return float(ceil(min(max(plane.height / plane.width * width, least), most)))
