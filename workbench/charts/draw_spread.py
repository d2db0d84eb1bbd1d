"""One area among many, in documents: the distribution strip and the funnel."""

from __future__ import annotations

from math import log10
from typing import TYPE_CHECKING

from workbench.charts import draw_parts as part
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
from workbench.charts.spec_spread import Funnel, Spot, Strip
from workbench.charts.words import missing
from workbench.domain.words import counted

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LANE_MM = 4.6
CHAR_MM = 1.9


def strip(chart: Strip, width_mm: float) -> Figure:
    """Dots along one axis, stacked where they meet; names on poles above them."""
    from matplotlib.patches import Patch  # noqa: PLC0415

    across, ref = width_mm - 10, chart.reference
    low, high = extent([s.value for s in chart.held] + ([ref.value, ref.lower, ref.upper] if ref else []), pad=0.05)
    at = [((s.value or 0.0) - low) / (high - low) * across for s in chart.held]
    size = dot_size(len(at)) * 0.24  # mm
    rows = swarm(at, size + 0.3)
    reach = max((abs(r) for r in rows), default=0)
    step = min(size + 0.3, 32 / max(reach, 1))
    half = max(step * reach + size / 2 + 2, 6.5)
    feet = {s: r * step for s, r in zip(chart.held, rows, strict=True)}
    items = [(s.label, s.value or 0.0, feet[s], s.role == "own" or s.area_code == chart.selected) for s in chart.named]
    if ref:
        items.append((ref.name, ref.value, -half, False))
    wide = [CHAR_MM * (len(f"{n} {chart.say(v)}") + 1) * (1.12 if b else 1) for n, v, _, b in items]
    flags = fly([(v - low) / (high - low) * across for _, v, _, _ in items], wide, across, gap=1.5)
    top = half + LANE_MM * (1 + max((f.lane for f in flags), default=-1)) + 1
    key = []
    if chart.middle_half:
        text = f"The middle half of the {counted(len(chart.held), chart.noun)}"
        key = [(text, Patch(facecolor=theme.WASH, edgecolor=theme.LINE))]
    key_mm = part.key_mm(width_mm, [t for t, _ in key])
    fig = part.sheet(width_mm, top + half + 9 + key_mm)
    ax = part.axes(fig, 5, 5, 1, 8 + key_mm)
    ax.set_xlim(low, high)
    ax.set_ylim(-half, top)
    marks = ticks(low, high, 6)
    part.set_ticks(ax, "x", marks, tick_labels(marks, chart.unit))
    ax.set_yticks([])
    ax.tick_params(axis="x", length=3, color=theme.MEANING)
    ax.axhline(-half, color=theme.MEANING, linewidth=1.2, clip_on=False)
    if chart.middle_half:
        ax.fill_betweenx([-half, half], *chart.middle_half, color=theme.WASH, linewidth=0, zorder=0)
    for i, (flag, (name, value, foot, strong)) in enumerate(zip(flags, items, strict=True)):
        dashed = ref is not None and i == len(items) - 1
        tip = half + LANE_MM * (flag.lane + 1) - 0.6
        ink = strong or dashed
        ax.plot([value, value], [foot, tip], color=theme.INK if ink else theme.OTHER, linewidth=1 if ink else 0.7,
                linestyle=(0, (3, 2)) if dashed else "-", zorder=1)  # fmt: skip
        ax.annotate(f"{name} {chart.say(value)}", (value, tip), (-2 if flag.left else 2, 0), ha="right" if flag.left
                    else "left", va="top", textcoords="offset points", fontweight="bold" if strong else "normal",
                    color=theme.INK if ink else theme.SECOND, annotation_clip=False)  # fmt: skip
    _spots(ax, chart, feet, size * 72 / 25.4)
    if key:
        part.key(fig, key, 1.5)
    return fig


def _spots(ax: Axes, chart: Strip, feet: dict[Spot, float], size: float) -> None:
    look: dict[str, tuple[str, float, str]] = {
        "": (theme.SEQUENTIAL[2], size, "o"), "comparator": (theme.MID, max(size, 5), "o"),
        "own": (theme.BRAND, max(size + 2, 7), "D"),
    }  # fmt: skip
    for z, (role, (fill, wide, marker)) in enumerate(look.items(), start=3):
        mine = [s for s in chart.held if s.role == role]
        ax.plot([s.value or 0.0 for s in mine], [feet[s] for s in mine], marker, color=fill, markersize=wide,
                markeredgecolor=theme.PAPER, markeredgewidth=0.4, zorder=z)  # fmt: skip
    for s in chart.held:
        if chart.selected and s.area_code == chart.selected:
            ax.plot([s.value or 0.0], [feet[s]], "o", color="none", markeredgecolor=theme.INK, markersize=size + 6,
                    markeredgewidth=1.6, zorder=7)  # fmt: skip


def funnel(chart: Funnel, width_mm: float) -> Figure:
    """Values against denominators, with the limits as lines named at their ends."""
    x0, x1, log = funnel_ends(chart)
    y0, y1 = funnel_heights(chart, x0, x1)
    key = [(text, part.tone_mark(tone)) for tone, text in chart.key()]
    key_mm = part.key_mm(width_mm, [t for t, _ in key])
    at = ticks(y0, y1, 5)
    ticked = tick_labels(at, chart.unit)
    fig = part.sheet(width_mm, 92 + key_mm)
    ax = part.axes(fig, 5 + 1.9 * max(len(t) for t in ticked), 15, 3, 14 + key_mm)
    if log:
        ax.set_xscale("log")
        ax.minorticks_off()
    ax.set_xlim(x0, x1)
    ax.set_ylim(y0, y1)
    part.set_ticks(ax, "y", at, ticked)
    along = log_ticks(x0, x1) if log else ticks(x0, x1, 6)
    part.set_ticks(ax, "x", along, [short(v) for v in along])
    ax.tick_params(axis="x", length=3, color=theme.MEANING)
    ax.grid(axis="y", color=theme.WASH, linewidth=0.8)
    ax.set_axisbelow(True)
    ax.annotate(chart.denominator, (0, 0), (0, -19), xycoords="axes fraction", textcoords="offset points",
                color=theme.SECOND, va="top")  # fmt: skip
    _limits(ax, chart, (y1 - y0) / (75))
    ax.axhline(chart.target.value, color=theme.INK, linewidth=1)
    ax.annotate(f"{chart.target.name} {chart.say(chart.target.value)}", (1, chart.target.value), (0, 2), ha="right",
                xycoords=("axes fraction", "data"), textcoords="offset points", va="bottom", fontweight="bold",
                zorder=9, path_effects=part.halo())  # fmt: skip
    _funnel_dots(ax, chart)
    _funnel_names(ax, chart, (x0, x1, log), (y0, y1), width_mm)
    if key:
        part.key(fig, key, 1.5)
    return fig


def _limits(ax: Axes, chart: Funnel, per_mm: float) -> None:
    limits, low, high = chart.limits, *ax.get_xlim()
    kept = [i for i, x in enumerate(limits.x) if low <= x <= high]
    for name, style in (("lower998", "-"), ("upper998", "-"), ("lower95", (0, (3, 2))), ("upper95", (0, (3, 2)))):
        line = getattr(limits, name)
        ax.plot([limits.x[i] for i in kept], [line[i] for i in kept], color=theme.OTHER, linewidth=1, linestyle=style)
    if not kept:
        return
    for side, inner, outer in ((1, "upper95", "upper998"), (-1, "lower95", "lower998")):
        near, far = (getattr(limits, n)[kept[-1]] for n in (inner, outer))
        if missing(near) or missing(far):
            continue
        first = max(abs(near - chart.target.value) / per_mm, 3.2)
        second = max(abs(far - chart.target.value) / per_mm, first + 4.2)
        for text, mm in (("95%", first), ("99.8%", second)):
            ax.annotate(text, (1, chart.target.value), (4, side * mm * 72 / 25.4), color=theme.SECOND, va="center",
                        xycoords=("axes fraction", "data"), textcoords="offset points",
                        annotation_clip=False)  # fmt: skip


def _funnel_dots(ax: Axes, chart: Funnel) -> None:
    many = len(chart.held)
    size = 5.5 if many <= 60 else 4.2 if many <= 350 else 3
    for tone in reversed(theme.TONES):
        mine = [d for d in chart.held if chart.tone(d) == tone]
        fill, edge, _ = theme.TONES[tone]
        x, y = [d.denominator or 0.0 for d in mine], [d.value or 0.0 for d in mine]
        ax.plot(x, y, "o", color=fill, markeredgecolor=edge, markeredgewidth=1, zorder=3,
                markersize=size + (1 if tone.startswith("strong") else 0))  # fmt: skip
    for d in chart.held:
        if d.own or (chart.selected and d.area_code == chart.selected):
            ax.plot([d.denominator or 0.0], [d.value or 0.0], "o", color="none", markeredgecolor=theme.INK,
                    markersize=size + 5, markeredgewidth=1.6, zorder=5)  # fmt: skip


def _funnel_names(
    ax: Axes, chart: Funnel, across: tuple[float, float, bool], ends: tuple[float, float], width_mm: float
) -> None:
    x0, x1, log = across
    wide = width_mm - 30
    taken: list[tuple[float, float, float]] = []
    for d in chart.named:
        x, y = d.denominator or x0, d.value or 0.0
        at_x = ((log10(x / x0) / log10(x1 / x0)) if log else (x - x0) / (x1 - x0)) * wide
        at_y = (y - ends[0]) / (ends[1] - ends[0]) * 75
        need = CHAR_MM * len(d.label) + 4
        left = at_x + need > wide + 8
        span = (at_x - need, at_x) if left else (at_x, at_x + need)
        if span[0] < 0 or any(span[0] < b and a < span[1] and abs(at_y - t) < 4 for a, b, t in taken):
            continue
        taken.append((*span, at_y))
        ax.annotate(d.label, (x, y), (-7 if left else 7, 0), textcoords="offset points", ha="right" if left else "left",
                    va="center", color=theme.INK if d.own else theme.SECOND, zorder=6,
                    fontweight="bold" if d.own else "normal",
                    path_effects=part.halo())  # fmt: skip
