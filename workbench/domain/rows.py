"""Figures as plain rows, and what makes rows comparable: one measure, unit, period, set of boundaries and breakdown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from workbench.domain import words
from workbench.domain.figures import COLUMNS, FLAGS, FigureSet
from workbench.domain.statistics import Estimate, Period, rounding_bound
from workbench.errors import NotComparable

Row = Mapping[str, Any]

SMALL_LEVELS = ("ward", "MSOA", "LSOA", "OA")
"""Levels whose boundaries are redrawn often enough that a figure means little without their year."""


def records(figures: FigureSet) -> list[Row]:
    """The figures as plain rows, dates as dates."""
    rows = figures.frame.to_dict("records")
    return [
        {
            **{str(k): v for k, v in row.items()},
            "period_start": pd.Timestamp(row["period_start"]).date(),
            "period_end": pd.Timestamp(row["period_end"]).date(),
        }
        for row in rows
    ]


def vintages_of(rows: Sequence[Row], level: str) -> str:
    """The years of the boundaries that figures of a small level are for; empty for a larger level, or when not given.

    Boundaries of wards and statistical areas are redrawn; those of districts and above have names that tell.

    Examples
    --------
    >>> vintages_of([{"level": "ward", "vintage": "2017"}, {"level": "nation", "vintage": "2021"}], "ward")
    '2017'
    >>> vintages_of([{"level": "district", "vintage": "2021"}], "district")
    ''
    """
    if level not in SMALL_LEVELS:
        return ""
    return words.listed(sorted({str(row["vintage"]) for row in rows if row["level"] == level and row["vintage"]}))


def flags_of(row: Row) -> tuple[str, ...]:
    """The flags of a figure."""
    return tuple(f for f in str(row["flag"]).split(";") if f)


def is_usable(row: Row) -> bool:
    """Whether a figure has a value that its publisher stands by."""
    return not pd.isna(row["value"]) and "unreliable" not in flags_of(row)


def has_interval(row: Row) -> bool:
    """Whether a figure has an interval."""
    return not any(pd.isna(row[c]) for c in ("lower", "upper", "confidence")) and row["upper"] > row["lower"]


def estimate_of(row: Row) -> Estimate:
    """The figure with its interval."""
    return Estimate(float(row["value"]), float(row["lower"]), float(row["upper"]), float(row["confidence"]))


def rounding_step(row: Row) -> int:
    """What the publisher rounded the count to; 0 when no flag says that it was rounded."""
    return max((int(f.split("-")[1]) for f in flags_of(row) if f.startswith("rounded-")), default=0)


def rounding_error(row: Row) -> float | None:
    """The most that rounding can move a figure, in its own unit; None when it cannot be known.

    A percentage whose numerator was rounded moves by half a step over the denominator, and one that is printed to one
    decimal by 0.05 more.
    """
    if "perturbed" in flags_of(row):
        return None
    bound = rounding_bound(rounding_step(row))
    if row["unit"] != words.PER_CENT:
        return bound
    value = float(row["value"])
    printed = 0.05 if abs(10 * value - round(10 * value)) < 1e-9 else 0.0
    if bound == 0:
        return printed
    if pd.isna(row["denominator"]) or not row["denominator"] > 0:
        return None
    return printed + 100 * bound / float(row["denominator"])


def missing_reason(row: Row) -> str:
    """Why a figure is missing, in the words of its flag."""
    said = [FLAGS[f] for f in flags_of(row) if f in FLAGS and not f.startswith("rounded-")]
    return "; ".join(said) or "no figure"


def same(rows: Sequence[Row], column: str, what: str, remedy: str) -> Any:
    """The one value that all rows have in a column, or a refusal that lists the values."""
    found = {str(row[column]) for row in rows}
    if len(found) > 1:
        raise NotComparable(f"The figures differ in {what}: {words.listed(sorted(found))}.", remedy, column)
    return rows[0][column]


def check_alike(rows: Sequence[Row]) -> None:
    """Refuse rows that are not of one measure, unit and set of boundaries, or mix breakdowns."""
    same(rows, "measure", "measure", "Choose one measure.")
    same(rows, "unit", "unit", "Choose one unit: counts and rates are not compared.")
    for column in (c for c in rows[0] if c not in COLUMNS):
        same(rows, column, column, f"Choose one value of {column}.")
    _check_denominators(rows)


def check_boundaries(a: Row, b: Row) -> None:
    """Refuse two figures of one level whose boundaries are of different years.

    Figures of different levels, such as a ward and its nation, may have boundaries of different years.

    Raises
    ------
    NotComparable
        When both years are known and differ.
    """
    if a["level"] == b["level"] and a["vintage"] and b["vintage"] and a["vintage"] != b["vintage"]:
        raise NotComparable(
            f"The figures are of boundaries of {a['vintage']} and {b['vintage']}.",
            "Choose areas of one set of boundaries, or convert the figures.",
            "vintage",
        )


def _check_denominators(rows: Sequence[Row]) -> None:
    for row in rows:
        if row["unit"] != words.PER_CENT or any(pd.isna(row[c]) for c in ("value", "numerator", "denominator")):
            continue
        from_counts = 100 * row["numerator"] / row["denominator"] if row["denominator"] else float("inf")
        # Twice what rounding of the rate and of the count can do.
        slack = 2 * ((rounding_error(row) or 0.0) + 0.05)
        if abs(from_counts - row["value"]) > slack:
            raise NotComparable(
                f"{row['area_name']}: the rate is {words.amount(row['value'], 'percent')}, but its numerator and "
                f"denominator give {words.amount(from_counts, 'percent')}.",
                "Use the denominator that the rate was made with.",
                str(row["area_code"]),
            )


def period_of(rows: Sequence[Row]) -> Period:
    """The one period of all rows, or a refusal that lists the periods."""
    periods = {(row["period_start"], row["period_end"]) for row in rows}
    if len(periods) > 1:
        said = words.listed([words.period(*p) for p in sorted(periods)])
        raise NotComparable(f"The figures are of different periods: {said}.", "Choose one period.", "period")
    return next(iter(periods))


TOTAL_WORDS = ("", "nan", "none", "total", "all", "all people", "all persons", "people", "persons", "16–64", "16-64")


def totals(figures: FigureSet) -> FigureSet:
    """The figures without breakdown: those whose breakdown columns are all empty or say “total”.

    When no row is a total, the breakdown is part of what is measured (one age band, say) and all rows come back.
    """
    frame = figures.frame
    is_total = pd.Series(True, index=frame.index)
    for column in (c for c in frame.columns if c not in COLUMNS):
        is_total &= frame[column].astype(str).str.strip().str.casefold().isin(TOTAL_WORDS)
    return FigureSet(frame.loc[is_total], figures.citations) if is_total.any() else figures
