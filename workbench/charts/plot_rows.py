"""Charts with one row an area or an assumption, on screen: intervals, ranked bars, the tornado."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

import plotly.graph_objects as go

from workbench.charts import plot_parts as part
from workbench.charts import theme
from workbench.charts.scale import dots_extent, extent, known, tick_labels, ticks
from workbench.charts.spec import IntervalDots, RangeBars, RankedBars, Reference
from workbench.charts.words import missing

# --- interval dots ----------------------------------------------------------------------------------------------------


def interval_dots(chart: IntervalDots, narrow: bool) -> go.Figure:
    """Values with intervals beside a reference line."""
    labels = _row_names(chart, narrow)
    ends = dots_extent(chart)
    top, foot = (30 if chart.reference else 10), 32
    at = part.rows_at(labels, narrow, 14, 33)
    lines, named = part.reference_line(chart, chart.reference, at, ends)
    tones = [chart.tone(r) for r in chart.rows]
    held = [t for t in reversed(theme.TONES) if t in tones]
    for tone in held:
        lines.append(_interval_lines(chart, [i for i, t in enumerate(tones) if t == tone], tone, at))
    for tone in held:
        lines.append(_interval_marks(chart, [i for i, t in enumerate(tones) if t == tone], tone, at))
    items = [part.KeyItem(text, *theme.TONES[tone][:2], "dot") for tone, text in chart.key()]
    left, key_height = part.left_margin(labels, narrow), part.key_height(items, narrow)
    shapes, key_notes = part.key(items, narrow, left, foot)
    marks = ticks(*ends, 4 if narrow else 6)
    chosen = part.chosen_of([r.area_code for r in chart.rows], chart.selected)
    return part.figure(
        lines,
        top + at.height + foot + key_height,
        {"t": top, "b": foot + key_height, "l": left, "r": 6 if narrow else 66},
        xaxis=part.axis(marks, tick_labels(marks, chart.unit), *ends),
        yaxis=at.axis,
        annotations=[*part.names(labels, at, chosen), *_values(chart, at), *named, *key_notes],
        shapes=[*shapes, *part.chosen_row(labels, chosen, at, left)],
    )


def _row_names(chart: IntervalDots, narrow: bool) -> list[str]:
    """The names of rows; on a phone a row without a figure says why in its name, where there is room for it."""
    return [f"{r.label}: {r.note or 'no figure'}" if narrow and missing(r.value) else r.label for r in chart.rows]


def _values(chart: IntervalDots, at: part.Rows) -> list[part.Note]:
    """The value of each row at its right; why there is none stands where the mark would be."""
    place: dict[str, Any] = {"yanchor": "bottom", "yshift": 8} if at.narrow else {"xshift": 62}
    notes = []
    for r, y in zip(chart.rows, at.middles, strict=True):
        if not missing(r.value):
            colour = theme.INK if r.emphasis else theme.SECOND
            notes.append(
                part.note(chart.say(r.value), 1, y, colour, xref="paper", xanchor="right", **part.OVER, **place)
            )
        elif not at.narrow:
            why = part.broken(r.note or "no figure", 44)
            notes.append(part.note(why, 0, y, theme.SECOND, xref="paper", xanchor="left", align="left", **part.OVER))
    return notes


def _interval_lines(chart: IntervalDots, mine: Sequence[int], tone: str, at: part.Rows) -> go.Scatter:
    x: list[float | None] = []
    y: list[float | None] = []
    for i in mine:
        row = chart.rows[i]
        if not missing(row.lower) and not missing(row.upper):
            x += [row.lower, row.upper, None]
            y += [at.middles[i], at.middles[i], None]
    width = 4 if tone.startswith("strong") else 3
    return go.Scatter(x=x, y=y, mode="lines", line={"color": theme.TONES[tone][2], "width": width}, hoverinfo="skip")


def _interval_marks(chart: IntervalDots, mine: Sequence[int], tone: str, at: part.Rows) -> go.Scatter:
    fill, edge, _ = theme.TONES[tone]
    held = [i for i in mine if not missing(chart.rows[i].value)]
    said = []
    for i in held:
        r = chart.rows[i]
        between = f"<br>interval {chart.say(r.lower)} to {chart.say(r.upper)}" if not missing(r.lower) else ""
        noted = f"<br>{escape(r.note)}" if r.note else ""
        said.append(f"<b>{escape(r.label)}</b> {chart.say(r.value)}{between}{noted}")
    return go.Scatter(
        x=[chart.rows[i].value for i in held],
        y=[at.middles[i] for i in held],
        mode="markers",
        marker={"color": fill, "size": 13 if tone.startswith("strong") else 10, "line": {"color": edge, "width": 2}},
        customdata=[chart.rows[i].area_code for i in held],
        hovertext=said,
        hoverinfo="text",
        name=tone,
    )


# --- ranked bars ------------------------------------------------------------------------------------------------------


def ranked_bars(chart: RankedBars, narrow: bool) -> go.Figure:
    """Bars from zero with their values at their ends."""
    rows, labels, ref = chart.rows, [r.label for r in chart.rows], chart.reference
    low, high = extent([r.value for r in rows] + ([ref.value] if ref else []), zero=True, pad=0)
    room = (high - low) * (0.2 if narrow else 0.12)  # for the value at the end of the longest bar
    ends = (low - (room if low < 0 else 0), high + room)
    at = part.rows_at(labels, narrow, 18, 30)
    lines, named = part.reference_line(chart, ref, at, ends)
    bars = go.Bar(
        x=[r.value for r in rows],
        y=at.middles,
        orientation="h",
        width=at.mark if narrow else 20,
        marker={"color": [theme.BRAND if r.emphasis else theme.SEQUENTIAL[2] for r in rows]},
        text=["" if missing(r.value) else chart.say(r.value) for r in rows],
        textposition="outside",
        cliponaxis=False,
        textfont={"size": theme.TEXT_PX, "color": theme.INK},
        customdata=[r.area_code for r in rows],
        hovertext=[
            f"<b>{escape(r.label)}</b> {chart.say(r.value)}" + (f"<br>{escape(r.note)}" if r.note else "") for r in rows
        ],
        hoverinfo="text",
    )
    gaps = [
        part.note(
            f"no figure{f' ({escape(r.note)})' if r.note else ''}",
            0,
            at.middles[i],
            theme.SECOND,
            xanchor="left",
            xshift=4,
        )
        for i, r in enumerate(rows)
        if missing(r.value)
    ]
    shown = _shown(chart)
    top, foot = 30 if ref else 6, 30 if shown else 8
    left, chosen = part.left_margin(labels, narrow), part.chosen_of([r.area_code for r in rows], chart.selected)
    return part.figure(
        [bars, *lines],
        top + at.height + foot,
        {"t": top, "b": foot, "l": left, "r": 8},
        xaxis={"range": list(ends), "visible": False},
        yaxis=at.axis,
        annotations=[*part.names(labels, at, chosen), *gaps, *named, *shown],
        shapes=part.chosen_row(labels, chosen, at, left),
    )


def _shown(chart: RankedBars) -> list[part.Note]:
    if not chart.shown:
        return []
    place: dict[str, Any] = {"xref": "paper", "yref": "paper", "xanchor": "left", "yanchor": "top", "yshift": -6}
    return [part.note(f"{chart.shown} shown", 0, 0, theme.SECOND, **place)]


# --- range bars (tornado) ---------------------------------------------------------------------------------------------


def range_bars(chart: RangeBars, narrow: bool) -> go.Figure:
    """How far the result moves with each assumption."""
    rows = chart.rows
    values = known([v for r in rows for v in (r.low, r.high)] + [chart.base])
    span = (max(values) - min(values)) or 1.0
    room = span * 0.32
    ends = (min(values) - room, max(values) + room)
    labels = [r.named for r in rows]
    at = part.rows_at(labels, narrow, 20, 38)
    halves = [_range_half(chart, high, at) for high in (False, True)]
    lines, notes = part.reference_line(chart, Reference(chart.base_name, chart.base), at, ends)
    for y, row in zip(at.middles, rows, strict=True):
        notes += _range_ends(chart, y, row.low, row.high)
    if ends[0] < 0 < ends[1] and abs(chart.base) > span * 0.02:
        lines.append(part.upright(0, 0, at.height, color=theme.MEANING, width=1.5))
        notes.append(part.note(f"£0, {escape(chart.zero_name)}", 0, at.height, theme.SECOND, yanchor="top", yshift=-2))
    items = [
        part.KeyItem(text, c, c)
        for text, c in (("At its low value", theme.PAIR[0]), ("At its high value", theme.PAIR[1]))
    ]
    left, key_height, foot = part.left_margin(labels, narrow), part.key_height(items, narrow), 28
    shapes, key_notes = part.key(items, narrow, left, foot)
    top = 30
    return part.figure(
        [*halves, *lines],
        top + at.height + foot + key_height,
        {"t": top, "b": foot + key_height, "l": left, "r": 6},
        xaxis={"range": list(ends), "visible": False},
        yaxis=at.axis,
        annotations=[*part.names(labels, at), *notes, *key_notes],
        shapes=shapes,
        barmode="overlay",
    )


def _range_half(chart: RangeBars, high: bool, at: part.Rows) -> go.Bar:
    values = [r.high if high else r.low for r in chart.rows]
    inputs = [r.high_input if high else r.low_input for r in chart.rows]
    end = "high" if high else "low"
    return go.Bar(
        x=[v - chart.base for v in values],
        base=[chart.base] * len(values),
        y=at.middles,
        orientation="h",
        width=at.mark,
        marker={"color": theme.PAIR[high]},
        name=end,
        hoverinfo="text",
        hovertext=[
            f"<b>{escape(r.label)}</b><br>at its {end} value{f' ({escape(i)})' if i else ''}: {chart.say(v)}"
            for r, i, v in zip(chart.rows, inputs, values, strict=True)
        ],
    )


def _range_ends(chart: RangeBars, y: float, low: float, high: float) -> list[part.Note]:
    left, right = min(low, high, chart.base), max(low, high, chart.base)
    notes = []
    if left < chart.base:
        notes.append(part.note(chart.say(left), left, y, xanchor="right", xshift=-3, **part.OVER))
    if right > chart.base:
        notes.append(part.note(chart.say(right), right, y, xanchor="left", xshift=3, **part.OVER))
    return notes
