"""Rows of Nomis as figures in the tidy schema.

Only status A with confidentiality F is a plain figure. Q is missing, never zero; any other letter goes with its name.
The four rows of the Annual Population Survey (rate, numerator, denominator, half-width) become one figure.

Verified: letters A, F and Q against recorded replies. Other letters are read from their names; which there are wants a
live run.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pandas as pd

from workbench.domain import words
from workbench.domain.areas import AreaRegister
from workbench.domain.figures import COLUMNS, DATE_COLUMNS, NUMBER_COLUMNS, FigureSet, validate
from workbench.domain.nomis import NomisMeasure, Part
from workbench.domain.periods import days_of
from workbench.domain.provenance import Citation
from workbench.domain.queries import AreaKind
from workbench.errors import InvalidProject, SourceUnavailable
from workbench.sources.services import tidy
from workbench.sources.services.nomis_codes import MEASURES, Definition, is_total

_BY_NAME = (
    ("unreliable", "unreliable"),
    ("suppress", "suppressed"),
    ("disclos", "suppressed"),
    ("confiden", "suppressed"),
    ("missing", "not available"),
    ("not available", "not available"),
    ("negligible", "nil"),
    ("provisional", "provisional"),
    ("estimate", "estimated"),
)
_ABOLISHED = ("district", "county")


@dataclass(frozen=True, eq=False)
class Made:
    """Figures made of rows, and what goes with them."""

    figures: FigureSet
    titles: Mapping[str, str]
    notes: tuple[str, ...]
    unresolved: tuple[str, ...]


@dataclass
class _Making:
    """What is gathered while rows become figures."""

    definition: Definition
    where: str
    titles: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def make(rows: pd.DataFrame, definition: Definition, areas: AreaRegister, citation: Citation, where: str) -> Made:
    """Figures of a whole table.

    Parameters
    ----------
    rows : pandas.DataFrame
        From :func:`~workbench.sources.services.nomis_pages.pull`, every cell a text.
    definition : Definition
    areas : AreaRegister
    citation : Citation
    where : str
        Address of the first page, for messages.

    Raises
    ------
    SourceUnavailable
        When a number or a date cannot be read, or two rows contradict each other.
    """
    making = _Making(definition, where)
    rows = _once(rows, making)
    rows = _numbers(rows, making)
    frame = _joined(_measured(rows, making))
    placed = tidy.Places(areas)
    frame = _placed(frame, placed, making)
    frame = _dated(frame, making)
    _not_abolished(frame, areas, making)
    frame = _flagged(frame, making)
    source = f"nomis-{definition.description.id}"
    figures = _figure_set(frame, source, citation, where)
    return Made(figures, making.titles, (*making.notes, *placed.notes()), tuple(placed.unresolved))


# --- rows -------------------------------------------------------------------------------------------------------------


def _groups(frame: pd.DataFrame, names: list[str]) -> Iterator[tuple[tuple[str, ...], pd.DataFrame]]:
    """The rows of each combination of texts, in the order in which they come."""
    for key, group in frame.groupby(names, sort=False):
        yield tuple(map(str, key)), group  # a list of names gives tuples


def _key(making: _Making) -> list[str]:
    return ["GEOGRAPHY_CODE", "DATE", *(d.id.upper() for d in making.definition.dimensions)]


def _once(rows: pd.DataFrame, making: _Making) -> pd.DataFrame:
    """Each area once: the same GSS code comes under two kinds of area when both were asked for.

    Areas without a GSS code are told apart by their number.
    """
    coded = rows.assign(GEOGRAPHY_CODE=rows["GEOGRAPHY_CODE"].where(rows["GEOGRAPHY_CODE"] != "", rows["GEOGRAPHY"]))
    key = _key(making)
    again = coded.duplicated(key)
    if not again.any():
        return coded
    same = coded.duplicated([*key, "OBS_VALUE", "OBS_STATUS", "OBS_CONF"])
    if (again & ~same).any():
        row = coded.loc[again & ~same].iloc[0]
        raise SourceUnavailable(
            f"{row['GEOGRAPHY_NAME']} ({row['GEOGRAPHY_CODE']}) came twice for {row['DATE']}, with different values.",
            "Ask for one kind of area at a time.",
            making.where,
        )
    making.notes.append(
        f"{words.counted(int(again.sum()), 'row')} came twice with the same value; each was taken once."
    )
    return coded.loc[~again]


def _numbers(rows: pd.DataFrame, making: _Making) -> pd.DataFrame:
    """Values as numbers, and a flag for each row that is no plain figure."""
    text = rows["OBS_VALUE"]
    value = pd.to_numeric(text.where(text != ""), errors="coerce").astype(np.float64)
    unread = (text != "") & ~np.isfinite(value)
    if unread.any():
        raise SourceUnavailable(f"“{text[unread].iloc[0]}” stands where a number belongs.", tidy.RETRY, making.where)
    states = ["OBS_STATUS", "OBS_STATUS_NAME", "OBS_CONF", "OBS_CONF_NAME"]
    flag = pd.Series("", index=rows.index, dtype="object")
    for (status, name, free, free_name), group in _groups(rows, states):
        if status == "A" and free == "F":
            continue
        flag[group.index] = _flag(status, name, free)
        if status == "Q" or free != "F":
            value[group.index] = math.nan
        said = " ".join(part for part in ("" if status == "A" else name, "" if free == "F" else free_name) if part)
        making.notes.append(f"{words.counted(len(group), 'figure')}: {(said or status).rstrip('.')}.")
    empty = value.isna() & (flag == "")
    flag[empty] = "not available"
    return rows.assign(value=value, flag=flag)


def _flag(status: str, name: str, free: str) -> str:
    """The flag of a state; of a name that says nothing known, the name itself.

    Examples
    --------
    >>> _flag("Q", "These figures are missing.", "F")
    'not available'
    >>> _flag("E", "Broken series", "F")
    'broken series'
    """
    if free != "F":
        return "suppressed"
    if status == "Q":
        return "not available"
    known = next((flag for word, flag in _BY_NAME if word in name.lower()), "")
    return known or (name or f"status {status}").lower().replace(";", ",").rstrip(".")


# --- measures ---------------------------------------------------------------------------------------------------------


def _measured(rows: pd.DataFrame, making: _Making) -> pd.DataFrame:
    """Each row with its measure, unit, part of the figure, and breakdowns as text."""
    dimensions = making.definition.dimensions
    ids = [d.id for d in dimensions]
    held = [d.id.upper() for d in dimensions]
    asked = set(rows[MEASURES.upper()]) if MEASURES in ids else set()
    parts = []
    for codes, group in _groups(rows, held):
        said = dict(zip(ids, codes, strict=True))
        known = _known(said, asked, making.definition)
        labels = {d: str(group[f"{d.upper()}_NAME"].iloc[0]) for d in ids}
        more: dict[str, str] = {}
        if known is not None:
            key, unit, part, flags = known.key, known.unit, known.parts[said[MEASURES]], known.flags
            making.titles[key] = known.title
        else:
            key, title = _unknown(said, labels, making.definition)
            unit, part, flags = making.definition.unit, "value", ()
            making.titles[key] = title
        if making.definition.perturbed:
            flags = (*flags, "perturbed")
        for d in dimensions:
            if d.role == "breakdown":
                whole = said[d.id] == d.default or (not d.default and is_total(labels[d.id]))
                taken = known is not None and d.id in known.choose
                more[d.id] = "" if whole or taken else labels[d.id]
        made = {"measure": key, "unit": unit, "part": part, "always": ";".join(flags), **more}
        parts.append(group.assign(**made))
    return pd.concat(parts).sort_index()  # in the order of the service


def _known(said: Mapping[str, str], asked: set[str], definition: Definition) -> NomisMeasure | None:
    """The measure that these codes make, if its value was asked for too."""
    fitting = [
        m
        for m in (definition.known.measures if definition.known else ())
        if all(said.get(d) == code for d, code in m.choose.items())
        and said.get(MEASURES, "") in m.parts
        and any(m.parts.get(code) == "value" for code in asked)
    ]
    return max(fitting, key=lambda m: len(m.choose), default=None)


def _unknown(said: Mapping[str, str], labels: Mapping[str, str], definition: Definition) -> tuple[str, str]:
    """Key and title of a measure that is made of codes."""
    used = [
        d.id for d in definition.dimensions if d.role == "measure" and not (d.id == MEASURES and said[d.id] == "20100")
    ]
    key = tidy.slug("_".join([definition.description.id, *(f"{d}_{said[d]}" for d in used)]))
    title = ": ".join([definition.description.title, *(labels[d] for d in used)])
    return key, title


def _joined(rows: pd.DataFrame) -> pd.DataFrame:
    """One row a figure: numerator, denominator and half-width beside the value."""
    breakdowns = [c for c in rows.columns if c not in _NOT_BREAKDOWN and not c.isupper()]
    key = ["GEOGRAPHY_CODE", "DATE", "measure", "unit", *breakdowns]
    about = [*key, "GEOGRAPHY_NAME", "GEOGRAPHY_TYPECODE", "DATE_NAME", "always"]
    if set(rows["part"]) == {"value"}:
        frame = rows[[*about, "value", "flag"]].reset_index(drop=True)
        return frame.assign(numerator=math.nan, denominator=math.nan, half_width=math.nan)
    frame = rows[about].drop_duplicates(key).reset_index(drop=True)
    for part in ("value", "numerator", "denominator", "half_width"):
        found = rows.loc[rows["part"] == part, [*key, "value", "flag"]].rename(
            columns={"value": part, "flag": f"{part}_flag"}
        )
        frame = frame.merge(found, on=key, how="left", validate="one_to_one")
    own = frame["value_flag"].fillna("not available")
    lost = [frame[f"{p}_flag"].fillna("").replace("not available", "") for p in _BESIDE]
    joined = [tidy.flags(*flags) for flags in zip(own, *lost, strict=True)]
    return frame.assign(flag=joined).drop(columns=[f"{p}_flag" for p in ("value", *_BESIDE)])


_BESIDE: tuple[Part, ...] = ("numerator", "denominator", "half_width")
_NOT_BREAKDOWN = frozenset({"value", "flag", "measure", "unit", "part", "always"})


# --- areas, periods, flags --------------------------------------------------------------------------------------------


def _placed(frame: pd.DataFrame, places: tidy.Places, making: _Making) -> pd.DataFrame:
    """Areas by GSS code; the year of the boundaries from the kind of area. An area without a known code is left out."""
    kinds = {k.id: k for k in making.definition.description.kinds}
    nothing = AreaKind(id="", label="")
    found: dict[tuple[str, str], tuple[str, str, str, str]] = {}
    area = ["GEOGRAPHY_CODE", "GEOGRAPHY_TYPECODE", "GEOGRAPHY_NAME"]
    for (code, number, name), group in _groups(frame, area):
        place = places.find(code, name)
        if place is None:
            places.dropped[code or name] += len(group) - 1
        else:
            kind = kinds.get(f"TYPE{number}", nothing)
            found[code, number] = (place.code, place.name, place.level, kind.vintage or place.vintage)
    pairs = list(zip(frame["GEOGRAPHY_CODE"], frame["GEOGRAPHY_TYPECODE"], strict=True))
    frame = frame.loc[[pair in found for pair in pairs]]
    held = [found[pair] for pair in pairs if pair in found]
    columns = list(zip(*held, strict=True)) if held else [(), (), (), ()]
    return frame.assign(**dict(zip(("area_code", "area_name", "level", "vintage"), columns, strict=True)))


def _dated(frame: pd.DataFrame, making: _Making) -> pd.DataFrame:
    days = {}
    for (code, name), _ in _groups(frame, ["DATE", "DATE_NAME"]):
        days[code] = period(code, name, making.definition, making.where)
    starts, ends = ({code: when[i] for code, when in days.items()} for i in (0, 1))
    return frame.assign(period_start=frame["DATE"].map(starts), period_end=frame["DATE"].map(ends))


def period(code: str, name: str, definition: Definition, where: str) -> tuple[date, date]:
    """First and last day of a period.

    The dates that the service gives go first, then a span in its name, then what is known of the data set.

    Raises
    ------
    SourceUnavailable
        When it cannot be told, or is not as long as it is known to be.
    """
    kind = definition.known.period if definition.known else ""
    found = definition.periods.get(code) or _days(name) or _days(code)
    if kind == "mid-year" and code.isdigit():
        found = (date(int(code), 6, 30), date(int(code), 6, 30))
    elif kind == "year to month" and found and _months(found) == 1:
        end = found[1]
        found = (date(end.year - (end.month < 12), end.month % 12 + 1, 1), end)
    expected = {"month": 1, "year to month": 12}.get(kind)
    if found is None or (expected and _months(found) != expected):
        raise SourceUnavailable(f"The period “{code}” ({name}) cannot be told for sure.", "Choose another.", where)
    return found


def _months(days: tuple[date, date]) -> int:
    return (days[1].year - days[0].year) * 12 + days[1].month - days[0].month + 1


def _days(text: str) -> tuple[date, date] | None:
    try:
        return days_of(text)
    except ValueError:
        return None


def _not_abolished(frame: pd.DataFrame, areas: AreaRegister, making: _Making) -> None:
    """A 0 for a district that is gone is no figure: Nomis goes on giving it. Changed in place, and noted."""
    newest = {
        level: max((a.vintage for a in areas.areas.values() if a.level == level), default="") for level in _ABOLISHED
    }
    zero = frame["value"].eq(0) & frame["level"].isin(_ABOLISHED)
    gone: list[int] = []
    unsure: list[str] = []
    found = frame.loc[zero, ["area_code", "area_name", "period_start"]]
    for row, (code, name, start) in zip(found.index, found.itertuples(index=False, name=None), strict=True):
        held = areas.areas.get(code)
        if held is None:
            unsure.append(name)
        elif held.vintage and held.vintage < newest[held.level] and str(start.year) > held.vintage:
            gone.append(row)
    if gone:
        names = [str(n) for n in frame.loc[gone, "area_name"].unique()]
        frame.loc[gone, "value"] = math.nan
        frame.loc[gone, "flag"] = "not available"
        making.notes.append(
            f"{words.listed(names[:5])} no longer existed in the period. Nomis gives 0 for it, which is no figure."
        )
    if unsure:
        names = list(dict.fromkeys(unsure))
        making.notes.append(
            f"Take care. The figure of {words.listed(names[:5])} is 0. Of a district that no longer exists, that is no "
            "figure; the register of areas does not hold it, so it cannot tell."
        )


def _flagged(frame: pd.DataFrame, making: _Making) -> pd.DataFrame:
    """Flags that always hold, the newest period, and the interval from its half-width."""
    known, newest = making.definition.known, making.definition.newest
    latest = pd.Series(bool(known and known.revised_latest and newest), index=frame.index) & frame["DATE"].eq(newest)
    if latest.any():
        making.notes.append("The latest period is provisional: it is revised with the next.")
    has = frame["value"].notna()
    flag = [
        tidy.flags(*own.split(";"), *(always.split(";") if there else ()), "provisional" if late and there else "")
        for own, always, late, there in zip(frame["flag"], frame["always"], latest, has, strict=True)
    ]
    wide = frame["half_width"].where(has & frame["half_width"].ge(0))
    top = np.where(frame["unit"].eq("percent"), 100.0, np.inf)
    return frame.assign(
        flag=flag,
        lower=np.maximum(frame["value"] - wide, 0.0),
        upper=np.minimum(frame["value"] + wide, top),
        confidence=wide.notna().map({True: 0.95, False: math.nan}),
        method=wide.notna().map({True: "published half-width", False: ""}),
    )


def _figure_set(frame: pd.DataFrame, source: str, citation: Citation, where: str) -> FigureSet:
    extra = [c for c in frame.columns if c not in _SERVICE and c not in COLUMNS and frame[c].ne("").any()]
    frame = frame.assign(source_id=source)[[*COLUMNS, *extra]].reset_index(drop=True)
    for name in frame.columns:
        if name in DATE_COLUMNS:
            frame[name] = pd.to_datetime(frame[name])
        elif name in NUMBER_COLUMNS:
            frame[name] = frame[name].astype(np.float64)
        else:
            frame[name] = frame[name].astype("str")
    try:
        return validate(FigureSet(frame, {source: citation}), where)
    except InvalidProject as error:
        said = "; ".join(f"{f.where}: {f.message}" for f in error.faults)
        raise SourceUnavailable(f"The figures received contradict each other: {said}.", tidy.RETRY, where) from error


_SERVICE = frozenset(
    {"GEOGRAPHY_CODE", "GEOGRAPHY_NAME", "GEOGRAPHY_TYPECODE", "DATE", "DATE_NAME", "always", "half_width"}
)
