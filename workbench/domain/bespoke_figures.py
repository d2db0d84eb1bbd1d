"""Areas that a partnership makes by combining published ones: what can be said of them, and what cannot.

Counts are added; a rate is worked out again from the counts it was made of; an interval is recomputed. Whatever a sum
would get wrong is refused: cells that the publisher changed at random, medians, ranks and scores, parts that overlap or
are of different years, and parts without a figure, which are never taken for zero.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import fsum

import numpy as np
import pandas as pd

from workbench.domain import words
from workbench.domain.areas import AreaRegister
from workbench.domain.bespoke import BespokeArea
from workbench.domain.combining import total, weighted_mean
from workbench.domain.figures import COLUMNS, FigureSet, Library
from workbench.domain.intervals import clopper_pearson, exact_rate
from workbench.domain.rows import (
    Row,
    check_alike,
    estimate_of,
    flags_of,
    has_interval,
    is_usable,
    missing_reason,
    records,
    rounding_step,
    same,
    totals,
)
from workbench.domain.statistics import Estimate, count, exact_count, rate, rounding_bound, wilson
from workbench.errors import DataError, Fault, FigureMissing, NotComparable

OWN = "own area"
"""Level of an area that a partnership made."""

_CARRIED = ("provisional", "estimated", "noted")


@dataclass(frozen=True, eq=False)
class Combined:
    """One measure of an area that was made.

    Attributes
    ----------
    measure : str
    figures : FigureSet or None
        One row a period; None when it cannot be had.
    why : str
        Why not, as a sentence or two.
    """

    measure: str
    figures: FigureSet | None
    why: str = ""


def check_parts(area: BespokeArea, areas: AreaRegister) -> tuple[Fault, ...]:
    """What is wrong with the parts of an area.

    Parts of one level and one set of boundaries do not overlap, so that is what is asked for.

    Examples
    --------
    >>> [f.message for f in check_parts(BespokeArea(id="own-1"), AreaRegister())]
    ['It is made of nothing yet.']
    """
    where = f"bespoke_areas/{area.id}/parts"
    if not area.parts:
        return (Fault(where, "It is made of nothing yet.", "Choose its parts."),)
    faults = [
        Fault(where, f"{areas.name(code)} is in it {words.number(times)} times.", "Keep it once.")
        for code, times in Counter(area.parts).items()
        if times > 1
    ]
    unknown = [code for code in area.parts if code not in areas.areas]
    if unknown:
        some = ", ".join(unknown[:5]) + (f" and {len(unknown) - 5} more" if len(unknown) > 5 else "")
        faults.append(Fault(where, f"Not held: {some}.", "Check the codes, or bring in figures for these areas."))
    held = [areas.areas[code] for code in area.parts if code in areas.areas]
    levels = sorted({a.level for a in held})
    if len(levels) > 1:
        kinds = words.listed([words.plural(level) for level in levels])
        faults.append(Fault(where, f"It mixes {kinds}, which may overlap.", "Keep parts of one kind."))
    elif area.level and levels and levels != [area.level]:
        told = f"It is said to be made of {words.plural(area.level)}, but its parts are {words.plural(levels[0])}."
        faults.append(Fault(where, told, "Choose the parts again."))
    years = set.intersection(*({a.vintage, *a.vintages} for a in held)) if held and not area.vintage else {""}
    if not years:
        told = f"Its parts are of {words.listed(sorted({a.vintage for a in held}))}: they may overlap."
        faults.append(Fault(where, told, "Keep areas of one set of boundaries."))
    apart = [a for a in held if area.vintage and not a.is_of(area.vintage)]
    if apart:
        told = f"{apart[0].name} is of {apart[0].vintage}, the others are of {area.vintage}: they may overlap."
        faults.append(Fault(where, told, "Keep areas of one set of boundaries."))
    return tuple(faults)


def combine(area: BespokeArea, figures: FigureSet, areas: AreaRegister | None = None) -> FigureSet:
    """The figures of an area from those of its parts, for each period in which every part has one.

    Parameters
    ----------
    area : BespokeArea
        Checked by :func:`check_parts`.
    figures : FigureSet
        One measure, unit and source. Rows of other areas are left out, and so are splits where there are totals.
    areas : AreaRegister, optional
        With it, figures of other boundaries are used when every part is the same in them: an LSOA that was not
        redrawn. Without it only figures of the boundaries of the area.

    Returns
    -------
    FigureSet
        ``area_code`` is the id of the area, ``level`` is :data:`OWN`, and ``method`` says how each figure came about,
        how far rounding may have moved it, and which newer period had to be left out. Its flag ``rounded-n`` stands for
        the rounding of all parts together: the figure lies within n / 2 of the true one.

    Raises
    ------
    NotComparable
        When the figures are such that a sum would be wrong, or differ in measure, unit, source or breakdown.
    FigureMissing
        When no period has a figure for every part, naming a part without one and the reason.

    Notes
    -----
    Rates of full counts: N / D of the added counts. Intervals that are not symmetric (Wilson, Byar, exact) are worked
    out again from the added counts when each part's own counts give its published interval, and refused when they do
    not; sums and means of independent survey estimates where the publisher gave symmetric
    intervals (APHO, *Technical Briefing 3*, 2008). A sum of n counts that were rounded to s may be off by n s / 2.
    """
    rows = _rows_of_parts(area, figures, areas)
    _refuse_unaddable(rows)
    names = {str(row["area_code"]): str(row["area_name"]) for row in rows}
    periods: dict[tuple[date, date], dict[str, Row]] = {}
    for row in rows:
        found = periods.setdefault((row["period_end"], row["period_start"]), {})
        if str(row["area_code"]) in found:
            raise NotComparable(f"{row['area_name']} has two figures for one period.", "Keep one of them.", area.name)
        found[str(row["area_code"])] = row
    made: list[dict[str, object]] = []
    lacking: list[tuple[str, DataError]] = []  # since the newest period that could be had
    for (end, start), found in sorted(periods.items()):
        try:
            made.append(_one(area, _whole(area, found, names, words.period(start, end))))
            lacking = []
        except DataError as error:
            lacking.append((words.period(start, end), error))
    if not made:
        raise lacking[-1][1]
    for when, why in lacking[-1:]:
        made[-1]["method"] = f"{made[-1]['method']}. {when} is left out: {why.message}"
    frame = pd.DataFrame(made, columns=list(COLUMNS))
    for column in ("period_start", "period_end"):
        frame[column] = pd.to_datetime(frame[column])
    return FigureSet(frame, figures.citations)


def combinable(area: BespokeArea, library: Library) -> tuple[Combined, ...]:
    """Every measure that is held for the kind of the parts: its figures for the area, or why it has none.

    Parameters
    ----------
    area : BespokeArea
    library : Library
    """
    held = library.figures.where(area_code=set(area.parts))
    found = []
    for measure in sorted(held.frame["measure"].unique()):
        one = held.where(measure=measure)
        try:
            found.append(Combined(str(measure), combine(area, one, library.areas)))
        except DataError as error:
            found.append(Combined(str(measure), None, f"{error.message} {error.remedy}".strip()))
    return tuple(found)


def _rows_of_parts(area: BespokeArea, figures: FigureSet, areas: AreaRegister | None) -> list[Row]:
    """The rows of the parts, of one set of boundaries a period."""
    rows = records(totals(figures.where(area_code=set(area.parts))))
    if not rows:
        raise FigureMissing("None of its parts has a figure.", "Bring in the figures of its parts.", area.name)
    held = sorted({str(row["vintage"]) for row in rows})
    same_in = [v for v in held if v in (area.vintage, "") or not area.vintage or _unchanged(area, v, areas)]
    if not same_in:
        raise NotComparable(
            f"The figures are of boundaries of {words.listed(held)}, the parts of {area.vintage}.",
            f"Choose parts of {held[-1]}, or convert the figures.",
            "vintage",
        )
    if not area.vintage and len(held) > 1:
        raise NotComparable(
            f"The figures are of boundaries of {words.listed(held)}.", "Say which boundaries its parts have.", "vintage"
        )
    # Two sets of boundaries may both have a period: those of the area come first, then the newest.
    best: dict[tuple[date, date], str] = {}
    for row in rows:
        if (v := str(row["vintage"])) in same_in:
            key = (row["period_start"], row["period_end"])
            best[key] = max(best.get(key, v), v, key=lambda one: (one == area.vintage, one))
    return [row for row in rows if best.get((row["period_start"], row["period_end"])) == str(row["vintage"])]


def _unchanged(area: BespokeArea, vintage: str, areas: AreaRegister | None) -> bool:
    return areas is not None and all((part := areas.areas.get(c)) and part.is_of(vintage) for c in area.parts)


def _whole(area: BespokeArea, found: Mapping[str, Row], names: Mapping[str, str], when: str) -> list[Row]:
    """The row of every part, or a refusal that names one without."""
    gaps = [code for code in area.parts if code not in found or not is_usable(found[code])]
    if not gaps:
        return [found[code] for code in area.parts]
    reason = missing_reason(found[gaps[0]]) if gaps[0] in found else "no figure is held"
    more = f" (and {words.counted(len(gaps) - 1, 'other part')})" if len(gaps) > 1 else ""
    raise FigureMissing(
        f"{names.get(gaps[0], gaps[0])}{more} has no figure for {when}: {reason}.",
        "Leave that part out, or use a larger area.",
        area.name,
    )


def per_of(unit: str) -> float | None:
    """What a rate is per: 100 for per cent; None for what is no rate of counts.

    Examples
    --------
    >>> per_of("percent"), per_of("rate per 100,000"), per_of("score")
    (100.0, 100000.0, None)
    """
    if unit == words.PER_CENT:
        return 100.0
    said = re.search(r"per ([\d, ]*\d)$", unit)
    return float(re.sub("[, ]", "", said[1])) if said else None


def _refuse_unaddable(rows: Sequence[Row]) -> None:
    check_alike(rows)
    same(rows, "source_id", "source", "Choose one source.")
    check_addable(str(rows[0]["measure"]), str(rows[0]["unit"]), {flag for row in rows for flag in flags_of(row)})


def check_addable(measure: str, unit: str, flags: Collection[str]) -> None:
    """Refuse figures whose sum would be wrong whatever their values.

    Parameters
    ----------
    measure, unit : str
    flags : collection of str
        Every flag that one of them has.

    Raises
    ------
    NotComparable
        For cells that the publisher changed at random, and for medians, means, scores and ranks.
    """
    if "perturbed" in flags:
        raise NotComparable(
            "The publisher changed these counts at random, so they are not added.",
            "Ask the publisher for the total of these areas: Stat-Xplore gives one for areas put together.",
            "flag",
        )
    average = set(re.split(r"[^a-z]+", measure.casefold())) & {"median", "mean", "average"}
    if average or (unit not in words.COUNTS and per_of(unit) is None):
        kind = average.pop() if average else unit
        what = kind if kind.endswith("s") else words.plural_unit(kind)
        raise NotComparable(
            f"{what[:1].upper()}{what[1:]} cannot be added or averaged.",
            "Use counts, or rates with their counts.",
            "unit",
        )


def _one(area: BespokeArea, rows: Sequence[Row]) -> dict[str, object]:
    """The figure of one period."""
    first = rows[0]
    step = sum(rounding_step(r) for r in rows)
    flags = [f for f in _CARRIED if any(f in flags_of(r) for r in rows)] + ([f"rounded-{step}"] if step else [])
    some = [has_interval(r) for r in rows]
    if any(some) and not all(some):
        without = next(r for r in rows if not has_interval(r))
        raise NotComparable(
            f"{without['area_name']} has no interval and other parts have one.", "Leave that part out.", "lower"
        )
    base: dict[str, object] = {
        "area_code": area.id, "area_name": area.name or "Own area", "level": OWN, "vintage": first["vintage"],
        "measure": first["measure"], "period_start": first["period_start"], "period_end": first["period_end"],
        "unit": first["unit"], "numerator": np.nan, "denominator": np.nan, "lower": np.nan, "upper": np.nan,
        "confidence": np.nan, "flag": ";".join(flags), "source_id": first["source_id"],
    }  # fmt: skip
    return {**base, **(_count(rows, all(some)) if str(first["unit"]) in words.COUNTS else _rate(rows, all(some)))}


def _count(rows: Sequence[Row], sampled: bool) -> dict[str, object]:
    many = words.counted(len(rows), "part")
    value = fsum(float(r["value"]) for r in rows)
    if sampled:
        if not all(_symmetric(r) for r in rows):
            _refuse_unexplained(rows)
            e = count(value, float(rows[0]["confidence"]))
            return {"value": value, "lower": e.lower, "upper": e.upper, "confidence": e.confidence,
                    "method": f"{_poisson(value)}, from the sum of {many}"}  # fmt: skip
        e = total([estimate_of(r) for r in rows])
        return {"value": e.value, "lower": max(0.0, e.lower), "upper": e.upper, "confidence": e.confidence,
                "method": f"sum of {many}, taken as independent"}  # fmt: skip
    bound = sum(rounding_bound(rounding_step(r)) for r in rows)
    off = f"; rounding may move it by up to {bound:g}" if bound else ""
    return {"value": value, "method": f"sum of {many}{off}"}


def _rate(rows: Sequence[Row], sampled: bool) -> dict[str, object]:
    many, per = words.counted(len(rows), "part"), per_of(str(rows[0]["unit"])) or 100.0
    with_denominators = all(not pd.isna(r["denominator"]) and r["denominator"] > 0 for r in rows)
    if sampled and all(_symmetric(r) for r in rows):
        if not with_denominators:
            raise NotComparable(
                "These are rates of a survey without the number of people they are of.",
                "Bring in the denominators, or ask for the survey's own figure of these areas.",
                "denominator",
            )
        sizes = [float(r["denominator"]) for r in rows]
        e = weighted_mean([estimate_of(r) for r in rows], sizes)
        # A proportion ends at 100%; a rate of events may exceed one a person.
        top = per if str(rows[0]["unit"]) == words.PER_CENT and e.value <= per else e.upper
        return {
            "value": e.value, "lower": max(0.0, e.lower), "upper": min(top, e.upper), "confidence": e.confidence,
            "denominator": fsum(sizes), "method": f"mean of {many} by their populations, taken as independent",
        }  # fmt: skip
    if not with_denominators or any(pd.isna(r["numerator"]) for r in rows):
        raise NotComparable(
            "These are rates without the counts they were made of, and rates are not averaged.",
            "Bring in the counts and the populations.",
            "numerator",
        )
    n, d = (fsum(float(r[c]) for r in rows) for c in ("numerator", "denominator"))
    made: dict[str, object] = {"value": per * n / d, "numerator": n, "denominator": d}
    if sampled:
        _refuse_unexplained(rows)
        percent, confidence = str(rows[0]["unit"]) == words.PER_CENT and n <= d, float(rows[0]["confidence"])
        scale = per if percent else 1.0
        e = wilson(n, d, confidence) if percent else rate(n, d, per, confidence)
        return {**made, "lower": scale * e.lower, "upper": scale * e.upper, "confidence": e.confidence,
                "method": f"{'Wilson' if percent else _poisson(n)}, from the added counts of {many}"}  # fmt: skip
    bound = sum(rounding_bound(rounding_step(r)) for r in rows)
    off = f"; rounding of the counts may move it by up to {words.decimal(per * bound / d, 2)}" if bound else ""
    return {**made, "method": f"from the added counts of {many}{off}"}


def _symmetric(row: Row) -> bool:
    """Whether an interval is a value and a half-width, as surveys print it."""
    value, lower, upper = (float(row[c]) for c in ("value", "lower", "upper"))
    if str(row["method"]).startswith(("Wilson", "Byar", "exact")):
        return False
    # Each of the three may be printed to one decimal.
    printed = 0.2 if all(abs(10 * v - round(10 * v)) < 1e-9 for v in (value, lower, upper)) else 0.0
    return abs(lower + upper - 2 * value) <= printed + 0.02 * (upper - lower)


def _refuse_unexplained(rows: Sequence[Row]) -> None:
    """Refuse intervals that the counts do not explain: those of a survey whose counts are weighted up to a population.

    Worked out again from such counts, the interval would be many times too narrow.
    """
    for row in rows:
        if not any(_near(row, e, scale) for e, scale in _explanations(row)):
            raise NotComparable(
                f"{row['area_name']}: the published interval is not one that its counts give, so that of the whole "
                "cannot be worked out.",
                "Ask the publisher for the figure of these areas put together.",
                "lower",
            )


def _explanations(row: Row) -> list[tuple[Estimate, float]]:
    """The intervals that a figure's own counts give, with what brings each to the unit of the figure."""
    unit, confidence = str(row["unit"]), float(row["confidence"])
    if unit in words.COUNTS:
        return [(made(float(row["value"]), confidence), 1.0) for made in (count, exact_count)]
    per, n, d = per_of(unit) or 100.0, float(row["numerator"]), float(row["denominator"])
    found = [(made(n, d, per, confidence), 1.0) for made in (rate, exact_rate)]
    if unit == words.PER_CENT and n <= d:
        found += [(made(n, d, confidence), per) for made in (wilson, clopper_pearson)]
    return found


def _near(row: Row, e: Estimate, scale: float) -> bool:
    """Whether limits agree as far as they are printed; methods differ from each other by less than a tenth."""
    printed = 0.05 if all(abs(10 * float(row[c]) - round(10 * float(row[c]))) < 1e-9 for c in ("lower", "upper")) else 0
    slack = printed + 0.1 * scale * (e.upper - e.lower)
    return abs(float(row["lower"]) - scale * e.lower) <= slack and abs(float(row["upper"]) - scale * e.upper) <= slack


def _poisson(events: float) -> str:
    return "Byar" if events >= 10 else "exact Poisson"
