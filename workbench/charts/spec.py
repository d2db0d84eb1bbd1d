"""What a chart says, as frozen values: no library draws here, so that every drawing says the same.

A chart has a title (a sentence the figures support, computed by the caller), a caption (source, period, population and
interval in one line) and rows. Its table, its long text alternative and its readable summary are computed from the
rows. A missing figure is None with a note that says why; it is never zero.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import ClassVar, Protocol

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
from workbench.charts.words import missing
from workbench.domain.words import counted, listed

__all__ = [
    "Bar",
    "Cell",
    "Chart",
    "ClassedMap",
    "Dot",
    "Emphasis",
    "HexMap",
    "IntervalDots",
    "Placed",
    "Point",
    "Polarity",
    "Range",
    "RangeBars",
    "RankedBars",
    "Reference",
    "Series",
    "Trend",
    "Year",
    "YearBars",
    "describe",
]


@dataclass(frozen=True, slots=True)
class Dot:
    """A value with its interval."""

    label: str
    value: float | None
    lower: float | None = None
    upper: float | None = None
    emphasis: Emphasis = ""
    note: str = ""
    area_code: str = ""


@dataclass(frozen=True, slots=True)
class Bar:
    """A value from zero."""

    label: str
    value: float | None
    emphasis: Emphasis = ""
    note: str = ""
    area_code: str = ""


@dataclass(frozen=True, slots=True)
class Point:
    """A value at the end of a reference period; ``label`` is how the period is said."""

    label: str
    at: date
    value: float | None
    lower: float | None = None
    upper: float | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Series:
    """One line of a trend, in order of time. The main one has its band drawn."""

    name: str
    points: tuple[Point, ...]
    main: bool = False
    area_code: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """One area on a hexagon. ``klass`` counts from 0; None: no figure, and ``note`` says why."""

    area_code: str
    name: str
    value: float | None
    klass: int | None
    col: int
    row: int
    group: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Range:
    """The result when one assumption takes its low and its high value.

    ``low`` and ``high`` are results; ``low_input`` and ``high_input`` the values of the assumption, in words.
    """

    label: str
    low: float
    high: float
    low_input: str = ""
    high_input: str = ""

    @property
    def named(self) -> str:
        """The assumption with the values it takes."""
        return f"{self.label}{_inputs(self)}"


@dataclass(frozen=True, slots=True)
class Year:
    """One year of money: costs and benefits are both given as positive amounts."""

    label: str
    costs: float
    benefits: float
    cumulative: float


def _figure(chart: Chart, row: Dot | Point) -> str:
    return with_interval(chart, row.value, row.lower, row.upper, row.note)


@dataclass(frozen=True, kw_only=True)
class IntervalDots(Chart):
    """Values with intervals, one row an area, beside a named reference line."""

    kind: ClassVar[str] = "interval dots"
    rows: tuple[Dot, ...]
    reference: Reference | None = None
    polarity: Polarity | None = None
    strong_means: str = "Differs, allowing for all the comparisons"
    some_means: str = "Differs if looked at alone"
    plain_means: str = "No clear difference"

    def _alt(self) -> str:
        parts = [
            f"{r.label} {_figure(self, r)}" + (f", {r.note}" if r.note and not missing(r.value) else "")
            for r in self.rows
        ]
        line = f"{self.reference.name} {self.spoken(self.reference.value)}. " if self.reference else ""
        return f"{counted(len(self.rows), 'value')} with intervals. {line}{'; '.join(parts)}."

    def tone(self, row: Dot) -> Tone:
        """How a row is coloured: by emphasis, and as worse only when a cited polarity says so."""
        return tone_of(row.emphasis, row.value, self.reference.value if self.reference else None, self.polarity)

    def key(self) -> tuple[tuple[Tone, str], ...]:
        """The tones that are drawn and what each means, clearest first; empty when no row stands out."""
        held = {self.tone(r) for r in self.rows if not missing(r.value)}
        means = (self.strong_means, self.some_means, self.plain_means)
        return key_of(held, means, judged=self.polarity is not None)

    def marks(self) -> tuple[tuple[str, str], ...]:
        """The area and the words of each row of the table."""
        rows = tuple((r.area_code, f"{r.label} {_figure(self, r)}") for r in self.rows)
        return (*rows, ("", "")) if self.reference else rows

    def table(self) -> pd.DataFrame:
        """Every figure drawn."""
        value = self._heading("Value")
        columns = ["Area", value, "Lower", "Upper", "Note"]
        rows = [dict(zip(columns, (r.label, r.value, r.lower, r.upper, r.note), strict=True)) for r in self.rows]
        if self.reference:
            r = self.reference
            rows.append(dict(zip(columns, (r.name, r.value, r.lower, r.upper, "reference"), strict=True)))
        return frame(rows, columns)


@dataclass(frozen=True, kw_only=True)
class Trend(Chart):
    """Values over time; the main line has its interval as a band."""

    kind: ClassVar[str] = "trend"
    series: tuple[Series, ...]

    def _alt(self) -> str:
        parts = []
        for s in self.series:
            held = [p for p in s.points if not missing(p.value)]
            if not held:
                parts.append(f"{s.name}: no figures.")
                continue
            low = min(held, key=lambda p: (p.value or 0, p.at))
            high = max(held, key=lambda p: (p.value or 0, p.at))
            first, last = (f"{_figure(self, p)} in {p.label}" for p in (held[0], held[-1]))
            least, most = (f"{self.spoken(p.value)} in {p.label}" for p in (low, high))
            gaps = len(s.points) - len(held)
            without = f"; {counted(gaps, 'period')} without a figure" if gaps else ""
            parts.append(f"{s.name}: from {first} to {last}; lowest {least}, highest {most}{without}.")
        return f"Line chart. {' '.join(parts)}"

    def marks(self) -> tuple[tuple[str, str], ...]:
        """The area and the words of each row of the table."""
        return tuple((s.area_code, f"{s.name} {_figure(self, p)} in {p.label}") for s in self.series for p in s.points)

    def table(self) -> pd.DataFrame:
        """Every figure drawn."""
        columns = ["Area", "Period", self._heading("Value"), "Lower", "Upper", "Note"]
        rows = [
            dict(zip(columns, (s.name, p.label, p.value, p.lower, p.upper, p.note), strict=True))
            for s in self.series
            for p in s.points
        ]
        return frame(rows, columns)


@dataclass(frozen=True, kw_only=True)
class RankedBars(Chart):
    """Values from zero, largest first. ``of`` is how many areas there are when not all are shown."""

    kind: ClassVar[str] = "ranked bars"
    rows: tuple[Bar, ...]
    of: int = 0
    noun: str = "area"
    reference: Reference | None = None

    @property
    def shown(self) -> str:
        """How many rows of how many, in words; empty when all are shown."""
        return f"{len(self.rows):,} of {counted(self.of, self.noun)}" if self.of > len(self.rows) else ""

    def _alt(self) -> str:
        parts = [
            f"{r.label} {self.spoken(r.value)}" + (f" ({r.note})" if r.note and missing(r.value) else "")
            for r in self.rows
        ]
        lead = f"Bar chart of {self.shown or counted(len(self.rows), self.noun)}, in order. "
        line = f"{self.reference.name} {self.spoken(self.reference.value)}. " if self.reference else ""
        return f"{lead}{line}{'; '.join(parts)}."

    def marks(self) -> tuple[tuple[str, str], ...]:
        """The area and the words of each row of the table."""
        return tuple((r.area_code, f"{r.label} {self.spoken(r.value)}") for r in self.rows)

    def table(self) -> pd.DataFrame:
        """Every figure drawn."""
        columns = ["Area", self._heading("Value"), "Note"]
        return frame([dict(zip(columns, (r.label, r.value, r.note), strict=True)) for r in self.rows], columns)


class Placed(Protocol):
    """One area of a map. ``klass`` counts from 0; None: no figure, and ``note`` says why."""

    @property
    def area_code(self) -> str:
        """GSS code."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def value(self) -> float | None:
        """Its figure."""

    @property
    def klass(self) -> int | None:
        """Its class."""

    @property
    def group(self) -> str:
        """The larger area it belongs to."""

    @property
    def note(self) -> str:
        """Why there is no figure."""


@dataclass(frozen=True, kw_only=True)
class ClassedMap(Chart):
    """A map on which each area is coloured by the class of its figure.

    Attributes
    ----------
    edges : tuple of float
        Inner class edges, rising. Class ``i`` holds values from ``edges[i - 1]`` to under ``edges[i]``.
    noun : str
        What one area is: ``ward``.
    """

    edges: tuple[float, ...]
    noun: str = "area"

    @property
    def places(self) -> Sequence[Placed]:
        """The areas of the map."""
        raise NotImplementedError

    def _form(self) -> str:
        """How an area is drawn, to end the first sentence of the text alternative."""
        raise NotImplementedError

    @property
    def class_labels(self) -> tuple[str, ...]:
        """The classes in words, lowest first."""
        e = [self.say(v) for v in self.edges]
        if not e:
            return ("all values",)
        between = [f"{low.removesuffix('%')} to under {high}" for low, high in pairwise(e)]
        return (f"under {e[0]}", *between, f"{e[-1]} and over")

    @property
    def without(self) -> tuple[Placed, ...]:
        """The areas that have no figure."""
        return tuple(c for c in self.places if c.klass is None)

    @property
    def gap_label(self) -> str:
        """How many areas have no figure, and why, for the key."""
        why = Counter(c.note for c in self.without if c.note)
        said = listed([reason for reason, _ in sorted(why.items(), key=lambda x: (-x[1], x[0]))][:2])
        return f"no figure ({len(self.without):,}){f': {said}' if said else ''}"

    def _alt(self) -> str:
        held = sorted((c for c in self.places if c.value is not None), key=lambda c: (-(c.value or 0), c.area_code))
        counts = Counter(c.klass for c in self.places)
        classes = [f"{counted(counts[i], self.noun)} {label}" for i, label in enumerate(self.class_labels)]
        gap = f" {counted(len(self.without), self.noun)} without a figure." if self.without else ""
        name = [f"{c.name} {self.spoken(c.value)}" for c in held]
        ends = (
            f" Highest: {listed(name[:5])}. Lowest: {listed(name[-3:])}." if len(name) > 8 else f" {'; '.join(name)}."
        )
        lead = f"Map of {counted(len(self.places), self.noun)}, {self._form()}."
        return f"{lead} {'; '.join(classes)}.{gap}{ends}{self._top_groups()}"

    def _top_groups(self) -> str:
        """Where the highest class lies, when areas belong to larger ones."""
        top = Counter(c.group for c in self.places if c.klass == len(self.edges) and c.group)
        if len({c.group for c in self.places}) < 2 or not top:
            return ""
        said = [f"{n} in {g}" for g, n in sorted(top.items(), key=lambda x: (-x[1], x[0]))]
        return f" Of the highest class, {listed(said)}."

    def marks(self) -> tuple[tuple[str, str], ...]:
        """The area and the words of each row of the table."""
        return tuple((c.area_code, f"{c.name} {with_interval(self, c.value, None, None, c.note)}") for c in self.places)

    def table(self) -> pd.DataFrame:
        """Every figure drawn."""
        columns = ["Code", "Area", "Part of", self._heading("Value"), "Class", "Note"]
        names = ("no figure", *self.class_labels)
        rows = [
            (c.area_code, c.name, c.group, c.value, names[0 if c.klass is None else c.klass + 1], c.note)
            for c in self.places
        ]
        return frame([dict(zip(columns, row, strict=True)) for row in rows], columns)


@dataclass(frozen=True, kw_only=True)
class HexMap(ClassedMap):
    """One equal hexagon an area, so that small places count as much as large ones."""

    kind: ClassVar[str] = "hex map"
    cells: tuple[Cell, ...]

    @property
    def places(self) -> tuple[Cell, ...]:
        """The areas of the map."""
        return self.cells

    def _form(self) -> str:
        return "one hexagon each"


@dataclass(frozen=True, kw_only=True)
class RangeBars(Chart):
    """How far the result moves as each assumption alone takes its low and its high value (a tornado)."""

    kind: ClassVar[str] = "range bars"
    unit: str = "pounds"
    rows: tuple[Range, ...]
    base: float
    base_name: str = "Central case"
    result_name: str = "Net present value"
    zero_name: str = "break-even"

    def _alt(self) -> str:
        parts = [f"{r.named}: {self.spoken(r.low)} to {self.spoken(r.high)}" for r in self.rows]
        return (
            f"{self.result_name} when one assumption at a time takes its low and its high value, widest first. "
            f"{self.base_name} {self.spoken(self.base)}. {'; '.join(parts)}."
        )

    def table(self) -> pd.DataFrame:
        """Every figure drawn."""
        low, high = (
            self._heading(f"{self.result_name} at low value"),
            self._heading(f"{self.result_name} at high value"),
        )
        columns = ["Assumption", "Low value", "High value", low, high]
        return pd.DataFrame(
            [dict(zip(columns, (r.label, r.low_input, r.high_input, r.low, r.high), strict=True)) for r in self.rows],
            columns=columns,
        )


def _inputs(row: Range) -> str:
    return f" ({row.low_input} to {row.high_input})" if row.low_input and row.high_input else ""


@dataclass(frozen=True, kw_only=True)
class YearBars(Chart):
    """Costs below the line, benefits above it, and what has built up, year by year."""

    kind: ClassVar[str] = "year bars"
    unit: str = "pounds"
    rows: tuple[Year, ...]

    def _alt(self) -> str:
        parts = [
            f"{r.label}: costs {self.spoken(r.costs)}, benefits {self.spoken(r.benefits)}, "
            f"cumulative {self.spoken(r.cumulative)}"
            for r in self.rows
        ]
        return f"Costs and benefits by year, with the cumulative total. {'; '.join(parts)}."

    def table(self) -> pd.DataFrame:
        """Every figure drawn."""
        columns = ["Year", self._heading("Costs"), self._heading("Benefits"), self._heading("Cumulative")]
        return pd.DataFrame(
            [dict(zip(columns, (r.label, r.costs, r.benefits, r.cumulative), strict=True)) for r in self.rows],
            columns=columns,
        )


def describe(chart: Chart) -> str:
    """A readable summary of a chart, for golden files: what it says, not how a library codes it.

    Examples
    --------
    >>> print(describe(RankedBars(title="A is higher", caption="Made up.", unit="people", rows=(Bar("A", 12.0),))))
    ranked bars: A is higher
    caption: Made up.
    alt: Bar chart of 1 area, in order. A 12 people.
    Area | Value (people)
    A | 12
    """
    lines = [f"{chart.kind}: {chart.title}", f"caption: {chart.caption}", f"alt: {chart.alt}"]
    table = chart.table()
    lines.append(" | ".join(table.columns))
    lines += [" | ".join(_plain(v) for v in row) for row in table.itertuples(index=False)]
    if isinstance(chart, HexMap):
        lines += [f"{c.area_code} at {c.col},{c.row}" for c in chart.cells]
    return "\n".join(lines)


def _plain(value: object) -> str:
    if isinstance(value, float):
        return "" if missing(value) else f"{value:.4f}".rstrip("0").rstrip(".")
    return "" if value is None else str(value)
