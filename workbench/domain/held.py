"""What a library holds of one measure inside one area, level by level."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from workbench.domain.figures import FigureSet, Library
from workbench.domain.rows import Row, flags_of, is_usable, records, totals

LEVELS = ("OA", "LSOA", "MSOA", "ward", "district", "combined authority", "region", "nation")
"""From the smallest to the largest."""


def coarser(level: str) -> tuple[str, ...]:
    """The levels above one, nearest first.

    Examples
    --------
    >>> coarser("district")
    ('combined authority', 'region', 'nation')
    """
    return LEVELS[LEVELS.index(level) + 1 :] if level in LEVELS else ()


def finer(level: str) -> tuple[str, ...]:
    """The levels below one, nearest first."""
    return LEVELS[: LEVELS.index(level)][::-1] if level in LEVELS else ()


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many areas have a figure.

    Attributes
    ----------
    of : int
        Areas that should have one: those of the same boundaries inside the area.
    usable, suppressed, missing, absent : int
        With a figure; withheld to protect people; missing for another reason or unreliable; not in the table at all.
    """

    of: int
    usable: int
    suppressed: int
    missing: int
    absent: int


class Held:
    """The figures of one measure inside one area.

    Parameters
    ----------
    library : Library
    measure, area : str
        Key of the measure; GSS code.
    """

    def __init__(self, library: Library, measure: str, area: str) -> None:
        self._library = library
        self.measure = measure
        self.area = area

    @cached_property
    def _inside(self) -> FigureSet:
        found = self._library.figures.where(measure=self.measure)
        codes: set[str] = set()
        for level in found.frame["level"].unique():
            codes.update(a.code for a in self._library.areas.within(self.area, str(level)))
        return found.where(area_code=codes)

    @cached_property
    def levels(self) -> tuple[str, ...]:
        """Levels at which at least one figure is held, smallest first."""
        return tuple(level for level in LEVELS if any(is_usable(row) for row in self.latest(level)))

    def latest(self, level: str) -> tuple[Row, ...]:
        """The rows of the newest period at a level, without breakdown."""
        if level not in self._latest:
            rows = self._rows(level)
            newest = rows.frame["period_end"] == rows.frame["period_end"].max()
            self._latest[level] = tuple(records(FigureSet(rows.frame.loc[newest], rows.citations)))
        return self._latest[level]

    def periods(self, level: str) -> tuple[tuple[Row, ...], ...]:
        """The rows at a level, without breakdown, one group a period, oldest first; boundaries as in the newest."""
        groups: dict[Any, list[Row]] = {}
        for row in records(self._rows(level)):
            groups.setdefault((row["period_end"], row["period_start"]), []).append(row)
        return tuple(tuple(groups[key]) for key in sorted(groups))

    @cached_property
    def _latest(self) -> dict[str, tuple[Row, ...]]:
        return {}

    def _rows(self, level: str) -> FigureSet:
        own = self._inside.where(level=level)
        if not len(own):
            return own
        rows = totals(own)
        newest = rows.frame["period_end"].max()
        vintage = rows.frame.loc[rows.frame["period_end"] == newest, "vintage"].iloc[0]
        return rows.where(vintage=vintage)

    def coverage(self, level: str) -> Coverage:
        """How many of the areas that should have a figure have one, in the newest period."""
        rows = self.latest(level)
        vintage = str(rows[0]["vintage"]) if rows else ""
        expected = self._expected(level, vintage)
        usable = {row["area_code"] for row in rows if is_usable(row)}
        suppressed = {row["area_code"] for row in rows if "suppressed" in flags_of(row)} - usable
        missing = {row["area_code"] for row in rows} - usable - suppressed
        return Coverage(
            of=len(expected),
            usable=len(usable),
            suppressed=len(suppressed),
            missing=len(missing),
            absent=len(expected - usable - suppressed - missing),
        )

    def _expected(self, level: str, vintage: str) -> set[str]:
        """Areas of the same boundaries: those the register says, and those any held figure of these boundaries names.

        An area of the register that states no boundaries counts for any.
        """
        inside = {a.code: a for a in self._library.areas.within(self.area, level)}
        frame = self._library.figures.frame
        named = frame.loc[(frame["level"] == level) & (frame["vintage"] == vintage), "area_code"].unique()
        fits = {code for code, a in inside.items() if not vintage or not a.vintage or a.is_of(vintage)}
        return fits | (set(named) & set(inside))

    def split_by(self, level: str, breakdowns: Sequence[str]) -> bool:
        """Whether figures crossed by all these breakdowns are held at a level."""
        frame = self._inside.frame
        own = frame.loc[frame["level"] == level]
        columns = {_key(str(c)): c for c in own.columns}
        if own.empty or not all(_key(b) in columns for b in breakdowns):
            return False
        crossed = pd.Series(True, index=own.index)
        for b in breakdowns:
            text = own[columns[_key(b)]].astype(str).str.strip().str.casefold()
            crossed &= ~text.isin(("", "nan", "none", "total", "all"))
        return bool((crossed & own["value"].notna()).any())


def _key(name: str) -> str:
    return name.strip().casefold().replace("_", " ")
