"""Many things side by side, in documents: one trend for many areas, and the spine chart."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, Any

from workbench.charts import draw_parts as part
from workbench.charts import theme
from workbench.charts.scale import columns_of, extent, runs, tick_labels, ticks
from workbench.charts.spec import Series
from workbench.charts.spec_many import Multiples
from workbench.charts.spec_spread import Spine
from workbench.charts.words import missing, wrap

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PANEL_MM, GAP_MM, ROW_MM = 21.0, 6.5, 9.5


def multiples(chart: Multiples, width_mm: float) -> Figure:
    """A panel for each area; every panel has the same scale and the reference."""
    from matplotlib.lines import Line2D  # noqa: PLC0415
    from matplotlib.patches import Patch  # noqa: PLC0415

    panels = chart.panels
    lines = [*panels, *([chart.reference] if chart.reference else [])]
    points = [p for s in lines for p in s.points]
    low, high = extent([p.value for p in points], pad=0.06)
    columns = min(columns_of(len(panels), False), 5, max(2, int(width_mm // 30)))
    titles = [wrap(s.name, 15) for s in panels]
    head = 4.4 * (1 + max(len(t) for t in titles)) + 1
    rows = ceil(len(panels) / columns)
    key: list[tuple[str, Any]] = []
    if chart.reference:
        key.append((chart.reference.name, Line2D([], [], color=theme.OTHER, linestyle=(0, (3, 2)))))
    if any(runs(s.points) for s in panels):
        key.append(("Interval", Patch(color=theme.BAND)))
    key_mm = part.key_mm(width_mm, [t for t, _ in key])
    at = ticks(low, high, 3)
    ticked = tick_labels(at, chart.unit)
    left = 4 + 1.9 * max(len(t) for t in ticked)
    across = (width_mm - left - 3) / columns
    height = rows * (head + PANEL_MM + GAP_MM) + key_mm + 2
    fig = part.sheet(width_mm, height)
    ends = min(p.at for p in points).toordinal(), max(p.at for p in points).toordinal()
    for i, s in enumerate(panels):
        column, row = i % columns, i // columns
        top = row * (head + PANEL_MM + GAP_MM) + head
        x = left + column * across
        ax = part.axes(fig, x, width_mm - x - across * 0.88, top, height - top - PANEL_MM)
        ax.set_xlim(ends[0], max(ends[1], ends[0] + 1))
        ax.set_ylim(low, high)
        part.set_ticks(ax, "y", at, ticked if column == 0 else [""] * len(at))
        ax.grid(axis="y", color=theme.LINE, linewidth=0.7)
        ax.set_axisbelow(True)
        ax.set_xticks([])
        _panel(ax, chart, s)
        if chart.selected and s.area_code == chart.selected:
            for side in ax.spines.values():
                side.set(visible=True, color=theme.INK, linewidth=1.2)
        held = [p for p in s.points if not missing(p.value)]
        strong = s.main or (bool(chart.selected) and s.area_code == chart.selected)
        said = chart.say(held[-1].value) if held else "no figures"
        ax.annotate("\n".join([*titles[i], said]), (0, 1), (0, 2), xycoords="axes fraction", va="bottom",
                    linespacing=1.1, textcoords="offset points", color=theme.BRAND if s.main else theme.INK,
                    fontweight="bold" if strong else "normal")  # fmt: skip
        if i + columns >= len(panels):
            labels = {p.at.toordinal(): p.label for p in points if p.label != "between"}
            room = across * 0.88 > 1.9 * (len(labels.get(ends[0], "")) + len(labels.get(ends[1], "")) + 2)
            for where, end, ha in ((0, ends[0], "left"), (1, ends[1], "right")):
                if where or room:
                    ax.annotate(labels.get(end, ""), (where, 0), (0, -2), xycoords="axes fraction", ha=ha, va="top",
                                textcoords="offset points", color=theme.SECOND)  # fmt: skip
    if key:
        part.key(fig, key, 1.5)
    return fig


def _panel(ax: Axes, chart: Multiples, s: Series) -> None:
    for run in runs(s.points):
        x = [p.at.toordinal() for p in run]
        lower, upper = [p.lower or 0.0 for p in run], [p.upper or 0.0 for p in run]
        ax.fill_between(x, lower, upper, color=theme.BAND, linewidth=0)
    for line, colour, width, style in (
        (chart.reference, theme.OTHER, 0.9, (0, (3, 2))), (s, theme.BRAND if s.main else theme.MID, 1.8, "-"),
    ):  # fmt: skip
        if line is not None:
            y = [float("nan") if p.value is None else p.value for p in line.points]
            ax.plot([p.at.toordinal() for p in line.points], y, color=colour, linewidth=width, linestyle=style,
                    marker="o" if line is s else "", markersize=1.4)  # fmt: skip


def spine(chart: Spine, width_mm: float) -> Figure:
    """A bar of what all areas have for each measure, turned so that the averages stand in one line."""
    from matplotlib.patches import Patch  # noqa: PLC0415

    worst, best = chart.ends
    key: list[tuple[str, Any]] = [
        (f"From {worst.lower()} to {best.lower()} of all areas", Patch(color=theme.RANGE)),
        ("The middle half of them", Patch(color=theme.QUARTERS)),
        *((text, part.tone_mark(tone)) for tone, text in chart.key()),
    ]
    labels = [f"{r.measure}{f', {r.period}' if r.period else ''}" for r in chart.rows]
    row_mm = max(ROW_MM, 4.2 * max((len(wrap(t, 26)) for t in labels), default=1) + 2)
    key_mm = part.key_mm(width_mm, [t for t, _ in key])
    names = part.left_mm(labels, 26)
    left = names + 42
    fig = part.sheet(width_mm, 11 + row_mm * len(chart.rows) + 2 + key_mm)
    ax = part.axes(fig, left, 15, 11, 2 + key_mm)
    ax.set_xlim(-1.1, 1.1)
    ax.set_ylim(len(chart.rows) - 0.5, -0.5)
    ax.set_xticks([])
    ax.set_yticks([])
    ax.plot([0, 0], [-0.5, len(chart.rows) - 0.5], color=theme.INK, linewidth=1, zorder=3)
    to_left: dict[str, Any] = {"xycoords": ("axes fraction", "data"), "textcoords": "offset points", "va": "center",
                               "annotation_clip": False}  # fmt: skip
    pt = 72 / 25.4
    for i, (r, text) in enumerate(zip(chart.rows, labels, strict=True)):
        for ends, colour in ((("lowest", "highest"), theme.RANGE), (("quarter", "three_quarters"), theme.QUARTERS)):
            a, b = (r.place(getattr(r, e)) for e in ends)
            if a is not None and b is not None:
                ax.barh(i, b - a, 3.4 / row_mm, left=a, color=colour, zorder=1)
        own = r.place(r.value)
        if own is not None:
            fill, edge, _ = theme.TONES[r.tone]
            ax.plot([own], [i], "o", color=fill, markeredgecolor=edge, markeredgewidth=1.4, markersize=8, zorder=5)
        else:
            ax.annotate(f"no figure{f': {r.note}' if r.note else ''}", (0, i), (4, 0), color=theme.SECOND, **to_left)
        first, last = (r.highest, r.lowest) if r.turned else (r.lowest, r.highest)
        ax.annotate("" if missing(first) else r.say(first), (0, i), (-2, 0), ha="right", color=theme.SECOND, **to_left)
        ax.annotate("" if missing(last) else r.say(last), (1, i), (2, 0), ha="left", color=theme.SECOND, **to_left)
        ax.annotate(r.say(r.average), (0, i), (-14 * pt, 0), ha="right", color=theme.SECOND, **to_left)
        ax.annotate("–" if missing(r.value) else r.say(r.value), (0, i), (-28 * pt, 0), ha="right", fontweight="bold",
                    **to_left)  # fmt: skip
        ax.annotate("\n".join(wrap(text, 26)), (0, i), (-42 * pt, 0), ha="right", **to_left)
    head: dict[str, Any] = {"xycoords": "axes fraction", "textcoords": "offset points", "va": "bottom",
                            "annotation_clip": False, "color": theme.SECOND}  # fmt: skip
    ax.annotate(chart.average_name, (0.5, 1), (0, 2), ha="center", fontweight="bold", **{**head, "color": theme.INK})
    for name, x, shift, ha in (
        (worst, 0, 0, "left"), (best, 1, 0, "right"), (chart.average_name, 0, -14 * pt, "right"),
        (chart.area, 0, -28 * pt, "right"),
    ):  # fmt: skip
        ax.annotate("\n".join(wrap(name, 8)), (x, 1), (shift, 2), ha=ha, **head)
    part.key(fig, key, 1.5)
    return fig
