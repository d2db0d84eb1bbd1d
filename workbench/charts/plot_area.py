"""The thematic map on screen: one filled line a class, points that can be pointed at, or one picture.

Plotly's own choropleth is not used: it asks a server elsewhere for a base map even when the boundaries are at hand.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from html import escape
from typing import Any

import numpy as np
import plotly.graph_objects as go

from workbench.charts import plot_parts as part
from workbench.charts import theme
from workbench.charts.map_shapes import (
    Plane,
    as_rings,
    border_edges,
    broken_line,
    names_on,
    plane_of,
    shape_height,
    touch_points,
)
from workbench.charts.spec_map import AreaMap, MapArea

WIDE, NARROW = 640.0, 318.0  # px wide a map is drawn
ROOM = 0.012  # of the longer side, left free around the map
CLEAR = "rgba(0,0,0,0)"
FEW = 400  # areas up to which each has a white outline


def area_map(chart: AreaMap, narrow: bool) -> go.Figure:
    """Areas in their classes, the lines between larger areas, the marked area on top."""
    plane = plane_of(chart.areas)
    width = NARROW if narrow else WIDE
    drawn = shape_height(plane, width, 200, 420 if narrow else 560)
    colours = theme.shades(len(chart.edges) + 1)
    items = [part.KeyItem(t, c, theme.edge(c)) for t, c in zip(chart.class_labels, colours, strict=True)]
    if chart.without:
        items.append(part.KeyItem(chart.gap_label, theme.PAPER, theme.OTHER, "gap"))
    marked = {a.area_code: a.name for a in chart.areas if a.area_code in chart.outlined}
    items += [part.KeyItem(marked[c], theme.PAPER, theme.INK, "ring") for c in chart.outlined if c in marked]
    key_height = part.key_height(items, narrow)
    shapes, notes = part.key(items, narrow, 2, 0)
    groups = [a.group for a in chart.areas]
    room = ROOM * max(plane.width, plane.height)
    images, traces = _body(chart, plane, colours, drawn, width)
    return part.figure(
        [*traces, *_borders(plane, groups), *_outlines(chart, plane), *_touch(chart, plane, narrow)],
        drawn + key_height + 8,
        {"t": 4, "b": key_height + 4, "l": 2, "r": 2},
        xaxis={"range": [-room, plane.width + room], "visible": False},
        yaxis={"range": [-room, plane.height + room], "visible": False, "scaleanchor": "x", "scaleratio": 1},
        annotations=[*notes, *([] if narrow else _names(chart, plane))],
        shapes=shapes,
        images=images,
    )


def _body(
    chart: AreaMap, plane: Plane, colours: Sequence[str], height: float, width: float
) -> tuple[list[dict[str, Any]], list[go.Scatter]]:
    if chart.form == "picture":
        from workbench.charts.draw_area import picture  # noqa: PLC0415  needs matplotlib, an optional part

        png = b64encode(picture(chart, plane, round(2 * min(width, height * plane.width / plane.height)))).decode()
        image = {"source": f"data:image/png;base64,{png}", "xref": "x", "yref": "y", "x": 0, "y": plane.height,
                 "sizex": plane.width, "sizey": plane.height, "sizing": "stretch", "layer": "below"}  # fmt: skip
        ends = go.Scatter(x=[0, plane.width], y=[0, plane.height], mode="markers", marker={"opacity": 0},
                          hoverinfo="skip", name="picture")  # fmt: skip
        return [image], [ends]
    order: list[int | None] = [None, *range(len(colours))]
    if chart.form == "points":
        return [], [t for k in order for t in _points(chart, plane, k, theme.PAPER if k is None else colours[k])]
    return [], [t for k in order for t in _filled(chart, plane, k, theme.PAPER if k is None else colours[k])]


def _filled(chart: AreaMap, plane: Plane, klass: int | None, colour: str) -> list[go.Scatter]:
    """All the areas of a class as one filled line with gaps; holes run the other way round and stay open."""
    rings = [r for a, found in zip(chart.areas, plane.rings, strict=True) if a.klass == klass for r in found]
    if not rings:
        return []
    x, y = broken_line(rings)
    hatch = {"shape": "/", "size": 6, "solidity": 0.25, "fgcolor": theme.OTHER, "bgcolor": theme.PAPER}
    few = len(chart.areas) <= FEW
    pale = theme.luminance(colour) > 0.6
    line = {"color": theme.OTHER if klass is None else theme.PAPER if few and not pale else theme.edge(colour),
            "width": 0.8 if few else 0.35}  # fmt: skip
    return [
        go.Scatter(
            x=x, y=y, mode="lines", fill="toself", fillcolor=colour, fillpattern=hatch if klass is None else None,
            line=line, hoverinfo="skip", name=_class_name(chart, klass),
        )
    ]  # fmt: skip


def _points(chart: AreaMap, plane: Plane, klass: int | None, colour: str) -> list[go.Scatter]:
    mine = [i for i, a in enumerate(chart.areas) if a.klass == klass and not np.isnan(plane.middles[i, 0])]
    if not mine:
        return []
    size = 7 if len(chart.areas) <= 1_000 else 5 if len(chart.areas) <= 4_000 else 4
    edge = {"color": theme.OTHER if klass is None else theme.edge(colour), "width": 0.8}
    return [
        go.Scatter(
            x=plane.middles[mine, 0].astype(np.float32), y=plane.middles[mine, 1].astype(np.float32), mode="markers",
            marker={"color": colour, "size": size, "symbol": "x-thin" if klass is None else "circle", "line": edge},
            customdata=[chart.areas[i].area_code for i in mine], hovertext=[told(chart, chart.areas[i]) for i in mine],
            hoverinfo="text", name=_class_name(chart, klass),
        )
    ]  # fmt: skip


def _class_name(chart: AreaMap, klass: int | None) -> str:
    return "no figure" if klass is None else escape(chart.class_labels[klass])


def _borders(plane: Plane, groups: Sequence[str]) -> list[go.Scatter]:
    """The lines between larger areas; of one larger area its rim."""
    lines = as_rings(border_edges(plane, groups))
    if not lines:
        return []
    x, y = broken_line(lines)
    return [
        go.Scatter(
            x=x, y=y, mode="lines", line={"color": theme.INK, "width": 1.3}, hoverinfo="skip", name="borders"
        )
    ]  # fmt: skip


def _outlines(chart: AreaMap, plane: Plane) -> list[go.Scatter]:
    """The own and the selected area: an ink line on a white one, so that it shows on every class."""
    traces = []
    for code in chart.outlined:
        for a, found, middle in zip(chart.areas, plane.rings, plane.middles, strict=True):
            if a.area_code != code:
                continue
            if found and chart.form == "polygons":
                x, y = broken_line(found)
                for colour, width in ((theme.PAPER, 6), (theme.INK, 3)):
                    traces.append(
                        go.Scatter(x=x, y=y, mode="lines", line={"color": colour, "width": width}, hoverinfo="skip",
                                   name=f"outline {code}")
                    )  # fmt: skip
            else:
                for colour, size, width in ((theme.PAPER, 20, 6), (theme.INK, 20, 3)):
                    ring = {"size": size, "color": CLEAR, "line": {"color": colour, "width": width}}
                    traces.append(
                        go.Scatter(x=[middle[0]], y=[middle[1]], mode="markers", marker=ring, hoverinfo="skip",
                                   name=f"outline {code}")
                    )  # fmt: skip
    return traces


def _touch(chart: AreaMap, plane: Plane, narrow: bool) -> list[go.Scatter]:
    """Marks that are not seen, some within each area, to carry its words and its code."""
    if chart.form != "polygons":
        return []
    at, owner = touch_points(plane, 34 if narrow else 56)
    said = [told(chart, a) for a in chart.areas]
    return [
        go.Scatter(
            x=at[:, 0].astype(np.float32), y=at[:, 1].astype(np.float32), mode="markers",
            marker={"size": 9, "opacity": 0, "color": theme.INK},
            customdata=[chart.areas[i].area_code for i in owner], hovertext=[said[i] for i in owner],
            hoverinfo="text", name="words",
        )
    ]  # fmt: skip


def told(chart: AreaMap, area: MapArea) -> str:
    """What is said of an area on hovering."""
    place = f"<br>{escape(area.group)}" if area.group else ""
    gap = f"no figure{f': {escape(area.note)}' if area.note else ''}"
    return f"<b>{escape(area.name)}</b> {gap if area.klass is None else chart.say(area.value)}{place}"


def _names(chart: AreaMap, plane: Plane) -> list[part.Note]:
    """The larger areas by name, or the areas themselves where they are few."""
    return [part.haloed(f"<b>{escape(name)}</b>", x, y) for name, x, y in names_on(chart, plane)]
