"""Charts of one area among many: the distribution strip, the funnel and the spine chart, as frozen values."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import quantiles
from typing import ClassVar, Literal

import pandas as pd

from workbench.charts.spec_base import (
    Chart,
    Emphasis,
    Polarity,
    Reference,
    Tone,
    frame,
    key_of,
    tone_of,
    with_interval,
)
from workbench.charts.words import missing, say, spoken
from workbench.domain.words import counted, listed
from workbench.errors import DataError

Role = Literal["", "own", "comparator"]

NAMED_MOST = 8
"""Marks that are named on the drawing at most; every one is named on hovering and in the table."""


# --- distribution strip -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Spot:
    """One area of a distribution. ``own`` stands out; a ``comparator`` is named."""

    area_code: str
    label: str
    value: float | None
    role: Role = ""
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Strip(Chart):
    """Every area as a dot on one axis, the own area marked and the comparators named. Dots at one value are stacked."""

    kind: ClassVar[str] = "distribution strip"
    spots: tuple[Spot, ...]
    reference: Reference | None = None
    noun: str = "area"

    @property
    def held(self) -> tuple[Spot, ...]:
        """The areas that have a figure."""
        return tuple(s for s in self.spots if not missing(s.value))

    @property
    def named(self) -> tuple[Spot, ...]:
        """The areas named on the drawing, the own area first."""
        own = [s for s in self.held if s.role == "own"]
        chosen = [s for s in self.held if s.area_code == self.selected and s.role != "own"]
        others = [s for s in self.held if s.role == "comparator" and s not in chosen]
        return tuple([*own, *chosen, *others][:NAMED_MOST])

    @property
    def middle_half(self) -> tuple[float, float] | None:
        """Lower and upper quartile of the areas; None for fewer than eight."""
        values = [s.value for s in self.held if s.value is not None]
        if len(values) < 8:
            return None
        low, _, high = quantiles(values, n=4, method="inclusive")
        return low, high

    def _alt(self) -> str:
        held = sorted(self.held, key=lambda s: (s.value or 0.0, s.area_code))
        lead = f"{counted(len(held), self.noun)} as dots on one axis."
        if not held:
            return lead
        ends = f" Lowest {held[0].label} {self.spoken(held[0].value)}, highest {held[-1].label} "
        half = self.middle_half
        middle = f" The middle half lies between {self.say(half[0])} and {self.spoken(half[1])}." if half else ""
        own = [s for s in self.spots if s.role]
        marked = f" {'; '.join(self._said(s) for s in own)}." if own else ""
        line = f" {self.reference.name} {self.spoken(self.reference.value)}." if self.reference else ""
        gaps = len(self.spots) - len(held)
        gap = f" {counted(gaps, self.noun)} without a figure." if gaps else ""
        return f"{lead}{ends}{self.spoken(held[-1].value)}.{middle}{marked}{line}{gap}"

    def _said(self, spot: Spot) -> str:
        return f"{spot.label} {with_interval(self, spot.value, None, None, spot.note)}"

    def marks(self) -> tuple[tuple[str, str], ...]:
        """The area and the words of each row of the table."""
        rows = tuple((s.area_code, self._said(s)) for s in self.spots)
        return (*rows, ("", "")) if self.reference else rows

    def table(self) -> pd.DataFrame:
        """Every figure drawn."""
        columns = ["Code", "Area", self._heading("Value"), "Note"]
        rows = [(s.area_code, s.label, s.value, s.note) for s in self.spots]
        if self.reference:
            rows.append(("", self.reference.name, self.reference.value, "reference"))
        return frame([dict(zip(columns, row, strict=True)) for row in rows], columns)


# --- funnel -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Limits:
    """Control limits along the denominator, worked out by the caller.

    Attributes
    ----------
    x : tuple of float
        Denominators, rising.
    lower95, upper95, lower998, upper998 : tuple of float
        In the unit of the values, at each of ``x``. NaN where the method gives none.

    Raises
    ------
    DataError
        When the lengths differ or ``x`` does not rise.
    """

    x: tuple[float, ...]
    lower95: tuple[float, ...]
    upper95: tuple[float, ...]
    lower998: tuple[float, ...]
    upper998: tuple[float, ...]

    def __post_init__(self) -> None:
        """Check that they belong together."""
        if len({len(v) for v in (self.x, self.lower95, self.upper95, self.lower998, self.upper998)}) > 1:
            raise DataError("The limits of the funnel differ in length.", "Give five series of one length.", "limits")
        if len(self.x) < 2 or any(b <= a for a, b in pairwise(self.x)):
            raise DataError("The denominators of the limits do not rise.", "Give them in order, each once.", "limits")

    def at(self, line: Literal["lower95", "upper95", "lower998", "upper998"], x: float) -> float:
        """A limit at a denominator: exact where it is one of ``x``, else on the line between its neighbours."""
        y: tuple[float, ...] = getattr(self, line)
        i = bisect_left(self.x, x)
        if i < len(self.x) and self.x[i] == x:
            return y[i]
        if i in (0, len(self.x)):
            return float("nan")
        share = (x - self.x[i - 1]) / (self.x[i] - self.x[i - 1])
        return y[i - 1] + share * (y[i] - y[i - 1])


@dataclass(frozen=True, slots=True)
class FunnelDot:
    """One area: its value, how large its denominator is, and whether it lies outside the limits.

    ``emphasis`` is ``strong`` outside the 99.8% limits, ``some`` between them and the 95% limits.
    """

    area_code: str
    label: str
    value: float | None
    denominator: float | None
    emphasis: Emphasis = ""
    own: bool = False
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Funnel(Chart):
    """Values against their denominators, with the limits that chance alone would keep to."""

    kind: ClassVar[str] = "funnel"
    dots: tuple[FunnelDot, ...]
    target: Reference
    limits: Limits
    denominator: str = "Denominator"
    noun: str = "area"
    polarity: Polarity | None = None

    @property
    def held(self) -> tuple[FunnelDot, ...]:
        """The areas that have a value and a denominator."""
        return tuple(d for d in self.dots if not missing(d.value) and not missing(d.denominator))

    @property
    def outside(self) -> tuple[FunnelDot, ...]:
        """The areas outside the 95% limits, the clearest first."""
        found = [d for d in self.held if d.emphasis]
        return tuple(sorted(found, key=lambda d: (d.emphasis != "strong", -abs((d.value or 0) - self.target.value))))

    @property
    def named(self) -> tuple[FunnelDot, ...]:
        """The areas named on the drawing: the own area, the selected one, then those furthest out."""
        first = [d for d in self.held if d.own] + [d for d in self.held if d.area_code == self.selected and not d.own]
        return tuple([*first, *(d for d in self.outside if d not in first)][:NAMED_MOST])

    def tone(self, dot: FunnelDot) -> Tone:
        """How a dot is coloured: by the limits, and as worse only when a cited polarity says so."""
        return tone_of(dot.emphasis, dot.value, self.target.value, self.polarity)

    def key(self) -> tuple[tuple[Tone, str], ...]:
        """The tones that are drawn and what each means."""
        means = ("Outside the 99.8% limits", "Outside the 95% limits only", "Within the limits")
        return key_of({self.tone(d) for d in self.held}, means, judged=self.polarity is not None)

    def _alt(self) -> str:
        held = self.held
        lead = f"Funnel of {counted(len(held), self.noun)}: value against {self.denominator[:1].lower()}"
        lead += f"{self.denominator[1:]}, with 95% and 99.8% limits around {self.target.name} "
        strong = [d for d in self.outside if d.emphasis == "strong"]
        some = [d for d in self.outside if d.emphasis == "some"]
        parts = [
            f"{len(strong):,} outside the 99.8% limits{self._listed(strong)}",
            f"{len(some):,} outside the 95% limits only{self._listed(some)}",
            f"{len(held) - len(strong) - len(some):,} within",
        ]
        gaps = len(self.dots) - len(held)
        gap = f" {counted(gaps, self.noun)} without a figure." if gaps else ""
        own = "".join(f" {self._said(d)}." for d in self.dots if d.own)
        return f"{lead}{self.spoken(self.target.value)}. {'; '.join(parts)}.{own}{gap}"

    def _listed(self, dots: Sequence[FunnelDot], most: int = 12) -> str:
        said = [f"{d.label} {self.say(d.value)}" for d in dots[:most]]
        more = [f"{len(dots) - most:,} more"] if len(dots) > most else []
        return f": {listed([*said, *more])}" if said else ""

    def _said(self, dot: FunnelDot) -> str:
        if missing(dot.value):
            return f"{dot.label} {with_interval(self, None, None, None, dot.note)}"
        of = "" if missing(dot.denominator) else f" of {say(dot.denominator, 'count')}"
        return f"{dot.label} {self.spoken(dot.value)}{of}"

    def marks(self) -> tuple[tuple[str, str], ...]:
        """The area and the words of each row of the table."""
        return tuple((d.area_code, self._said(d)) for d in self.dots)

    def table(self) -> pd.DataFrame:
        """Every area with its limits."""
        columns = ["Code", "Area", self._heading("Value"), self.denominator, "95% limits from", "95% limits to",
                   "99.8% limits from", "99.8% limits to", "Position", "Note"]  # fmt: skip
        rows = [(d.area_code, d.label, d.value, d.denominator, *self._limits(d), self._position(d), d.note)
                for d in self.dots]  # fmt: skip
        return frame([dict(zip(columns, row, strict=True)) for row in rows], columns)

    def _limits(self, dot: FunnelDot) -> tuple[float | None, ...]:
        if dot.denominator is None or missing(dot.denominator):
            return (None,) * 4
        x, at = dot.denominator, self.limits.at
        return at("lower95", x), at("upper95", x), at("lower998", x), at("upper998", x)

    def _position(self, dot: FunnelDot) -> str:
        if dot.value is None or dot not in self.held:
            return "no figure"
        side = "above" if dot.value > self.target.value else "below"
        return {"strong": f"{side} the 99.8% limits", "some": f"{side} the 95% limits", "": "within"}[dot.emphasis]


# --- spine chart ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class SpineRow:
    """One measure: the own figure within what all areas have.

    Attributes
    ----------
    measure, period : str
        What is measured, and of when.
    value, lower, upper : float or None
        The own figure and its interval.
    average : float or None
        The value of the reference.
    lowest, quarter, three_quarters, highest : float or None
        Of all areas: the ends and the quartiles.
    count : int
        How many areas these are taken from.
    emphasis : str
        How clearly the own figure differs from the average.
    polarity : Polarity or None
        Which way is better, with its source. With one, the better end stands at the right and a colour judges; without
        one, low is at the left.
    """

    measure: str
    unit: str
    value: float | None
    average: float | None
    lowest: float | None
    quarter: float | None
    three_quarters: float | None
    highest: float | None
    lower: float | None = None
    upper: float | None = None
    count: int = 0
    period: str = ""
    emphasis: Emphasis = ""
    polarity: Polarity | None = None
    decimals: int | None = None
    note: str = ""

    @property
    def turned(self) -> bool:
        """Whether high values stand at the left, because lower is better."""
        return self.polarity is not None and self.polarity.better == "lower"

    @property
    def tone(self) -> Tone:
        """How the own dot is coloured."""
        return tone_of(self.emphasis, self.value, self.average, self.polarity)

    def say(self, value: float | None) -> str:
        """A figure of this row, short."""
        return say(value, self.unit, self.decimals)

    def place(self, value: float | None) -> float | None:
        """Where a value stands: 0 at the average, within −1 and 1, on one scale to both sides of the average."""
        if value is None or missing(value) or self.average is None or missing(self.average):
            return None
        known = [v for v in (self.lowest, self.highest, self.value) if v is not None and not missing(v)]
        reach = max((abs(v - self.average) for v in known), default=0.0)
        at = (value - self.average) / reach if reach else 0.0
        return max(-1.0, min(1.0, -at if self.turned else at))


@dataclass(frozen=True, kw_only=True)
class Spine(Chart):
    """Several measures of one area, each against the range of all areas, with the average of all in one line."""

    kind: ClassVar[str] = "spine chart"
    unit: str = ""
    area: str
    average_name: str
    rows: tuple[SpineRow, ...]
    noun: str = "area"
    strong_means: str = "Differs, allowing for all the comparisons"
    some_means: str = "Differs if looked at alone"
    plain_means: str = "No clear difference"

    @property
    def ends(self) -> tuple[str, str]:
        """What stands at the left and at the right of every row."""
        if self.rows and all(r.polarity for r in self.rows):
            return "Worst", "Best"
        return ("Lowest or worst", "Highest or best") if any(r.polarity for r in self.rows) else ("Lowest", "Highest")

    def key(self) -> tuple[tuple[Tone, str], ...]:
        """The tones that are drawn and what each means."""
        held = {r.tone for r in self.rows if not missing(r.value)}
        judged = any(r.polarity for r in self.rows)
        means = (self.strong_means, self.some_means, self.plain_means)
        mixed = {r.tone for r in self.rows if judged and not r.polarity}
        return tuple(
            (tone, f"{text}, or no source says which way is better" if tone in mixed and tone != "plain" else text)
            for tone, text in key_of(held, means, judged=judged)
        )

    def _alt(self) -> str:
        parts = [self._said(r) for r in self.rows]
        return f"Spine chart of {counted(len(self.rows), 'measure')} for {self.area}. {' '.join(parts)}"

    def _said(self, r: SpineRow) -> str:
        when = f", {r.period}" if r.period else ""
        own = spoken(r.value, r.unit, r.decimals)
        between = f" ({r.say(r.lower)} to {r.say(r.upper)})" if not missing(r.lower) and not missing(r.upper) else ""
        verdict = f", {r.note}" if r.note else ""
        half = f", middle half {r.say(r.quarter)} to {r.say(r.three_quarters)}" if not missing(r.quarter) else ""
        return (
            f"{r.measure}{when}: {own}{between}{verdict}; {self.average_name} {r.say(r.average)}; "
            f"all {counted(r.count, self.noun)} {r.say(r.lowest)} to {r.say(r.highest)}{half}."
        )

    def table(self) -> pd.DataFrame:
        """Every figure drawn."""
        columns = ["Measure", "Period", "Unit", self.area, "Lower", "Upper", self.average_name, "Lowest",
                   "Lower quartile", "Upper quartile", "Highest", "Better is", "Note"]  # fmt: skip
        rows = [
            (r.measure, r.period, r.unit, r.value, r.lower, r.upper, r.average, r.lowest, r.quarter, r.three_quarters,
             r.highest, f"{r.polarity.better} ({r.polarity.source})" if r.polarity else "not judged", r.note)
            for r in self.rows
        ]  # fmt: skip
        return frame([dict(zip(columns, row, strict=True)) for row in rows], columns)

    def marks(self) -> tuple[tuple[str, str], ...]:
        """The words of each row of the table; every row is of the one area."""
        return tuple(("", self._said(r)) for r in self.rows)
