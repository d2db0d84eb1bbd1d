"""What is known of Nomis that its replies do not say: data, not code, because codes change from year to year."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from workbench.domain.base import Entity, Value
from workbench.domain.provenance import Citation
from workbench.domain.queries import AreaKind, Query

Part = Literal["value", "numerator", "denominator", "half_width"]
"""What one row of Nomis is of a figure. ``half_width`` is that of the 95% interval, in the unit of the value."""

PeriodKind = Literal["", "month", "year to month", "mid-year"]
"""What a date such as ``2026-03`` or ``2021`` stands for where the service does not say it in dates."""


class NomisMeasure(Value):
    """A measure of the workbench, and by which codes Nomis gives it.

    Attributes
    ----------
    key, title, unit : str
        As in a figure. ``unit`` is ``percent`` (0 to 100), ``people`` and so on.
    choose : dict of str to str
        Code of each dimension that makes the measure, for example ``{"variable": "45"}``. Of two measures that fit,
        the one with more codes stands.
    parts : dict of str to Part
        Code of the dimension ``measures``: what the row is of the figure.
    flags : tuple of str
        Of every figure, for example ``rounded-5``.
    unverified : str
        What was not read in a source; empty when all was.
    """

    key: str
    title: str
    unit: str
    choose: dict[str, str] = Field(default_factory=dict)
    parts: dict[str, Part] = Field(default_factory=lambda: dict[str, Part]({"20100": "value"}))
    flags: tuple[str, ...] = ()
    unverified: str = ""


class NomisDataset(Entity):
    """What is known of one data set.

    Attributes
    ----------
    id : str
        For example ``NM_162_1``.
    measures : tuple of NomisMeasure
    totals : dict of str to str
        Code of each dimension that stands for all people.
    period : PeriodKind
    revised_latest : bool
        Whether the newest period is revised with the next one.
    stopped : str
        The last period, for a data set that has ended.
    notes : tuple of str
        What a reader of its figures must know.
    citation : Citation
    unverified : str
    """

    measures: tuple[NomisMeasure, ...] = ()
    totals: dict[str, str] = Field(default_factory=dict)
    period: PeriodKind = ""
    revised_latest: bool = False
    stopped: str = ""
    notes: tuple[str, ...] = ()
    citation: Citation
    unverified: str = ""


class NomisFacts(Value):
    """What is known of the service. Without any of it figures still come, under keys made of codes.

    Attributes
    ----------
    checked : datetime.date or None
    datasets : tuple of NomisDataset
    kinds : tuple of AreaKind
        Level and year of the boundaries of each TYPE. ``label`` is Nomis's own: it must be the same there today, or
        nothing is said of the level.
    area_ids : dict of str to int
        GSS code: number of the area on Nomis, for the few that are asked for most.
    rows_per_page : int
        How many rows are asked for at once. A service that gives fewer is asked on from there.
    probe : Query or None
        One small question.
    """

    checked: date | None = None
    datasets: tuple[NomisDataset, ...] = ()
    kinds: tuple[AreaKind, ...] = ()
    area_ids: dict[str, int] = Field(default_factory=dict)
    rows_per_page: int = 25_000
    probe: Query | None = None

    def dataset(self, id: str) -> NomisDataset | None:
        """What is known of one data set."""
        return next((d for d in self.datasets if d.id == id), None)

    def kind(self, id: str, label: str) -> AreaKind:
        """A kind of area as the service names it today, with level and vintage where they are known of that name.

        Examples
        --------
        >>> facts = NomisFacts(kinds=(AreaKind(id="TYPE298", label="2011 LSOAs", level="LSOA", vintage="2011"),))
        >>> facts.kind("TYPE298", "2011 LSOAs").vintage, facts.kind("TYPE298", "something else").vintage
        ('2011', '')
        """
        known = next((k for k in self.kinds if k.id == id), None)
        if known and " ".join(known.label.lower().split()) == " ".join(label.lower().split()):
            return known.with_(label=label)
        return AreaKind(id=id, label=label)


TOTAL = r"(?:total|all)(?:\s*[:-].*| categories\b.*| ages| persons| people| usual residents)?"
"""Labels that stand for everybody (whole, in lower case): ``Total``, ``All categories: Age 16+``, ``All Ages``."""
