"""The logic model drawn: as SVG for the page, as PNG or SVG by matplotlib for documents, and in words.

All three come from one layout. How well a link is evidenced is shown by the style of its line, and said in the key.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape as escape_html
from typing import TYPE_CHECKING, Any, Literal

from workbench.charts import theme
from workbench.charts.logic_layout import (
    LINE,
    PAD,
    TEXT,
    TITLES,
    Arrow,
    Box,
    Layout,
    Point,
    layout,
    links_of,
    runs_back,
    text_width,
)
from workbench.domain.logic_model import LEVELS, LogicModel
from workbench.domain.words import counted

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Style = Literal["strong", "moderate", "weak", "none", "feedback"]

# Width, dashes, colour and what the key says.
LINES: dict[Style, tuple[float, tuple[float, ...], str, str]] = {
    "strong": (3.0, (), theme.BRAND, "Strong evidence"),
    "moderate": (1.8, (), theme.BRAND, "Moderate evidence"),
    "weak": (1.8, (7, 4), theme.BRAND, "Weak evidence"),
    "none": (1.8, (1.5, 4), theme.OTHER, "No evidence given"),
    "feedback": (1.8, (12, 4, 2, 4), theme.OTHER, "Feedback"),
}
FILLS = {
    "input": ("#f5f7f9", theme.INK),
    "activity": ("#e8eef4", theme.INK),
    "output": ("#dbe6ef", theme.INK),
    "outcome": ("#c6d9e7", theme.INK),
    "impact": (theme.BRAND, theme.PAPER),
}
HEAD = 8.0  # px an arrow head is long
KEY_ROW = 24.0


_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def escape(text: str) -> str:
    """Text made safe to stand in SVG. Characters that XML 1.0 does not allow are left out."""
    return escape_html(_NOT_XML.sub("", text), quote=True)


def style_of(arrow: Arrow) -> Style:
    """The style of a line: feedback, or how strong its evidence is."""
    if arrow.kind == "feedback":
        return "feedback"
    return arrow.link.strength or "none"


# --- words ------------------------------------------------------------------------------------------------------------


def logic_model_text(model: LogicModel) -> str:
    """The whole model in words: every box by level, every link with what is said of it.

    Examples
    --------
    >>> from workbench.domain.logic_model import Link, Node
    >>> nodes = Node(id="a", level="activity", label="Coaching"), Node(id="b", level="outcome", label="Jobs kept")
    >>> model = LogicModel(nodes=nodes, links=(Link(id="l", source="a", target="b", strength="weak"),))
    >>> logic_model_text(model).partition(" Links: ")[2]
    '“Coaching” leads to “Jobs kept” (weak evidence).'
    """
    name = {n.id: n.label or "a box without words" for n in model.nodes}
    rank = {n.id: LEVELS.index(n.level) for n in model.nodes}
    parts = []
    for level in LEVELS:
        labels = [name[n.id] for n in model.nodes if n.level == level]
        if labels:
            parts.append(f"{TITLES[level]}: {'; '.join(labels)}.")
    links = []
    for link in links_of(model):
        verb = "feeds back to" if runs_back(link, rank) else "leads to"
        said = [
            f"because {link.mechanism}" if link.mechanism else "",
            f"assuming {link.assumption}" if link.assumption else "",
            f"{link.strength} evidence" if link.strength not in ("", "none") else "no evidence given",
        ]
        links.append(f"“{name[link.source]}” {verb} “{name[link.target]}” ({'; '.join(s for s in said if s)})")
    both = f"{counted(len(model.nodes), 'box')} and {counted(len(links), 'link')}"
    lines = f" Links: {'; '.join(links)}." if links else ""
    return f"Logic model with {both}. {' '.join(parts)}{lines}".strip()


# --- SVG --------------------------------------------------------------------------------------------------------------


def logic_model_svg(
    model: LogicModel, *, selected: str = "", narrow: bool = False, width: float = 0.0, prefix: str = "lm"
) -> str:
    """The model as one SVG element, to stand in a page.

    Parameters
    ----------
    model : LogicModel
    selected : str
        Id of a box or link to bring forward; the rest steps back.
    narrow : bool
        For a phone: levels below one another.
    width : float
        Px the drawing is laid out for; it then scales with its place.
    prefix : str
        Begins every element id, so that two drawings may stand in one page.

    Returns
    -------
    str
        Boxes carry ``data-node`` and links ``data-link`` with their ids.
    """
    placed = layout(model, width=width, narrow=narrow)
    key, key_height = _key_rows(placed)
    near = _near(placed, selected)
    height = placed.height + key_height
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {placed.width:g} {height:g}" role="img" '
        f'aria-labelledby="{escape(prefix)}-t {escape(prefix)}-d" font-family="{escape(theme.FONT)}" '
        f'font-size="{TEXT:g}" style="width:100%;height:auto;max-width:{placed.width:g}px">',
        f'<title id="{escape(prefix)}-t">Logic model</title>',
        f'<desc id="{escape(prefix)}-d">{escape(logic_model_text(model))}</desc>',
        f'<g font-size="15" font-weight="700" fill="{theme.BRAND}">',
        *(f'<text x="{t.x:g}" y="{t.y:g}">{TITLES[t.level]}</text>' for t in placed.titles),
        "</g>",
        *(_svg_arrow(a, near, placed) for a in placed.arrows),
        *(_svg_box(b, near, selected) for b in placed.boxes),
        *(_svg_key(x, y + placed.height, style) for x, y, style in key),
        "</svg>",
    ]
    return "".join(parts)


def _near(placed: Layout, selected: str) -> set[str]:
    """Ids of the selected box or link and of what it is joined to; empty when nothing is selected."""
    near: set[str] = set()
    for arrow in placed.arrows:
        link = arrow.link
        if selected in (link.id, link.source, link.target):
            near |= {link.id, link.source, link.target}
    return near | ({selected} if any(b.node.id == selected for b in placed.boxes) else set())


def path_of(arrow: Arrow) -> tuple[list[tuple[str, tuple[Point, ...]]], tuple[Point, Point, Point]]:
    """An arrow as path commands (M, L, C, Q) that stop at its head; and the three corners of the head."""
    *before, tip = arrow.points
    towards = 1.0 if before[-1][0] < tip[0] else -1.0
    neck = (tip[0] - towards * HEAD, tip[1])
    points = [*before, neck]
    commands: list[tuple[str, tuple[Point, ...]]] = [("M", (points[0],))]
    if arrow.curve:
        for i in range(1, len(points), 3):
            commands.append(("C", tuple(points[i : i + 3])))
    else:
        for before_it, corner, after_it in zip(points, points[1:-1], points[2:], strict=False):
            commands += [("L", (_toward(corner, before_it),)), ("Q", (corner, _toward(corner, after_it)))]
        commands.append(("L", (points[-1],)))
    return commands, (tip, (neck[0], tip[1] - HEAD / 2), (neck[0], tip[1] + HEAD / 2))


def _toward(corner: Point, other: Point, most: float = 5.0) -> Point:
    """The point at which a rounded corner begins."""
    dx, dy = other[0] - corner[0], other[1] - corner[1]
    length = max((dx * dx + dy * dy) ** 0.5, 1e-9)
    part = min(most, length / 2) / length
    return corner[0] + dx * part, corner[1] + dy * part


def _svg_arrow(arrow: Arrow, near: set[str], placed: Layout) -> str:
    link, (wide, dashes, colour, words) = arrow.link, LINES[style_of(arrow)]
    commands, head = path_of(arrow)
    d = " ".join(f"{c}{' '.join(f'{x:.1f},{y:.1f}' for x, y in points)}" for c, points in commands)
    dashed = f' stroke-dasharray="{" ".join(f"{v:g}" for v in dashes)}"' if dashes else ""
    faint = ' opacity=".22"' if near and link.id not in near else ""
    name = {b.node.id: b.node.label for b in placed.boxes}
    verb = "feeds back to" if arrow.kind == "feedback" else "leads to"
    said = escape(f"{name[link.source]} {verb} {name[link.target]}. {words}.")
    corners = " ".join(f"{x:.1f},{y:.1f}" for x, y in head)
    return (
        f'<g data-link="{escape(link.id)}"{faint}><title>{said}</title>'
        f'<path d="{d}" fill="none" stroke="{colour}" stroke-width="{wide:g}"{dashed}/>'
        f'<polygon points="{corners}" fill="{colour}"/></g>'
    )


def _svg_box(box: Box, near: set[str], selected: str) -> str:
    fill, ink = FILLS[box.node.level]
    chosen = box.node.id == selected
    edge, wide = (theme.INK, 3) if chosen else (theme.MEANING, 1.2)
    faint = ' opacity=".45"' if near and box.node.id not in near else ""
    x, y = box.x + PAD + 1, box.y + PAD + LINE * 0.74
    lines = "".join(f'<tspan x="{x:g}" y="{y + i * LINE:g}">{escape(line)}</tspan>' for i, line in enumerate(box.lines))
    return (
        f'<g data-node="{escape(box.node.id)}"{faint}><rect x="{box.x:g}" y="{box.y:g}" width="{box.w:g}" '
        f'height="{box.h:g}" rx="6" fill="{fill}" stroke="{edge}" stroke-width="{wide:g}"/>'
        f'<text fill="{ink}">{lines}</text></g>'
    )


def _key_rows(placed: Layout) -> tuple[list[tuple[float, float, Style]], float]:
    """Where each kind of line that is drawn stands in the key, below the drawing; and how high the key is."""
    drawn = {style_of(a) for a in placed.arrows}
    x, y, out = 6.0 if placed.narrow else 22.0, 26.0, []
    start = x
    for style in (s for s in LINES if s in drawn):
        need = 44 + text_width(LINES[style][3])
        if x > start and x + need > placed.width:
            x, y = start, y + KEY_ROW
        out.append((x, y, style))
        x += need + 20
    return out, y + 10 if out else 4.0


def _svg_key(x: float, y: float, style: Style) -> str:
    wide, dashes, colour, words = LINES[style]
    dashed = f' stroke-dasharray="{" ".join(f"{v:g}" for v in dashes)}"' if dashes else ""
    return (
        f'<path d="M{x:g},{y - 5:g} H{x + 36:g}" stroke="{colour}" stroke-width="{wide:g}"{dashed}/>'
        f'<text x="{x + 44:g}" y="{y:g}" fill="{theme.SECOND}">{words}</text>'
    )


# --- documents --------------------------------------------------------------------------------------------------------

LEAST_PT = 8.0


def draw_logic_model(
    model: LogicModel, *, format: Literal["png", "svg"] = "png", width_mm: float = 160, dpi: int = 200
) -> bytes:
    """The model for a document, from the same layout; text is at least 8 points at the printed width.

    Parameters
    ----------
    model : LogicModel
    format : {"png", "svg"}
    width_mm : float
        As printed: 160 for a page upright, 247 for a page on its side.
    dpi : int

    Returns
    -------
    bytes

    Raises
    ------
    ExportError
        When matplotlib, an optional part, is not installed.
    """
    from workbench.charts.draw import render  # noqa: PLC0415  for documents only

    # As many px as let a 14 px text print at 8 points; never wider than the page's own layout.
    width = min(TEXT / LEAST_PT * width_mm / 25.4 * 72, 980.0)
    placed = layout(model, width=width, narrow=width < 640)
    return render(lambda: _drawn(placed, width_mm), format, dpi)


def _drawn(placed: Layout, width_mm: float) -> Figure:
    from matplotlib.patches import FancyBboxPatch  # noqa: PLC0415

    from workbench.charts.draw import sheet  # noqa: PLC0415

    key, key_height = _key_rows(placed)
    height = placed.height + key_height
    pt = width_mm / 25.4 * 72 / placed.width  # points a px
    fig = sheet(width_mm, width_mm * height / placed.width)
    ax = fig.add_axes((0, 0, 1, 1))
    ax.set_xlim(0, placed.width)
    ax.set_ylim(height, 0)
    ax.axis("off")
    for t in placed.titles:
        ax.text(t.x, t.y, TITLES[t.level], fontsize=15 * pt, fontweight="bold", color=theme.BRAND)
    for arrow in placed.arrows:
        _draw_arrow(ax, arrow, pt)
    for box in placed.boxes:
        fill, ink = FILLS[box.node.level]
        ax.add_patch(
            FancyBboxPatch((box.x + 6, box.y + 6), box.w - 12, box.h - 12, boxstyle="round,pad=6", facecolor=fill,
                           edgecolor=theme.MEANING, linewidth=1.2 * pt, zorder=3)
        )  # fmt: skip
        for i, line in enumerate(box.lines):
            ax.text(box.x + PAD + 1, box.y + PAD + LINE * (i + 0.74), line, fontsize=TEXT * pt, color=ink, zorder=4)
    for x, y, style in key:
        wide, dashes, colour, words = LINES[style]
        at = placed.height + y
        ax.plot([x, x + 36], [at - 5, at - 5], **_stroke(wide, dashes, colour, pt))
        ax.text(x + 44, at, words, fontsize=TEXT * pt, color=theme.SECOND)
    return fig


def _stroke(wide: float, dashes: Sequence[float], colour: str, pt: float) -> dict[str, Any]:
    # Dashes are told in widths of the line.
    style: Any = (0, tuple(v / wide for v in dashes)) if dashes else "-"
    return {"color": colour, "linewidth": wide * pt, "linestyle": style}


def _draw_arrow(ax: Any, arrow: Arrow, pt: float) -> None:
    from matplotlib.patches import PathPatch, Polygon  # noqa: PLC0415
    from matplotlib.path import Path  # noqa: PLC0415

    wide, dashes, colour, _ = LINES[style_of(arrow)]
    commands, head = path_of(arrow)
    codes = {"M": Path.MOVETO, "L": Path.LINETO, "C": Path.CURVE4, "Q": Path.CURVE3}
    path = Path([p for _, points in commands for p in points], [codes[c] for c, points in commands for _ in points])
    stroke = _stroke(wide, dashes, colour, pt)
    ax.add_patch(PathPatch(path, fill=False, edgecolor=colour, linewidth=stroke["linewidth"],
                           linestyle=stroke["linestyle"], zorder=2))  # fmt: skip
    ax.add_patch(Polygon(head, closed=True, color=colour, linewidth=0, zorder=2))
