"""Areas that a partnership makes by combining published ones: what can be said of them, and what cannot.

Counts are added; a rate is worked out again from the counts it was made of; an interval is recomputed. Whatever a sum
would get wrong is refused: cells that the publisher changed at random, medians, ranks and scores, parts that overlap or
are of different years, and parts without a figure, which are never taken for zero.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from workbench.domain import words
from workbench.domain.areas import AreaRegister
from workbench.domain.bespoke import BespokeArea
from workbench.domain.combining import total, weighted_mean
from workbench.domain.figures import COLUMNS, FigureSet, Library
from workbench.domain.rows import (
    Row,
    estimate_of,
    flags_of,
    has_interval,
    is_usable,
    missing_reason,
    records,
    rounding_step,
)
from workbench.domain.statistics import rounding_bound, wilson
from workbench.errors import DataError, Fault, FigureMissing, NotComparable

OWN = "own area"
"""Level of an area that a partnership made."""

_CARRIED = ("provisional", "estimated")


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
    apart = [a for a in held if area.vintage and not a.is_of(area.vintage)]
    if apart:
        told = f"{apart[0].name} is of {apart[0].vintage}, the others are of {area.vintage}: they may overlap."
        faults.append(Fault(where, told, "Keep areas of one set of boundaries."))
    return tuple(faults)


def combine(area: BespokeArea, figures: FigureSet) -> FigureSet:
    """The figures of an area from those of its parts, for each period in which every part has one.

    Parameters
    ----------
    area : BespokeArea
        Checked by :func:`check_parts`.
    figures : FigureSet
        One measure and unit, not split. Rows of other areas and other boundaries are left out.

    Returns
    -------
    FigureSet
        ``area_code`` is the id of the area, ``level`` is :data:`OWN`, and ``method`` says how each figure came about.

    Raises
    ------
    NotComparable
        When the figures are such that a sum would be wrong.
    FigureMissing
        When no period has a figure for every part, naming a part without one and the reason.

    Notes
    -----
    Rates of full counts: N / D of the added counts. Intervals: Wilson (1927) of the added counts where the parts have
    Wilson's; sums and means of independent survey estimates where the publisher gave intervals (APHO, *Technical
    Briefing 3*, 2008). A sum of n counts that were rounded to s may be off by n s / 2.
    """
    rows = [
        r for r in records(figures) if r["area_code"] in set(area.parts) and area.vintage in ("", str(r["vintage"]))
    ]
    if not rows:
        raise FigureMissing("None of its parts has a figure.", "Bring in the figures of its parts.", area.name)
    _refuse_unaddable(rows)
    periods: dict[tuple[date, date], dict[str, Row]] = {}
    for row in rows:
        periods.setdefault((row["period_start"], row["period_end"]), {})[str(row["area_code"])] = row
    made, lacking = [], ""
    bare: NotComparable | None = None
    for period, found in sorted(periods.items()):
        gaps = [code for code in area.parts if code not in found or not is_usable(found[code])]
        if gaps:
            reason = missing_reason(found[gaps[0]]) if gaps[0] in found else "no figure is held"
            lacking = f"{gaps[0]} has none for {words.period(*period)}: {reason}."
            continue
        try:
            made.append(_one(area, [found[code] for code in area.parts]))
        except NotComparable as error:  # of this period; another may have the counts
            bare = error
    if not made and bare is not None:
        raise bare
    if not made:
        raise FigureMissing(
            f"No period has a figure for every part. {lacking}", "Leave that part out, or use a larger area.", area.name
        )
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
            found.append(Combined(str(measure), combine(area, one)))
        except DataError as error:
            found.append(Combined(str(measure), None, f"{error.message} {error.remedy}".strip()))
    return tuple(found)


def _refuse_unaddable(rows: Sequence[Row]) -> None:
    units = {str(r["unit"]) for r in rows}
    if len(units) > 1:
        raise NotComparable("The parts have figures in different units.", "Choose one unit.", "unit")
    unit = units.pop()
    if any("perturbed" in flags_of(r) for r in rows):
        raise NotComparable(
            "The publisher changed these counts at random, so they are not added.",
            "Ask the publisher for the total of these areas: Stat-Xplore gives one for areas put together.",
            "flag",
        )
    if unit in words.COUNTS:
        return
    if unit != words.PER_CENT:
        raise NotComparable(
            f"{words.plural_unit(unit)[:1].upper()}{words.plural_unit(unit)[1:]} cannot be added or averaged.",
            "Use counts, or rates with their counts.",
            "unit",
        )


def _one(area: BespokeArea, rows: Sequence[Row]) -> dict[str, object]:
    """The figure of one period."""
    first = rows[0]
    flags = [f for f in _CARRIED if any(f in flags_of(r) for r in rows)]
    base: dict[str, object] = {
        "area_code": area.id, "area_name": area.name or "Own area", "level": OWN, "vintage": area.vintage,
        "measure": first["measure"], "period_start": first["period_start"], "period_end": first["period_end"],
        "unit": first["unit"], "numerator": np.nan, "denominator": np.nan, "lower": np.nan, "upper": np.nan,
        "confidence": np.nan, "flag": ";".join(flags), "source_id": first["source_id"],
    }  # fmt: skip
    return {**base, **(_count(rows) if str(first["unit"]) in words.COUNTS else _rate(rows))}


def _count(rows: Sequence[Row]) -> dict[str, object]:
    many = words.counted(len(rows), "part")
    if all(has_interval(r) for r in rows):
        e = total([estimate_of(r) for r in rows])
        return {"value": e.value, "lower": max(0.0, e.lower), "upper": e.upper, "confidence": e.confidence,
                "method": f"sum of {many}, taken as independent"}  # fmt: skip
    step = max(rounding_step(r) for r in rows)
    off = f"; rounding may move it by up to {rounding_bound(step, len(rows)):g}" if step else ""
    return {"value": sum(float(r["value"]) for r in rows), "method": f"sum of {many}{off}"}


def _rate(rows: Sequence[Row]) -> dict[str, object]:
    many = words.counted(len(rows), "part")
    with_denominators = all(not pd.isna(r["denominator"]) and r["denominator"] > 0 for r in rows)
    if all(has_interval(r) for r in rows) and not all(str(r["method"]).startswith("Wilson") for r in rows):
        if not with_denominators:
            raise NotComparable(
                "These are rates of a survey without the number of people they are of.",
                "Bring in the denominators, or ask for the survey's own figure of these areas.",
                "denominator",
            )
        sizes = [float(r["denominator"]) for r in rows]
        e = weighted_mean([estimate_of(r) for r in rows], sizes)
        return {
            "value": e.value, "lower": max(0.0, e.lower), "upper": min(100.0, e.upper), "confidence": e.confidence,
            "denominator": sum(sizes), "method": f"mean of {many} by their populations, taken as independent",
        }  # fmt: skip
    if not with_denominators or any(pd.isna(r["numerator"]) for r in rows):
        raise NotComparable(
            "These are rates without the counts they were made of, and rates are not averaged.",
            "Bring in the counts and the populations.",
            "numerator",
        )
    n, d = (sum(float(r[c]) for r in rows) for c in ("numerator", "denominator"))
    made: dict[str, object] = {"value": 100 * n / d, "numerator": n, "denominator": d}
    if all(str(r["method"]).startswith("Wilson") for r in rows) and n <= d:
        e = wilson(n, d)
        return {**made, "lower": 100 * e.lower, "upper": 100 * e.upper, "confidence": e.confidence,
                "method": f"Wilson, from the added counts of {many}"}  # fmt: skip
    return {**made, "method": f"from the added counts of {many}"}
