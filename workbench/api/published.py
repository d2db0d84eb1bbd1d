"""Published figures for an analyst: what is held, tidy tables, comparisons, trends, rankings and maps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path

import pandas as pd

from workbench import places
from workbench.api.answer import Answer, charted
from workbench.api.desks import More, library
from workbench.api.tables import Table
from workbench.app.derived import ENGLAND, MEASURES
from workbench.app.desk import read_file
from workbench.charts import build
from workbench.domain import comparison as compared
from workbench.domain.figures import FigureSet, Library
from workbench.domain.recipes import Recipe, recipe_of
from workbench.errors import FigureMissing, Unsettled, WrongFile
from workbench.sources.imported import Imported

SHOWN = 12
"""Answers that an error lists for one question."""


def catalogue(*, more: More = ()) -> pd.DataFrame:
    """Everything that is held: the sample figures, and those of files you have read.

    Parameters
    ----------
    more : Imported or Answer, or a sequence of them
        What :func:`read_figures` or :func:`fetch` gave.

    Returns
    -------
    pandas.DataFrame
        One row for each measure, level and set of boundaries: ``measure``, ``level``, ``boundaries`` (year), ``areas``
        (how many), ``first`` and ``last`` (ends of the first and last period), ``unit``, ``source``, ``licence``.

    Examples
    --------
    >>> import workbench as wb
    >>> held = wb.catalogue()
    >>> sorted(held.query("measure == 'claimant_rate'")["level"])
    ['combined authority', 'district', 'ward']
    """
    held = library(more)
    groups = held.figures.frame.groupby(["measure", "level", "vintage"], sort=True)
    rows = groups.agg(
        areas=("area_code", "nunique"),
        first=("period_end", "min"),
        last=("period_end", "max"),
        unit=("unit", lambda units: "; ".join(sorted(set(units)))),
        sources=("source_id", lambda ids: sorted(set(ids))),
    ).reset_index()
    cited = [[held.figures.citations[i] for i in ids] for ids in rows.pop("sources")]
    rows["source"] = [_lines(c.text() for c in cs) for cs in cited]
    rows["licence"] = [_lines(c.licence for c in cs) for cs in cited]
    return Table(rows.rename(columns={"vintage": "boundaries"}))


def figures(measure: str, level: str, area: str = "", *, latest: bool = False, more: More = ()) -> pd.DataFrame:
    """Published figures of one measure at one level, tidy.

    Parameters
    ----------
    measure, level : str
        As :func:`catalogue` lists them, for example ``employment_rate`` and ``district``.
    area : str
        GSS code: only figures of areas within it. Empty: all that is held.
    latest : bool
        Only the latest period.
    more : Imported or sequence of Imported

    Returns
    -------
    pandas.DataFrame
        One row a figure, with the columns of :data:`workbench.domain.figures.COLUMNS` and ``source``, the citation. A
        missing figure is NaN with the reason in ``flag``; it is never zero.

    Raises
    ------
    FigureMissing
        When nothing is held; the remedy lists what is.
    UnknownArea
        When the area is not held. Codes are never guessed.

    Examples
    --------
    >>> import workbench as wb
    >>> rates = wb.figures("employment_rate", "district", "E47000001", latest=True)
    >>> len(rates), rates["unit"].unique().tolist()
    (10, ['percent'])
    """
    found = _measured(library(more), measure, level, area)
    found = found.latest() if latest else found
    cited = [found.citations[i].text() for i in found.frame["source_id"]]
    return Table(found.frame.assign(source=cited).reset_index(drop=True))


def read_figures(
    path: Path | str, *, answers: Mapping[str, str] | None = None, recipe: Path | str | None = None
) -> Imported:
    """Read a file that was downloaded: CSV, XLSX, XLS, ODS or JSON, packed with gzip or not.

    Parameters
    ----------
    path : path
    answers : mapping of str to str, optional
        To what the file leaves open, for example ``{"period": "2025-06"}``.
    recipe : path, optional
        A recipe saved by ``workbench figures import --save-recipe``: the file is read as the one it was made for.

    Returns
    -------
    Imported
        ``figures.frame`` holds what was taken, ``refused`` what was not, each with its place and reason, and ``notes``
        what a reader must know. Hand it to other functions as ``more``.

    Raises
    ------
    Unsettled
        When the file leaves something open: the message lists the questions, and the answers that would do. Nothing is
        guessed.
    SourceUnavailable, WrongFile, UnknownArea
        When the file cannot be read, is of another kind, or is about areas that are not held.

    Examples
    --------
    >>> import workbench as wb
    >>> new = wb.read_figures("download.xlsx")  # doctest: +SKIP
    >>> wb.assess(wb.open_project(), more=new)  # doctest: +SKIP
    """
    file = Path(path).expanduser()
    made = _recipe(Path(recipe).expanduser()) if recipe is not None else None
    try:
        return read_file(file, places.sample(), places.home(), answers=answers, recipe=made)
    except Unsettled as error:
        error.remedy = _would_do(error)
        raise


def _recipe(path: Path) -> Recipe:
    try:
        return recipe_of(path.read_text(encoding="utf-8"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise WrongFile(
            "The recipe cannot be read.", "Name a recipe that was saved with --save-recipe.", str(path)
        ) from error


def _would_do(error: Unsettled) -> str:
    """The questions as the call that answers them, with the answers that would do."""
    keys = ", ".join(f'"{question.key}": …' for question in error.questions)
    told = []
    for question in error.questions:
        some = [f"“{c.value}” ({c.label})" if c.label else f"“{c.value}”" for c in question.candidates[:SHOWN]]
        more = len(question.candidates) - SHOWN
        some += [f"{more:,} more"] if more > 0 else []
        some += ["whatever is true"] if question.free or not some else []
        told.append(f"{question.key}: {' or '.join(some)}.")
    return f"Read it with answers={{{keys}}}. {' '.join(told)}"


def compare(
    measure: str,
    level: str,
    area: str = "",
    reference: str = ENGLAND,
    *,
    period_end: date | None = None,
    more: More = (),
) -> Answer:
    """Areas against a reference, for one period: which of them differ by more than chance.

    Parameters
    ----------
    measure, level, area : str
        As for :func:`figures`. The measure must be a rate or another figure that does not grow with the area.
    reference : str
        GSS code of what to compare with; England when left out.
    period_end : datetime.date, optional
        Last day of the period; the latest when left out.
    more : Imported or sequence of Imported

    Returns
    -------
    Answer
        ``value`` is a :class:`~workbench.domain.comparison.Comparison`; ``table`` has one row an area, lowest first,
        with the interval, the difference, its interval, ``p``, ``p_adjusted`` and ``verdict``.

    Raises
    ------
    FigureMissing, UnknownArea, NotComparable
        When a figure is not held, or the figures differ in period, unit, boundaries or denominator.

    Notes
    -----
    The difference of two independent estimates (APHO, Technical Briefing 3, 2008), allowing for the number of
    comparisons by Holm's method (1979). Overlapping intervals are not a test.

    Examples
    --------
    >>> import workbench as wb
    >>> wb.compare("employment_rate", "district", "E47000001").title
    'In 2023 Bolton, Rochdale and Wigan were below England; allowing for ten comparisons, only Bolton clearly was'
    """
    held = library(more)
    areas = _measured(held, measure, level, area).frame["area_code"].unique()
    both = held.figures.where(measure=measure, area_code=[*areas, reference])
    result = compared.compare_with(both, reference, period_end=period_end)
    drawn = build.comparison_chart(result, both, what=_what(measure, held))
    return charted(drawn, table=result.frame(), notes=(*result.caveats, result.method), value=result)


def trend(measure: str, area: str, reference: str = ENGLAND, *, more: More = ()) -> Answer:
    """One area over time, beside a reference where that is held: what changed by more than chance.

    Parameters
    ----------
    measure : str
    area, reference : str
        GSS codes. An empty reference: the area alone.
    more : Imported or sequence of Imported

    Returns
    -------
    Answer
        ``value`` is a :class:`~workbench.domain.trends.Trend`; ``table`` has one row a period.

    Raises
    ------
    FigureMissing, UnknownArea, NotComparable
        When the area has no figure, or the series mixes units, boundaries or breakdowns.

    Examples
    --------
    >>> import workbench as wb
    >>> answer = wb.trend("employment_rate", "E08000001")
    >>> answer.title
    'Bolton was below England in 19 of 20 years, clearly so in 15; the yearly wobble is mostly sampling'
    """
    held = library(more)
    level = held.areas.get(area).level
    _measured(held, measure, level, area)
    both = held.figures.where(measure=measure, area_code=[area, reference])
    result = compared.trend(both, area, reference_code=reference)
    drawn = build.trend_chart(
        result, both, what=_what(measure, held), reference_code=reference if result.reference_name else ""
    )
    return charted(drawn, table=result.frame(), notes=result.caveats, value=result)


def rank(measure: str, level: str, area: str = "", *, n: int = 10, as_map: bool = False, more: More = ()) -> Answer:
    """Areas in order in the latest period, highest first, as bars or as a map of hexagons.

    Parameters
    ----------
    measure, level, area : str
        As for :func:`figures`.
    n : int
        How many bars; areas that tie with the last are shown too.
    as_map : bool
        One hexagon for every area instead, laid out from their centroids.
    more : Imported or sequence of Imported

    Returns
    -------
    Answer
        ``value`` is a :class:`~workbench.domain.ranking.Ranking`; ``table`` has every area.

    Raises
    ------
    FigureMissing, UnknownArea, NotComparable

    Examples
    --------
    >>> import workbench as wb
    >>> answer = wb.rank("claimant_count", "ward", "E47000001", n=3)
    >>> len(answer.table), len(answer.chart.rows) >= 3
    (215, True)
    """
    held = library(more)
    found = _measured(held, measure, level, area).latest()
    result = compared.ranked(found)
    what = _what(measure, held)
    drawn = (
        build.hex_map(found, held.areas, title=result.headline(), what=what)
        if as_map
        else build.ranked_chart(result, found, what=what, n=n, areas=held.areas)
    )
    return charted(drawn, table=result.frame(), notes=result.caveats, value=result)


def _measured(held: Library, measure: str, level: str, area: str) -> FigureSet:
    """The figures of a measure, or an error that lists what is held instead."""
    if area:
        held.areas.get(area)
    found = held.measure(measure, level, area)
    if len(found):
        return found
    of_measure = held.figures.where(measure=measure)
    if not len(of_measure):
        column, remedy = held.figures.frame["measure"], "Choose one of: {}."
    elif level not in set(of_measure.frame["level"]):
        column, remedy = of_measure.frame["level"], "Choose one of these levels: {}."
    else:
        column, remedy = of_measure.frame["level"], "Choose an area that holds one of these levels: {}."
    raise FigureMissing(
        f"No figure of “{measure}” by {level} is held{f' within {held.areas.name(area)}' if area else ''}.",
        remedy.format(", ".join(sorted(set(column)))),
        area or measure,
    )


def _what(measure: str, held: Library) -> str:
    """What a measure is called in a chart."""
    known = dict(MEASURES).get(measure) or next((d.title for d in held.datasets if d.measure == measure), "")
    return known or measure.replace("_", " ")


def _lines(texts: Iterable[str]) -> str:
    return "; ".join(dict.fromkeys(t for t in texts if t))
