"""What a chart says, as frozen values: no library draws here, so that every drawing says the same.

A chart has a title (a sentence the figures support, computed by the caller), a caption (source, period, population and
interval in one line) and rows. Its table, its long text alternative and its readable summary are computed from the
rows. A missing figure is None with a note that says why; it is never zero.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any, ClassVar, Literal

import pandas as pd

from workbench.charts.words import missing, say, spoken
from workbench.domain.words import counted, listed

Emphasis = Literal["", "some", "strong"]
"""How clearly a row stands out: ``strong`` after allowing for many comparisons, ``some`` on its own only."""

UNIT_HEADINGS = {"percent": "%", "pounds": "£"}


@dataclass(frozen=True, slots=True)
class Reference:
    """A named line to compare with, with its own interval where it has one."""

    name: str
    value: float
    lower: float | None = None
    upper: float | None = None


@dataclass(frozen=True, slots=True)
class Polarity:
    """Which way is better, with the source that says so. Without one no colour judges."""

    better: Literal["higher", "lower"]
    source: str


@dataclass(frozen=True, slots=True)
class Dot:
    """A value with its interval."""

    label: str
    value: float | None
    lower: float | None = None
    upper: float | None = None
    emphasis: Emphasis = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Bar:
    """A value from zero."""

    label: str
    value: float | None
    emphasis: Emphasis = ""
    note: str = ""


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


@dataclass(frozen=True, kw_only=True)
class Chart:
    """What every chart has.

    Attributes
    ----------
    title : str
        A sentence the figures support. It stands above the drawing, never inside it.
    caption : str
        Source, period, population and interval, in one line.
    unit : str
        ``percent``, ``pounds``, or a word such as ``people``.
    what : str
        What is measured, to begin the text alternative: ``Employment rate, people aged 16 to 64``.
    decimals : int or None
        None: one for a percentage, none for a count.
    """

    kind: ClassVar[str] = ""
    title: str
    caption: str
    unit: str = "percent"
    what: str = ""
    decimals: int | None = None

    def say(self, value: float | None) -> str:
        """A figure of this chart, short."""
        return say(value, self.unit, self.decimals)

    def spoken(self, value: float | None) -> str:
        """A figure of this chart, for a sentence."""
        return spoken(value, self.unit, self.decimals)

    @property
    def alt(self) -> str:
        """The long text alternative: what is drawn and every figure that a reader would take from it."""
        lead = f"{self.what}. " if self.what else ""
        return f"{lead}{self._alt()}"

    def _alt(self) -> str:
        raise NotImplementedError

    def table(self) -> pd.DataFrame:
        """Every figure drawn, with headings a reader understands; missing figures stay empty with their note."""
        raise NotImplementedError

    def _heading(self, name: str) -> str:
        unit = UNIT_HEADINGS.get(self.unit, self.unit)
        return f"{name} ({unit})" if unit else name


def _frame(rows: list[dict[str, Any]], columns: list[str]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=columns)
    return frame.drop(columns=[c for c in ("Note", "Part of") if c in frame and not frame[c].any()])


def _with_interval(chart: Chart, row: Dot | Point) -> str:
    if missing(row.value):
        return f"no figure ({row.note})" if row.note else "no figure"
    if missing(row.lower) or missing(row.upper):
        return chart.spoken(row.value)
    return f"{chart.spoken(row.value)} ({chart.say(row.lower)} to {chart.say(row.upper)})"


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
            f"{r.label} {_with_interval(self, r)}" + (f", {r.note}" if r.note and not missing(r.value) else "")
            for r in self.rows
        ]
        line = f"{self.reference.name} {self.spoken(self.reference.value)}. " if self.reference else ""
        return f"{counted(len(self.rows), 'value')} with intervals. {line}{'; '.join(parts)}."

    def tone(self, row: Dot) -> Literal["plain", "some", "strong", "some worse", "strong worse"]:
        """How a row is coloured: by emphasis, and as worse only when a cited polarity says so."""
        if not row.emphasis:
            return "plain"
        if self.polarity is None or self.reference is None or row.value is None:
            return row.emphasis
        worse = (row.value < self.reference.value) == (self.polarity.better == "higher")
        if row.emphasis == "some":
            return "some worse" if worse else "some"
        return "strong worse" if worse else "strong"

    def key(self) -> tuple[tuple[str, str], ...]:
        """The tones that are drawn and what each means, clearest first; empty when no row stands out."""
        held = {self.tone(r) for r in self.rows if not missing(r.value)}
        strong, some = self.strong_means, self.some_means
        means = {"strong worse": f"{strong}: worse", "strong": strong, "some worse": f"{some}: worse", "some": some}
        if self.polarity and {"strong", "some"} & held:
            means |= {"strong": f"{strong}: better", "some": f"{some}: better"}
        said = [(tone, text) for tone, text in {**means, "plain": self.plain_means}.items() if tone in held]
        return tuple(said) if held - {"plain"} else ()

    def table(self) -> pd.DataFrame:
        """Every figure drawn."""
        value = self._heading("Value")
        columns = ["Area", value, "Lower", "Upper", "Note"]
        rows = [dict(zip(columns, (r.label, r.value, r.lower, r.upper, r.note), strict=True)) for r in self.rows]
        if self.reference:
            r = self.reference
            rows.append(dict(zip(columns, (r.name, r.value, r.lower, r.upper, "reference"), strict=True)))
        return _frame(rows, columns)


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
            first, last = (f"{_with_interval(self, p)} in {p.label}" for p in (held[0], held[-1]))
            least, most = (f"{self.spoken(p.value)} in {p.label}" for p in (low, high))
            gaps = len(s.points) - len(held)
            without = f"; {counted(gaps, 'period')} without a figure" if gaps else ""
            parts.append(f"{s.name}: from {first} to {last}; lowest {least}, highest {most}{without}.")
        return f"Line chart. {' '.join(parts)}"

    def table(self) -> pd.DataFrame:
        """Every figure drawn."""
        columns = ["Area", "Period", self._heading("Value"), "Lower", "Upper", "Note"]
        rows = [
            dict(zip(columns, (s.name, p.label, p.value, p.lower, p.upper, p.note), strict=True))
            for s in self.series
            for p in s.points
        ]
        return _frame(rows, columns)


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

    def table(self) -> pd.DataFrame:
        """Every figure drawn."""
        columns = ["Area", self._heading("Value"), "Note"]
        return _frame([dict(zip(columns, (r.label, r.value, r.note), strict=True)) for r in self.rows], columns)


@dataclass(frozen=True, kw_only=True)
class HexMap(Chart):
    """One equal hexagon an area, so that small places count as much as large ones.

    Attributes
    ----------
    edges : tuple of float
        Inner class edges, rising. Class ``i`` holds values from ``edges[i - 1]`` to under ``edges[i]``.
    noun : str
        What one hexagon is: ``ward``.
    """

    kind: ClassVar[str] = "hex map"
    cells: tuple[Cell, ...]
    edges: tuple[float, ...]
    noun: str = "area"

    @property
    def class_labels(self) -> tuple[str, ...]:
        """The classes in words, lowest first."""
        e = [self.say(v) for v in self.edges]
        if not e:
            return ("all values",)
        between = [f"{low.removesuffix('%')} to under {high}" for low, high in pairwise(e)]
        return (f"under {e[0]}", *between, f"{e[-1]} and over")

    @property
    def without(self) -> tuple[Cell, ...]:
        """The cells that have no figure."""
        return tuple(c for c in self.cells if c.klass is None)

    def _alt(self) -> str:
        held = sorted((c for c in self.cells if c.value is not None), key=lambda c: (-(c.value or 0), c.area_code))
        counts = Counter(c.klass for c in self.cells)
        classes = [f"{counted(counts[i], self.noun)} {label}" for i, label in enumerate(self.class_labels)]
        gap = f" {counted(len(self.without), self.noun)} without a figure." if self.without else ""
        name = [f"{c.name} {self.spoken(c.value)}" for c in held]
        ends = (
            f" Highest: {listed(name[:5])}. Lowest: {listed(name[-3:])}." if len(name) > 8 else f" {'; '.join(name)}."
        )
        groups = self._top_groups()
        return (
            f"Map of {counted(len(self.cells), self.noun)}, one hexagon each. {'; '.join(classes)}.{gap}{ends}{groups}"
        )

    def _top_groups(self) -> str:
        """Where the highest class lies, when areas belong to larger ones."""
        top = Counter(c.group for c in self.cells if c.klass == len(self.edges) and c.group)
        if len({c.group for c in self.cells}) < 2 or not top:
            return ""
        said = [f"{n} in {g}" for g, n in sorted(top.items(), key=lambda x: (-x[1], x[0]))]
        return f" Of the highest class, {listed(said)}."

    def table(self) -> pd.DataFrame:
        """Every figure drawn."""
        columns = ["Code", "Area", "Part of", self._heading("Value"), "Class", "Note"]
        labels = self.class_labels
        rows = [
            dict(
                zip(
                    columns, (c.area_code, c.name, c.group, c.value, _class_label(labels, c.klass), c.note), strict=True
                )
            )
            for c in self.cells
        ]
        return _frame(rows, columns)


def _class_label(labels: tuple[str, ...], klass: int | None) -> str:
    return "no figure" if klass is None else labels[klass]


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
