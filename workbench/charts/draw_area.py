"""The thematic map by matplotlib: in documents, and as one picture for the screen where there are very many areas."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.charts import draw_parts as part
from workbench.charts import theme
from workbench.charts.map_shapes import Plane, as_rings, border_edges, names_on, plane_of, shape_height
from workbench.charts.spec_map import AreaMap
from workbench.errors import ExportError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.path import Path

GAP: dict[str, Any] = {"facecolor": theme.PAPER, "edgecolor": theme.OTHER, "hatch": "/////", "linewidth": 0.5}


def area_map(chart: AreaMap, width_mm: float) -> Figure:
    """Areas in their classes, the lines between larger areas, the marked area on top."""
    from matplotlib.collections import LineCollection  # noqa: PLC0415
    from matplotlib.patches import Patch  # noqa: PLC0415

    plane = plane_of(chart.areas)
    colours = theme.shades(len(chart.edges) + 1)
    key: list[tuple[str, Any]] = [
        (text, Patch(facecolor=c, edgecolor=theme.edge(c), linewidth=0.6))
        for text, c in zip(chart.class_labels, colours, strict=True)
    ]
    if chart.without:
        key.append((chart.gap_label, Patch(**GAP)))
    names = {a.area_code: a.name for a in chart.areas if a.area_code in chart.outlined}
    key += [(names[c], Patch(facecolor=theme.PAPER, edgecolor=theme.INK, linewidth=1.8)) for c in names]
    key_mm = part.key_mm(width_mm, [text for text, _ in key])
    drawn = shape_height(plane, min(width_mm - 8, 140), 50, 150)
    fig = part.sheet(width_mm, drawn + 6 + key_mm)
    ax = part.axes(fig, 4, 4, 2, key_mm + 4)
    _frame(ax, plane, 0.012)
    _areas(ax, chart, plane, colours, 0.4 if len(chart.areas) <= 400 else 0.15)
    groups = [a.group for a in chart.areas]
    borders = as_rings(border_edges(plane, groups))
    ax.add_collection(LineCollection(borders, colors=theme.INK, linewidths=0.9, capstyle="round"))
    for code in chart.outlined:
        i = next((i for i, a in enumerate(chart.areas) if a.area_code == code), None)
        if i is not None and plane.rings[i] and chart.form != "points":
            part.outline(ax, plane.rings[i])
        elif i is not None:
            for colour, width in ((theme.PAPER, 3.4), (theme.INK, 1.8)):
                ax.scatter(
                    plane.middles[i, 0],
                    plane.middles[i, 1],
                    s=90,
                    facecolors="none",
                    edgecolors=colour,
                    linewidths=width,
                    zorder=8,
                )
    for name, x, y in names_on(chart, plane):
        ax.text(x, y, name, ha="center", va="center", fontweight="bold", color=theme.INK, zorder=9,
                path_effects=part.halo())  # fmt: skip
    part.key(fig, key, 1.5)
    return fig


def picture(chart: AreaMap, plane: Plane, width: int) -> bytes:
    """The coloured areas alone as a PNG, edge to edge, for a page that cannot draw so many.

    Parameters
    ----------
    chart : AreaMap
    plane : Plane
    width : int
        Px.

    Raises
    ------
    ExportError
        When matplotlib, an optional part, is not installed.
    """
    try:
        import matplotlib as mpl  # noqa: PLC0415
    except ImportError as error:
        raise ExportError(
            f"A map of {len(chart.areas):,} areas is made with matplotlib, which is not installed.",
            "Install it: pip install data-sharing-workbench[documents]. Or choose a smaller part of the country.",
        ) from error
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams["hatch.linewidth"] = 0.6
        size = (width / 100, width * plane.height / plane.width / 100)
        fig = part.sheet(size[0] * 25.4, size[1] * 25.4)
        ax = fig.add_axes((0, 0, 1, 1))
        ax.axis("off")
        _frame(ax, plane, 0)
        _areas(ax, chart, plane, theme.shades(len(chart.edges) + 1), 0.1)
        out = BytesIO()
        fig.savefig(out, format="png", dpi=100, metadata={"Software": None}, pil_kwargs={"optimize": False})
    return out.getvalue()


def _frame(ax: Axes, plane: Plane, room: float) -> None:
    spare = room * max(plane.width, plane.height)
    if room:
        ax.set_aspect("equal")
    ax.set_xlim(-spare, plane.width + spare)
    ax.set_ylim(-spare, plane.height + spare)
    ax.set_xticks([])
    ax.set_yticks([])


def _areas(ax: Axes, chart: AreaMap, plane: Plane, colours: Sequence[str], line: float) -> None:
    """Each class as one shape, or as dots where there are no boundaries."""
    from matplotlib.patches import PathPatch  # noqa: PLC0415

    for klass in (None, *range(len(colours))):
        mine = [i for i, a in enumerate(chart.areas) if a.klass == klass]
        rings = [] if chart.form == "points" else [r for i in mine for r in plane.rings[i]]
        look = GAP if klass is None else {"facecolor": colours[klass], "edgecolor": theme.edge(colours[klass])}
        if rings:
            # Not add_patch: that measures every bend, for limits which are set already.
            ax.add_artist(PathPatch(_path(rings), **{**look, "linewidth": line}))
        bare = [i for i in mine if (not plane.rings[i] or chart.form == "points") and not np.isnan(plane.middles[i, 0])]
        if bare:
            size = 14 if len(chart.areas) <= 1_000 else 7 if len(chart.areas) <= 5_000 else 1
            ax.scatter(plane.middles[bare, 0], plane.middles[bare, 1], s=size, linewidths=0.3,
                       facecolors=str(look["facecolor"]), edgecolors=str(look["edgecolor"]))  # fmt: skip


def _path(rings: Sequence[Any]) -> Path:
    """Rings as one path; holes run the other way round and stay open."""
    from matplotlib.path import Path  # noqa: PLC0415

    codes = np.full(sum(len(r) for r in rings), Path.LINETO, dtype=np.uint8)
    starts = np.cumsum([0, *(len(r) for r in rings[:-1])])
    codes[starts] = Path.MOVETO
    codes[np.cumsum([len(r) for r in rings]) - 1] = Path.CLOSEPOLY
    return Path(np.vstack(rings).astype(float), codes)
