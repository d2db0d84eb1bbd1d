"""Reader of claimant count tables: one row for each area and month, in the shapes in which they are passed round."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from workbench.domain.areas import Area, AreaRegister, level_of
from workbench.domain.periods import days_of, last_day
from workbench.domain.provenance import Citation
from workbench.errors import Fault, UnknownArea, WrongFile
from workbench.sources.imported import Cells, Imported, Reader, Row, boundaries, figure_set, none_held, source_id, text

COUNT, RATE = ("claimant_count", "people"), ("claimant_rate", "percent")

# What the measure column says, and what it means. “count” and “percent” say too little: the file's name must say more.
MEASURES: Mapping[str, tuple[str, str]] = {
    "claimant count": COUNT,
    "residents claiming jsa or universal credit": COUNT,
    "claimants as a proportion of residents aged 16-64": RATE,
}
SHORT: Mapping[str, tuple[str, str]] = {"count": COUNT, "percent": RATE}

# Smallest first: a ward file names the district of each ward too.
_CODE_COLUMNS = (r"lsoa(\d\d)cd", r"msoa(\d\d)cd", r"wd(\d\d)cd", r"lad(\d\d)cd", r"cauth(\d\d)cd")
_SMALL_AREAS = "2011"  # the claimant count has been published for the LSOAs and MSOAs of 2011 only


@dataclass(frozen=True)
class _Layout:
    """Where things stand in the table.

    Attributes
    ----------
    code, year : int, str
        Column of the area code; year of the boundaries when the column's name gives one.
    date : int or None
    values : mapping of int to (measure, unit), or None for a long table
    measure, value : int or None
        Columns of a long table.
    width : int
    """

    code: int
    year: str
    date: int | None
    values: Mapping[int, tuple[str, str]] = field(default_factory=dict)
    measure: int | None = None
    value: int | None = None
    width: int = 0


def _layout(header: list[str]) -> _Layout | None:
    """The layout that a header row describes; None when it is not one of ours."""
    at = {name: place for place, name in reversed(list(enumerate(header)))}
    code, year = -1, ""
    for pattern in _CODE_COLUMNS:
        found = next((m for name in header if (m := re.fullmatch(pattern, name))), None)
        if found:
            code, year = at[found[0]], f"20{found[1]}"
            break
    else:
        code = at.get("area_code", at.get("geography", -1))
    if code < 0:
        return None
    base = _Layout(code, year, at.get("date", at.get("period")), width=len(header))
    if "value" in at and (name := next((n for n in ("indicator", "measure", "measure type") if n in at), "")):
        return replace(base, measure=at[name], value=at["value"])
    if "count" in at:
        values = {at["count"]: COUNT, **({at["rate"]: RATE} if "rate" in at else {})}
        return replace(base, values=values)
    return None


def _header(cells: Cells) -> tuple[list[str], _Layout | None]:
    header = [text(cell).lower() for cell in cells.rows[0]] if cells.rows else []
    return header, _layout(header)


def fits(cells: Cells) -> bool:
    """Whether the first row names the columns of a claimant count table and its measures are ours."""
    _, layout = _header(cells)
    if layout is None:
        return False
    says_so = re.search(r"claimant|ucjsa", cells.path.name, re.IGNORECASE) is not None
    if layout.measure is None:  # columns named count and rate could be of anything
        return says_so
    used = {text(row[layout.measure]).lower() for row in cells.rows[1:] if len(row) > layout.measure}
    return bool(used) and used <= set(MEASURES) | (set(SHORT) if says_so else set())


def read(cells: Cells, areas: AreaRegister) -> Imported:
    """Read a claimant count table.

    Parameters
    ----------
    cells : Cells
        First row the names of the columns.
    areas : AreaRegister
        Areas that are held; others are reported and left out.

    Returns
    -------
    Imported
        ``claimant_count`` (people, rounded to 5) and ``claimant_rate`` (percent of residents aged 16 to 64).

    Raises
    ------
    WrongFile
        When no month can be found, or nothing can be read.
    UnknownArea
        When a code is not a GSS code, or none of the areas is held.
    """
    _, layout = _header(cells)
    if layout is None:
        raise WrongFile("The first row does not name the columns of a claimant count table.", "", str(cells.path))
    reading = _Reading(cells, layout, areas)
    for number, row in enumerate(cells.rows[1:], start=2):
        if any(text(cell) for cell in row):
            reading.take(row, number)
    return reading.result()


class _Reading:
    """One pass over the rows of a table."""

    def __init__(self, cells: Cells, layout: _Layout, areas: AreaRegister) -> None:
        self.cells, self.layout, self.areas = cells, layout, areas
        self.rows_read = 0
        self.refused: list[Fault] = []
        self.notes: list[str] = []
        self.unresolved: dict[str, None] = {}
        self.figures: dict[tuple[str, str, date], dict[str, object]] = {}
        self.contradicted: set[tuple[str, str, date]] = set()
        self.month = self._month_of_name() if layout.date is None else None

    def take(self, row: Row, number: int) -> None:
        """The figures of one row, or the reason why there are none."""
        self.rows_read += 1
        where = f"{self.cells.path.name}, row {number}"
        if len(row) < self.layout.width:
            self._refuse(
                where,
                f"the row has {len(row)} of {self.layout.width} columns",
                "Download the file again: it may be cut short.",
            )
            return
        area = self._area(text(row[self.layout.code]), where)
        month = self._month(row, where)
        if area is None or month is None:
            return
        for place, kind in self._values(row).items():
            value = _number(text(row[place]), kind[0])
            if value is None:
                self._refuse(where, f"“{text(row[place])}” is not a {kind[0].replace('_', ' ')}", "Check the row.")
                continue
            self._keep(area, month, kind, value, where)

    def result(self) -> Imported:
        """What came out of all rows."""
        for key in self.contradicted:
            del self.figures[key]
        if not self.figures and self.unresolved:
            raise none_held(self.cells, list(self.unresolved))
        if not self.figures:
            why = f" {self.refused[0].where}: {self.refused[0].message}." if self.refused else ""
            raise WrongFile(f"No figure in it can be read.{why}", "Check the file.", str(self.cells.path))
        if self.unresolved:
            some = ", ".join(list(self.unresolved)[:5]) + (" …" if len(self.unresolved) > 5 else "")
            self._refuse(
                self.cells.path.name,
                f"areas that are not held were left out, {len(self.unresolved)} in all: {some}",
                "Nothing, if they lie outside the places of this proposal.",
            )
        self._with_numerators()
        self._flag_rounding()
        citation = Citation(
            publisher="Office for National Statistics, via Nomis",
            title="Claimant count by sex and age",
            locator=f"NM_162_1, from the file {self.cells.path.name}",
        )
        figures = figure_set(list(self.figures.values()), {self._source: citation}, self.cells)
        return Imported(figures, self.rows_read, tuple(self.refused), tuple(self.notes), tuple(self.unresolved))

    @property
    def _source(self) -> str:
        return source_id(self.cells.path)

    def _refuse(self, where: str, message: str, remedy: str) -> None:
        self.refused.append(Fault(where, message, remedy))

    def _month_of_name(self) -> str:
        found = set(re.findall(r"(?<!\d)((?:19|20)\d\d-(?:0[1-9]|1[0-2]))(?!\d)", self.cells.path.stem))
        if len(found) != 1:
            raise WrongFile(
                "It has no column for the month, and its name does not give one month.",
                "Add a column “date”, or put the month into the name, such as claimants-2017-09.csv.",
                str(self.cells.path),
            )
        month: str = found.pop()
        self.notes.append(f"The table has no date. The month {month} was read from the name of the file.")
        return month

    def _month(self, row: Row, where: str) -> tuple[date, date] | None:
        said = self.month if self.layout.date is None else text(row[self.layout.date])
        try:
            start, end = days_of(said or "")
        except ValueError:
            self._refuse(where, f"“{said}” is not a month", "Write it as 2017-09.")
            return None
        if start == end:  # a day stands for its month: claimants are counted on one day of each
            return start.replace(day=1), last_day(start.year, start.month)
        if (start.year, start.month) != (end.year, end.month):
            self._refuse(where, f"“{said}” is longer than a month", "Use a monthly table.")
            return None
        return start, end

    def _area(self, code: str, where: str) -> Area | None:
        try:
            level_of(code)
        except UnknownArea as error:
            raise UnknownArea(error.message, error.remedy, f"{self.cells.path}, {where.rpartition(', ')[2]}") from error
        area = self.areas.areas.get(code)
        if area is None:
            self.unresolved[code] = None
        return area

    def _values(self, row: Row) -> Mapping[int, tuple[str, str]]:
        if self.layout.measure is None or self.layout.value is None:
            return self.layout.values
        said = text(row[self.layout.measure]).lower()
        return {self.layout.value: MEASURES.get(said) or SHORT[said]}

    def _keep(self, area: Area, month: tuple[date, date], kind: tuple[str, str], value: float, where: str) -> None:
        year = self.layout.year or (_SMALL_AREAS if area.level in ("LSOA", "MSOA") else "")
        measure, unit = kind
        key = (area.code, measure, month[0])
        held = self.figures.get(key)
        if held is None:
            self.figures[key] = {
                "area_code": area.code, "area_name": area.name, "level": area.level, "vintage": boundaries(area, year),
                "measure": measure, "period_start": month[0], "period_end": month[1], "value": value, "unit": unit,
                "method": "", "flag": "", "source_id": self._source,
            }  # fmt: skip
        elif held["value"] == value:
            self._refuse(where, f"{area.code} is repeated for {month[0]:%Y-%m} with the same value", "Keep one row.")
        else:
            self.contradicted.add(key)
            self._refuse(
                where,
                f"{area.code} has two values for {month[0]:%Y-%m}, {held['value']:g} and {value:g}; neither was taken",
                "Find out which is right.",
            )

    def _with_numerators(self) -> None:
        for (code, measure, start), figure in self.figures.items():
            if measure == "claimant_rate" and (count := self.figures.get((code, "claimant_count", start))):
                figure["numerator"] = count["value"]

    def _flag_rounding(self) -> None:
        counts = [figure for (_, measure, _), figure in self.figures.items() if measure == "claimant_count"]
        odd = sum(1 for figure in counts if float(str(figure["value"])) % 5)
        if odd:
            self.notes.append(
                f"{odd} of {len(counts)} counts are not multiples of 5, though claimant counts are published so."
            )
        else:
            for figure in counts:
                figure["flag"] = "rounded-5"


def _number(said: str, measure: str) -> float | None:
    """A value that the measure can have, else None. A blank is not zero."""
    try:
        value = float(said.replace(",", ""))
    except ValueError:
        return None
    possible = (
        math.isfinite(value) and value >= 0 and (value.is_integer() if measure == "claimant_count" else value <= 100)
    )
    return value if possible else None


READER = Reader("a claimant count table", fits, read)
