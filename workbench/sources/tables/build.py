"""Figures from a table whose columns are settled: a row of the tidy schema for each number, a reason for each gap."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.domain import words
from workbench.domain.figures import COLUMNS
from workbench.domain.periods import period_of
from workbench.domain.recipes import ValueColumn
from workbench.errors import Fault, WrongFile
from workbench.sources.imported import source_id, text
from workbench.sources.tables import titles
from workbench.sources.tables.find import Table
from workbench.sources.tables.numbers import DECIMAL_COMMA, Numbers
from workbench.sources.tables.places import Places
from workbench.sources.tables.roles import FINANCIAL, Roles, without_mark
from workbench.sources.tables.settle import EVERYONE, Settled

Floats = npt.NDArray[np.float64]
COUNTS = frozenset({"people", "households", "dwellings", "enterprises", "count", titles.NOT_STATED})
"""Units of counts: what is said of rounding and perturbation is said of these."""

_IS_RATE = re.compile(r"rate|percent|proportion|%", re.IGNORECASE)
_TRUE_SHARE = 1.0001


@dataclass
class Built:
    """What came of a table."""

    frame: pd.DataFrame
    titles: dict[str, str] = field(default_factory=dict)
    refused: list[Fault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


class Builder:
    """Makes figures of one table.

    Parameters
    ----------
    table : Table
    roles : Roles
    settled : Settled
    places : Places
    numbers : Numbers
    begins : int
        Month in which years such as 2019/20 begin; 0 when that does not matter.
    change : str
        Flag for counts that the publisher rounded or perturbed; empty when the file does not say so.
    """

    def __init__(
        self,
        table: Table,
        roles: Roles,
        settled: Settled,
        places: Places,
        numbers: Numbers,
        *,
        begins: int = 0,
        change: str = "",
    ) -> None:
        self.table, self.roles, self.settled = table, roles, settled
        self.places, self.numbers = places, numbers
        self.begins, self.change = begins, change
        self.why: dict[str, list[tuple[int, str]]] = {}
        self.built = Built(pd.DataFrame())

    def build(self) -> Built:
        """Every figure of the table.

        Raises
        ------
        WrongFile
            When no figure can be read, or numbers are written with commas for decimals.
        """
        said = [text(cell) for cell in self.table.column(self.table.area)]
        here = [self.places.found.get(one) for one in said]
        for one, place, number in zip(said, here, self.table.numbers, strict=True):
            if place is None:
                reason = self.places.unknown.get(one, "is no area") if one else "has no area"
                self._refuse(reason, number, f"“{one}”" if one else "")
        periods = self._periods()
        keep = np.array([p is not None for p in here]) & np.array([p is not None for p in periods])
        rows = np.flatnonzero(keep)
        kept = [p for i in rows if (p := here[i]) is not None]
        days = [d for i in rows if (d := periods[i]) is not None]
        base = pd.DataFrame(
            {
                "area_code": [p.code for p in kept],
                "area_name": [p.name for p in kept],
                "level": [p.level for p in kept],
                "vintage": [p.vintage for p in kept],
                "period_start": np.array([d[0] for d in days], dtype="datetime64[s]"),
                "period_end": np.array([d[1] for d in days], dtype="datetime64[s]"),
            }
        )
        for name in ("area_code", "area_name", "level", "vintage"):
            base[name] = base[name].astype("str")
        marks = [d[2] for d in days]
        for column, name in self.settled.breakdowns.items():
            cells = self.table.column(column)
            base[name] = pd.Series([_group(text(cells[i])) for i in rows], dtype="str")
        named = self._measured(rows)
        parts = [part for value in self.settled.values for part in self._of(value, rows, base, marks, named)]
        parts = [part for part in parts if len(part)]
        if not parts:
            raise WrongFile(
                f"No figure in it can be read.{self._first()}", "Check the file.", str(self.table.cells.path)
            )
        frame = pd.concat(parts, ignore_index=True)
        self.built.frame = self._without_repeats(self._shares(frame))
        self._told()
        return self.built

    # --- rows ---------------------------------------------------------------------------------------------------------

    def _periods(self) -> list[tuple[date, date, str] | None]:
        """First and last day of each row, and a flag; None where the row's period cannot be read."""
        place = self.settled.period_column
        if place is None:
            fixed = self._period(self.settled.period) if self.settled.period else (date.min, date.min, "")
            return [fixed] * len(self.table.rows)
        known: dict[str, tuple[date, date, str] | None] = {}
        found = []
        for cell, number in zip(self.table.column(place), self.table.numbers, strict=True):
            said = text(cell)
            if said not in known:
                known[said] = self._period(said)
            if known[said] is None:
                self._refuse("is no period that can be read", number, f"“{said}”")
            found.append(known[said])
        return found

    def _period(self, said: str) -> tuple[date, date, str] | None:
        bare, flag = without_mark(said)
        if (years := FINANCIAL.fullmatch(bare)) and self.begins:
            first = int(years[1])
            if int(years[2][-2:]) != (first + 1) % 100:
                return None
            start = date(first, self.begins, 1)
            return start, start.replace(year=first + 1) - timedelta(days=1), flag
        try:
            start, end = period_of(bare)
        except ValueError:
            return None
        return start, end, flag

    def _measured(self, rows: npt.NDArray[np.intp]) -> list[tuple[str, str]]:
        """Title and unit of each row, from the columns that say what is measured."""
        if not self.settled.measures:
            return []
        columns = {
            column.place: self.table.column(column.place) for column in self.roles.of("measure", "detail", "unit")
        }
        first = [c.place for c in self.roles.of("measure")]
        details = [c.place for c in self.roles.of("detail")]
        if not first:
            first, details = details[:1], details[1:]
        units = [c.place for c in self.roles.of("unit")]
        known: dict[tuple[str, ...], tuple[str, str]] = {}
        named = []
        for i in rows:
            said = tuple(text(columns[place][i]) for place in (*first, *details, *units))
            if said not in known:
                a, b = len(first), len(first) + len(details)
                known[said] = _named(said[:a], said[a:b], said[b:])
            named.append(known[said])
        return named

    # --- values -------------------------------------------------------------------------------------------------------

    def _of(
        self, value: ValueColumn, rows: npt.NDArray[np.intp], base: pd.DataFrame, marks: Sequence[str],
        named: Sequence[tuple[str, str]],
    ) -> Iterator[pd.DataFrame]:  # fmt: skip
        """The figures of one column of values."""
        values, flags, good = self._numbers(value, rows)
        if not good.any():
            return
        period = self._period(value.period) if value.period else None
        frame = base.loc[good].copy()
        if period:
            frame["period_start"], frame["period_end"] = pd.Timestamp(period[0]), pd.Timestamp(period[1])
        lower, upper, method = self._interval(value, rows, values)
        frame["value"], frame["lower"], frame["upper"] = values[good], lower[good], upper[good]
        said = flags[good]
        mark = period[2] if period else ""
        marked = [marks[int(i)] for i in np.flatnonzero(good)]
        if mark or any(marked):
            said = np.array([_together(a, b, mark) for a, b in zip(said, marked, strict=True)], dtype=object)
        for name, group in value.breakdowns.items():
            frame[name] = group
        title = value.title
        if named:
            mine = [named[int(i)] for i in np.flatnonzero(good)]
            both = [(f"{t}, {title}" if t and title else t or title, u or value.unit) for t, u in mine]
            frame["_title"], frame["unit"] = [t for t, _ in both], [u or titles.NOT_STATED for _, u in both]
        else:
            frame["_title"], frame["unit"] = title, value.unit or titles.NOT_STATED
            self.built.titles.setdefault(value.measure, title)
        has = np.isfinite(frame["lower"].to_numpy(dtype=float)) & np.isfinite(frame["upper"].to_numpy(dtype=float))
        frame["confidence"] = np.where(has, self.settled.confidence, np.nan)
        frame["method"] = np.where(has, method, "")
        frame["flag"] = said
        yield frame

    def _numbers(
        self, value: ValueColumn, rows: npt.NDArray[np.intp]
    ) -> tuple[Floats, npt.NDArray[np.object_], npt.NDArray[np.bool_]]:
        cells = self.table.column(value.column)
        beside = self.table.column(value.flag) if value.flag is not None else None
        values = np.full(len(rows), np.nan)
        flags = np.full(len(rows), "", dtype=object)
        good = np.zeros(len(rows), dtype=bool)
        of = self.numbers.of
        for at, i in enumerate(rows):
            cell = cells[i]
            flag = self.numbers.flag(beside[i]) if beside is not None else ""
            if cell == "" or cell is None or (isinstance(cell, str) and not cell.strip()):
                if flag:
                    flags[at], good[at] = flag, True
                else:
                    self._refuse("blank cells were left out; they are not zero", self.table.numbers[i], "")
                continue
            found = of(cell)
            if found is None:
                said = text(cell)
                if DECIMAL_COMMA.fullmatch(said):
                    raise WrongFile(
                        f"Its numbers are written with a comma for the decimal point: {said}.",
                        "Save it with points for decimals: a comma may also part thousands.",
                        f"{self.table.cells.path}, row {self.table.numbers[i]}",
                    )
                self._refuse("is no number", self.table.numbers[i], f"“{said[:40]}”")
                continue
            values[at], good[at] = found[0], True
            flags[at] = _together(found[1], flag)
        return values, flags, good

    def _interval(self, value: ValueColumn, rows: npt.NDArray[np.intp], values: Floats) -> tuple[Floats, Floats, str]:
        """Both ends of the published interval; none where it does not hold the value."""
        none = np.full(len(rows), np.nan)
        if value.half_width is not None:
            half = self._column(value.half_width, rows)
            half = np.where(half >= 0, half, np.nan)
            return values - half, values + half, "published half-width"
        if value.lower is None or value.upper is None:
            return none, none.copy(), ""
        lower, upper = self._column(value.lower, rows), self._column(value.upper, rows)
        # Ends that were rounded otherwise than the estimate may miss it by a last figure.
        odd = (lower > values) | (upper < values) | np.isnan(values) | (np.isnan(lower) != np.isnan(upper))
        wrong = (lower > values) | (upper < values)
        for at in np.flatnonzero(wrong):
            self._refuse(
                "has an interval that does not hold its estimate; the estimate was taken without it",
                self.table.numbers[rows[at]],
                value.heading,
            )
        return np.where(odd, np.nan, lower), np.where(odd, np.nan, upper), "published"

    def _column(self, place: int, rows: npt.NDArray[np.intp]) -> Floats:
        cells = self.table.column(place)
        read = [self.numbers.of(cells[i]) if text(cells[i]) else None for i in rows]
        return np.array([one[0] if one is not None else math.nan for one in read])

    # --- the whole ----------------------------------------------------------------------------------------------------

    def _shares(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Keys of measures that rows name; a “proportion” above one is a percentage; what the publisher changed."""
        if self.settled.measures:
            keys = titles.distinct_keys(list(dict.fromkeys(frame["_title"])))
            frame["measure"] = frame["_title"].map(keys)
            self.built.titles = {key: title for title, key in keys.items()}
        else:
            keys = {title: key for key, title in self.built.titles.items()}
            frame["measure"] = frame["_title"].map(keys)
        frame = frame.drop(columns="_title")
        shares = frame["unit"] == "proportion"
        if shares.any():
            most = frame.loc[shares].groupby("measure")["value"].max()
            over = set(most[most > _TRUE_SHARE].index)
            frame.loc[shares & frame["measure"].isin(over), "unit"] = "percent"
        if self.change:
            counts = frame["unit"].isin(COUNTS) & frame["value"].notna()
            frame.loc[counts, "flag"] = [_together(flag, self.change) for flag in frame.loc[counts, "flag"]]
        frame["numerator"] = frame["denominator"] = np.nan
        frame["source_id"] = source_id(self.table.cells.path)
        names = [
            *self.settled.breakdowns.values(),
            *dict.fromkeys(n for v in self.settled.values for n in v.breakdowns),
        ]
        for name in names:
            frame[name] = frame[name].fillna("").astype("str")
        return frame[[*COLUMNS, *dict.fromkeys(names)]]

    def _without_repeats(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Each figure once. Of two that contradict each other neither is taken."""
        key = [
            c
            for c in frame.columns
            if c in ("area_code", "vintage", "measure", "unit", "period_start", "period_end") or c not in COLUMNS
        ]
        repeated = frame.duplicated(key, keep=False)
        if not repeated.any():
            return frame
        twice = frame.loc[repeated]
        same = twice.groupby(key, dropna=False)["value"].transform(lambda v: v.nunique(dropna=False) == 1).astype(bool)
        double, against = twice.index[same], twice.index[~same]
        where = self.table.cells.path.name
        if len(double):
            some = ", ".join(dict.fromkeys(twice.loc[double, "area_name"]).keys())[:80]
            count = int(frame.loc[double].duplicated(key).sum())
            self.built.refused.append(
                Fault(
                    where,
                    f"areas listed twice with equal figures were taken once: {some} ({words.counted(count, 'figure')})",
                    "Nothing.",
                )
            )
        if len(against):
            first = twice.loc[against[0]]
            self.built.refused.append(
                Fault(
                    where,
                    f"{words.counted(len(against), 'figure')} contradict each other; none was taken: "
                    f"{first['area_name']} ({first['area_code']}) has several values of "
                    f"{first['measure']} for one period",
                    "Find out which is right, or which column tells them apart.",
                )
            )
        kept = frame.drop(index=against)
        return kept.loc[~kept.duplicated(key)].reset_index(drop=True)

    def _refuse(self, reason: str, number: int, said: str) -> None:
        self.why.setdefault(reason, []).append((number, said))

    def _first(self) -> str:
        for reason, rows in self.why.items():
            return f" Row {rows[0][0]}: {rows[0][1]} {reason}.".replace("  ", " ")
        return ""

    def _told(self) -> None:
        for reason, rows in self.why.items():
            some = ", ".join(dict.fromkeys(said for _, said in rows if said)) or ""
            shown = re.sub(r"^(.{90}[^,]*),.*$", r"\1 …", some)
            count = len({number for number, _ in rows})
            self.built.refused.append(
                Fault(
                    f"{self.table.cells.path.name}, row {rows[0][0]}",
                    f"{shown} {reason} ({words.counted(count, 'row')})".strip(),
                    "Check the rows, or do nothing if they are no figures of areas.",
                )
            )
        if self.numbers.met:
            said = ", ".join(
                f"“{mark}” as {self.numbers.symbols.get(mark.lower(), 'suppressed')} ({count:,})"
                for mark, count in list(self.numbers.met.items())[:8]
            )
            self.built.notes.append(f"Symbols in place of numbers were read as reasons, never as zero: {said}.")


def _named(first: Sequence[str], details: Sequence[str], units: Sequence[str]) -> tuple[str, str]:
    """Title and unit of a row that says what it measures."""
    title = " – ".join(one for one in first if one)
    unit = (
        titles.unit_of(*details, *units)
        if titles.unit_of(*details) in ("percent", "proportion")
        else titles.unit_of(*units, *details)
    )
    more = [
        one for one in details
        if one and one.lower() not in ("count", "number", "value", "numbers") and one.lower() not in title.lower()
        and not (titles.unit_of(one) in ("percent", "proportion") and _IS_RATE.search(title))
        and not (one.lower() == "rate" and re.search(r"rate|percent|proportion|per [\d,]+", title, re.IGNORECASE))
        and one not in units
    ]  # fmt: skip
    if unit == "people" and any(one.lower() == "rate" for one in details):
        unit = "proportion"  # becomes a percentage when a value is above one
    return (f"{title} ({', '.join(more)})" if more and title else title or ", ".join(more)), unit


def _group(said: str) -> str:
    return "" if said.lower() in EVERYONE else said


def _together(*flags: str) -> str:
    return ";".join(dict.fromkeys(one for flag in flags if flag for one in flag.split(";")))
