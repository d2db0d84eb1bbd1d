"""The dated, cited numbers an appraisal is computed with, as values handed in by the caller.

The domain holds none of them itself: ``workbench.reference`` reads them, and ``appraise`` takes them as an argument.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from itertools import pairwise
from typing import Literal, Self, TypeVar

from pydantic import Field, model_validator

from workbench.domain.base import Entity, Value
from workbench.domain.provenance import Citation, Status
from workbench.errors import AppraisalError, HorizonError, PriceBaseError

E = TypeVar("E", bound=Entity)


class Band(Value):
    """A rate and the years it holds for, first and last included; no last year means for ever."""

    first: int = Field(ge=0)
    last: int | None
    rate: float = Field(ge=0, lt=1)


class Schedule(Entity):
    """A discount schedule: yearly rates that step down as years pass.

    Attributes
    ----------
    title : str
    use : {"main", "health", "sensitivity"}
        What it is for. A sensitivity is never the main result.
    in_force : bool
        Whether the publisher has put it into force. One that is not is never used unasked.
    unit : str
    status : Status
    bands : tuple of Band
        From year 0 on, without gaps.
    note : str
    citation : Citation
    """

    title: str
    use: Literal["main", "health", "sensitivity"]
    in_force: bool
    unit: str
    status: Status
    bands: tuple[Band, ...] = Field(min_length=1)
    note: str = ""
    citation: Citation

    @model_validator(mode="after")
    def _bands_follow_each_other(self) -> Self:
        if self.bands[0].first != 0:
            raise ValueError("the bands do not begin at year 0")
        for before, after in pairwise(self.bands):
            if before.last is None or after.first != before.last + 1:
                raise ValueError(f"the band from year {after.first} does not follow the one before")
        return self

    def rate(self, year: int) -> float:
        """The rate of one year, as a fraction.

        Raises
        ------
        HorizonError
            When the schedule does not reach that year.
        """
        for band in self.bands:
            if band.first <= year and (band.last is None or year <= band.last):
                return band.rate
        raise HorizonError(
            f"The discount schedule “{self.title}” does not reach year {year}.",
            "Shorten the appraisal or choose another schedule.",
            self.id,
        )

    def reaches(self, year: int) -> bool:
        """Whether a rate is held for this year and all before it."""
        last = self.bands[-1].last
        return year >= 0 and (last is None or year <= last)


class Observation(Value):
    """The price index of one financial year; 2025 means 2025/26."""

    year: int
    index: float = Field(gt=0)
    status: Status


class Deflator(Entity):
    """A price index by year.

    Attributes
    ----------
    title : str
    years_are : {"financial", "calendar"}
        A series by financial year and one by calendar year differ and are never mixed.
    unit : str
    observations : tuple of Observation
        Forecast years are marked so.
    note : str
    citation : Citation
    """

    title: str
    years_are: Literal["financial", "calendar"]
    unit: str
    observations: tuple[Observation, ...]
    note: str = ""
    citation: Citation

    @model_validator(mode="after")
    def _one_index_a_year(self) -> Self:
        years = [o.year for o in self.observations]
        if years != sorted(set(years)):
            raise ValueError("the years do not rise one after the other")
        return self

    def find(self, year: int) -> Observation | None:
        """The index of a year, or None when it is not held."""
        return next((o for o in self.observations if o.year == year), None)

    def factor(self, year: int, base: int) -> float:
        """What an amount in prices of ``year`` is multiplied by to be in prices of ``base``.

        Raises
        ------
        PriceBaseError
            When a year is not held. Between equal years no index is needed and the factor is 1.
        """
        if year == base:
            return 1.0
        before, after = self.find(year), self.find(base)
        if before is None or after is None:
            missing = year if before is None else base
            held = f"{self.observations[0].year} to {self.observations[-1].year}" if self.observations else "no year"
            raise PriceBaseError(
                f"No price index is held for {missing}.", f"Use a price year the index holds: {held}.", self.id
            )
        return after.index / before.index

    def uses_forecast(self, year: int, base: int) -> bool:
        """Whether bringing prices from one year to another rests on a forecast index."""
        used = () if year == base else (self.find(year), self.find(base))
        return any(o is not None and o.status != "outturn" for o in used)


class OptimismBias(Entity):
    """How far costs of one type of project have been underestimated, in per cent.

    Attributes
    ----------
    title : str
    applies_to : {"capital expenditure", "operating expenditure"}
    unit : str
    lower, upper : float
        Bounds of the uplift on cost.
    duration_lower, duration_upper : float or None
        Bounds of the uplift on the length of the works; None where none is published.
    status : Status
    note : str
    citation : Citation
    """

    title: str
    applies_to: Literal["capital expenditure", "operating expenditure"]
    unit: str
    lower: float = Field(ge=0)
    upper: float = Field(ge=0)
    duration_lower: float | None
    duration_upper: float | None
    status: Status
    note: str = ""
    citation: Citation

    def uplift(self, share: float) -> float:
        """The uplift as a fraction of cost, at a share of the way from the lower (0) to the upper (1) bound."""
        return (self.lower + share * (self.upper - self.lower)) / 100

    def share_when_managed(self, managed: float) -> float:
        """The share that goes with having managed a part (0 to 1) of what causes the bias, never below the lower bound.

        Notes
        -----
        HM Treasury, Supplementary Green Book Guidance: Optimism Bias: start from the upper bound and reduce it by the
        part of the contributing factors that is managed.
        """
        width = self.upper - self.lower
        return max(0.0, (self.upper * (1 - managed) - self.lower) / width) if width else 0.0


class UnitValue(Entity):
    """A published value of one unit of something, for example a year in work.

    Attributes
    ----------
    label : str
    low, central, high : float
        In ``unit``; equal when the publisher gives no range.
    unit : str
    perspective : {"fiscal", "economic", "social"}
    who : str
        Who gains.
    group : str
        The people it speaks of. It says nothing of others.
    price_year : int
        First calendar year; ``years_are`` says what kind of year.
    years_are : {"financial", "calendar", "not stated"}
    one_of : str
        Values with the same word here look at one person from several sides. Only one of them may be used.
    status : Status
    note : str
    citation : Citation
    """

    label: str
    low: float
    central: float
    high: float
    unit: str
    perspective: Literal["fiscal", "economic", "social"]
    who: str
    group: str
    price_year: int
    years_are: Literal["financial", "calendar", "not stated"]
    one_of: str = ""
    status: Status
    note: str = ""
    citation: Citation

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.low <= self.central <= self.high:
            raise ValueError("the central value does not lie between low and high")
        return self


class Assumptions(Value):
    """Everything :func:`workbench.domain.appraisal.appraise.appraise` takes from the reference tables."""

    schedules: tuple[Schedule, ...]
    deflator: Deflator
    optimism_bias: tuple[OptimismBias, ...]

    def schedule(self, key: str) -> Schedule:
        """The discount schedule with exactly this key.

        Raises
        ------
        AppraisalError
            When there is none; the near ones are named.
        """
        return _exactly(self.schedules, key, "discount schedule", "appraisal/schedule")

    def bias(self, key: str) -> OptimismBias:
        """The optimism bias of exactly this type of project.

        Raises
        ------
        AppraisalError
            When there is none; the near ones are named.
        """
        return _exactly(self.optimism_bias, key, "type of project for optimism bias", "optimism_bias")


def _exactly(held: Iterable[E], key: str, what: str, where: str) -> E:
    by_id = {entity.id: entity for entity in held}
    if key in by_id:
        return by_id[key]
    near = difflib.get_close_matches(key, list(by_id), n=3) or sorted(by_id)
    raise AppraisalError(f"“{key}” is not a known {what}.", f"Choose one of: {', '.join(near)}.", where)
