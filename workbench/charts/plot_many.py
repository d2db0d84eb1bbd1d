"""Many things side by side, on screen: one trend for many areas, and the spine chart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from typing import Any

import plotly.graph_objects as go

from workbench.charts import plot_parts as part
from workbench.charts import theme
from workbench.charts.scale import columns_of, extent, runs, tick_labels, ticks
from workbench.charts.spec import Point, Series
from workbench.charts.spec_many import Multiples
from workbench.charts.spec_spread import Spine, SpineRow
from workbench.charts.words import missing, wrap

# --- small multiples --------------------------------------------------------------------------------------------------

PANEL, GAP = 92.0, 26.0  # px high a panel is drawn, and between one and the head of the next
WITHIN = 0.88  # the share of a column that a panel takes


@dataclass(frozen=True, slots=True)
class Grid:
    """Where panels stand: columns are 1 wide, rows run down in px."""

    columns: int
    first: date
    last: date
    low: float
    high: float
    feet: tuple[float, ...]

    def foot(self, panel: int) -> float:
        """Where the panel ends, in px."""
        return self.feet[panel // self.columns]

    def x(self, panel: int, at: date) -> float:
        """Across, in columns."""
        days = (self.last - self.first).days or 1
        return panel % self.columns + (at - self.first).days / days * WITHIN

    def y(self, panel: int, value: float | None) -> float | None:
        """Down, in px."""
        if value is None or missing(value):
            return None
        return self.foot(panel) - (value - self.low) / (self.high - self.low) * PANEL


def name_width(columns: int) -> int:
    """Characters in a line of a panel's name."""
    return 20 if 2 < columns <= 4 else 15


def multiples(chart: Multiples, narrow: bool) -> go.Figure:
    """A panel for each area; every panel has the same scale and the reference."""
    panels = chart.panels
    lines = [*panels, *([chart.reference] if chart.reference else [])]
    days = [p.at for s in lines for p in s.points]
    low, high = extent([p.value for s in lines for p in s.points], pad=0.06)
    columns = columns_of(len(panels), narrow)
    titles = [wrap(s.name, name_width(columns)) for s in panels]
    feet: list[float] = []
    for row in range(0, len(panels), columns):
        head = 19.0 * (1 + max(len(t) for t in titles[row : row + columns])) + 8
        feet.append((feet[-1] + GAP if feet else 0.0) + head + PANEL)
    grid = Grid(columns, min(days), max(days), low, high, tuple(feet))
    at = ticks(low, high, 3)
    ticked = tick_labels(at, chart.unit)
    left = 14 + part.CHAR * max((len(t) for t in ticked), default=0)
    items = _multiples_key(chart)
    key_height, foot = part.key_height(items, narrow), 2
    shapes, key_notes = part.key(items, narrow, left, foot)
    scale, labels = _scales(grid, len(panels), at, ticked)
    height = feet[-1] + 22
    return part.figure(
        [scale, *_panel_bands(panels, grid), *_references(chart, grid), *_panel_lines(chart, grid)],
        height + key_height + foot,
        {"t": 2, "b": key_height + foot, "l": left, "r": 6},
        xaxis={"range": [-0.04, columns - 1 + WITHIN + 0.04], "visible": False},
        yaxis={"range": [height - 2, 0], "visible": False},
        annotations=[*_heads(chart, titles, grid), *labels, *_periods(lines, grid, len(panels), narrow), *key_notes],
        shapes=[*shapes, *_marked(chart, grid)],
    )


def _multiples_key(chart: Multiples) -> list[part.KeyItem]:
    items = [part.KeyItem(chart.reference.name, theme.OTHER, theme.OTHER, "dash")] if chart.reference else []
    if any(runs(s.points) for s in chart.panels):
        items.append(part.KeyItem("Interval", theme.BAND, theme.BAND))
    return items


def _scales(grid: Grid, count: int, at: Sequence[float], ticked: Sequence[str]) -> tuple[go.Scatter, list[part.Note]]:
    """Pale lines at the ticks of every panel, with their figures at the first of each row."""
    x: list[float | None] = []
    y: list[float | None] = []
    notes = []
    for i in range(count):
        for value, text in zip(at, ticked, strict=True):
            line = grid.y(i, value)
            x += [i % grid.columns, i % grid.columns + WITHIN, None]
            y += [line, line, None]
            if i % grid.columns == 0:
                notes.append(part.note(text, 0, line, theme.SECOND, xref="paper", xanchor="right", xshift=0))
    return go.Scatter(x=x, y=y, mode="lines", line={"color": theme.LINE, "width": 1}, hoverinfo="skip"), notes


def _heads(chart: Multiples, titles: Sequence[Sequence[str]], grid: Grid) -> list[part.Note]:
    notes = []
    for i, (s, title) in enumerate(zip(chart.panels, titles, strict=True)):
        held = [p for p in s.points if not missing(p.value)]
        strong = s.main or s.area_code == chart.selected
        name = "<br>".join(escape(line) for line in title)
        value = chart.say(held[-1].value) if held else "no figures"
        text = f"<b>{name}</b><br>{value}" if strong else f"{name}<br>{value}"
        colour = theme.BRAND if s.main else theme.INK
        notes.append(
            part.note(text, i % grid.columns, grid.foot(i) - PANEL, colour, xanchor="left", yanchor="bottom",
                      align="left", borderpad=0, yshift=2)
        )  # fmt: skip
    return notes


def _periods(lines: Sequence[Series], grid: Grid, count: int, narrow: bool) -> list[part.Note]:
    """The first and the last period under the last panel of each column; on a phone under the first column only."""
    said = {p.at: p.label for s in lines for p in s.points if p.label != "between"}
    first, last = said.get(grid.first, ""), said.get(grid.last, "")
    room = (130 if narrow else 115) / part.CHAR
    notes = []
    for column in range(grid.columns):
        lowest = max(i for i in range(count) if i % grid.columns == column)
        y = grid.foot(lowest)
        shared: dict[str, Any] = {"yanchor": "top", "yshift": -1, "borderpad": 0}
        if len(first) + len(last) + 2 <= room:
            notes.append(part.note(escape(first), column, y, theme.SECOND, xanchor="left", **shared))
        notes.append(part.note(escape(last), column + WITHIN, y, theme.SECOND, xanchor="right", **shared))
    return notes


def _panel_bands(panels: Sequence[Series], grid: Grid) -> list[go.Scatter]:
    x: list[float | None] = []
    y: list[float | None] = []
    for i, s in enumerate(panels):
        for run in runs(s.points):
            x += [grid.x(i, p.at) for p in (*run, *reversed(run))] + [None]
            # An interval may reach beyond the scale of the values: it is cut at the panel's edge.
            y += [_cut(grid, i, p.upper) for p in run] + [_cut(grid, i, p.lower) for p in reversed(run)] + [None]
    return [go.Scatter(x=x, y=y, fill="toself", mode="none", fillcolor=theme.BAND, hoverinfo="skip")] if x else []


def _cut(grid: Grid, panel: int, value: float | None) -> float | None:
    return None if value is None else grid.y(panel, min(max(value, grid.low), grid.high))


def _joined(lines: Sequence[tuple[int, Sequence[Point]]], grid: Grid) -> tuple[list[float | None], list[float | None]]:
    x: list[float | None] = []
    y: list[float | None] = []
    for i, points in lines:
        x += [grid.x(i, p.at) for p in points] + [None]
        y += [grid.y(i, p.value) for p in points] + [None]
    return x, y


def _references(chart: Multiples, grid: Grid) -> list[go.Scatter]:
    if chart.reference is None:
        return []
    x, y = _joined([(i, chart.reference.points) for i in range(len(chart.panels))], grid)
    line = {"color": theme.OTHER, "width": 1.5, "dash": "4px,3px"}
    return [go.Scatter(x=x, y=y, mode="lines", line=line, hoverinfo="skip", name=escape(chart.reference.name))]


def _panel_lines(chart: Multiples, grid: Grid) -> list[go.Scatter]:
    traces = []
    for main in (False, True):
        mine = [(i, s) for i, s in enumerate(chart.panels) if s.main == main]
        if not mine:
            continue
        x, y = _joined([(i, s.points) for i, s in mine], grid)
        codes: list[str | None] = []
        said: list[str] = []
        for _, s in mine:
            codes += [s.area_code for _ in s.points] + [None]
            said += [_told(chart, s, p) for p in s.points] + [""]
        colour = theme.BRAND if main else theme.MID
        dots = all(len(s.points) <= 12 for _, s in mine)
        traces.append(
            go.Scatter(
                x=x, y=y, mode="lines+markers", line={"color": colour, "width": 3 if main else 2},
                # A figure between two gaps has no line: its mark shows it.
                marker={"size": 5 if dots else 2.5, "color": colour}, connectgaps=False, customdata=codes,
                hovertext=said, hoverinfo="text", name="own" if main else "others",
            )
        )  # fmt: skip
    return traces


def _told(chart: Multiples, series: Series, point: Point) -> str:
    between = f"<br>interval {chart.say(point.lower)} to {chart.say(point.upper)}" if not missing(point.lower) else ""
    return f"<b>{escape(series.name)}, {escape(point.label)}</b><br>{chart.say(point.value)}{between}"


def _marked(chart: Multiples, grid: Grid) -> list[part.Shape]:
    """A frame around the selected panel."""
    out = []
    for i, s in enumerate(chart.panels):
        if chart.selected and s.area_code == chart.selected:
            x, foot = i % grid.columns, grid.foot(i)
            top = foot - PANEL - 19 * (len(wrap(s.name, name_width(grid.columns))) + 1) - 5
            out.append({"type": "rect", "x0": x - 0.03, "x1": x + WITHIN + 0.03, "y0": top, "y1": foot + 3,
                        "line": {"color": theme.INK, "width": 2.5}})  # fmt: skip
    return out


# --- spine chart ------------------------------------------------------------------------------------------------------

VALUE, LOW = 62, 58  # px a column of figures takes, and the figure at an end of a row


def spine(chart: Spine, narrow: bool) -> go.Figure:
    """A bar of what all areas have for each measure, turned so that the averages stand in one line."""
    labels = [_spine_name(r, narrow) for r in chart.rows]
    mark = 16.0
    at = _spine_rows(labels, mark) if narrow else part.rows_at(labels, False, mark, 44)
    top = 46
    items = [
        part.KeyItem(f"From {chart.ends[0].lower()} to {chart.ends[1].lower()} of all areas", theme.RANGE, theme.RANGE),
        part.KeyItem("The middle half of them", theme.QUARTERS, theme.QUARTERS),
        *(part.KeyItem(text, *theme.TONES[tone][:2], "dot") for tone, text in chart.key()),
    ]
    names = max((len(line) for text in labels for line in wrap(text, part.LABEL_MOST)), default=0)
    left = 62 if narrow else round(22 + part.CHAR * names + 2 * VALUE + LOW)
    right = 62
    key_height = part.key_height(items, narrow)
    shapes, key_notes = part.key(items, narrow, left, 8)
    return part.figure(
        [*_spine_bars(chart, at, mark), _average_line(at), *_spine_dots(chart, at)],
        top + at.height + 8 + key_height,
        {"t": top, "b": 8 + key_height, "l": left, "r": right},
        xaxis={"range": [-1.1, 1.1], "visible": False},
        yaxis=at.axis,
        annotations=[*_spine_words(chart, labels, at, left), *_spine_heads(chart, narrow), *key_notes],
        shapes=shapes,
    )  # fmt: skip


def _spine_name(row: SpineRow, narrow: bool) -> str:
    gap = f": no figure{f', {row.note}' if row.note else ''}" if missing(row.value) and narrow else ""
    return f"{row.measure}{f', {row.period}' if row.period else ''}{gap}"


def _spine_rows(labels: Sequence[str], mark: float) -> part.Rows:
    """On a phone a row has its name, its figures and its bar, one below the other."""
    middles, y = [], 0.0
    for text in labels:
        tall = part.TEXT_STEP * (len(wrap(text, part.LABEL_NARROW)) + 1)
        middles.append(y + tall + 6 + mark / 2)
        y += tall + mark + 22
    return part.Rows(tuple(middles), y, True, mark)


def _spine_bars(chart: Spine, at: part.Rows, mark: float) -> list[go.Scatter]:
    traces = []
    for ends, colour, tall in (
        (("lowest", "highest"), theme.RANGE, mark),
        (("quarter", "three_quarters"), theme.QUARTERS, mark),
    ):
        x: list[float | None] = []
        y: list[float | None] = []
        for r, middle in zip(chart.rows, at.middles, strict=True):
            a, b = (r.place(getattr(r, end)) for end in ends)
            if a is not None and b is not None:
                x += [a, b, b, a, a, None]
                y += [middle - tall / 2] * 2 + [middle + tall / 2] * 2 + [middle - tall / 2, None]
        traces.append(go.Scatter(x=x, y=y, fill="toself", mode="none", fillcolor=colour, hoverinfo="skip"))
    return traces


def _average_line(at: part.Rows) -> go.Scatter:
    """The line of the averages; on a phone broken, so that it does not run through the names."""
    if not at.narrow:
        return part.upright(0, at.height, 0, color=theme.INK, width=1.5)
    half = at.mark / 2 + 4
    y = [v for middle in at.middles for v in (middle - half, middle + half, None)]
    line = {"color": theme.INK, "width": 1.5}
    return go.Scatter(x=[0, 0, None] * len(at.middles), y=y, mode="lines", line=line, hoverinfo="skip")


def _spine_dots(chart: Spine, at: part.Rows) -> list[go.Scatter]:
    traces = []
    for tone in reversed(theme.TONES):
        mine = [(r, y) for r, y in zip(chart.rows, at.middles, strict=True) if r.tone == tone and not missing(r.value)]
        if mine:
            fill, edge, _ = theme.TONES[tone]
            traces.append(
                go.Scatter(
                    x=[r.place(r.value) for r, _ in mine], y=[m for _, m in mine], mode="markers",
                    marker={"color": fill, "size": 15, "line": {"color": edge, "width": 2}},
                    hovertext=[_spine_told(chart, r) for r, _ in mine], hoverinfo="text", name=tone,
                )
            )  # fmt: skip
    return traces


def _spine_told(chart: Spine, r: SpineRow) -> str:
    between = f"<br>interval {r.say(r.lower)} to {r.say(r.upper)}" if not missing(r.lower) else ""
    noted = f"<br>{escape(r.note)}" if r.note else ""
    return (
        f"<b>{escape(r.measure)}</b><br>{escape(chart.area)} {r.say(r.value)}{between}{noted}"
        f"<br>{escape(chart.average_name)} {r.say(r.average)}"
    )


def _spine_words(chart: Spine, labels: Sequence[str], at: part.Rows, left: float) -> list[part.Note]:
    """Names, the own figure, the average and the figures at both ends of each row."""
    notes = []
    for r, text, y in zip(chart.rows, labels, at.middles, strict=True):
        ends = (r.highest, r.lowest) if r.turned else (r.lowest, r.highest)
        for side, value in zip((0, 1), ends, strict=True):
            notes.append(
                part.note(r.say(value) if not missing(value) else "", side, y, theme.SECOND, xref="paper",
                          xanchor="left" if side else "right", xshift=6 if side else -6)
            )  # fmt: skip
        own = f"no figure{f': {escape(r.note)}' if r.note else ''}" if missing(r.value) else r.say(r.value)
        if at.narrow:
            lines = part.broken(text, part.LABEL_NARROW)
            figures = f"{escape(chart.area)} <b>{own}</b> · {escape(chart.average_name)} {r.say(r.average)}"
            notes.append(
                part.note(f"{lines}<br>{figures}", 0, y, xref="paper", xanchor="left", yanchor="bottom", align="left",
                          xshift=-left + 2, yshift=at.mark / 2 + 3, borderpad=0)
            )  # fmt: skip
            continue
        shared: dict[str, Any] = {"xref": "paper", "xanchor": "right"}
        notes.append(part.note(r.say(r.average), 0, y, theme.SECOND, xshift=-LOW - 8, **shared))
        shown = "–" if missing(r.value) else f"<b>{own}</b>"
        notes.append(part.note(shown, 0, y, xshift=-LOW - VALUE - 8, **shared))
        notes.append(part.note(part.broken(text), 0, y, xshift=-LOW - 2 * VALUE - 14, align="right", **shared))
        if missing(r.value):
            notes.append(part.note(own, 0, y, theme.SECOND, xref="paper", xanchor="left", xshift=8, **part.OVER))
    return notes


def _spine_heads(chart: Spine, narrow: bool) -> list[part.Note]:
    """What the columns are, over the first row."""
    worst, best = chart.ends
    low: dict[str, Any] = {"xref": "paper", "yref": "paper", "yanchor": "bottom", "yshift": 4, "borderpad": 0}
    notes = [part.note(f"<b>{escape(chart.average_name)}</b>", 0, 1, xanchor="center", **{**low, "xref": "x"})]
    # On a page inside the drawing, over the bars: the figures at the ends have no room for words.
    for text, side, anchor in ((worst, 0, "left"), (best, 1, "right")):
        shift = 0 if not narrow else 58 if side else -58
        words = part.broken(text, 9) if narrow else escape(text)
        notes.append(part.note(words, side, 1, theme.SECOND, xanchor=anchor, align=anchor, xshift=shift, **low))
    if not narrow:
        for name, shift in ((chart.average_name, LOW + 8), (chart.area, LOW + VALUE + 8)):
            notes.append(part.note(part.broken(name, 9), 0, 1, theme.SECOND, xanchor="right", xshift=-shift,
                                   align="right", **low))  # fmt: skip
    return notes
