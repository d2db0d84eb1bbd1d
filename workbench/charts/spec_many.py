"""Charts that lay many things side by side: one trend for many areas, and a table of values, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import isnan
from typing import ClassVar

import pandas as pd

from workbench.charts.spec import Series
from workbench.charts.spec_base import Chart, frame, with_interval
from workbench.charts.words import missing, say, spoken
from workbench.domain.words import counted
from workbench.errors import DataError

PANELS_MOST = 36
"""Panels beyond which nothing can be read; a strip or a table then says more."""


@dataclass(frozen=True, kw_only=True)
class Multiples(Chart):
    """One trend for many areas, a small panel each, all on one scale.

    Attributes
    ----------
    panels : tuple of Series
        One area each; the main ones stand out.
    reference : Series or None
        Drawn in every panel.
    """

    kind: ClassVar[str] = "small multiples"
    panels: tuple[Series, ...]
    reference: Series | None = None
    noun: str = "area"

    def _alt(self) -> str:
        parts = [self._said(s) for s in (*self.panels, *([self.reference] if self.reference else []))]
        return f"{counted(len(self.panels), 'line chart')} on one scale, one for each {self.noun}. {' '.join(parts)}"

    def _said(self, s: Series) -> str:
        held = [p for p in s.points if not missing(p.value)]
        if not held:
            return f"{s.name}: no figures."
        gaps = len(s.points) - len(held)
        without = f"; {counted(gaps, 'period')} without a figure" if gaps else ""
        first, last = held[0], held[-1]
        if first is last:
            return f"{s.name}: {self.spoken(last.value)} in {last.label}{without}."
        return (
            f"{s.name}: from {self.spoken(first.value)} in {first.label} to {self.spoken(last.value)} in "
            f"{last.label}{without}."
        )

    def marks(self) -> tuple[tuple[str, str], ...]:
        """The area and the words of each row of the table."""
        lines = (*self.panels, *([self.reference] if self.reference else []))
        return tuple(
            (s.area_code, f"{s.name} {with_interval(self, p.value, p.lower, p.upper, p.note)} in {p.label}")
            for s in lines
            for p in s.points
        )

    def table(self) -> pd.DataFrame:
        """Every figure drawn."""
        columns = ["Area", "Period", self._heading("Value"), "Lower", "Upper", "Note"]
        lines = (*self.panels, *([self.reference] if self.reference else []))
        rows = [(s.name, p.label, p.value, p.lower, p.upper, p.note) for s in lines for p in s.points]
        return frame([dict(zip(columns, row, strict=True)) for row in rows], columns)


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table of values; ``unit`` is empty for a column of words."""

    name: str
    unit: str = ""
    decimals: int | None = None

    @property
    def numeric(self) -> bool:
        """Whether it holds figures."""
        return bool(self.unit)


Value = float | str | None


@dataclass(frozen=True, slots=True)
class ValueRow:
    """One row: an area's name, then a cell for each column. ``notes`` says why a cell is empty, by column name."""

    label: str
    cells: tuple[Value, ...]
    area_code: str = ""
    own: bool = False
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class ValueTable(Chart):
    """A table of values that stands where a chart would: title, caption, text alternative, sorted by a column.

    It is written in the page and in documents as a table, never drawn as a picture of one.
    """

    kind: ClassVar[str] = "table of values"
    unit: str = ""
    columns: tuple[Column, ...]
    rows: tuple[ValueRow, ...]
    first: str = "Area"
    noun: str = "area"
    sorted_by: str = ""
    descending: bool = False

    def __post_init__(self) -> None:
        """Check that every row has a cell for each column."""
        wrong = [r.label for r in self.rows if len(r.cells) != len(self.columns)]
        if wrong:
            raise DataError(
                f"{counted(len(wrong), 'row')} of the table do not have {counted(len(self.columns), 'cell')}.",
                "Give a cell for each column, None where there is no figure.",
                wrong[0],
            )

    def sorted(self, column: str, *, descending: bool = False) -> ValueTable:
        """The table in the order of a column; rows without a figure always come last.

        Raises
        ------
        DataError
            When there is no column of this name.

        Examples
        --------
        >>> rows = (ValueRow("B", (2.0,)), ValueRow("C", (None,)), ValueRow("A", (3.0,)))
        >>> table = ValueTable(title="t", caption="", columns=(Column("Rate", "percent"),), rows=rows)
        >>> [r.label for r in table.sorted("Rate", descending=True).rows]
        ['A', 'B', 'C']
        """
        names = [c.name for c in self.columns]
        if column != self.first and column not in names:
            raise DataError(f"The table has no column {column}.", f"Choose {self.first} or {', '.join(names)}.", column)

        def cell(row: ValueRow) -> Value:
            return row.label if column == self.first else row.cells[names.index(column)]

        held = [r for r in self.rows if not _empty(cell(r))]
        held.sort(key=lambda r: r.label)
        held.sort(key=lambda r: _order(cell(r)), reverse=descending)
        gaps = [r for r in self.rows if _empty(cell(r))]
        return replace(self, rows=(*held, *gaps), sorted_by=column, descending=descending)

    def text(self, row: ValueRow, place: int) -> str:
        """A cell as it is read."""
        value, column = row.cells[place], self.columns[place]
        if isinstance(value, str):
            return value
        return "–" if _empty(value) else say(value, column.unit, column.decimals)

    def _alt(self) -> str:
        order = f", in order of {self.sorted_by}" if self.sorted_by else ""
        heads = ", ".join(c.name for c in self.columns)
        lead = f"Table of {counted(len(self.rows), self.noun)}{order}: {heads}. "
        shown = self.rows[:20]
        more = len(self.rows) - len(shown)
        return f"{lead}{'; '.join(self._said(r) for r in shown)}{f'; {more:,} more in the table' if more else ''}."

    def _said(self, row: ValueRow) -> str:
        said = []
        for c, v in zip(self.columns, row.cells, strict=True):
            figure = v if isinstance(v, str) else spoken(v, c.unit, c.decimals)
            said.append(f"{c.name} {figure}" if len(self.columns) > 1 else str(figure))
        return f"{row.label} {', '.join(said)}{f' ({row.note})' if row.note else ''}"

    def marks(self) -> tuple[tuple[str, str], ...]:
        """The area and the words of each row."""
        return tuple((r.area_code, self._said(r)) for r in self.rows)

    def table(self) -> pd.DataFrame:
        """The values themselves, unrounded."""
        heads = [replace_unit(c) for c in self.columns]
        columns = ["Code", self.first, *heads, "Note"]
        return frame([dict(zip(columns, (r.area_code, r.label, *r.cells, r.note), strict=True)) for r in self.rows],
                     columns)  # fmt: skip


def replace_unit(column: Column) -> str:
    """The heading of a column with its unit."""
    unit = {"percent": "%", "pounds": "£"}.get(column.unit, column.unit)
    return f"{column.name} ({unit})" if unit else column.name


def _empty(value: Value) -> bool:
    return value is None or (isinstance(value, float) and isnan(value))


def _order(value: Value) -> tuple[bool, float, str]:
    """Numbers before words, so that a mixed column has an order too."""
    return (True, 0.0, value) if isinstance(value, str) else (False, float(value or 0), "")
