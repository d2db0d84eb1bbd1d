"""What both drawings of a hexagon map need: its extent, and the lines between the larger areas."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.charts.hexes import centre, corners, neighbours
from workbench.charts.spec import Cell


def map_extent(cells: Sequence[Cell], room: float = 0.15) -> tuple[tuple[float, float], tuple[float, float]]:
    """Left and right, bottom and top of the hexagons."""
    points = [p for c in cells for p in corners(c.col, c.row)] or [(0.0, 0.0), (1.0, 1.0)]
    x, y = [p[0] for p in points], [p[1] for p in points]
    return (min(x) - room, max(x) + room), (min(y) - room, max(y) + room)


def border_lines(cells: Sequence[Cell]) -> list[tuple[tuple[float, float], tuple[float, float]]]:
    """The sides where two larger areas meet, each once."""
    group = {(c.col, c.row): c.group for c in cells}
    lines = []
    for c in sorted(cells, key=lambda c: (c.row, c.col)):
        ring = corners(c.col, c.row)
        for side, other in enumerate(neighbours(c.col, c.row)):
            if (c.col, c.row) < other and other in group and group[other] != c.group:
                lines.append((ring[side], ring[(side + 1) % 6]))
    return lines


def borders(cells: Sequence[Cell]) -> tuple[list[float | None], list[float | None]]:
    """The same as one broken line, for plotly."""
    x: list[float | None] = []
    y: list[float | None] = []
    for (x0, y0), (x1, y1) in border_lines(cells):
        x += [x0, x1, None]
        y += [y0, y1, None]
    return x, y


def group_centres(cells: Sequence[Cell], most: int = 16) -> list[tuple[str, float, float]]:
    """A name and a place for each larger area, on the one of its hexagons nearest its middle; none when too many."""
    groups: dict[str, list[tuple[float, float]]] = {}
    for c in cells:
        if c.group:
            groups.setdefault(c.group, []).append(centre(c.col, c.row))
    if not 2 <= len(groups) <= most:
        return []
    out = []
    for name, places in sorted(groups.items()):
        x = sum(p[0] for p in places) / len(places)
        y = sum(p[1] for p in places) / len(places)
        out.append((name, *min(places, key=lambda p: ((p[0] - x) ** 2 + (p[1] - y) ** 2, p))))
    return out
