"""PxStat tables (NISRA): a JSON-stat cube and a query → the figures chosen, in the tidy schema.

What PxStat adds to JSON-stat is read here: ``extension.elimination`` (the code of a dimension that stands for all),
units of statistics, period codes (``TLIST(M1)``: ``2023M01``), areas by GSS code beside rows such as “Unknown”.

Verified against the recorded tables CCMLGD and BSAA and the period codes of 247 tables (2025). Codes of half-years,
weeks and days are from the software's list of period types: none was in a recording.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pandas as pd

from workbench.domain.areas import AreaRegister
from workbench.domain.figures import FLAGS, FigureSet
from workbench.domain.periods import days_of, last_day
from workbench.domain.provenance import Citation
from workbench.domain.queries import AreaKind, Choice, Code, Dimension, Query
from workbench.errors import FigureMissing, SourceUnavailable
from workbench.sources.services import jsonstat, placing, tidy

NORTHERN_IRELAND = ("N92000002", "Northern Ireland", "nation")
UNITS: Mapping[str, str] = {"number": "count", "%": "percent", "persons": "people", "households": "households"}
"""Units as the portal writes them, in lower case: units of the workbench. Others stay as they are."""

_LEVELS = (("assembly area", "constituency"), ("ward", "ward"), ("electoral area", "electoral area"),
           ("local government district", "district"), ("super output area", "LSOA"), ("data zone", "LSOA"),
           ("health", "health trust"))  # fmt: skip
_ROUNDED = re.compile(r"rounded to the nearest (5|10|100)\b", re.IGNORECASE)
_LINK = re.compile(r"\[url=([^\]]*)\](.*?)\[/url\]", re.DOTALL)


def dimension(axis: jsonstat.Axis, cube: jsonstat.Cube) -> Dimension:
    """An axis as a dimension of a description; its default is the code that PxStat says stands for all."""
    total = _elimination(cube).get(axis.id, "")
    return Dimension.model_validate(
        {
            "id": axis.id,
            "label": axis.label,
            "role": axis.role,
            "codes": tuple(Code(id=code, label=axis.label_of(code)) for code in axis.codes),
            "default": total if total in axis.codes else "",
        }
    )


def kind(axis: jsonstat.Axis) -> AreaKind:
    """An axis of areas as a kind of area; its year is the one in its code, such as ``LGD2014``."""
    return AreaKind(id=axis.id, label=axis.label, level=_level(axis), vintage=_vintage(axis))


def _level(axis: jsonstat.Axis) -> str:
    return next((level for words, level in _LEVELS if words in axis.label.lower()), "")


def _vintage(axis: jsonstat.Axis) -> str:
    year = re.search(r"(?:19|20)\d\d", f"{axis.id} {axis.label}")
    return year[0] if year else ""


def _elimination(cube: jsonstat.Cube) -> Mapping[str, str]:
    """By dimension, the code that stands for all."""
    given = cube.extension.get("elimination")
    return {k: v for k, v in given.items() if isinstance(v, str)} if isinstance(given, dict) else {}


def notes(cube: jsonstat.Cube) -> tuple[str, ...]:
    """What the publisher says of the table, without its mark-up; and what its marks mean."""
    notes = [f"NISRA says: {_plain(note)}" for note in cube.notes]
    if cube.extension.get("experimental") is True:
        notes.append("Take care. NISRA marks this table as experimental.")
    if cube.extension.get("archive") is True:
        notes.append("Take care. NISRA has put this table into its archive: it is no longer brought up to date.")
    return tuple(notes)


def _plain(note: str) -> str:
    return re.sub(r"\s+", " ", _LINK.sub(r"\2 (\1)", note)).strip()


# --- the query's choices ----------------------------------------------------------------------------------------------


def chosen(cube: jsonstat.Cube, query: Query, areas: AreaRegister) -> pd.DataFrame:
    """The rows of the table that the query asks for."""
    missing: list[str] = []
    wanted: dict[str, set[str]] = {}
    for choice in _choices(cube, query, areas, missing):
        if not choice.codes and not choice.total:
            continue  # named without codes: the whole dimension
        axis = next((a for a in cube.axes if a.id == choice.dimension), None)
        if axis is None:
            missing.append(f"the dimension {choice.dimension}")
            continue
        unknown = [code for code in choice.codes if code not in axis.codes]
        missing += [f"{code} of {axis.label}" for code in unknown]
        codes = {
            *choice.codes,
            *([_elimination(cube)[axis.id]] if choice.total and axis.id in _elimination(cube) else []),
        }
        if choice.total and axis.id not in _elimination(cube):
            missing.append(f"a total of {axis.label}")
        wanted[axis.id] = wanted.get(axis.id, set()) | codes
    if missing:
        raise FigureMissing(
            f"The table does not hold {'; '.join(dict.fromkeys(missing))}.",
            "Look at what the table holds and choose among it.",
            query.dataset,
        )
    frame = cube.tidy()
    for name, codes in wanted.items():
        frame = frame.loc[frame[name].isin(codes)]
    return frame


def _choices(cube: jsonstat.Cube, query: Query, areas: AreaRegister, missing: list[str]) -> Iterator[Choice]:
    yield from query.choices
    time, place = cube.axis("time"), cube.axis(query.level or "area")
    if query.periods and time:
        periods = [time.codes[-1] if p == "latest" and time.codes else p for p in query.periods]
        yield Choice(dimension=time.id, codes=tuple(periods))
    elif query.periods:
        missing.append("periods")
    if query.level and (place is None or place.role != "area"):
        missing.append(f"the kind of area {query.level}")
    if place is None:
        missing += [f"the area {code}" for code in (*query.areas, *query.within) if code != NORTHERN_IRELAND[0]]
    elif query.areas or query.within:
        codes = (*query.areas, *_parts(place, query.within, areas, missing))
        yield Choice(dimension=place.id, codes=tuple(dict.fromkeys(codes)))


def _parts(axis: jsonstat.Axis, within: Sequence[str], areas: AreaRegister, missing: list[str]) -> list[str]:
    """Codes of the table that lie in these areas: by the register, or all but the whole for Northern Ireland."""
    found: list[str] = []
    for above in within:
        if above == NORTHERN_IRELAND[0]:
            inside = [c for c in axis.codes if c.startswith("N") and not c.startswith("N92") and tidy.GSS.fullmatch(c)]
        else:
            held = {a.code for level in ("district", "ward", "MSOA", "LSOA", "OA") for a in areas.within(above, level)}
            inside = [code for code in axis.codes if code in held]
        if not inside:
            missing.append(f"areas within {above}")
        found += inside
    return found


# --- to figures -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Table:
    """A table on its way into the tidy schema."""

    dataset: str
    cube: jsonstat.Cube
    areas: AreaRegister

    def figures(
        self, frame: pd.DataFrame, citation: Citation
    ) -> tuple[FigureSet, dict[str, str], tuple[str, ...], tuple[str, ...]]:
        """Figures, titles of measures, unresolved areas, notes."""
        columns: dict[str, str] = {}
        for axis in self.cube.axes:
            if axis.role == "breakdown":
                columns[axis.id] = placing.column(axis.label, list(columns.values()))
        places = self._places()
        periods = {code: self._period(code) for code in self._codes("time", frame)}
        rows = [self._row(cell, columns, places, periods) for cell in frame.to_dict("records")]
        area = self.cube.axis("area")
        seen = set(frame[area.id]) if area else set()
        unresolved = tuple(c for c in area.codes if c in seen and not places[c].held) if area else ()
        notes = self._own_notes([places[c].name for c in unresolved if places[c].level == placing.ELSEWHERE])
        source = f"nisra-{self.dataset}"
        for row in rows:
            row["source_id"] = source
        figures = tidy.figure_set(rows, {source: citation}, f"NISRA {self.dataset}")
        return figures, self._titles(), unresolved, notes

    def _row(
        self,
        cell: Mapping[Any, Any],
        columns: Mapping[str, str],
        places: Mapping[str, placing.Area],
        periods: Mapping[str, tuple[date, date]],
    ) -> dict[str, object]:
        area, time, metric = (self.cube.axis(role) for role in ("area", "time", "measure"))
        where = places[cell[area.id]] if area else places[""]
        total = _elimination(self.cube)
        row: dict[str, object] = {
            "area_code": where.code, "area_name": where.name, "level": where.level, "vintage": where.vintage,
            "measure": f"{self.dataset}.{cell[metric.id]}" if metric else self.dataset,
            "unit": self._unit(cell[metric.id]) if metric else "count",
            "value": cell["value"], "flag": self._flag(cell),
        }  # fmt: skip
        if time:
            row["period_start"], row["period_end"] = periods[cell[time.id]]
        for name, column in columns.items():
            code = cell[name]
            axis = self.cube.axis(name)
            row[column] = "" if total.get(name) == code or axis is None else axis.label_of(code)
        return row

    def _codes(self, role: str, frame: pd.DataFrame) -> list[str]:
        axis = self.cube.axis(role)
        if axis is None:
            raise SourceUnavailable("The table has no periods.", "Choose another table.", self.dataset)
        return list(dict.fromkeys(frame[axis.id]))

    def _places(self) -> dict[str, placing.Area]:
        axis = self.cube.axis("area")
        if axis is None:
            code, name, level = NORTHERN_IRELAND
            return {"": placing.place(code, name, level, "", self.areas)}
        level, vintage = _level(axis), _vintage(axis)
        return {code: placing.place(code, axis.label_of(code), level, vintage, self.areas) for code in axis.codes}

    def _period(self, code: str) -> tuple[date, date]:
        axis = self.cube.axis("time")
        return period(code, axis.label if axis else "", f"NISRA {self.dataset}")

    def _unit(self, code: str) -> str:
        axis = self.cube.axis("measure")
        said = axis.units.get(code, "") if axis else ""
        return UNITS.get(said.lower(), said) or "count"

    def _flag(self, cell: Mapping[Any, Any]) -> str:
        flags = [f"rounded-{n}" for n in self._rounded()]
        said = str(cell["status"]).lower()
        flags += [flag for flag in FLAGS if flag in said]
        if pd.isna(cell["value"]) and not any(flag in said for flag in FLAGS):
            flags = ["not available"]
        return ";".join(dict.fromkeys(flags))

    def _rounded(self) -> list[str]:
        return list(dict.fromkeys(n for note in self.cube.notes for n in _ROUNDED.findall(note)))

    def _titles(self) -> dict[str, str]:
        metric = self.cube.axis("measure")
        if metric is None:
            return {self.dataset: self.cube.label}
        return {f"{self.dataset}.{code}": f"{self.cube.label}: {metric.label_of(code)}" for code in metric.codes}

    def _own_notes(self, elsewhere: Sequence[str]) -> tuple[str, ...]:
        notes: list[str] = []
        if elsewhere:
            notes.append(
                f"{placing.names(elsewhere)} among the areas, without a GSS code: their figures are kept under the "
                f"level “{placing.ELSEWHERE}”. Without them areas do not add up to Northern Ireland."
            )
        if self.cube.axis("area") is None:
            notes.append("Take care. The table names no areas. It is taken to be about Northern Ireland as a whole.")
        time = self.cube.axis("time")
        odd = [c for c in time.codes if _differs(c, time.label_of(c))] if time else []
        if odd and time:
            notes.append(
                f"Take care. NISRA labels the period {odd[0]} “{time.label_of(odd[0])}”. "
                "The code was taken, not the label."
            )
        marks = sorted(set(self.cube.status.values()))
        if marks:
            notes.append(f"Marks that NISRA gives to some figures: {', '.join(marks)}.")
        return tuple(notes)


def _differs(code: str, label: str) -> bool:
    """Whether a label gives other years than its code."""
    return bool(re.fullmatch(r"[\d/-]+", label)) and label != code


def period(code: str, label: str, where: str = "") -> tuple[date, date]:
    """First and last day of a period code of PxStat.

    Parameters
    ----------
    code : str
        ``2023``, ``2023M01``, ``2023Q1``, ``2023H1``, ``2023W05``, ``2023-05-31``, a span of years (``2019-23``) or of
        financial or academic years (``2022/23``, ``2019/20-2021/22``).
    label : str
        Of the dimension: it alone says whether ``2022/23`` is a financial (April to March) or an academic year
        (August to July).

    Raises
    ------
    SourceUnavailable
        When the code is none of these. Nothing is guessed.

    Examples
    --------
    >>> period("2022/23", "Financial Year")
    (datetime.date(2022, 4, 1), datetime.date(2023, 3, 31))
    >>> period("2017-19", "Grouped Year")
    (datetime.date(2017, 1, 1), datetime.date(2019, 12, 31))
    """
    try:
        found = _period(code, label.lower())
    except ValueError:
        found = None
    if found is None or found[1] < found[0]:
        raise SourceUnavailable(
            f"The period “{code}” ({label}) is not understood.", "Choose other periods, or import the file.", where
        )
    return found


def _period(code: str, label: str) -> tuple[date, date] | None:
    if parts := re.fullmatch(r"(\d{4})([MQH])(\d{1,2})", code, re.ASCII):
        year, length, number = int(parts[1]), {"M": 1, "Q": 3, "H": 6}[parts[2]], int(parts[3])
        if not 1 <= number <= 12 // length:
            return None
        return date(year, (number - 1) * length + 1, 1), last_day(year, number * length)
    if week := re.fullmatch(r"(\d{4})W(\d{2})", code, re.ASCII):
        monday = date.fromisocalendar(int(week[1]), int(week[2]), 1)
        return monday, monday + timedelta(days=6)
    if span := re.fullmatch(r"(\d{4})-(\d{2})", code, re.ASCII):
        return date(int(span[1]), 1, 1), date(int(span[1]) // 100 * 100 + int(span[2]), 12, 31)
    if years := re.fullmatch(r"(\d{4})/(\d{2})(?:-(\d{4})/(\d{2}))?", code, re.ASCII):
        return _split_years(years.groups(), label)
    return days_of(code)


def _split_years(parts: Sequence[str | None], label: str) -> tuple[date, date] | None:
    start, end, start2, end2 = (int(p) if p else None for p in parts)
    month = 4 if "financial" in label else 8 if "academic" in label or "school" in label else 0
    last_start, last_end = (start2, end2) if start2 is not None else (start, end)
    if not month or start is None or last_start is None:
        return None
    if (start + 1) % 100 != end or (last_start + 1) % 100 != last_end:
        return None
    return date(start, month, 1), last_day(last_start + 1, month - 1)


def updated(text: str) -> date | None:
    """The day of an update; the portal writes hours of one digit, which ISO 8601 does not have."""
    try:
        return datetime.strptime(text[:10], "%Y-%m-%d").date()
    except ValueError:
        return None
