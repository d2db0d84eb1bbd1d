"""An equal hexagon for every area, near where it lies: no boundary file, no request, no chance.

Centroids are scaled to a flat map, then relaxed: areas that touch (Delaunay triangulation) are drawn to one hexagon's
width apart and areas that overlap are pushed apart, while a weak pull keeps each near its true place. The relaxed
points are then given cells of a hexagonal grid: some hundreds at the least total squared distance, thousands one by
one from the middle outward. Holes are filled, and neighbours swapped while both come nearer to where they belong.

Sources
-------
C. D. Dorling, *Area Cartograms: Their Use and Creation*, CATMOG 59 (1996), for the relaxation; H. W. Kuhn, "The
Hungarian method for the assignment problem", *Naval Research Logistics Quarterly* 2 (1955), 83–97, for the matching.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import cos, radians, sqrt

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment
from scipy.spatial import Delaunay, QhullError, cKDTree

from workbench.errors import DataError

Points = npt.NDArray[np.float64]
Pairs = npt.NDArray[np.intp]
Place = tuple[int, int]  # column and row

ROW_STEP = sqrt(3) / 2  # rows of pointed hexagons whose centres are one apart in a row
FEW = 400  # areas that are matched exactly, in well under a second
SWAPS = 60  # rounds of swapping neighbours, at most
ENCLOSED = 4  # an empty cell with at least so many filled neighbours is a hole
REACH = 14  # how many steps away a hole is filled from
FILLS = 40  # rounds of filling: each may open smaller holes


@dataclass(frozen=True, slots=True)
class Hex:
    """A place on the grid. Odd rows stand half a cell to the right; rows count from the south."""

    col: int
    row: int


def centre(col: int, row: int) -> tuple[float, float]:
    """The centre of a cell; neighbours are 1 apart.

    Examples
    --------
    >>> centre(2, 0)
    (2.0, 0.0)
    """
    return col + 0.5 * (row % 2), row * ROW_STEP


def corners(col: int, row: int, size: float = 1.0) -> tuple[tuple[float, float], ...]:
    """The six corners of a cell's hexagon, from the top, clockwise. ``size`` 1 makes neighbours touch."""
    x, y = centre(col, row)
    tall, half = size / sqrt(3), size / 2
    return (
        (x, y + tall), (x + half, y + tall / 2), (x + half, y - tall / 2),
        (x, y - tall), (x - half, y - tall / 2), (x - half, y + tall / 2),
    )  # fmt: skip


def neighbours(col: int, row: int) -> tuple[tuple[int, int], ...]:
    """The six cells around a cell, in the order of the sides that begin at each of :func:`corners`."""
    odd = row % 2
    return (
        (col + odd, row + 1), (col + 1, row), (col + odd, row - 1),
        (col - 1 + odd, row - 1), (col - 1, row), (col - 1 + odd, row + 1),
    )  # fmt: skip


def assign(centroids: Mapping[str, tuple[float, float]]) -> dict[str, Hex]:
    """Give every area its own hexagon.

    Parameters
    ----------
    centroids : mapping of str to (lon, lat)
        Degrees, by area code. The order does not matter.

    Returns
    -------
    dict of str to Hex
        In order of code; no two areas share a cell; the smallest column and row are 0.

    Raises
    ------
    DataError
        When a coordinate is missing or not a longitude and latitude, naming the areas.

    Examples
    --------
    >>> cells = assign({"a": (-2.3, 53.5), "b": (-2.2, 53.5), "c": (-2.1, 53.5)})
    >>> [h.col for h in cells.values()], len({h.row for h in cells.values()})
    ([0, 1, 2], 1)
    """
    codes = sorted(centroids)
    if not codes:
        return {}
    flat = np.array([centroids[c] for c in codes], dtype=float)
    bad = [
        c for c, (lon, lat) in zip(codes, flat, strict=True) if not (-180 <= lon <= 180 and -90 <= lat <= 90)
    ]  # NaN fails both
    if bad:
        raise DataError(
            f"{len(bad)} of {len(codes)} areas have no usable centroid: {', '.join(bad[:5])}.",
            "Give the longitude and latitude of each area.",
        )
    points = _relax(_to_cells(_flat_map(flat)))
    cells = _match(points)
    cells -= [cells[:, 0].min(), _even(int(cells[:, 1].min()))]
    return {code: Hex(int(col), int(row)) for code, (col, row) in zip(codes, cells, strict=True)}


def _even(row: int) -> int:
    """The nearest even row at or below, so that shifting keeps odd rows odd."""
    return row - row % 2


def _flat_map(degrees: Points) -> Points:
    """Degrees to a plane in which a step east is as long as a step north."""
    middle = degrees.mean(axis=0)
    return np.asarray((degrees - middle) * [cos(radians(middle[1])), 1.0], dtype=np.float64)


def _to_cells(points: Points) -> Points:
    """Scale so that as much land falls to each area as one hexagon covers; part areas that lie on one point."""
    count = len(points)
    nearest = cKDTree(points).query(points, k=min(2, count))[0]
    typical = float(np.median(nearest[:, -1])) if count > 1 else 0.0
    if typical == 0:
        typical = float(np.ptp(points, axis=0).max()) / count or 1.0
    scaled = points / typical
    # A spiral by order of code: two areas with one centroid get two places, the same two every time.
    turn = np.arange(count) * 2.399963
    spiral = 1e-3 * np.sqrt(np.arange(count) / count)[:, None] * np.column_stack([np.cos(turn), np.sin(turn)])
    return np.asarray(scaled + spiral, dtype=np.float64)


def _touching(points: Points) -> Pairs:
    """Pairs of areas that lie side by side, without the long ones that bridge bays of the outline."""
    if len(points) < 4:
        return np.empty((0, 2), dtype=np.intp)
    try:
        triangles = Delaunay(points).simplices
    except QhullError:  # all on one line
        return np.empty((0, 2), dtype=np.intp)
    pairs = np.vstack([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [0, 2]]]).astype(np.intp)
    pairs = np.unique(np.sort(pairs, axis=1), axis=0)
    length = np.linalg.norm(points[pairs[:, 0]] - points[pairs[:, 1]], axis=1)
    return np.asarray(pairs[length <= 3 * np.median(length)], dtype=np.intp)


def _relax(points: Points, rounds: int = 160) -> Points:
    """Draw neighbours to one hexagon's width apart and push overlapping areas apart."""
    pairs = _touching(points)
    if len(pairs):
        length = np.linalg.norm(points[pairs[:, 0]] - points[pairs[:, 1]], axis=1)
        points = points / max(float(np.median(length)), 1e-9)
    home = points
    degree = np.bincount(pairs.ravel(), minlength=len(points)).clip(1)[:, None] if len(pairs) else 1
    for step in range(rounds):
        pull = _forces(points, pairs, attract=True) / degree
        push = _forces(points, cKDTree(points).query_pairs(1.0, output_type="ndarray"), attract=False)
        # The pull home fades, so that the shape is found first and the spacing last.
        points = points + 0.5 * pull + 0.3 * push + 0.02 * (1 - step / rounds) * (home - points)
    return points


def _forces(points: Points, pairs: Pairs, *, attract: bool) -> Points:
    total = np.zeros_like(points)
    if not len(pairs):
        return total
    a, b = pairs[:, 0], pairs[:, 1]
    gap = points[b] - points[a]
    length = np.linalg.norm(gap, axis=1).clip(1e-9)
    stretch = (length - 1) if attract else np.minimum(length - 1, 0)
    force = gap * (np.clip(stretch, -1, 1) / length)[:, None] / 2
    for axis in (0, 1):
        total[:, axis] = np.bincount(a, force[:, axis], len(points)) - np.bincount(b, force[:, axis], len(points))
    return total


def _match(points: Points) -> npt.NDArray[np.int64]:
    """One grid cell for each point, near it: shape (n, 2), column and row."""
    taken = _settled(points, _without_holes(_pushed(points) if len(points) > FEW else _assigned(points)))
    return np.array(taken, dtype=np.int64)


def _assigned(points: Points) -> list[Place]:
    """The matching of least total squared distance."""
    low, high = points.min(axis=0), points.max(axis=0)
    edge = 2 + int(sqrt(len(points)) / 2)
    rows = range(int(np.floor(low[1] / ROW_STEP)) - edge, int(np.ceil(high[1] / ROW_STEP)) + edge + 1)
    cols = range(int(np.floor(low[0])) - edge, int(np.ceil(high[0])) + edge + 1)
    grid = [(c, r) for r in rows for c in cols]
    places = np.array([centre(*cell) for cell in grid])
    cost = ((points[:, None, :] - places[None, :, :]) ** 2).sum(axis=2)
    return [grid[i] for i in linear_sum_assignment(cost)[1]]


def _pushed(points: Points) -> list[Place]:
    """Each point in its nearest cell, from the middle outward; where that is taken, those on the way out make room.

    The exact matching of thousands of areas takes seconds to minutes; this takes a fraction of a second, and
    :func:`_settled` mends what it leaves.
    """
    now: dict[Place, int] = {}
    far = np.linalg.norm(points - points.mean(axis=0), axis=1)
    for i in np.argsort(far, kind="stable"):
        path = _way(_nearest(points[i]), now, lambda cell: cell not in now, len(now))
        for to, cell in pairwise(path[::-1]):
            now[to] = now.pop(cell)
        now[path[0]] = int(i)
    return _in_order(now)


def _nearest(point: Points) -> Place:
    """The cell in which a point lies."""
    middle = round(float(point[1]) / ROW_STEP)
    tried = [(round(float(point[0]) - 0.5 * (r % 2)), r) for r in (middle - 1, middle, middle + 1)]
    return min(tried, key=lambda c: (_squared(point, c), c))


def _squared(point: Points, cell: Place) -> float:
    x, y = centre(*cell)
    return float((point[0] - x) ** 2 + (point[1] - y) ** 2)


def _in_order(now: Mapping[Place, int]) -> list[Place]:
    """The cell of each area."""
    cells: list[Place] = [(0, 0)] * len(now)
    for cell, i in now.items():
        cells[i] = cell
    return cells


def _settled(points: Points, taken: Sequence[Place]) -> list[Place]:
    """Swap neighbours while that brings both together nearer to where they belong."""
    now = {cell: i for i, cell in enumerate(taken)}
    for _ in range(SWAPS):
        swapped = False
        for a in sorted(now):
            for b in neighbours(*a)[:3]:
                if b not in now:
                    continue
                i, j = now[a], now[b]
                apart = _squared(points[i], a) + _squared(points[j], b)
                if _squared(points[i], b) + _squared(points[j], a) < apart - 1e-9:
                    now[a], now[b], swapped = j, i, True
        if not swapped:
            break
    return _in_order(now)


def _without_holes(taken: Sequence[Place]) -> list[Place]:
    """The same areas with holes filled: from a loose cell of the rim nearby, every area on the way one step along.

    An empty cell inside would look like an area without a figure, which it is not. Every move joins more neighbours
    than it parts, so that it ends; ties are settled by place, so that the same areas always give the same map.
    """
    now = {cell: i for i, cell in enumerate(taken)}
    for _ in range(FILLS):
        beside = Counter(n for cell in now for n in neighbours(*cell))
        holes = sorted((c for c in beside if c not in now and beside[c] >= ENCLOSED), key=lambda c: (-beside[c], c))
        moves = 0
        for hole in holes:
            path = _way(hole, now, _looser(now, _joined(hole, now) - 2), REACH)
            moves += bool(path)
            for to, cell in pairwise(path):
                now[to] = now.pop(cell)
        if not moves:
            break
    return _in_order(now)


def _way(start: Place, filled: Collection[Place], wanted: Callable[[Place], bool], reach: int) -> list[Place]:
    """A shortest way over filled cells from a cell to the first that is wanted; empty when there is none."""
    came: dict[Place, Place] = {start: start}
    queue = deque([(start, 0)])
    while queue:
        cell, steps = queue.popleft()
        if wanted(cell):
            path = [cell]
            while path[-1] != start:
                path.append(came[path[-1]])
            return path[::-1]
        if steps == reach or (cell != start and cell not in filled):
            continue
        for n in neighbours(*cell):
            if n not in came:
                came[n] = cell
                queue.append((n, steps + 1))
    return []


def _looser(filled: Collection[Place], most: int) -> Callable[[Place], bool]:
    """Whether a cell is filled and has at most so many filled neighbours."""
    return lambda cell: cell in filled and _joined(cell, filled) <= most


def _joined(cell: Place, filled: Collection[Place]) -> int:
    return sum(n in filled for n in neighbours(*cell))
