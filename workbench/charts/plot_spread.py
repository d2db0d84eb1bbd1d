"""One area among many, on screen: the distribution strip and the funnel."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from math import log10
from typing import Any

import plotly.graph_objects as go

from workbench.charts import plot_parts as part
from workbench.charts import theme
from workbench.charts.flags import fly
from workbench.charts.scale import (
    dot_size,
    extent,
    funnel_ends,
    funnel_heights,
    log_ticks,
    short,
    swarm,
    tick_labels,
    ticks,
)
from workbench.charts.spec_spread import Funnel, FunnelDot, Spot, Strip
from workbench.charts.words import missing, say
from workbench.domain.words import counted

LANE = 23  # px from one lane of names to the next
WIDE, NARROW = 700.0, 290.0  # px surely there for the drawing itself


# --- distribution strip -----------------------------------------------------------------------------------------------


def strip(chart: Strip, narrow: bool) -> go.Figure:
    """Dots along one axis, stacked where they meet; names on poles above them."""
    across = NARROW if narrow else WIDE
    ref = chart.reference
    low, high = extent([s.value for s in chart.held] + ([ref.value, ref.lower, ref.upper] if ref else []), pad=0.05)
    px = [((s.value or 0.0) - low) / (high - low) * across for s in chart.held]
    size = dot_size(len(px))
    rows = swarm(px, size + 1)
    reach = max((abs(r) for r in rows), default=0)
    step = min(size + 1.0, (150 if narrow else 130) / max(reach, 1))
    half = max(step * reach + size / 2 + 8, 26)
    feet = {s: r * step for s, r in zip(chart.held, rows, strict=True)}
    lanes, poles, names = _flags(chart, across, (low, high), feet, half)
    foot, key_items = 32, _strip_key(chart)
    key_height = part.key_height(key_items, narrow)
    shapes, key_notes = part.key(key_items, narrow, 18, foot)
    marks = ticks(low, high, 4 if narrow else 6)
    top = half + LANE * lanes + 4
    return part.figure(
        [*_half_band(chart, half), *poles, *_spots(chart, rows, size, step)],
        top + half + foot + key_height + 6,
        {"t": 2, "b": foot + key_height, "l": 18, "r": 18},
        xaxis=part.axis(
            marks, tick_labels(marks, chart.unit), low, high, ticks="outside", tickcolor=theme.MEANING, ticklen=5
        ),
        yaxis={"range": [-half, top], "visible": False},
        annotations=[*names, *key_notes],
        shapes=[*shapes, _base_line(half)],
    )


def _base_line(half: float) -> part.Shape:
    line = {"color": theme.MEANING, "width": 1}
    return {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": -half, "y1": -half, "line": line}


def _strip_key(chart: Strip) -> list[part.KeyItem]:
    if not chart.middle_half:
        return []
    text = f"The middle half of the {counted(len(chart.held), chart.noun)}"
    return [part.KeyItem(text, theme.WASH, theme.LINE)]


def _half_band(chart: Strip, half: float) -> list[go.Scatter]:
    if not chart.middle_half:
        return []
    a, b = chart.middle_half
    return [
        go.Scatter(
            x=[a, b, b, a], y=[-half, -half, half, half], fill="toself", mode="none", fillcolor=theme.WASH,
            hoverinfo="skip",
        )
    ]  # fmt: skip


def _flags(
    chart: Strip, across: float, ends: tuple[float, float], feet: dict[Spot, float], half: float
) -> tuple[int, list[go.Scatter], list[part.Note]]:
    """How many lanes the names take, their poles and the names."""
    bold = {s.area_code for s in chart.named if s.role == "own" or s.area_code == chart.selected}
    items = [(_fitting(s.label, across), s.value or 0.0, feet[s], s.area_code in bold) for s in chart.named]
    ref = chart.reference
    if ref:
        items.append((ref.name, ref.value, -half, False))
    px = [(v - ends[0]) / (ends[1] - ends[0]) * across for _, v, _, _ in items]
    wide = [part.CHAR * (len(f"{name} {chart.say(v)}") + 1) * (1.06 if b else 0.96) for name, v, _, b in items]
    flags = fly(px, wide, across)
    lanes = 1 + max((f.lane for f in flags), default=-1)
    poles, notes = [], []
    for i, (flag, (name, value, foot, strong)) in enumerate(zip(flags, items, strict=True)):
        is_ref = ref is not None and i == len(items) - 1
        tip = half + LANE * flag.lane + LANE - 4
        style: dict[str, Any] = {"color": theme.INK if strong or is_ref else theme.OTHER, "width": 1.4 if strong else 1}
        if is_ref:
            style |= {"width": 1.5, "dash": "4px,3px"}
        poles.append(part.upright(value, foot, tip, **style))
        text = f"{escape(name)} {chart.say(value)}"
        # A name wider than the room on its side is moved over its pole, back onto the drawing.
        over = max(0.0, wide[i] - (px[i] if flag.left else across - px[i]) - 12)
        shift = over - 3 if flag.left else 3 - over
        notes.append(
            part.note(f"<b>{text}</b>" if strong else text, value, tip, theme.INK if strong or is_ref else theme.SECOND,
                      xanchor="right" if flag.left else "left", yanchor="top", xshift=shift, yshift=4, **part.OVER)
        )  # fmt: skip
    return lanes, poles, notes


def _fitting(label: str, across: float) -> str:
    """A name that fits on a phone: without its district, or cut, where the whole would not; hovering says it whole."""
    most = int((across - 60) / part.CHAR)
    if len(label) > most:
        label = label.split(", ", maxsplit=1)[0]
    return label if len(label) <= most else f"{label[: most - 1]}…"


def _spots(chart: Strip, rows: Sequence[int], size: float, step: float) -> list[go.Scatter]:
    held = list(zip(chart.held, rows, strict=True))
    look = {
        "": (theme.SEQUENTIAL[2], size, "circle", theme.PAPER, 0.5),
        "comparator": (theme.MID, max(size + 1, 9), "circle", theme.PAPER, 1),
        "own": (theme.BRAND, max(size + 6, 15), "diamond", theme.PAPER, 1.5),
    }
    traces = []
    for role, (fill, wide, symbol, edge, line) in look.items():
        mine = [(s, r) for s, r in held if s.role == role]
        if mine:
            marker = {"color": fill, "size": wide, "symbol": symbol, "line": {"color": edge, "width": line}}
            traces.append(_dots(chart, mine, step, role or "others", marker))
    chosen = [(s, r) for s, r in held if s.area_code == chart.selected]
    if chosen:
        ring = {"color": "rgba(0,0,0,0)", "size": max(size + 9, 18), "line": {"color": theme.INK, "width": 2.5}}
        traces.append(_dots(chart, chosen, step, "selected", ring))
    return traces


def _dots(chart: Strip, mine: Sequence[tuple[Spot, int]], step: float, name: str, marker: dict[str, Any]) -> go.Scatter:
    return go.Scatter(
        x=[s.value for s, _ in mine],
        y=[r * step for _, r in mine],
        mode="markers",
        marker=marker,
        customdata=[s.area_code for s, _ in mine],
        hovertext=[f"<b>{escape(s.label)}</b> {chart.say(s.value)}" for s, _ in mine],
        hoverinfo="text",
        name=name,
    )


# --- funnel -----------------------------------------------------------------------------------------------------------


def funnel(chart: Funnel, narrow: bool) -> go.Figure:
    """Values against denominators, with the limits as lines named at their ends."""
    x0, x1, log = funnel_ends(chart)
    y0, y1 = funnel_heights(chart, x0, x1)
    height, right, foot = (360 if narrow else 400), 54, 54
    at_y = ticks(y0, y1, 5)
    ticked = tick_labels(at_y, chart.unit)
    left = 14 + part.CHAR * max(len(t) for t in ticked)
    at_x = log_ticks(x0, x1) if log else ticks(x0, x1, 3 if narrow else 6)
    if log and narrow:
        at_x = at_x[:: 1 + len(at_x) // 5]
    tones = chart.key()
    items = [part.KeyItem(text, *theme.TONES[tone][:2], "dot") for tone, text in tones]
    key_height = part.key_height(items, narrow)
    shapes, key_notes = part.key(items, narrow, left, foot)
    heading = part.note(escape(chart.denominator), 0, 0, theme.SECOND, xref="paper", yref="paper", xanchor="left",
                        yanchor="top", yshift=-28)  # fmt: skip
    lines, ends = _limit_lines(chart, (x0, x1), (y0, y1), (height - foot - 12) / (y1 - y0))
    axis = part.axis(
        at_x, [short(v) for v in at_x], *((log10(x0), log10(x1)) if log else (x0, x1)),
        ticks="outside", tickcolor=theme.MEANING, ticklen=5, tickangle=0,
    )  # fmt: skip
    return part.figure(
        [*lines, *_funnel_dots(chart)],
        height + key_height,
        {"t": 12, "b": foot + key_height, "l": left, "r": right},
        xaxis={**axis, "type": "log"} if log else axis,
        yaxis=part.axis(at_y, [f"{t} " for t in ticked], y0, y1, showgrid=True, gridcolor=theme.WASH),
        annotations=[*ends, *_funnel_names(chart, (x0, x1, log), (y0, y1), narrow), heading, *key_notes],
        shapes=shapes,
    )


def _limit_lines(
    chart: Funnel, across: tuple[float, float], ends: tuple[float, float], per_unit: float
) -> tuple[list[go.Scatter], list[part.Note]]:
    limits = chart.limits
    kept = [i for i, x in enumerate(limits.x) if across[0] <= x <= across[1]]
    x = [limits.x[i] for i in kept]
    traces = []
    for name, dash, width in (("lower998", "solid", 1.5), ("upper998", "solid", 1.5), ("lower95", "4px,3px", 1.2),
                              ("upper95", "4px,3px", 1.2)):  # fmt: skip
        line = [getattr(limits, name)[i] for i in kept]
        y = [v if not missing(v) and ends[0] <= v <= ends[1] else None for v in line]
        traces.append(
            go.Scatter(x=x, y=y, mode="lines", line={"color": theme.OTHER, "width": width, "dash": dash},
                       hoverinfo="skip", name=name)
        )  # fmt: skip
    target = {"color": theme.INK, "width": 1.5}
    traces.append(
        go.Scatter(x=list(across), y=[chart.target.value] * 2, mode="lines", line=target, hoverinfo="skip",
                   name="target")
    )  # fmt: skip
    notes = _limit_names(chart, kept, per_unit)
    text = f"<b>{escape(chart.target.name)} {chart.say(chart.target.value)}</b>"
    where = {"xref": "paper", "xanchor": "right", "yanchor": "bottom", "yshift": 1}
    return traces, [*notes, {**part.haloed(text, 1, chart.target.value), **where}]


def _limit_names(chart: Funnel, kept: Sequence[int], per_unit: float) -> list[part.Note]:
    """The limits named at their right ends, pushed outward where they lie close together."""
    if not kept:
        return []
    last, middle, out = kept[-1], chart.target.value, []
    for side, inner, outer in ((1, "upper95", "upper998"), (-1, "lower95", "lower998")):
        near, far = (getattr(chart.limits, n)[last] for n in (inner, outer))
        if missing(near) or missing(far):
            continue
        first = max(abs(near - middle) * per_unit, 12)
        second = max(abs(far - middle) * per_unit, first + 17)
        for text, px in (("95%", first), ("99.8%", second)):
            out.append(
                part.note(text, 1, middle, theme.SECOND, xref="paper", xanchor="left", xshift=4, yshift=side * px)
            )
    return out


def _funnel_dots(chart: Funnel) -> list[go.Scatter]:
    traces = []
    many = len(chart.held)
    size = 10 if many <= 60 else 8 if many <= 350 else 6
    tones = [chart.tone(d) for d in chart.held]
    for tone in reversed(theme.TONES):
        mine = [d for d, t in zip(chart.held, tones, strict=True) if t == tone]
        if mine:
            fill, edge, _ = theme.TONES[tone]
            marker = {"color": fill, "size": size + (2 if tone.startswith("strong") else 0),
                      "line": {"color": edge, "width": 1.5}}  # fmt: skip
            traces.append(_funnel_trace(chart, mine, tone, marker))
    own = [d for d in chart.held if d.own or d.area_code == chart.selected]
    if own:
        ring = {"color": "rgba(0,0,0,0)", "size": size + 9, "line": {"color": theme.INK, "width": 2.5}}
        traces.append(_funnel_trace(chart, own, "marked", ring))
    return traces


def _funnel_trace(chart: Funnel, dots: Sequence[FunnelDot], name: str, marker: dict[str, Any]) -> go.Scatter:
    said = [
        f"<b>{escape(d.label)}</b> {chart.say(d.value)}<br>{escape(chart.denominator)} {say(d.denominator, 'count')}"
        for d in dots
    ]
    return go.Scatter(
        x=[d.denominator for d in dots], y=[d.value for d in dots], mode="markers", marker=marker,
        customdata=[d.area_code for d in dots], hovertext=said, hoverinfo="text", name=name,
    )  # fmt: skip


def _funnel_names(
    chart: Funnel, across: tuple[float, float, bool], ends: tuple[float, float], narrow: bool
) -> list[part.Note]:
    """Names beside their dots; one that would lie on another is left to hovering and to the table."""
    x0, x1, log = across
    wide, high = (NARROW - 90, 290.0) if narrow else (WIDE - 110, 330.0)
    taken: list[tuple[float, float, float]] = []
    notes = []
    for d in chart.named:
        x, y = d.denominator or x0, d.value or 0.0
        share = (log10(x) - log10(x0)) / (log10(x1) - log10(x0)) if log else (x - x0) / (x1 - x0)
        at_x, at_y = share * wide, (y - ends[0]) / (ends[1] - ends[0]) * high
        label = _fitting(d.label, wide)
        need = part.CHAR * len(label) + 14
        left = at_x + need > wide + 40
        span = (at_x - need, at_x) if left else (at_x, at_x + need)
        if span[0] < -20 or any(span[0] < b and a < span[1] and abs(at_y - t) < 17 for a, b, t in taken):
            continue
        taken.append((*span, at_y))
        text = f"<b>{escape(label)}</b>" if d.own or d.area_code == chart.selected else escape(label)
        shift = -11 if left else 11
        notes.append(
            {**part.haloed(text, log10(x) if log else x, y), "xanchor": "right" if left else "left", "xshift": shift}
        )
    return notes
