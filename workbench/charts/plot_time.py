"""Charts along time, on screen: the trend with its band, and the money of each year."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

import plotly.graph_objects as go

from workbench.charts import plot_parts as part
from workbench.charts import theme
from workbench.charts.scale import extent, known, last_points, pick, runs, spread, tick_labels, ticks, trend_extent
from workbench.charts.spec import Point, Series, Trend, YearBars
from workbench.charts.words import missing, wrap


def trend(chart: Trend, narrow: bool) -> go.Figure:
    """Lines named at their ends; the main one has its interval as a band."""
    height, top, foot = (310 if narrow else 340), (26 if narrow else 14), 34
    low, high = trend_extent(chart)
    if narrow:  # room under the lines for a name
        low -= (high - low) * 0.1
    at = ticks(low, high, 4 if narrow else 5)
    ticked = tick_labels(at, chart.unit)
    per_px = (high - low) / (height - top - foot)
    labels, right = _above_and_below(chart) if narrow else _at_ends(chart, per_px)
    bands = [band for s in chart.series if s.main for band in _bands(s.points)]
    lines = [_line(chart, s) for s in sorted(chart.series, key=lambda s: s.main)]
    points = max((s.points for s in chart.series), key=len, default=())
    longest = max((len(p.label) for p in points), default=0)
    fit = int((235 if narrow else 420) / (part.CHAR * longest + 14))
    shown = [points[i] for i in pick(len(points), min(max(fit, 2), 8))]
    right = max(right, 8 + part.CHAR * longest / 2)  # half of the last label stands beyond the last point
    return part.figure(
        [*bands, *lines],
        height,
        {"t": top, "b": foot, "l": 14 + part.CHAR * max((len(t) for t in ticked), default=0), "r": right},
        xaxis={
            "type": "date",
            "range": _dates(chart),
            "tickmode": "array",
            "tickvals": [p.at for p in shown],
            "ticktext": [escape(p.label) for p in shown],
            "showgrid": False,
            "ticks": "outside",
            "tickcolor": theme.MEANING,
            "ticklen": 5,
            "tickangle": 0,
            "tickfont": {"size": theme.TEXT_PX, "color": theme.SECOND},
        },
        yaxis=part.axis(at, [f"{t} " for t in ticked], low, high, showgrid=True, gridcolor=theme.WASH, gridwidth=1),
        annotations=labels,
    )


def _dates(chart: Trend) -> list[Any]:
    days = [p.at for s in chart.series for p in s.points]
    room = (max(days) - min(days)) * 0.025
    return [min(days) - room, max(days) + room]


def _bands(points: Sequence[Point]) -> list[go.Scatter]:
    return [
        go.Scatter(
            x=[p.at for p in run] + [p.at for p in reversed(run)],
            y=[p.upper for p in run] + [p.lower for p in reversed(run)],
            fill="toself", mode="none", fillcolor=theme.BAND, hoverinfo="skip",
        )
        for run in runs(points)
    ]  # fmt: skip


def _line(chart: Trend, series: Series) -> go.Scatter:
    said = []
    for p in series.points:
        between = f"<br>interval {chart.say(p.lower)} to {chart.say(p.upper)}" if not missing(p.lower) else ""
        said.append(f"<b>{escape(series.name)}, {escape(p.label)}</b><br>{chart.say(p.value)}{between}")
    colour = theme.BRAND if series.main else theme.OTHER
    if chart.selected and series.area_code == chart.selected:
        colour = theme.INK
    return go.Scatter(
        x=[p.at for p in series.points],
        y=[p.value for p in series.points],
        # A figure between two gaps has no line: its mark shows it.
        mode="lines+markers",
        line={"color": colour, "width": 3} if series.main else {"color": colour, "width": 2, "dash": "6px,4px"},
        marker={"size": (6 if series.main else 4) if len(series.points) <= 24 else 2, "color": colour},
        connectgaps=False,
        customdata=[series.area_code] * len(series.points),
        hovertext=said,
        hoverinfo="text",
        name=escape(series.name),
    )


def _at_ends(chart: Trend, per_px: float) -> tuple[list[part.Note], float]:
    """Each line is named beside its end."""
    last = last_points(chart)
    places = spread([p.value or 0.0 for _, p in last], 42 * per_px)
    notes = [
        part.note(_named(chart, s, p, "<br>"), 1, y, theme.BRAND if s.main else theme.SECOND, 15,
                  xref="paper", xanchor="left", xshift=6, align="left")
        for (s, p), y in zip(last, places, strict=True)
    ]  # fmt: skip
    longest = max((len(text) for s, _ in last for text in wrap(s.name, 18)), default=0)
    return notes, 14 + 10.5 * max(longest, 5)


def _above_and_below(chart: Trend) -> tuple[list[part.Note], float]:
    """On a phone the lines keep the width: the higher is named above its last stretch, the others below theirs."""
    last = sorted(last_points(chart), key=lambda x: -(x[1].value or 0))
    notes = []
    for place, (s, p) in enumerate(last):
        above = place == 0
        stretch = s.points[-max(2, len(s.points) * 3 // 5) :]
        values = known([v for q in stretch for v in ((q.value, q.lower, q.upper) if s.main else (q.value,))])
        y = max(values) if above else min(values)
        notes.append(
            part.note(_named(chart, s, p, " "), 1, y, theme.BRAND if s.main else theme.SECOND, 15, xref="paper",
                      xanchor="right", yanchor="bottom" if above else "top", yshift=3 if above else -3)
        )  # fmt: skip
    return notes, 18


def _named(chart: Trend, series: Series, point: Point, join: str) -> str:
    name = part.broken(series.name, 18) if join == "<br>" else escape(series.name)
    text = f"{name}{join}{chart.say(point.value)}"
    return f"<b>{text}</b>" if series.main else text


def year_bars(chart: YearBars, narrow: bool) -> go.Figure:
    """Costs below the line, benefits above it, the cumulative total as a line."""
    rows, x = chart.rows, list(range(len(chart.rows)))
    low, high = extent([v for r in rows for v in (-r.costs, r.benefits, r.cumulative)], zero=True, pad=0.08)
    at = ticks(low, high, 4 if narrow else 5)
    ticked = tick_labels(at, chart.unit)
    said = [
        f"<b>{escape(r.label)}</b><br>costs {chart.say(r.costs)}<br>benefits {chart.say(r.benefits)}"
        f"<br>cumulative {chart.say(r.cumulative)}"
        for r in rows
    ]
    shared: dict[str, Any] = {"x": x, "hovertext": said, "hoverinfo": "text"}
    traces = [
        go.Bar(y=[r.benefits for r in rows], name="Benefits", marker={"color": theme.PAIR[1]}, width=0.56, **shared),
        go.Bar(y=[-r.costs for r in rows], name="Costs", marker={"color": theme.PAIR[0]}, width=0.56, **shared),
        go.Scatter(
            y=[r.cumulative for r in rows],
            name="Cumulative",
            mode="lines+markers",
            line={"color": theme.INK, "width": 2},
            marker={"size": 9, "color": theme.PAPER, "line": {"color": theme.INK, "width": 2}},
            **shared,
        ),
    ]
    items = [
        part.KeyItem("Benefits", theme.PAIR[1], theme.PAIR[1]),
        part.KeyItem("Costs", theme.PAIR[0], theme.PAIR[0]),
        part.KeyItem("Cumulative total", theme.INK, theme.INK, "line"),
    ]
    left, key_height, foot = 14 + part.CHAR * max(len(t) for t in ticked), part.key_height(items, narrow), 30
    shapes, notes = part.key(items, narrow, left, foot)
    shown = pick(len(rows), 3 if narrow else 6)
    end = rows[-1].cumulative if rows else 0.0
    notes.append(
        part.note(
            f"<b>{chart.say(end)}</b>",
            x[-1] if x else 0,
            end,
            yshift=18 if end >= 0 else -18,
            bgcolor="rgba(255,255,255,0.9)",
        )
    )
    return part.figure(
        traces,
        (300 if narrow else 320) + key_height,
        {"t": 12, "b": foot + key_height, "l": left, "r": 10},
        barmode="relative",
        xaxis=part.axis(
            [x[i] for i in shown], [escape(rows[i].label) for i in shown], -0.6, len(rows) - 0.4, tickangle=0
        ),
        yaxis=part.axis(at, [f"{t} " for t in ticked], low, high, showgrid=True, gridcolor=theme.WASH),
        annotations=notes,
        shapes=[*shapes, _zero()],
    )


def _zero() -> part.Shape:
    line = {"color": theme.MEANING, "width": 1.5}
    return {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": 0, "y1": 0, "line": line, "layer": "above"}
