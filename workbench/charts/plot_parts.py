"""The parts of a drawing on screen that every kind of chart shares: margins, axes, names, reference line, key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, Literal

import plotly.graph_objects as go

from workbench.charts import theme
from workbench.charts.spec import Chart, Reference
from workbench.charts.words import missing, wrap

CHAR = 8.0  # px a character needs at 14 px in the widest font of the stack
LABEL_MOST = 28  # characters in a line of a name at the left of a row
LABEL_NARROW = 36  # and above a row on a phone
TEXT_STEP = 19  # px from one line of text to the next

OVER: dict[str, Any] = {"bgcolor": "rgba(255,255,255,.92)", "borderpad": 0}
"""A text that a line may cross: the line gives way."""

Note = dict[str, Any]
Shape = dict[str, Any]


def figure(traces: Sequence[Any], height: float, margin: dict[str, float], **layout: Any) -> go.Figure:
    """A whole figure in the look of the page. ``margin`` in px; the width is the page's."""
    fig = go.Figure(data=list(traces))
    fig.update_layout(
        template=None,
        height=round(height),
        margin={"t": 8, "b": 8, "l": 8, "r": 8, "pad": 0, **margin},
        font={"family": theme.FONT, "size": theme.TEXT_PX, "color": theme.INK},
        paper_bgcolor=theme.PAPER,
        plot_bgcolor=theme.PAPER,
        showlegend=False,
        dragmode=False,
        separators=".,",
        hovermode="closest",
        hoverlabel={
            "bgcolor": theme.INK,
            "bordercolor": theme.INK,
            "font": {"family": theme.FONT, "size": 15, "color": theme.PAPER},
            "align": "left",
        },
        **layout,
    )
    fig.update_xaxes(fixedrange=True, zeroline=False, showline=False, automargin=False)
    fig.update_yaxes(fixedrange=True, zeroline=False, showline=False, automargin=False)
    return fig


def axis(at: Sequence[float], labels: Sequence[str], low: float, high: float, **more: Any) -> dict[str, Any]:
    """An axis with exactly these ticks."""
    return {
        "range": [low, high],
        "tickmode": "array",
        "tickvals": list(at),
        "ticktext": list(labels),
        "showgrid": False,
        "tickfont": {"size": theme.TEXT_PX, "color": theme.SECOND},
        **more,
    }


def note(text: str, x: Any, y: Any, colour: str = theme.INK, size: int = theme.TEXT_PX, **more: Any) -> Note:
    """A text that is already safe, at a place."""
    return {"text": text, "x": x, "y": y, "showarrow": False, "font": {"size": size, "color": colour}, **more}


def haloed(text: str, x: float, y: float) -> Note:
    """A text with a pale edge, so that it reads on any colour; the pointer reaches what lies under it."""
    halo = ",".join(f"{dx}px {dy}px 2px #fff" for dx in (-1, 0, 1) for dy in (-1, 0, 1))
    font = {"size": theme.TEXT_PX, "color": theme.INK, "shadow": f"{halo},0 0 3px #fff"}
    return {"text": text, "x": x, "y": y, "showarrow": False, "font": font, "captureevents": False}


def broken(text: str, width: int = LABEL_MOST) -> str:
    """A name made safe and broken into lines."""
    return "<br>".join(escape(part) for part in wrap(text, width))


@dataclass(frozen=True, slots=True)
class Rows:
    """Where rows stand, in px from the top of the drawing; names of more lines get more room."""

    middles: tuple[float, ...]
    height: float
    narrow: bool
    mark: float

    @property
    def axis(self) -> dict[str, Any]:
        """The axis on which a unit is a px, running down."""
        return {"range": [self.height, 0], "visible": False}


def rows_at(labels: Sequence[str], narrow: bool, mark: float, least: float) -> Rows:
    """Place rows: name beside the mark on a page, above it on a phone.

    Parameters
    ----------
    mark : float
        Px a mark is high.
    least : float
        Px from one row to the next on a page.
    """
    middles: list[float] = []
    y = 0.0
    for text in labels:
        tall = TEXT_STEP * len(wrap(text, LABEL_NARROW if narrow else LABEL_MOST))
        step = tall + mark + 12 if narrow else max(least, tall + 8)
        middles.append(y + (tall + 4 + mark / 2 if narrow else step / 2))
        y += step
    return Rows(tuple(middles), y + (2 if narrow else 0), narrow, mark)


def left_margin(labels: Sequence[str], narrow: bool) -> int:
    """What holds the longest line of the names; next to nothing on a phone, where they stand above."""
    longest = max((len(part) for text in labels for part in wrap(text, LABEL_MOST)), default=0)
    return 4 if narrow else round(20 + CHAR * longest)


def names(labels: Sequence[str], rows: Rows, chosen: int | None = None) -> list[Note]:
    """Names of rows: at the left on a page, above their marks on a phone; the chosen one bold."""
    shared: dict[str, Any] = {"xref": "paper", "x": 0}
    if rows.narrow:
        shared |= {"xanchor": "left", "yanchor": "bottom", "yshift": rows.mark / 2 + 1, "align": "left", **OVER}
    else:
        shared |= {"xanchor": "right", "xshift": -12, "align": "right"}
    width = LABEL_NARROW if rows.narrow else LABEL_MOST
    notes = [note(broken(text, width), y=y, **shared) for text, y in zip(labels, rows.middles, strict=True)]
    if chosen is not None:
        notes[chosen] |= {"text": f"<b>{notes[chosen]['text']}</b>", "bgcolor": theme.WASH}
    return notes


def chosen_row(labels: Sequence[str], chosen: int | None, rows: Rows, left: float) -> list[Shape]:
    """A pale band behind the row of the selected area, from edge to edge, with an ink bar at its left."""
    if chosen is None:
        return []
    y = rows.middles[chosen]
    if rows.narrow:
        top, foot = y - rows.mark / 2 - 5 - TEXT_STEP * len(wrap(labels[chosen], LABEL_NARROW)), y + rows.mark / 2 + 4
    else:
        near = [abs(y - m) for i, m in enumerate(rows.middles) if i != chosen]
        half = min([*near, 40.0]) / 2 - 1
        top, foot = y - half, y + half
    across: Shape = {"type": "rect", "y0": top, "y1": foot, "xref": "paper", "layer": "below", "line": {"width": 0}}
    begin = 2 - left
    margin = {**across, "xsizemode": "pixel", "xanchor": 0, "fillcolor": theme.WASH, "x0": begin, "x1": 0}
    bar = {**margin, "fillcolor": theme.INK, "x1": begin + 4}
    return [{**across, "fillcolor": theme.WASH, "x0": 0, "x1": 1}, margin, bar]


def chosen_of(codes: Sequence[str], selected: str) -> int | None:
    """Which row is of the selected area."""
    return next((i for i, code in enumerate(codes) if selected and code == selected), None)


def upright(x: float, low: float, high: float, **style: Any) -> go.Scatter:
    """A line across all rows."""
    return go.Scatter(x=[x, x], y=[low, high], mode="lines", line=style, hoverinfo="skip")


def reference_line(
    chart: Chart, reference: Reference | None, rows: Rows, ends: tuple[float, float]
) -> tuple[list[go.Scatter], list[Note]]:
    """The traces and the name of a reference line; its own interval is a pale band."""
    if reference is None:
        return [], []
    r, top, bottom, traces = reference, 0.0, rows.height, []
    if not missing(r.lower) and not missing(r.upper):
        x = [r.lower, r.upper, r.upper, r.lower]
        band = go.Scatter(
            x=x, y=[bottom, bottom, top, top], fill="toself", mode="none", fillcolor="#dbe4ec", hoverinfo="skip"
        )
        traces.append(band)
    traces.append(upright(r.value, bottom, top, color=theme.INK, width=1.5, dash="4px,3px"))
    where = (r.value - ends[0]) / (ends[1] - ends[0])
    anchor = "left" if where < 0.25 else "right" if where > 0.75 else "center"
    text = f"<b>{escape(r.name)} {chart.say(r.value)}</b>"
    return traces, [note(text, r.value, top, xanchor=anchor, yanchor="bottom", yshift=2)]


# --- the key ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class KeyItem:
    """One mark of the key and its words."""

    text: str
    fill: str
    edge: str
    form: Literal["dot", "box", "gap", "line", "dash", "ring"] = "box"


def key_height(items: Sequence[KeyItem], narrow: bool) -> int:
    """Px that the key takes, none when there is nothing to tell apart."""
    return round(12 + max(y + TEXT_STEP * len(lines) for _, y, lines in _flow(items, narrow))) if items else 0


def key(items: Sequence[KeyItem], narrow: bool, left: float, bottom: float) -> tuple[list[Shape], list[Note]]:
    """Marks and words under the drawing, in rows.

    Plotly's own legend is not used: it takes width from the drawing on a phone, and a click on it hides figures.

    Parameters
    ----------
    left, bottom : float
        Px from the drawing's left edge to the figure's, and from its foot to the first row of the key.
    """
    shapes: list[Shape] = []
    notes: list[Note] = []
    for item, (x, y, lines) in zip(items, _flow(items, narrow), strict=True):
        across, down = x + 4 - left, -(bottom + 8 + y)
        shapes += _mark(item, across, down - 10)
        notes.append(
            note("<br>".join(escape(text) for text in lines), 0, 0, theme.SECOND, xref="paper", yref="paper",
                 xanchor="left", yanchor="top", xshift=across + 24, yshift=down, align="left", borderpad=0)
        )  # fmt: skip
    return shapes, notes


def _flow(items: Sequence[KeyItem], narrow: bool) -> list[tuple[float, float, tuple[str, ...]]]:
    """Where each item stands, px from the left and from the top, and its lines: as many a row as surely fit."""
    places: list[tuple[float, float, tuple[str, ...]]] = []
    x, y, tall = 0.0, 0.0, 0
    width = 310 if narrow else 520
    for item in items:
        lines = wrap(item.text, LABEL_NARROW if narrow else 60)
        need = 24 + CHAR * max(len(text) for text in lines)
        if x and x + need > width:
            x, y, tall = 0.0, y + TEXT_STEP * tall + 7, 0
        places.append((x, y, lines))
        x, tall = x + need + 20, max(tall, len(lines))
    return places


def _mark(item: KeyItem, x: float, y: float) -> list[Shape]:
    shared: dict[str, Any] = {
        "xref": "paper", "yref": "paper", "xsizemode": "pixel", "ysizemode": "pixel", "xanchor": 0, "yanchor": 0,
        "line": {"color": item.edge, "width": {"dot": 2, "line": 2, "ring": 3}.get(item.form, 1)},
    }  # fmt: skip
    if item.form == "dash":
        shared["line"] = {"color": item.edge, "width": 2, "dash": "4px,3px"}
    if item.form in ("line", "dash"):
        return [{"type": "line", "x0": x, "x1": x + 18, "y0": y, "y1": y, **shared}]
    size = (5, 5) if item.form == "dot" else (8, 6.5)
    middle = x + 9
    box = {"x0": middle - size[0], "x1": middle + size[0], "y0": y - size[1], "y1": y + size[1], "fillcolor": item.fill}
    if item.form == "dot":
        return [{"type": "circle", **box, **shared}]
    marks: list[Shape] = [{"type": "rect", **box, **shared}]
    if item.form == "gap":
        marks += [
            {"type": "line", "x0": middle + d - 4, "x1": middle + d + 4, "y0": y - 6, "y1": y + 6, **shared}
            for d in (-4, 0, 4)
        ]
    return marks
