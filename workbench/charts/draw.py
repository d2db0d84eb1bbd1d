"""Charts in documents: a chart as a value to PNG or SVG by matplotlib, the same look as on screen, no browser.

The title and the caption are the document's own text. Type is at least 8 points at the printed width. The same chart
gives the same bytes on the same versions: no date, no random ids, no state shared between drawings.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from workbench.charts import draw_parts as part
from workbench.charts import theme
from workbench.charts.draw_area import area_map
from workbench.charts.draw_many import multiples, spine
from workbench.charts.draw_parts import STYLE, TEXT_PT, Format, render, sheet
from workbench.charts.draw_spread import funnel, strip
from workbench.charts.hexes import corners
from workbench.charts.map_parts import border_lines, group_centres, map_extent
from workbench.charts.scale import (
    dots_extent,
    extent,
    known,
    last_points,
    pick,
    runs,
    spread,
    tick_labels,
    ticks,
    trend_extent,
)
from workbench.charts.spec import Chart, HexMap, IntervalDots, RangeBars, RankedBars, Reference, Trend, YearBars
from workbench.charts.spec_many import Multiples, ValueTable
from workbench.charts.spec_map import AreaMap
from workbench.charts.spec_spread import Funnel, Spine, Strip
from workbench.charts.words import missing, wrap
from workbench.errors import WorkbenchError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["STYLE", "TEXT_PT", "Format", "draw", "render", "sheet"]


def draw(chart: Chart, *, format: Format = "png", width_mm: float = 160, dpi: int = 200) -> bytes:
    """Draw a chart for a document.

    Parameters
    ----------
    chart : Chart
    format : {"png", "svg"}
    width_mm : float
        Width as printed; text keeps its size in points, the height follows the rows.
    dpi : int
        Dots per inch of a PNG.

    Returns
    -------
    bytes

    Raises
    ------
    ExportError
        When matplotlib, an optional part, is not installed.
    WorkbenchError
        When the chart has no rows, or is of a kind without a drawing.
    """
    drawing = _DRAW.get(type(chart))
    if isinstance(chart, ValueTable):
        raise WorkbenchError("A table of values is not drawn.", "Write its table() as a table.", chart.title)
    if drawing is None:
        raise WorkbenchError(f"There is no drawing for a chart of the kind {type(chart).__name__}.")
    if chart.table().empty:
        raise WorkbenchError("There are no figures to draw.", "Choose areas and a period that are held.", chart.title)
    return render(lambda: drawing(chart, width_mm), format, dpi)


# --- rows -------------------------------------------------------------------------------------------------------------


def _interval_dots(chart: IntervalDots, width_mm: float) -> Figure:
    from matplotlib.lines import Line2D  # noqa: PLC0415

    rows, labels = chart.rows, [r.label for r in chart.rows]
    key = [
        (text, Line2D([], [], linestyle="", marker="o", markersize=6, markeredgewidth=1.4,
                      markerfacecolor=theme.TONES[tone][0], markeredgecolor=theme.TONES[tone][1]))
        for tone, text in chart.key()
    ]  # fmt: skip
    key_mm, top = part.key_mm(width_mm, [text for text, _ in key]), 8 if chart.reference else 3
    fig = part.sheet(width_mm, top + part.ROW_MM * len(rows) + 8 + key_mm)
    ax = part.axes(fig, part.left_mm(labels, 26), 17, top, 8 + key_mm)
    low, high = dots_extent(chart)
    ax.set_xlim(low, high)
    ax.set_ylim(len(rows) - 0.4, -0.6)
    at = ticks(low, high, 6)
    part.set_ticks(ax, "x", at, tick_labels(at, chart.unit))
    part.set_names(ax, labels, 26)
    part.reference_line(ax, chart, chart.reference, len(rows))
    for i, r in enumerate(rows):
        fill, edge, line = theme.TONES[chart.tone(r)]
        strong = r.emphasis == "strong"
        if r.lower is not None and r.upper is not None:
            ax.plot([r.lower, r.upper], [i, i], color=line, linewidth=3 if strong else 2.2, zorder=2)
        if r.value is not None and not missing(r.value):
            ax.plot([r.value], [i], "o", color=fill, markeredgecolor=edge, markeredgewidth=1.4,
                    markersize=8 if strong else 6.5, zorder=3)  # fmt: skip
        beside: dict[str, Any] = {"xycoords": ("axes fraction", "data"), "textcoords": "offset points", "va": "center"}
        if missing(r.value):
            why = "\n".join(wrap(r.note or "no figure", 46))
            ax.annotate(why, (0, i), (6, 0), color=theme.SECOND, fontsize=part.TEXT_PT - 0.5, linespacing=1.0, **beside)
        else:
            colour = theme.INK if r.emphasis else theme.SECOND
            ax.annotate(chart.say(r.value), (1, i), (44, 0), ha="right", color=colour, **beside)
    if key:
        part.key(fig, key, 1.5)
    return fig


def _ranked_bars(chart: RankedBars, width_mm: float) -> Figure:
    rows, labels = chart.rows, [r.label for r in chart.rows]
    top, foot = (8 if chart.reference else 2), (8 if chart.shown else 2)
    fig = part.sheet(width_mm, top + part.ROW_MM * len(rows) + foot)
    ax = part.axes(fig, part.left_mm(labels, 34), 3, top, foot)
    ref: list[float | None] = [chart.reference.value] if chart.reference else []
    low, high = extent([r.value for r in rows] + ref, zero=True, pad=0)
    room = (high - low) * 0.13
    ax.set_xlim(low - (room if low < 0 else 0), high + room)
    ax.set_ylim(len(rows) - 0.4, -0.6)
    ax.set_xticks([])
    part.set_names(ax, labels, 34)
    part.reference_line(ax, chart, chart.reference, len(rows))
    for i, r in enumerate(rows):
        value = 0.0 if r.value is None or missing(r.value) else r.value
        said = f"no figure{f' ({r.note})' if r.note else ''}" if missing(r.value) else chart.say(value)
        ax.barh(i, value, 0.64, color=theme.BRAND if r.emphasis else theme.SEQUENTIAL[2])
        ax.annotate(said, (value, i), (3 if value >= 0 else -3, 0), textcoords="offset points",
                    ha="left" if value >= 0 else "right", va="center", annotation_clip=False)  # fmt: skip
    if chart.shown:
        ax.annotate(f"{chart.shown} shown", (0, 0), (0, -5), xycoords="axes fraction", textcoords="offset points",
                    va="top", color=theme.SECOND)  # fmt: skip
    return fig


def _range_bars(chart: RangeBars, width_mm: float) -> Figure:
    from matplotlib.patches import Patch  # noqa: PLC0415

    rows, labels = chart.rows, [r.named for r in chart.rows]
    lines = max(len(wrap(text, 28)) for text in labels)
    row_mm = max(8.5, 4.2 * lines + 3)
    key = [("At its low value", Patch(color=theme.PAIR[0])), ("At its high value", Patch(color=theme.PAIR[1]))]
    fig = part.sheet(width_mm, 8 + row_mm * len(rows) + 15)
    ax = part.axes(fig, part.left_mm(labels, 28), 3, 8, 15)
    values = known([v for r in rows for v in (r.low, r.high)] + [chart.base])
    span = (max(values) - min(values)) or 1.0
    ax.set_xlim(min(values) - span * 0.24, max(values) + span * 0.24)
    ax.set_ylim(len(rows) - 0.4, -0.6)
    ax.set_xticks([])
    part.set_names(ax, labels, 28)
    zero = ax.get_xlim()[0] < 0 < ax.get_xlim()[1] and abs(chart.base) > span * 0.02
    if zero:
        ax.plot([0, 0], [-0.6, len(rows) - 0.4], color=theme.MEANING, linewidth=1, zorder=1)
        ax.annotate(f"£0, {chart.zero_name}", (0, len(rows) - 0.4), (0, -2), textcoords="offset points", ha="center",
                    va="top", color=theme.SECOND, annotation_clip=False)  # fmt: skip
    for i, r in enumerate(rows):
        for colour, value in ((theme.PAIR[0], r.low), (theme.PAIR[1], r.high)):
            ax.barh(i, value - chart.base, 18 / 25.4 / row_mm * 8, left=chart.base, color=colour, zorder=2)
        for side, value in (("right", min(r.low, r.high, chart.base)), ("left", max(r.low, r.high, chart.base))):
            if value != chart.base:
                ax.annotate(chart.say(value), (value, i), (-3 if side == "right" else 3, 0), ha=side, va="center",
                            textcoords="offset points", annotation_clip=False, zorder=4,
                            bbox={"facecolor": theme.PAPER, "edgecolor": "none", "pad": 0.6})  # fmt: skip
    part.reference_line(ax, chart, Reference(chart.base_name, chart.base), len(rows))
    part.key(fig, key, 2)
    return fig


# --- time -------------------------------------------------------------------------------------------------------------


def _trend(chart: Trend, width_mm: float) -> Figure:
    low, high = trend_extent(chart)
    at = ticks(low, high, 5)
    ticked = tick_labels(at, chart.unit)
    last = last_points(chart)
    longest = max((len(part) for s, _ in last for part in wrap(s.name, 18)), default=0)
    height = 78.0
    fig = part.sheet(width_mm, height)
    ax = part.axes(fig, 5 + 1.9 * max(len(t) for t in ticked), 5 + 2.1 * max(longest, 5), 4, 8)
    ax.set_ylim(low, high)
    part.set_ticks(ax, "y", at, ticked)
    ax.grid(axis="y", color=theme.WASH, linewidth=0.8)
    ax.set_axisbelow(True)
    for s in sorted(chart.series, key=lambda s: s.main):
        colour = theme.BRAND if s.main else theme.OTHER
        for run in runs(s.points) if s.main else ():
            x = [p.at.toordinal() for p in run]
            ax.fill_between(
                x, [p.lower or 0.0 for p in run], [p.upper or 0.0 for p in run], color=theme.BAND, linewidth=0
            )
        y = [float("nan") if p.value is None else p.value for p in s.points]
        ax.plot([p.at.toordinal() for p in s.points], y, color=colour, marker="o",
                markersize=(3.2 if s.main else 2.2) if len(s.points) <= 24 else 1,
                linewidth=2 if s.main else 1.4, linestyle="-" if s.main else (0, (4, 2)))  # fmt: skip
    points = max((s.points for s in chart.series), key=len)
    longest = max(len(p.label) for p in points)
    shown = [points[i] for i in pick(len(points), min(max(int(width_mm * 0.72 / (2 * longest + 3)), 2), 8))]
    ax.set_xticks([p.at.toordinal() for p in shown], [p.label for p in shown])
    ax.tick_params(axis="x", length=3, color=theme.MEANING)
    gap = 9.5 * (high - low) / (height - 12)
    for (s, p), y_at in zip(last, spread([p.value or 0.0 for _, p in last], gap), strict=True):
        ax.annotate("\n".join([*wrap(s.name, 18), chart.say(p.value)]), (1, y_at), (3, 0), va="center",
                    xycoords=("axes fraction", "data"), textcoords="offset points", annotation_clip=False,
                    color=theme.BRAND if s.main else theme.SECOND,
                    fontweight="bold" if s.main else "normal")  # fmt: skip
    return fig


def _year_bars(chart: YearBars, width_mm: float) -> Figure:
    from matplotlib.lines import Line2D  # noqa: PLC0415
    from matplotlib.patches import Patch  # noqa: PLC0415

    rows, x = chart.rows, range(len(chart.rows))
    low, high = extent([v for r in rows for v in (-r.costs, r.benefits, r.cumulative)], zero=True, pad=0.1)
    at = ticks(low, high, 5)
    ticked = tick_labels(at, chart.unit)
    fig = part.sheet(width_mm, 88)
    ax = part.axes(fig, 5 + 1.9 * max(len(t) for t in ticked), 4, 3, 16)
    ax.set_ylim(low, high)
    ax.set_xlim(-0.6, len(rows) - 0.4)
    part.set_ticks(ax, "y", at, ticked)
    ax.grid(axis="y", color=theme.WASH, linewidth=0.8)
    ax.set_axisbelow(True)
    ax.bar(x, [r.benefits for r in rows], 0.56, color=theme.PAIR[1])
    ax.bar(x, [-r.costs for r in rows], 0.56, color=theme.PAIR[0])
    ax.axhline(0, color=theme.MEANING, linewidth=1)
    line: dict[str, Any] = {
        "color": theme.INK, "linewidth": 1.4, "marker": "o", "markersize": 5.5, "markerfacecolor": theme.PAPER,
        "markeredgecolor": theme.INK, "markeredgewidth": 1.4,
    }  # fmt: skip
    ax.plot(x, [r.cumulative for r in rows], **line)
    end = rows[-1].cumulative
    ax.annotate(chart.say(end), (len(rows) - 1, end), (0, 6 if end >= 0 else -6), textcoords="offset points",
                ha="center", va="bottom" if end >= 0 else "top", fontweight="bold", annotation_clip=False,
                bbox={"facecolor": theme.PAPER, "edgecolor": "none", "alpha": 0.9, "pad": 1.5})  # fmt: skip
    shown = pick(len(rows), 8)
    part.set_ticks(ax, "x", shown, [rows[i].label for i in shown])
    marks = [("Benefits", Patch(color=theme.PAIR[1])), ("Costs", Patch(color=theme.PAIR[0]))]
    part.key(fig, [*marks, ("Cumulative total", Line2D([], [], **line))], 2)
    return fig


# --- map --------------------------------------------------------------------------------------------------------------


def _hex_map(chart: HexMap, width_mm: float) -> Figure:
    from matplotlib.collections import LineCollection, PolyCollection  # noqa: PLC0415
    from matplotlib.patches import Patch  # noqa: PLC0415

    (x0, x1), (y0, y1) = map_extent(chart.cells)
    colours = theme.shades(len(chart.edges) + 1)
    key = [
        (text, Patch(facecolor=c, edgecolor=theme.edge(c), linewidth=0.6))
        for text, c in zip(chart.class_labels, colours, strict=True)
    ]
    gap: dict[str, Any] = {"facecolor": theme.PAPER, "edgecolor": theme.OTHER, "hatch": "/////", "linewidth": 0.6}
    if chart.without:
        key.append((chart.gap_label, Patch(**gap)))
    key_mm = part.key_mm(width_mm, [text for text, _ in key])
    drawn = min(max((y1 - y0) / (x1 - x0), 0.35), 0.95) * min(width_mm - 8, 140)
    fig = part.sheet(width_mm, drawn + 4 + key_mm + 2)
    ax = part.axes(fig, 4, 4, 2, key_mm + 4)
    ax.set_aspect("equal")
    ax.set_xlim(x0, x1)
    ax.set_ylim(y0, y1)
    ax.set_xticks([])
    ax.set_yticks([])
    for klass in (None, *range(len(colours))):
        rings = [corners(c.col, c.row, 0.97) for c in chart.cells if c.klass == klass]
        if not rings:
            continue
        look: dict[str, Any] = gap if klass is None else {
            "facecolor": colours[klass], "edgecolor": theme.edge(colours[klass]), "linewidth": 0.5
        }  # fmt: skip
        ax.add_collection(PolyCollection(rings, **look))
    ax.add_collection(LineCollection(border_lines(chart.cells), colors=theme.INK, linewidths=1.1, capstyle="round"))
    for c in chart.cells:
        if chart.selected and c.area_code == chart.selected:
            part.outline(ax, [corners(c.col, c.row)])
    for name, x, y in group_centres(chart.cells):
        ax.text(x, y, name, ha="center", va="center", fontweight="bold", fontsize=part.TEXT_PT, color=theme.INK,
                path_effects=part.halo())  # fmt: skip
    part.key(fig, key, 1.5)
    return fig


_DRAW: dict[type[Chart], Callable[[Any, float], Figure]] = {
    IntervalDots: _interval_dots,
    Trend: _trend,
    RankedBars: _ranked_bars,
    HexMap: _hex_map,
    RangeBars: _range_bars,
    YearBars: _year_bars,
    Strip: strip,
    Funnel: funnel,
    Spine: spine,
    Multiples: multiples,
    AreaMap: area_map,
}
