"""The tidy figures schema: one place, used by every source, reader, store, chart and export.

A figure is a row; a missing figure is ``NaN`` with a flag that says why, never zero.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from workbench.domain import words
from workbench.domain.areas import AreaRegister
from workbench.domain.catalogue import Dataset
from workbench.domain.provenance import Citation
from workbench.errors import Fault, FigureMissing, InvalidProject

TEXT_COLUMNS = ("area_code", "area_name", "level", "vintage", "measure", "unit", "method", "flag", "source_id")
DATE_COLUMNS = ("period_start", "period_end")
NUMBER_COLUMNS = ("value", "numerator", "denominator", "lower", "upper", "confidence")

COLUMNS: tuple[str, ...] = (
    "area_code",  # GSS code
    "area_name",
    "level",  # nation, region, combined authority, district, ward, MSOA, LSOA, OA
    "vintage",  # year of the boundaries, "2011"
    "measure",  # key, "employment_rate"
    "period_start",  # first day of the reference period
    "period_end",  # last day of it
    "value",
    "unit",  # "percent" (0-100), "people", "households", "score", "rank", "decile"
    "numerator",
    "denominator",
    "lower",  # of the interval, in the unit of value
    "upper",
    "confidence",  # 0.95; NaN when there is no interval
    "method",  # how the interval came about: "published half-width", "Wilson", ""
    "flag",  # codes joined by ";": see FLAGS
    "source_id",  # key into FigureSet.citations
)
"""The columns every figure has. Breakdown columns such as ``sex`` or ``age`` may stand beside them."""

FLAGS: Mapping[str, str] = {
    "suppressed": "not published, to protect people",
    "unreliable": "published as unreliable or withheld because the sample is too small",
    "not available": "not available in the source",
    "nil": "nil or negligible in the source",
    "provisional": "provisional: may be revised",
    "estimated": "estimated by a model",
    "rounded-5": "rounded to the nearest 5 by the publisher",
    "rounded-10": "rounded to the nearest 10 by the publisher",
    "rounded-100": "rounded to the nearest 100 by the publisher",
    "perturbed": "randomly adjusted by the publisher: do not add cells",
    "noted": "marked by the publisher: read the notes",
}
"""What each flag means. A sum of rounded figures has ``rounded-n`` for the n of all its parts together: 20 wards, each
rounded to 5, make ``rounded-100``, so that the figure lies within 50 of the true one."""


@dataclass(frozen=True, eq=False)
class FigureSet:
    """Figures with the citations of their sources.

    Attributes
    ----------
    frame : pandas.DataFrame
        The columns of :data:`COLUMNS`, one row a figure. Not to be changed in place.
    citations : mapping of str to Citation
        By ``source_id``.
    """

    frame: pd.DataFrame
    citations: Mapping[str, Citation] = field(default_factory=dict)

    def where(self, **wanted: object) -> FigureSet:
        """The rows whose columns equal the given values (or are among them, for a list, tuple or set).

        Examples
        --------
        >>> figures.where(level="district", measure="employment_rate")  # doctest: +SKIP
        """
        rows = np.ones(len(self.frame), dtype=bool)
        for column, value in wanted.items():
            values = list(value) if isinstance(value, list | tuple | set | frozenset) else [value]
            rows &= self.frame[column].isin(values).to_numpy()
        return FigureSet(self.frame.loc[rows], self.citations)

    @property
    def breakdowns(self) -> tuple[str, ...]:
        """The columns beside the schema's own: splits such as ``sex``. An empty text in one means all of them."""
        return tuple(c for c in self.frame.columns if c not in COLUMNS)

    def totals(self) -> FigureSet:
        """The figures that are not split, without the columns of splits."""
        if not self.breakdowns:
            return self
        return FigureSet(self.frame.loc[~self._is_split(), list(COLUMNS)], self.citations)

    def splits(self) -> FigureSet:
        """The figures that are split in some way."""
        return FigureSet(self.frame.loc[self._is_split()], self.citations)

    def _is_split(self) -> pd.Series:
        named: pd.Series = (self.frame[list(self.breakdowns)].fillna("").astype("str") != "").any(axis=1)
        return named

    def latest(self) -> FigureSet:
        """Only the rows of the latest period, per measure and level."""
        if self.frame.empty:
            return self
        newest = self.frame.groupby(["measure", "level"])["period_end"].transform("max")
        return FigureSet(self.frame.loc[self.frame["period_end"] == newest], self.citations)

    def citation(self) -> Citation:
        """The citation of a set that has one source.

        Raises
        ------
        FigureMissing
            When the set is empty or its figures come from several sources.
        """
        ids = self.frame["source_id"].unique().tolist()
        if len(ids) != 1:
            raise FigureMissing(
                f"The figures have {len(ids)} sources where one was expected.", "Choose one measure and level."
            )
        return self.citations[ids[0]]

    def __len__(self) -> int:
        return len(self.frame)


def validate(figures: FigureSet, where: str = "") -> FigureSet:
    """Check a figure set against the schema and return it, or raise with every fault.

    Raises
    ------
    InvalidProject
        Naming each fault: a missing column, a figure without value and without flag, a duplicate key, an interval that
        does not hold its value, a source without citation.
    """
    faults = [
        Fault(where, f"The column {c} is missing.", "Add the column.")
        for c in COLUMNS
        if c not in figures.frame.columns
    ]
    if faults:
        raise InvalidProject(faults, where)
    frame = figures.frame
    breakdowns = [c for c in frame.columns if c not in COLUMNS]
    key = ["area_code", "vintage", "measure", "unit", "period_start", "period_end", *breakdowns]
    checks = (
        (frame.duplicated(key), "two figures have the same key", "Keep one row for each area, measure and period."),
        (frame["value"].isna() & (frame["flag"] == ""), "a figure is missing and no flag says why", "Give the flag."),
        (frame["period_end"] < frame["period_start"], "a period ends before it begins", "Correct the period."),
        (
            frame["lower"].gt(frame["value"]) | frame["upper"].lt(frame["value"]),
            "an interval does not hold its value",
            "Check lower and upper.",
        ),
        (
            ~frame["source_id"].isin(list(figures.citations)),
            "a figure has no citation",
            "Add the citation of its source.",
        ),
    )
    for bad, message, remedy in checks:
        count = int(bad.sum())
        if count:
            row = frame.loc[bad].iloc[0]
            place = f"{row['area_code']} {row['measure']}"
            faults.append(Fault(place, f"{message} ({words.counted(count, 'row')})", remedy))
    if faults:
        raise InvalidProject(faults, where)
    return figures


@dataclass(frozen=True, eq=False)
class Library:
    """Everything published that the workbench holds: figures, what is known of their data sets, and the areas.

    Attributes
    ----------
    figures : FigureSet
        All figures held that are not split.
    datasets : tuple of Dataset
        What is known of each published data set, held or not.
    areas : AreaRegister
    split : FigureSet
        Figures held that are split, by sex or otherwise; kept apart, so that a part is never taken for the whole.
    titles : mapping of str to str
        What a measure that came from a file or a service is called there.
    """

    figures: FigureSet
    datasets: tuple[Dataset, ...]
    areas: AreaRegister
    split: FigureSet = field(default_factory=lambda: FigureSet(pd.DataFrame(columns=list(COLUMNS))))
    titles: Mapping[str, str] = field(default_factory=dict)

    def measure(self, measure: str, level: str, area: str = "") -> FigureSet:
        """The figures of a measure at a level; only those within ``area`` when it is given."""
        found = self.figures.where(measure=measure, level=level)
        if area:
            inside = {a.code for a in self.areas.within(area, level)}
            found = found.where(area_code=inside)
        return found
