"""From a whole Stat-Xplore table to figures in the tidy schema: areas, periods, flags, and what a reader must know.

Verified against the recorded replies (months in two spellings, revised months, nil) and the 6,000 period labels of the
schema dump of September 2023. Not in a recording: provisional months, empty cells.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from workbench.domain.areas import AreaRegister
from workbench.domain.periods import days_of
from workbench.domain.statxplore import StatXploreFacts
from workbench.domain.words import counted
from workbench.errors import SourceUnavailable
from workbench.sources.services import placing
from workbench.sources.services.statxplore_table import Cell, Item, Measured, Table
from workbench.sources.services.tidy import Days, flags, months

COMBINED = "combined"
"""Level of an item that merges areas, or is a total of those asked for: no level of areas that can be ranked."""

_MARK = re.compile(r"\s*\(\s*([a-z])\s*\)\s*$", re.IGNORECASE)
_MONTH = re.compile(r"([A-Za-z]+)[ -](\d{4}|\d{2})", re.ASCII)
_FINANCIAL = re.compile(r"(\d{4})[/-](\d{1,2})", re.ASCII)


@dataclass
class Notes:
    """What was met while figures were made."""

    revised: dict[str, None] = field(default_factory=dict)
    provisional: dict[str, None] = field(default_factory=dict)
    other: dict[str, None] = field(default_factory=dict)
    nil: int = 0
    missing: int = 0
    unresolved: dict[str, None] = field(default_factory=dict)
    elsewhere: dict[str, None] = field(default_factory=dict)

    def sentences(self, facts: StatXploreFacts) -> tuple[str, ...]:
        """As sentences, in order of weight."""
        said: list[str] = []
        if self.missing:
            said.append(f"{counted(self.missing, 'figure')} missing. {facts.missing_note}")
        if self.nil:
            said.append(f"{counted(self.nil, 'figure')} of 0. {facts.nil_note}")
        if self.elsewhere:
            said.append(
                f"{placing.names(list(self.elsewhere))} among the areas, without a GSS code: their figures are kept "
                f"under the level “{placing.ELSEWHERE}”."
            )
        if self.provisional:
            said.append(f"Take care. Provisional: {', '.join(self.provisional)}.")
        if self.revised:
            said.append(f"Revised since the release before: {', '.join(self.revised)}.")
        return (*said, *self.other)


@dataclass(frozen=True)
class Roles:
    """Which field of a table is what.

    Attributes
    ----------
    area, time : str
        Uris of fields; ``area`` is empty when the table has none.
    whole : mapping of str to bool
        For each other field that has a total: whether every value of it was asked for, so that its total is the whole.
    """

    area: str
    time: str
    whole: Mapping[str, bool] = field(default_factory=dict)


class Figures:
    """Turns the cells of the tables of one query into rows.

    Parameters
    ----------
    facts : StatXploreFacts
    areas : AreaRegister
    roles : Roles
    source_id : str
    """

    def __init__(self, facts: StatXploreFacts, areas: AreaRegister, roles: Roles, source_id: str) -> None:
        self._facts = facts
        self._areas = areas
        self._roles = roles
        self._source = source_id
        self._columns: dict[str, str] = {}
        self._periods: dict[tuple[str, ...], Days] = {}
        self.titles: dict[str, str] = {}
        self.notes = Notes()

    def rows(self, table: Table, all_areas: Sequence[str] = ()) -> list[dict[str, object]]:
        """The rows of a table.

        Parameters
        ----------
        table : Table
        all_areas : sequence of str
            Uris of areas of which the table's total, or its one merged item, is the total.
        """
        database = table.database.rpartition(":")[2]
        for axis in sorted(table.axes, key=lambda a: a.uri):
            if axis.uri not in (self._roles.area, self._roles.time) and axis.uri not in self._columns:
                self._columns[axis.uri] = placing.column(axis.label, list(self._columns.values()))
        return [self._row(cell, database, table, all_areas) for cell in table.cells()]

    def _row(self, cell: Cell, database: str, table: Table, all_areas: Sequence[str]) -> dict[str, object]:
        where = self._place(cell.items.get(self._roles.area), table, all_areas)
        time = cell.items[self._roles.time]
        start, end = self._period(time, database)
        measure = measure_key(cell.measure.uri)
        self.titles.setdefault(measure, f"{table.label}: {cell.measure.label}")
        row: dict[str, object] = {
            "area_code": where.code, "area_name": where.name, "level": where.level, "vintage": where.vintage,
            "measure": measure, "period_start": start, "period_end": end, "unit": self._unit(cell.measure, database),
            "value": cell.value, "flag": self._flag(cell, time, database, table.notes), "source_id": self._source,
        }  # fmt: skip
        for uri, column in self._columns.items():
            row[column] = self._words(uri, cell.items[uri])
        return row

    # --- areas --------------------------------------------------------------------------------------------------------

    def _place(self, item: Item | None, table: Table, all_areas: Sequence[str]) -> placing.Area:
        if item is None:  # everybody the database covers: no area that has a code
            return placing.Area(combined_code([table.database]), f"All of {table.label}", COMBINED, "", held=True)
        if item.total or (all_areas and set(item.uris) == set(all_areas)):
            uris = list(all_areas) or self._asked(table)
            return placing.Area(combined_code(uris), f"Total of {counted(len(uris), 'area')}", COMBINED, "", held=True)
        if len(item.uris) > 1:
            return placing.Area(combined_code(item.uris), item.label, COMBINED, "", held=True)
        kind = self._facts.kind_of(item.uris[0].split(":")[-2])
        level, vintage = (kind.level, kind.vintage) if kind else ("", "")
        found = placing.place(item.code, item.label, level, vintage, self._areas)
        if found.level == placing.ELSEWHERE:
            self.notes.elsewhere.setdefault(item.label)
        if not found.held:
            self.notes.unresolved.setdefault(item.code)
        return found

    def _asked(self, table: Table) -> list[str]:
        axis = next(a for a in table.axes if a.uri == self._roles.area)
        return [uri for item in axis.items for uri in item.uris]

    # --- periods ------------------------------------------------------------------------------------------------------

    def _period(self, item: Item, database: str) -> Days:
        key = (database, *item.uris)
        if key not in self._periods:
            known = self._facts.database(database)
            self._periods[key] = period(item.code, item.label, known.period if known else "")
        return self._periods[key]

    # --- flags and units ----------------------------------------------------------------------------------------------

    def _flag(self, cell: Cell, time: Item, database: str, general: Sequence[str]) -> str:
        perturbed = self._facts.is_perturbed(database)
        mark = _MARK.search(time.label)
        provisional = bool(mark and mark[1].lower() == "p")
        for note in cell.notes:
            said = note.lower()
            if any(word in said for word in self._facts.provisional_words):
                provisional = True
            elif any(word in said for word in self._facts.revised_words):
                where = [i.label for i in cell.items.values() if note in i.notes]
                self.notes.revised.setdefault(time.label if note in time.notes or not where else where[0])
            elif not any(word in said for word in self._facts.nil_words):
                self.notes.other.setdefault(f"DWP says: {note}")
        if provisional:
            self.notes.provisional.setdefault(time.label)
        if cell.value is None:
            self.notes.missing += 1
            return flags("not available", "provisional" if provisional else "")
        told = any(word in note.lower() for note in (*general, *cell.notes) for word in self._facts.nil_words)
        nil = cell.value == 0 and (perturbed or told)
        self.notes.nil += nil
        return flags("nil" if nil else "", "perturbed" if perturbed else "", "provisional" if provisional else "")

    def _unit(self, measure: Measured, database: str) -> str:
        if measure.function == "COUNT":
            known = self._facts.database(database)
            return (known.unit if known else "") or "count"
        unit = self._facts.unit_of(measure_field(measure.uri))
        if measure.function != "SUM":
            self.notes.other.setdefault(
                f"Take care. “{measure.label}” is an average. Averages of areas or groups cannot be added or averaged."
            )
        if not unit:
            self.notes.other.setdefault(f"Take care. The unit of “{measure.label}” is not known here.")
        return unit or "not stated"

    def _words(self, uri: str, item: Item) -> str:
        """What stands in the column of a breakdown: empty for the whole."""
        if not item.total:
            return item.label
        if self._roles.whole.get(uri):
            return ""
        self.notes.other.setdefault(
            "Take care. A total is of the groups that were asked for. It was not checked that these are all there are."
        )
        return "Total of those asked for"


# --- keys and periods -------------------------------------------------------------------------------------------------


def measure_key(uri: str) -> str:
    """The key of a measure, from its uri.

    Examples
    --------
    >>> measure_key("str:count:UC_Monthly:V_F_UC_CASELOAD_FULL")
    'UC_Monthly.V_F_UC_CASELOAD_FULL'
    """
    return ".".join(uri.split(":")[2:])


def measure_field(uri: str) -> str:
    """The field that a statistic is of: ``HNTOTAL_PAYMENT_AMOUNT`` in ``str:statfn:…:HNTOTAL_PAYMENT_AMOUNT:MEAN``."""
    parts = uri.split(":")
    return parts[4] if len(parts) > 4 else ""


def combined_code(uris: Iterable[str]) -> str:
    """A code for areas taken together: the same for the same areas in any order, and no GSS code."""
    return f"own-{hashlib.sha256(' '.join(sorted(set(uris))).encode()).hexdigest()[:12]}"


def period(code: str, label: str, kind: str = "") -> Days:
    """First and last day of a period of Stat-Xplore.

    Parameters
    ----------
    code : str
        Last part of its uri: ``201811``.
    label : str
        ``May 2018``, ``201811 (Nov-18)``, ``Feb-23``, ``2021/22``, ``2021-22``, ``Mid-2021``, ``Jan-02 to Sep-02``,
        each perhaps with a mark such as ``(p)``.
    kind : str
        ``quarter``: a month stands for the three that end with it.

    Raises
    ------
    SourceUnavailable
        When label and code are not understood, or contradict each other.

    Examples
    --------
    >>> period("201811", "201811 (Nov-18)")
    (datetime.date(2018, 11, 1), datetime.date(2018, 11, 30))
    >>> period("2022", "2021/22")
    (datetime.date(2021, 4, 1), datetime.date(2022, 3, 31))
    """
    plain = _MARK.sub("", label).strip()
    found = _labelled(plain)
    month = re.fullmatch(r"(\d{4})(0[1-9]|1[0-2])", code, re.ASCII)
    if month:
        by_code = months(int(month[1]), int(month[2]), 1)
        if found is None or (found[1].year % 100, found[1].month) != (by_code[1].year % 100, by_code[1].month):
            raise SourceUnavailable(
                f"The period “{label}” has the code {code}, and the two do not agree.", "Choose another period.", code
            )
        found = found if found[0] != found[1].replace(day=1) else by_code
    if found is None:
        raise SourceUnavailable(f"The period “{label}” ({code}) is not understood.", "Choose another period.", code)
    if kind == "quarter" and found[0] == found[1].replace(day=1):
        quarter_start = found[1].year * 12 + found[1].month - 3
        return months(quarter_start // 12, quarter_start % 12 + 1, 3)
    return found


def _labelled(label: str) -> Days | None:
    readers = (_bracketed, _span, _middle, _month, _financial, _days)
    return next((found for read in readers if (found := read(label)) is not None), None)


def _bracketed(label: str) -> Days | None:
    inner = re.fullmatch(r"\d{6}\s*\((.*?)\)?", label)
    return _labelled(inner[1]) if inner else None


def _span(label: str) -> Days | None:
    first, to, last = label.partition(" to ")
    start, end = (_labelled(first), _labelled(last)) if to else (None, None)
    return (start[0], end[1]) if start and end and start[0] <= end[1] else None


def _middle(label: str) -> Days | None:
    year = re.fullmatch(r"Mid-(\d{4})", label, re.IGNORECASE)
    return (date(int(year[1]), 6, 30), date(int(year[1]), 6, 30)) if year else None


def _month(label: str) -> Days | None:
    named = _MONTH.fullmatch(label)
    if not named:
        return None
    short = len(named[2]) == 2
    return _days(f"{named[1]} {'' if not short else '19' if int(named[2]) >= 70 else '20'}{named[2]}")


def _financial(label: str) -> Days | None:
    years = _FINANCIAL.fullmatch(label)
    if not years or (int(years[1]) + 1) % 10 ** len(years[2]) != int(years[2]):
        return None
    return months(int(years[1]), 4, 12)


def _days(text: str) -> Days | None:
    try:
        return days_of(text)
    except ValueError:
        return None
