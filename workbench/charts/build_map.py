"""From figures to a thematic map: boundaries where they are at hand, else hexagons or dots from centroids."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from workbench.charts.boundaries import Boundaries
from workbench.charts.build import caption_of, group_of, hex_map
from workbench.charts.classes import Classing, class_of, edges_of
from workbench.charts.spec import HexMap
from workbench.charts.spec_map import AreaMap, Form, MapArea
from workbench.domain import words
from workbench.domain.areas import AreaRegister
from workbench.domain.figures import FigureSet
from workbench.domain.ranking import ranked
from workbench.domain.rows import Row, check_alike, is_usable, missing_reason, period_of, records, same
from workbench.errors import FigureMissing, NotComparable

POLYGONS_MOST = 2_500
"""Areas up to which a browser draws boundaries or hexagons well under a second."""

POINTS_MOST = 10_000
HELD_LEAST = 0.5  # the share of areas with a boundary below which the boundaries are of other areas

CLASSED: dict[Classing, str] = {
    "quantile": "about as many areas in each class",
    "equal": "classes of equal width",
    "natural": "classes at natural breaks",
}


def area_map(
    figures: FigureSet,
    areas: AreaRegister,
    *,
    what: str,
    title: str = "",
    boundaries: Boundaries | None = None,
    own: str = "",
    classes: int = 5,
    method: Classing = "quantile",
    form: Literal["", "polygons", "hexagons", "points", "picture"] = "",
) -> AreaMap | HexMap:
    """A thematic map in the form that suits what is at hand and how many areas there are.

    Parameters
    ----------
    figures : FigureSet
        One measure, unit, level and period.
    areas : AreaRegister
        Gives centroids and the larger area that each belongs to.
    what : str
        What is measured and of whom.
    title : str
        A sentence the figures support; the headline of their ranking when left out.
    boundaries : Boundaries, optional
        From :func:`workbench.charts.boundaries.read_boundaries`.
    own : str
        GSS code of an area to outline.
    classes : int
        At most five.
    method : {"quantile", "equal", "natural"}
        How classes are made.
    form : str
        Left out: boundaries up to 2,500 areas and one picture above that; without boundaries hexagons up to 2,500
        areas, dots up to 10,000, and one picture above that.

    Returns
    -------
    AreaMap or HexMap

    Raises
    ------
    FigureMissing
        When there is nothing to map.
    NotComparable
        When the figures differ, or fewer than half of the areas have a boundary: those are of other areas or years.
    UnknownArea, DataError
        When hexagons or dots are wanted and areas have no centroid, naming them.
    """
    rows = records(figures)
    if not any(is_usable(r) for r in rows):
        raise FigureMissing("There are no figures to map.", "Choose a measure, level and period that are held.")
    check_alike(rows)
    level = str(same(rows, "level", "level", "Choose one level."))
    period = words.period(*period_of(rows))
    form = form or _form(len(rows), boundaries)
    title = title or ranked(figures).headline()
    if form == "hexagons":
        return hex_map(figures, areas, title=title, what=what, classes=classes)
    if form == "polygons" and boundaries is None:
        raise FigureMissing("There are no boundaries to draw.", "Give a GeoJSON of the areas, or draw hexagons.")
    edges = edges_of([float(r["value"]) for r in rows if is_usable(r)], classes, method)
    placed = [_area(r, edges, areas, boundaries) for r in rows]
    nowhere = [a for a in placed if not a.rings and a.lon is None]
    if boundaries is not None:
        _check_same_areas(placed, boundaries, level)
    elif len(nowhere) == len(placed):
        raise FigureMissing(f"No {level} has a centroid or a boundary.", "Bring in the areas with their centroids.")
    placed += _around(placed, boundaries, areas, level)
    return AreaMap(
        title=title,
        caption=caption_of(what, period, rows, figures, f"; {CLASSED[method]}")
        + _cautions(rows, boundaries, nowhere, form),
        what=f"{what}, {period}",
        unit=str(rows[0]["unit"]),
        areas=tuple(sorted(placed, key=lambda a: a.area_code)),
        edges=edges,
        noun=words.plural(level, 1),
        form=_drawn(form),
        own=own,
    )


def _form(count: int, boundaries: Boundaries | None) -> Literal["polygons", "hexagons", "points", "picture"]:
    if boundaries is not None:
        return "polygons" if count <= POLYGONS_MOST else "picture"
    return "hexagons" if count <= POLYGONS_MOST else "points" if count <= POINTS_MOST else "picture"


def _drawn(form: str) -> Form:
    return "points" if form == "points" else "picture" if form == "picture" else "polygons"


def _area(row: Row, edges: Sequence[float], areas: AreaRegister, boundaries: Boundaries | None) -> MapArea:
    code = str(row["area_code"])
    boundary = boundaries.areas.get(code) if boundaries else None
    known = areas.areas.get(code)
    usable = is_usable(row)
    value = float(row["value"]) if usable else None
    return MapArea(
        area_code=code,
        name=str(row["area_name"]),
        value=value,
        klass=None if value is None else class_of(value, edges),
        group=group_of(code, areas),
        note="" if usable else missing_reason(row),
        rings=boundary.rings if boundary else (),
        lon=known.lon if known else None,
        lat=known.lat if known else None,
    )


def _check_same_areas(placed: Sequence[MapArea], boundaries: Boundaries, level: str) -> None:
    held = sum(bool(a.rings) for a in placed)
    if held < HELD_LEAST * len(placed):
        year = f" of {boundaries.vintage}" if boundaries.vintage else ""
        raise NotComparable(
            f"Only {held:,} of {words.counted(len(placed), words.plural(level, 1))} have a boundary in the file{year}.",
            "Use boundaries of the same level and year as the figures.",
            "boundaries",
        )


def _around(placed: Sequence[MapArea], boundaries: Boundaries | None, areas: AreaRegister, level: str) -> list[MapArea]:
    """Areas within the same larger areas that have a boundary and no row: a hole in the map is said, not left white."""
    if boundaries is None:
        return []
    here = {a.area_code for a in placed}
    parents = {areas.areas[c].parent for c in here if c in areas.areas} - {""}
    found = []
    for code, b in boundaries.areas.items():
        area = areas.areas.get(code)
        if area is not None and code not in here and area.level == level and area.parent in parents:
            found.append(MapArea(code, b.name, None, None, group_of(code, areas), "not in the figures", b.rings))
    return found


def _cautions(rows: Sequence[Row], boundaries: Boundaries | None, nowhere: Sequence[MapArea], form: str) -> str:
    """What a reader must know beside the source."""
    said = ""
    year = _one_year(rows)
    if boundaries is not None and boundaries.vintage and year and boundaries.vintage != year:
        said += f" Take care. The boundaries are of {boundaries.vintage}, the figures of {year}."
    if nowhere:
        names = [a.name for a in nowhere[:4]] + ([f"{len(nowhere) - 4:,} more"] if len(nowhere) > 4 else [])
        said += f" Not drawn, for want of a place: {words.listed(names)}."
    if form == "picture":
        said += " There are too many areas to point at one: choose it from the table."
    return said


def _one_year(rows: Sequence[Row]) -> str:
    """The year of the boundaries that all figures share; empty when they have none or several."""
    years = {str(r["vintage"]) for r in rows}
    return years.pop() if len(years) == 1 else ""
