"""Areas in rank order, with ties; and how concentrated a count is in the areas that have most."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from math import ceil

import pandas as pd

from workbench.domain import words
from workbench.domain.figures import FigureSet
from workbench.domain.rows import (
    Row,
    check_alike,
    flags_of,
    has_interval,
    is_usable,
    missing_reason,
    period_of,
    records,
    rounding_step,
    same,
)
from workbench.domain.statistics import Period, rounding_bound
from workbench.errors import FigureMissing, NotComparable

NOUNS = {
    "claimant_count": "claimants",
    "claimant_rate": "claimant rates",
    "claimant_rate_yearly": "claimant rates",
    "employment_rate": "employment rates",
    "inactivity_rate": "inactivity rates",
    "uc_households": "households on Universal Credit",
    "population_16_64": "residents aged 16 to 64",
    "people_16_64": "people aged 16 to 64",
    "economically_active": "economically active people",
    "in_employment": "people in employment",
    "employees": "employees",
    "self_employed": "self-employed people",
    "unemployed": "unemployed people",
    "inactive": "economically inactive people",
    "imd_score": "deprivation scores",
    "imd_rank": "deprivation ranks",
    "imd_decile": "deprivation deciles",
    "imd2019_rank": "deprivation ranks",
    "imd2019_decile": "deprivation deciles",
}
"""What the figures of a measure are called in a title."""


@dataclass(frozen=True, slots=True)
class RankedArea:
    """One area in rank order.

    Attributes
    ----------
    rank : int
        1 is the highest. Areas with one value share a rank, and the next rank is skipped.
    tied : bool
    area_code, name : str
    value : float
    lower, upper : float or None
    """

    rank: int
    tied: bool
    area_code: str
    name: str
    value: float
    lower: float | None
    upper: float | None


@dataclass(frozen=True, slots=True)
class Concentration:
    """How much of a count the areas with most of it hold.

    Attributes
    ----------
    areas, of : int
        How many areas, of how many with a figure.
    share, lowest, highest : float
        Per cent of the total; the bounds are the worst that rounding can do.
    total : float
        Sum over the areas with a figure.
    """

    areas: int
    of: int
    share: float
    lowest: float
    highest: float
    total: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """Areas of one level, highest first.

    Attributes
    ----------
    rows : tuple of RankedArea
    missing : int
        Areas without a figure. They have no rank and are never taken as zero.
    measure, unit, level : str
    period : tuple of date
    noun : str
        What the figures are called in the title: ``claimants``, ``employment rates``.
    concentrated : Concentration or None
        For counts that may be added; None for rates and scores, and for perturbed counts.
    caveats : tuple of str
    """

    rows: tuple[RankedArea, ...]
    missing: int
    measure: str
    unit: str
    level: str
    period: Period
    noun: str
    concentrated: Concentration | None
    caveats: tuple[str, ...]

    def top(self, n: int = 10) -> tuple[RankedArea, ...]:
        """The n highest, and any that tie with the last of them."""
        return tuple(row for row in self.rows if row.rank <= n)

    def bottom(self, n: int = 10) -> tuple[RankedArea, ...]:
        """The n lowest, lowest first, and any that tie with the last of them."""
        if not self.rows or n < 1:
            return ()
        limit = self.rows[max(0, len(self.rows) - n)].value
        return tuple(row for row in reversed(self.rows) if row.value <= limit)

    def frame(self) -> pd.DataFrame:
        """The rows as a table."""
        return pd.DataFrame([asdict(row) for row in self.rows])

    def headline(self) -> str:
        """The result as a sentence, for a title."""
        opening = f"{words.when(*self.period)} "
        c = self.concentrated
        if c is not None and c.of > c.areas and c.total > 0:
            many = f"{words.number(c.areas)} {words.plural(self.level)}" if c.areas > 1 else self.level
            who = f"the {many} with most {self.noun}"
            return f"{opening}{who}, of {c.of:,}, held {words.decimal(c.share, 0)}% of them"
        highest, lowest = self.rows[0].value, self.rows[-1].value
        if highest == lowest:
            return f"{opening}every {self.level} had {words.amount(highest, self.unit)}"
        return (
            f"{opening}{self.noun} by {self.level} ran from {words.amount(lowest, self.unit)} ({self._names(lowest)}) "
            f"to {words.amount(highest, self.unit)} ({self._names(highest)})"
        )

    def _names(self, value: float) -> str:
        names = [row.name for row in self.rows if row.value == value]
        return words.listed(names) if len(names) <= 2 else f"{words.number(len(names))} {words.plural(self.level)}"


def ranked(figures: FigureSet, *, period_end: date | None = None, noun: str = "", top_share: float = 0.1) -> Ranking:
    """Areas of one level in rank order, highest first, for one period.

    Parameters
    ----------
    figures : FigureSet
        One measure, unit and level.
    period_end : datetime.date, optional
        Last day of the period wanted; the latest when left out.
    noun : str
        What the figures are called in the title, in the plural; told from the measure or its unit when left out.
    top_share : float
        The share of areas whose part of the total is worked out, a tenth unless told otherwise.

    Returns
    -------
    Ranking

    Raises
    ------
    NotComparable
        When figures differ in measure, unit, level, boundaries, period or breakdown.
    FigureMissing
        When no area has a figure.
    """
    rows = records(figures)
    if not rows:
        raise FigureMissing("There are no areas to rank.", "Choose a measure and a level that are held.")
    wanted = period_end or max(row["period_end"] for row in rows)
    rows = [row for row in rows if row["period_end"] == wanted]
    if not rows:
        said = f"No figure is held for the period that ends on {words.day(wanted)}."
        raise FigureMissing(said, "Choose a period that is held.")
    check_alike(rows)
    level = str(same(rows, "level", "level", "Choose one level."))
    same(rows, "vintage", "boundaries", "Choose areas of one set of boundaries.")
    usable = [row for row in rows if is_usable(row)]
    if not usable:
        raise FigureMissing(f"No {level} has a figure: {missing_reason(rows[0])}.", "Choose a larger level.")
    unit = str(rows[0]["unit"])
    addable = unit in words.COUNTS and not any("perturbed" in flags_of(row) for row in rows)
    return Ranking(
        rows=_in_order(usable),
        missing=len(rows) - len(usable),
        measure=str(rows[0]["measure"]),
        unit=unit,
        level=level,
        period=period_of(rows),
        noun=noun or NOUNS.get(str(rows[0]["measure"])) or (unit if unit in words.COUNTS else "figures"),
        concentrated=concentration(figures, period_end=wanted, top_share=top_share) if addable else None,
        caveats=_caveats(rows, usable, level),
    )


def concentration(figures: FigureSet, *, period_end: date | None = None, top_share: float = 0.1) -> Concentration:
    """What share of a total the areas with most of it hold.

    Raises
    ------
    NotComparable
        When the cells were adjusted at random, for such cells are never added; when the figures are not counts.
    FigureMissing
        When no area has a figure.
    """
    rows = [row for row in records(figures) if period_end is None or row["period_end"] == period_end]
    if any("perturbed" in flags_of(row) for row in rows):
        raise NotComparable(
            "The publisher adjusted these counts at random, so they are not added up.",
            "Use the total that the publisher gives for the larger area.",
            "flag",
        )
    usable = [row for row in rows if is_usable(row)]
    if not usable:
        raise FigureMissing("No area has a figure.", "Choose another period or level.")
    check_alike(rows)
    period_of(rows)
    same(rows, "level", "level", "Choose one level: areas inside one another are not added.")
    if usable[0]["unit"] not in words.COUNTS:
        raise NotComparable("Only counts can be added; rates and scores cannot.", "Choose the count.", "unit")
    ordered = sorted(usable, key=lambda row: -float(row["value"]))
    k = max(1, ceil(top_share * len(ordered)))
    top, rest = _sum(ordered[:k]), _sum(ordered[k:])
    return Concentration(
        areas=k,
        of=len(ordered),
        share=_share(top[0], rest[0]),
        # The worst of rounding: every cell of one part too high and every cell of the other too low.
        lowest=_share(max(0.0, top[0] - top[1]), rest[0] + rest[1]),
        highest=_share(top[0] + top[1], max(0.0, rest[0] - rest[1])),
        total=top[0] + rest[0],
    )


def _sum(rows: Sequence[Row]) -> tuple[float, float]:
    return sum(float(row["value"]) for row in rows), sum(rounding_bound(rounding_step(row)) for row in rows)


def _share(part: float, rest: float) -> float:
    return 100 * part / (part + rest) if part + rest > 0 else 0.0


def _in_order(rows: Sequence[Row]) -> tuple[RankedArea, ...]:
    ordered = sorted(rows, key=lambda row: (-float(row["value"]), str(row["area_code"])))
    values = [float(row["value"]) for row in ordered]
    first_at: dict[float, int] = {}
    for position, value in enumerate(values, start=1):
        first_at.setdefault(value, position)
    often = pd.Series(values).value_counts()
    return tuple(
        RankedArea(
            rank=first_at[value],
            tied=bool(often[value] > 1),
            area_code=str(row["area_code"]),
            name=str(row["area_name"]),
            value=value,
            lower=float(row["lower"]) if has_interval(row) else None,
            upper=float(row["upper"]) if has_interval(row) else None,
        )
        for row, value in zip(ordered, values, strict=True)
    )


def _caveats(rows: Sequence[Row], usable: Sequence[Row], level: str) -> tuple[str, ...]:
    said = []
    lost = [row for row in rows if not is_usable(row)]
    if lost:
        reasons = words.listed(sorted({missing_reason(row) for row in lost}))
        said.append(
            f"Take care. {words.sentence(f'{words.number(len(lost))} {words.plural(level, len(lost))}')[:-1]} "
            f"{'has' if len(lost) == 1 else 'have'} no figure and no rank: {reasons}."
        )
    step = max(rounding_step(row) for row in usable)
    if step and usable[0]["unit"] in words.COUNTS:
        said.append(f"Take care. Counts are rounded to {step}: areas within {step} of each other may change places.")
    if any("perturbed" in flags_of(row) for row in usable):
        said.append("Take care. The publisher adjusted these counts at random; they are not added up here.")
    if any(has_interval(row) for row in usable):
        said.append(
            "Take care. These are survey estimates: neighbours in the list may change places from chance alone."
        )
    return tuple(said)
