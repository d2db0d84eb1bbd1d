"""From results to charts: the title is the result's own headline, the caption names source, period and interval.

Nothing is worked out here that the domain has not worked out; figures that are missing stay missing with their reason.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date, timedelta
from itertools import pairwise
from statistics import median
from typing import Any

import pandas as pd

from workbench.charts.classes import class_edges, class_of
from workbench.charts.hexes import assign
from workbench.charts.spec import (
    Bar,
    Cell,
    Dot,
    Emphasis,
    HexMap,
    IntervalDots,
    Point,
    Polarity,
    RankedBars,
    Reference,
    Series,
    Trend,
)
from workbench.domain import words
from workbench.domain.areas import AreaRegister
from workbench.domain.comparison import ComparedArea, Comparison, Ranking
from workbench.domain.comparison import Trend as TrendResult
from workbench.domain.figures import FigureSet
from workbench.domain.provenance import Citation
from workbench.domain.rows import (
    SMALL_LEVELS,
    Row,
    check_alike,
    has_interval,
    is_usable,
    missing_reason,
    period_of,
    records,
    same,
    vintages_of,
)
from workbench.errors import FigureMissing


def comparison_chart(
    comparison: Comparison, figures: FigureSet, *, what: str, polarity: Polarity | None = None
) -> IntervalDots:
    """Areas with their intervals beside the reference.

    Parameters
    ----------
    comparison : Comparison
    figures : FigureSet
        The figures it was made from: they carry the reference's interval, the confidence and the sources.
    what : str
        What is measured and of whom: ``Employment rate, people aged 16 to 64``.
    polarity : Polarity, optional
        Which way is better, with the source that says so. Without it no colour judges.

    Returns
    -------
    IntervalDots
    """
    used = [r for r in records(figures) if (r["period_start"], r["period_end"]) == comparison.period]
    reference = next((r for r in used if r["area_code"] == comparison.reference_code), None)
    ends: tuple[float | None, float | None] = (
        (float(reference["lower"]), float(reference["upper"]))
        if reference and has_interval(reference)
        else (None, None)
    )
    name, count = comparison.reference_name, len(comparison.rows)
    dots = [
        Dot(r.name, r.value, r.lower, r.upper, _emphasis(r), _said(r, name, comparison.sampled), r.area_code)
        for r in comparison.rows
    ]
    dots += [Dot(m.name, None, note=m.reason, area_code=m.area_code) for m in comparison.missing]
    judged = f" Better is {polarity.better}: {polarity.source}." if polarity else ""
    clearly = (
        f"Differs from {name}, allowing for {words.number(count)} comparisons"
        if comparison.sampled
        else f"Differs from {name} by more than rounding"
    )
    return IntervalDots(
        title=comparison.headline(),
        caption=caption_of(what, comparison.period_words, used, figures) + judged,
        what=f"{what}, {comparison.period_words}",
        unit=comparison.unit,
        rows=tuple(dots),
        reference=Reference(name, comparison.reference_value, *ends),
        polarity=polarity,
        strong_means=clearly,
        some_means=f"Differs from {name} if looked at alone",
        plain_means=f"No clear difference from {name}",
    )


def interval_of(row: Row) -> tuple[float | None, float | None]:
    """The published interval of a figure, if it has one."""
    return (float(row["lower"]), float(row["upper"])) if has_interval(row) else (None, None)


def _said(row: ComparedArea, reference: str, sampled: bool) -> str:
    """What the colour of a row means, in words, for the table and for whoever cannot see it."""
    if not row.direction:
        return ""
    how = ("" if not sampled else ", also after allowing for the comparisons") if row.clear else " if looked at alone"
    return f"{row.direction} {reference}{how}"


def _emphasis(row: ComparedArea) -> Emphasis:
    return "strong" if row.clear else "some" if row.verdict == "differs" else ""


def trend_chart(trend: TrendResult, figures: FigureSet, *, what: str, reference_code: str = "") -> Trend:
    """One area over time with its band, and the reference beside it.

    Parameters
    ----------
    trend : workbench.domain.comparison.Trend
    figures : FigureSet
        The figures it was made from. A period without a figure breaks the line.
    what : str
        What is measured and of whom.
    reference_code : str
        GSS code of the reference that the trend was made with, if any.

    Returns
    -------
    Trend
    """
    rows = [r for r in records(figures) if (r["measure"], r["unit"]) == (trend.measure, trend.unit)]
    main = series_of(trend.name, [r for r in rows if r["area_code"] == trend.area_code], main=True)
    series = [main]
    if reference_code and trend.reference_name:
        series.append(
            series_of(trend.reference_name, [r for r in rows if r["area_code"] == reference_code], main=False)
        )
    if not any(p.value is not None for p in main.points):
        raise FigureMissing(f"No figure is held for {trend.name}.", "Choose another area.", trend.area_code)
    span = f"{main.points[0].label} to {main.points[-1].label}"
    used = [r for r in rows if r["area_code"] in (trend.area_code, reference_code)]
    band = "; the band is the {} interval" if any(has_interval(r) for r in used) else ""
    return Trend(
        title=trend.headline(),
        caption=caption_of(what, span, used, figures, band),
        what=f"{what}, {span}",
        unit=trend.unit,
        series=tuple(series),
    )


def series_of(name: str, rows: Sequence[Row], *, main: bool) -> Series:
    """The figures of one area in order of time, with a gap wherever a period is missing."""
    ordered = sorted(rows, key=lambda r: r["period_end"])
    steps = [(b["period_end"] - a["period_end"]).days for a, b in pairwise(ordered)]
    usual = median(steps) if steps else 0
    points: list[Point] = []
    for i, row in enumerate(ordered):
        if i and steps[i - 1] > 1.5 * usual:
            middle = ordered[i - 1]["period_end"] + timedelta(days=steps[i - 1] // 2)
            points.append(Point("between", middle, None, note="no figure is held"))
        points.append(_point(row))
    return Series(name, tuple(points), main, str(ordered[0]["area_code"]) if ordered else "")


def _point(row: Row) -> Point:
    label, at = short_period(row["period_start"], row["period_end"]), row["period_end"]
    if not is_usable(row):
        return Point(label, at, None, note=missing_reason(row))
    return Point(label, at, float(row["value"]), *interval_of(row))


def short_period(start: date, end: date) -> str:
    """A period short enough for an axis."""
    text = words.period(start, end)
    if (start.year, start.month) == (end.year, end.month):
        return f"{end:%b %Y}"
    return f"{start:%b %Y} to {end:%b %Y}" if len(text) > 12 else text


def ranked_chart(
    ranking: Ranking,
    figures: FigureSet,
    *,
    what: str,
    n: int = 10,
    highlight: Collection[str] = (),
    areas: AreaRegister | None = None,
) -> RankedBars:
    """The highest areas as bars from zero.

    Parameters
    ----------
    ranking : Ranking
    figures : FigureSet
        The figures it was made from.
    what : str
        What is measured and of whom.
    n : int
        How many to show; areas that tie with the last are shown too.
    highlight : collection of str
        Codes of the areas to bring forward.
    areas : AreaRegister, optional
        To name the larger area that each belongs to.

    Returns
    -------
    RankedBars
    """
    used = [r for r in records(figures) if (r["period_start"], r["period_end"]) == ranking.period]
    shown = ranking.top(n)
    period = words.period(*ranking.period)
    missing = f" {words.counted(ranking.missing, ranking.level)} without a figure." if ranking.missing else ""
    return RankedBars(
        title=ranking.headline(),
        caption=caption_of(what, period, used, figures, "") + missing,
        what=f"{what}, {period}",
        unit=ranking.unit,
        rows=tuple(
            Bar(
                _full_name(r.area_code, r.name, areas),
                r.value,
                "strong" if r.area_code in highlight else "",
                area_code=r.area_code,
            )
            for r in shown
        ),
        of=len(ranking.rows) + ranking.missing,
        noun=ranking.level,
    )


def _full_name(code: str, name: str, areas: AreaRegister | None) -> str:
    group = group_of(code, areas)
    # "Bolton 005A" says already where it lies.
    return f"{name}, {group}" if group and not name.startswith(group) else name


def group_of(code: str, areas: AreaRegister | None) -> str:
    """The name of the larger area that an area belongs to; empty when none is held."""
    area = areas.areas.get(code) if areas else None
    return areas.name(area.parent) if areas and area and area.parent else ""


def hex_map(figures: FigureSet, areas: AreaRegister, *, title: str, what: str, classes: int = 5) -> HexMap:
    """One hexagon an area, coloured by class; drawn from centroids alone.

    Parameters
    ----------
    figures : FigureSet
        One measure, unit, level and period.
    areas : AreaRegister
        Gives each area's centroid and the larger area it belongs to.
    title : str
        A sentence the figures support, for example ``Ranking.headline()``.
    what : str
        What is measured and of whom.
    classes : int
        At most five.

    Returns
    -------
    HexMap

    Raises
    ------
    NotComparable
        When the figures differ in measure, unit, level, period or breakdown.
    FigureMissing
        When there is nothing to map.
    UnknownArea, DataError
        When an area is not in the register or has no centroid, naming the areas.
    """
    rows = records(figures)
    if not any(is_usable(r) for r in rows):
        raise FigureMissing("There are no figures to map.", "Choose a measure, level and period that are held.")
    check_alike(rows)
    level = str(same(rows, "level", "level", "Choose one level."))
    period = words.period(*period_of(rows))
    places = {str(r["area_code"]): areas.get(str(r["area_code"])) for r in rows}
    nowhere = float("nan")
    at = assign(
        {c: (nowhere if a.lon is None else a.lon, nowhere if a.lat is None else a.lat) for c, a in places.items()}
    )
    edges = class_edges([float(r["value"]) for r in rows if is_usable(r)], classes)
    cells = [_cell(r, edges, at[str(r["area_code"])], group_of(str(r["area_code"]), areas)) for r in rows]
    noun = words.plural(level, 1)
    each = f"; each hexagon is one of {words.counted(len(cells), noun)}"
    return HexMap(
        title=title,
        caption=caption_of(what, period, rows, figures, each),
        what=f"{what}, {period}",
        unit=str(rows[0]["unit"]),
        cells=tuple(sorted(cells, key=lambda c: c.area_code)),
        edges=edges,
        noun=noun,
    )


def _cell(row: Row, edges: Sequence[float], at: Any, group: str) -> Cell:
    code, name = str(row["area_code"]), str(row["area_name"])
    if not is_usable(row):
        return Cell(code, name, None, None, at.col, at.row, group, missing_reason(row))
    value = float(row["value"])
    return Cell(code, name, value, class_of(value, edges), at.col, at.row, group)


# --- captions ---------------------------------------------------------------------------------------------------------


def source_line(citations: Iterable[Citation]) -> str:
    """Sources in a few words: title and publisher, each once.

    Examples
    --------
    >>> source_line([Citation(publisher="ONS", title="Annual Population Survey", edition="2023")])
    'Source: Annual Population Survey, ONS.'
    """
    said = list(dict.fromkeys(f"{c.title}, {c.publisher}" for c in citations))
    return f"Source{'s' if len(said) > 1 else ''}: {'; '.join(said)}." if said else ""


def caption_of(
    what: str, period: str, rows: Sequence[Row], figures: FigureSet, with_interval: str = ", with {} intervals"
) -> str:
    """What, when, in which boundaries, with which interval, whence. ``{}`` in ``with_interval`` is the confidence."""
    said = sorted({f"{100 * float(r['confidence']):g}%" for r in rows if not pd.isna(r["confidence"])})
    interval = with_interval.format(" and ".join(said)) if said or "{}" not in with_interval else ""
    sources = [figures.citations[i] for i in dict.fromkeys(str(r["source_id"]) for r in rows) if i in figures.citations]
    years = [(level, vintages_of(rows, level)) for level in SMALL_LEVELS]
    drawn = "".join(f", {words.plural(level)} of {year}" for level, year in years if year)
    return f"{what}, {period}{drawn}{interval}. {source_line(sources)}".strip()
