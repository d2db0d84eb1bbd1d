"""The hexagon map on screen. No base map and no choropleth: plotly would ask the network for those."""

from __future__ import annotations

from html import escape

import plotly.graph_objects as go

from workbench.charts import plot_parts as part
from workbench.charts import theme
from workbench.charts.hexes import centre, corners
from workbench.charts.map_parts import borders, group_centres, map_extent
from workbench.charts.spec import HexMap


def hex_map(chart: HexMap, narrow: bool) -> go.Figure:
    """One trace a class, lines between the larger areas, words on hovering."""
    (x0, x1), (y0, y1) = map_extent(chart.cells)
    colours = theme.shades(len(chart.edges) + 1)
    traces = [_hexes(chart, klass, colour) for klass, colour in enumerate(colours)]
    items = [
        part.KeyItem(label, colour, theme.edge(colour))
        for label, colour in zip(chart.class_labels, colours, strict=True)
    ]
    if chart.without:
        traces.append(_hexes(chart, None, theme.PAPER))
        items.append(part.KeyItem(chart.gap_label, theme.PAPER, theme.OTHER, "gap"))
    x, y = borders(chart.cells)
    traces.append(
        go.Scatter(x=x, y=y, mode="lines", line={"color": theme.INK, "width": 1.6}, hoverinfo="skip", name="borders")
    )
    traces += [*_selected(chart), _words(chart, x1 - x0, narrow)]
    key_height = part.key_height(items, narrow)
    shapes, notes = part.key(items, narrow, 2, 0)
    drawn = min(max((y1 - y0) / (x1 - x0), 0.35), 1.3) * (320 if narrow else 500)
    return part.figure(
        traces,
        drawn + key_height + 8,
        {"t": 4, "b": key_height + 4, "l": 2, "r": 2},
        xaxis={"range": [x0, x1], "visible": False},
        yaxis={"range": [y0, y1], "visible": False, "scaleanchor": "x", "scaleratio": 1},
        annotations=[*notes, *([] if narrow else _names(chart))],
        shapes=shapes,
    )


def _names(chart: HexMap) -> list[part.Note]:
    """The larger areas by name."""
    return [part.haloed(f"<b>{escape(name)}</b>", x, y) for name, x, y in group_centres(chart.cells)]


def _hexes(chart: HexMap, klass: int | None, colour: str) -> go.Scatter:
    """All the hexagons of a class as one trace: a ring each, with gaps between."""
    x: list[float | None] = []
    y: list[float | None] = []
    for c in chart.cells:
        if c.klass == klass:
            ring = corners(c.col, c.row, 0.97)
            x += [p[0] for p in ring] + [ring[0][0], None]
            y += [p[1] for p in ring] + [ring[0][1], None]
    hatch = {"shape": "/", "size": 5, "solidity": 0.25, "fgcolor": theme.OTHER, "bgcolor": theme.PAPER}
    return go.Scatter(
        x=x,
        y=y,
        mode="lines",
        fill="toself",
        fillcolor=colour,
        fillpattern=hatch if klass is None else None,
        line={"color": theme.OTHER if klass is None else theme.edge(colour), "width": 0.8},
        hoverinfo="skip",
        name="no figure" if klass is None else escape(chart.class_labels[klass]),
    )


def _selected(chart: HexMap) -> list[go.Scatter]:
    """The selected area: an ink line on a white one, so that it shows on every class."""
    rings = [corners(c.col, c.row, 1.0) for c in chart.cells if chart.selected and c.area_code == chart.selected]
    return [
        go.Scatter(
            x=[p[0] for p in (*ring, *ring[:2])], y=[p[1] for p in (*ring, *ring[:2])], mode="lines",
            line={"color": colour, "width": width}, hoverinfo="skip", name="selected",
        )
        for ring in rings
        for colour, width in ((theme.PAPER, 6), (theme.INK, 3))
    ]  # fmt: skip


def _words(chart: HexMap, across: float, narrow: bool) -> go.Scatter:
    """Marks that are not seen, one at each centre, to carry the words on hovering."""
    at = [centre(c.col, c.row) for c in chart.cells]
    said = []
    for c in chart.cells:
        place = f"<br>{escape(c.group)}" if c.group else ""
        value = chart.say(c.value) if c.klass is not None else f"no figure{f': {escape(c.note)}' if c.note else ''}"
        said.append(f"<b>{escape(c.name)}</b> {value}{place}")
    return go.Scatter(
        x=[p[0] for p in at],
        y=[p[1] for p in at],
        mode="markers",
        marker={"size": max(4, (330 if narrow else 520) / max(across, 1)), "opacity": 0, "color": theme.INK},
        customdata=[c.area_code for c in chart.cells],
        hovertext=said,
        hoverinfo="text",
        name="words",
    )
