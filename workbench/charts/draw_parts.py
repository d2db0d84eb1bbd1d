"""The parts of a drawing for documents that every kind of chart shares: the sheet, axes, names, reference line, key."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from io import BytesIO
from typing import TYPE_CHECKING, Any, Literal, cast

from workbench.charts import theme
from workbench.charts.spec_base import Chart, Reference
from workbench.charts.words import wrap
from workbench.errors import ExportError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Format = Literal["png", "svg"]

TEXT_PT = 9.0
ROW_MM = 7.2
STYLE: dict[str, Any] = {
    "font.family": "DejaVu Sans",  # comes with matplotlib: the same on every machine
    "font.size": TEXT_PT,
    "svg.hashsalt": "workbench",
    "svg.fonttype": "path",
    "hatch.linewidth": 0.6,
    "text.color": theme.INK,
    "text.parse_math": False,  # a $ in a name is a dollar
}


def render(make: Callable[[], Figure], format: Format, dpi: int) -> bytes:
    """The bytes of a figure, made under this package's own style and no one else's."""
    try:
        import matplotlib as mpl  # noqa: PLC0415  optional and slow to import: only when a document is made
    except ImportError as error:
        raise ExportError(
            "Charts for documents need matplotlib, which is not installed.",
            "Install it: pip install data-sharing-workbench[documents]",
        ) from error
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(cast(Any, STYLE))
        fig = make()
        out = BytesIO()
        nothing = {"Software": None} if format == "png" else {"Date": None, "Creator": None}
        fig.savefig(out, format=format, dpi=dpi, metadata=nothing)
    return out.getvalue()


def sheet(width_mm: float, height_mm: float) -> Figure:
    """A blank figure of this size."""
    from matplotlib.figure import Figure  # noqa: PLC0415

    return Figure(figsize=(width_mm / 25.4, height_mm / 25.4), facecolor=theme.PAPER)


def axes(fig: Figure, left: float, right: float, top: float, bottom: float) -> Axes:
    """Axes inside margins in mm, without a frame."""
    w, h = fig.get_size_inches() * 25.4
    ax = fig.add_axes((left / w, bottom / h, (w - left - right) / w, (h - top - bottom) / h))
    for side in ax.spines.values():
        side.set_visible(False)
    ax.tick_params(length=0, labelcolor=theme.SECOND, labelsize=TEXT_PT, pad=4)
    return ax


def set_ticks(ax: Axes, along: Literal["x", "y"], at: Sequence[float], labels: Sequence[str]) -> None:
    """Exactly these ticks."""
    (ax.set_xticks if along == "x" else ax.set_yticks)(list(at), list(labels))


def set_names(ax: Axes, labels: Sequence[str], most: int) -> None:
    """A name beside each row, in lines of at most so many characters."""
    set_ticks(ax, "y", range(len(labels)), ["\n".join(wrap(text, most)) for text in labels])
    ax.tick_params(axis="y", labelcolor=theme.INK)


def left_mm(labels: Sequence[str], most: int) -> float:
    """Millimetres that the names of rows need."""
    return 4 + 1.95 * max((len(part) for text in labels for part in wrap(text, most)), default=0)


def reference_line(ax: Axes, chart: Chart, reference: Reference | None, rows: int) -> None:
    """The named reference line across the rows, its interval as a pale band."""
    if reference is None:
        return
    r = reference
    if r.lower is not None and r.upper is not None:
        ax.fill_betweenx([-0.6, rows - 0.4], r.lower, r.upper, color=theme.WASH, linewidth=0, zorder=0)
    ax.plot([r.value, r.value], [-0.6, rows - 0.4], color=theme.INK, linewidth=1, linestyle=(0, (3, 2)), zorder=1)
    low, high = ax.get_xlim()
    where = (r.value - low) / (high - low)
    ha = "left" if where < 0.2 else "right" if where > 0.8 else "center"
    ax.annotate(
        f"{r.name} {chart.say(r.value)}", (r.value, -0.6), (0, 3), textcoords="offset points", ha=ha, va="bottom",
        fontweight="bold", color=theme.INK, annotation_clip=False,
    )  # fmt: skip


def key(fig: Figure, items: Sequence[tuple[str, Any]], bottom_mm: float) -> None:
    """Words and marks along the foot, as many a row as fit; long words in lines."""
    width, height = fig.get_size_inches() * 25.4
    lines = ["\n".join(wrap(text, _key_chars(width))) for text, _ in items]
    fig.legend(
        [mark for _, mark in items], lines, loc="lower left", bbox_to_anchor=(0.005, bottom_mm / height),
        ncols=_columns(width, lines), frameon=False, fontsize=TEXT_PT, labelcolor=theme.SECOND, handlelength=1.4,
        handleheight=0.9, handletextpad=0.6, columnspacing=1.4, borderaxespad=0, borderpad=0,
    )  # fmt: skip


def _key_chars(width_mm: float) -> int:
    """Characters that surely fit beside a mark in one line of the sheet."""
    return max(20, int((width_mm - 12) / 1.85))


def _columns(width_mm: float, labels: Sequence[str]) -> int:
    longest = max(len(line) for text in labels for line in text.split("\n")) * 1.85 + 9
    return max(1, min(len(labels), int(width_mm // longest)))


def key_mm(width_mm: float, labels: Sequence[str]) -> float:
    """Millimetres that the key needs."""
    if not labels:
        return 0.0
    lines = ["\n".join(wrap(text, _key_chars(width_mm))) for text in labels]
    more = [text.count("\n") for text in lines]
    rows = -(-len(labels) // _columns(width_mm, lines))
    return 3 + 5.2 * rows + 4.2 * (sum(more) if rows == len(lines) else rows * max(more))


def outline(ax: Axes, rings: Sequence[Any]) -> None:
    """A marked area: an ink line on a white one, so that it shows on every class."""
    from matplotlib.collections import PolyCollection  # noqa: PLC0415

    for colour, width in ((theme.PAPER, 3.4), (theme.INK, 1.8)):
        ax.add_collection(PolyCollection(rings, facecolor="none", edgecolor=colour, linewidth=width, zorder=8))


def tone_mark(tone: str, size: float = 6) -> Any:
    """The mark of a tone, for a key."""
    from matplotlib.lines import Line2D  # noqa: PLC0415

    fill, edge, _ = theme.TONES[tone]
    return Line2D([], [], linestyle="", marker="o", markersize=size, markeredgewidth=1.4, markerfacecolor=fill,
                  markeredgecolor=edge)  # fmt: skip


def halo() -> list[Any]:
    """A pale edge around a text, so that it reads on any colour."""
    from matplotlib.patheffects import withStroke  # noqa: PLC0415

    return [withStroke(linewidth=2.6, foreground=theme.PAPER)]
