"""What adapters of services share: bodies read strictly, areas placed, periods turned into days, figures checked.

Nothing is asked of a service here. A body of unknown shape is an error that says so: it is never taken for figures.
"""

from __future__ import annotations

import csv
import io
import json
import math
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NoReturn

import numpy as np
import pandas as pd

from workbench.domain import words
from workbench.domain.areas import Area, AreaRegister, level_of
from workbench.domain.figures import COLUMNS, DATE_COLUMNS, NUMBER_COLUMNS, FigureSet, validate
from workbench.domain.periods import last_day, period_of
from workbench.domain.provenance import Citation
from workbench.domain.queries import Query
from workbench.errors import InvalidProject, SourceUnavailable, UnknownArea
from workbench.sources.imported import boundaries
from workbench.sources.services.contract import Reply
from workbench.sources.services.excerpt import excerpt, is_page

OGL = "Open Government Licence v3.0"
RETRY = "Try again later. If it stays so, download the table from the website and bring in the file."
GSS = re.compile(r"[EWSNK]\d{8}", re.ASCII)

Days = tuple[date, date]

# Codes of Scottish small areas are given out in one run for each census and every code of each run is used: 6,505,
# 6,976 and 7,392 data zones, 1,279 and 1,334 intermediate zones, 46,351 and 46,363 output areas. So a code tells its
# year. Counted in the Scottish Government's lookups and SIMD tables of 2012 to 2025; codes outside a run tell nothing.
SCOTTISH_RUNS: tuple[tuple[str, str, str], ...] = (
    ("S01000001", "S01006505", "2001"),
    ("S01006506", "S01013481", "2011"),
    ("S01013482", "S01020873", "2022"),
    ("S02001236", "S02002514", "2011"),
    ("S02002515", "S02003848", "2022"),
    ("S00088956", "S00135306", "2011"),
    ("S00135307", "S00181669", "2022"),
)


# --- bodies -----------------------------------------------------------------------------------------------------------


def refuse(reply: Reply, message: str, remedy: str = RETRY) -> NoReturn:
    """Raise ``SourceUnavailable`` for a reply, with its address and the start of its body.

    Raises
    ------
    SourceUnavailable
    """
    start = excerpt(reply.content)
    raise SourceUnavailable(f"{message} The reply begins “{start}”." if start else message, remedy, reply.url)


def check_status(reply: Reply) -> None:
    """Refuse a reply whose status is an error, and an HTML page in place of data."""
    if reply.status >= 400:
        refuse(reply, f"The service answered {reply.status}.")
    if is_page(reply.content):
        refuse(reply, "The service sent a web page in place of data.")


def json_of(reply: Reply) -> Any:
    """The body as JSON.

    Raises
    ------
    SourceUnavailable
        When it is empty, cut short, a web page, or not JSON.
    """
    check_status(reply)
    try:
        return json.loads(reply.content)
    except (ValueError, UnicodeDecodeError):
        refuse(reply, "The service did not send whole JSON." if reply.content else "The service sent an empty reply.")


def object_of(reply: Reply, *needed: str) -> dict[str, Any]:
    """The body as a JSON object that holds these names."""
    body = json_of(reply)
    if not isinstance(body, dict):
        refuse(reply, "The service sent JSON of an unknown shape.")
    missing = [name for name in needed if name not in body]
    if missing:
        refuse(reply, f"The reply lacks {', '.join(missing)}.")
    return body


def list_of(reply: Reply, value: object, *needed: str) -> list[dict[str, Any]]:
    """A list of JSON objects that each hold these names."""
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        refuse(reply, "The service sent JSON of an unknown shape.")
    for item in value:
        missing = [name for name in needed if name not in item]
        if missing:
            refuse(reply, f"An item of the reply lacks {', '.join(missing)}.")
    return value


def table_of(reply: Reply, *needed: str) -> tuple[list[str], list[dict[str, str]]]:
    """The body as CSV: its header, and one mapping a row.

    Raises
    ------
    SourceUnavailable
        When it is empty, lacks a needed column, repeats one, or has a row of another width.
    """
    check_status(reply)
    try:
        text = reply.content.decode("utf-8-sig")
    except UnicodeDecodeError:
        refuse(reply, "The service did not send text.")
    if not text.strip():
        refuse(reply, "The service sent an empty reply.")
    lines = [line for line in csv.reader(io.StringIO(text, newline="")) if line]
    header = [name.strip() for name in lines[0]]
    missing = [name for name in needed if name not in header]
    if missing:
        refuse(reply, f"The table lacks the column {', '.join(missing)}.")
    if len(set(header)) < len(header):
        refuse(reply, "The table has two columns of one name.")
    odd = next((n for n, line in enumerate(lines, start=1) if len(line) != len(header)), 0)
    if odd:
        refuse(reply, f"Row {odd} of the table is not as wide as its header.")
    return header, [dict(zip(header, (cell.strip() for cell in line), strict=True)) for line in lines[1:]]


def number(value: object, reply: Reply) -> float:
    """A number as a service writes it, ``NaN`` for none.

    Raises
    ------
    SourceUnavailable
        When there is text that is not a number.

    Examples
    --------
    >>> number("2.29E0", None), number(" ", None), number(None, None)
    (2.29, nan, nan)
    """
    if value is None or (isinstance(value, str) and not value.strip()):
        return math.nan
    if not isinstance(value, bool):
        try:
            read = float(str(value).strip())
        except ValueError:
            read = math.nan
        if math.isfinite(read):
            return read
    return refuse(reply, f"“{value}” stands where a number belongs.")


def slug(text: str) -> str:
    """A key made of words.

    Examples
    --------
    >>> slug("Average Household-Size (ratio)")
    'average_household_size_ratio'
    """
    return re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")


# --- areas ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Place:
    """An area as a figure names it."""

    code: str
    name: str
    level: str
    vintage: str


@dataclass
class Places:
    """Places the areas of a reply, and remembers which are not held and which had to be left out.

    Attributes
    ----------
    areas : AreaRegister
    unresolved : dict of str
        Codes and names that are not held, in order.
    dropped : Counter
        How many figures were left out because their area has no GSS code that the workbench knows.
    """

    areas: AreaRegister
    unresolved: dict[str, None] = field(default_factory=dict)
    dropped: Counter[str] = field(default_factory=Counter)
    _by_name: dict[str, list[Area]] = field(default_factory=dict, repr=False)

    def find(self, code: str, name: str = "") -> Place | None:
        """The place of a GSS code; None when its level cannot be told. Each call stands for one figure."""
        held = self.areas.areas.get(code)
        run = scottish_vintage(code)
        if held:
            return Place(code, held.name, held.level, run or boundaries(held))
        self.unresolved.setdefault(code or name)
        try:
            return Place(code, name or code, level_of(code), run)
        except UnknownArea:
            self.dropped[code or name] += 1
            return None

    def named(self, name: str, level: str = "") -> Place | None:
        """The place of a name that exactly one held area bears. Never matched by likeness."""
        if not self._by_name:
            for area in self.areas.areas.values():
                self._by_name.setdefault(area.name, []).append(area)
        same = [a for a in self._by_name.get(name, ()) if not level or a.level == level]
        if len(same) == 1:
            return self.find(same[0].code)
        self.unresolved.setdefault(name)
        self.dropped[name] += 1
        return None

    def notes(self) -> tuple[str, ...]:
        """What was left out, as sentences."""
        if not self.dropped:
            return ()
        some = ", ".join(list(self.dropped)[:3]) + (" and others" if len(self.dropped) > 3 else "")
        return (
            f"{words.counted(sum(self.dropped.values()), 'figure')} left out: the area is not one that the workbench "
            f"can tell by code or exact name ({some}).",
        )


def scottish_vintage(code: str) -> str:
    """The census whose boundaries a Scottish small-area code stands for; empty when the code does not tell.

    Examples
    --------
    >>> scottish_vintage("S01006505"), scottish_vintage("S01006506"), scottish_vintage("S01099999")
    ('2001', '2011', '')
    """
    return next((year for first, last, year in SCOTTISH_RUNS if first <= code <= last and GSS.fullmatch(code)), "")


def wanted(query: Query, areas: AreaRegister, level: str = "") -> frozenset[str] | None:
    """Codes of the areas that a query names, and of those within the areas it names; None: everywhere.

    Parameters
    ----------
    query : Query
    areas : AreaRegister
    level : str
        Of the areas within; empty: any.

    Raises
    ------
    UnknownArea
        When none is known within an area that is named.
    """
    codes = set(query.areas)
    levels = [level] if level else sorted({a.level for a in areas.areas.values()})
    for outer in query.within:
        inner = {a.code for one in levels for a in areas.within(outer, one)}
        if not inner:
            raise UnknownArea(
                f"No {level or 'area'} is known within {areas.name(outer)}.",
                "Name the areas one by one, or update the register of areas.",
                outer,
            )
        codes |= inner
    return frozenset(codes) if query.areas or query.within else None


# --- periods ----------------------------------------------------------------------------------------------------------


def months(year: int, month: int, count: int) -> Days:
    """First and last day of a run of months; the thirteenth month of a year is the first of the next.

    Examples
    --------
    >>> months(2015, 4, 12)
    (datetime.date(2015, 4, 1), datetime.date(2016, 3, 31))
    """
    if count < 1:
        raise ValueError("a run of months has at least one")
    first = year * 12 + month - 1
    end = first + count - 1
    return date(first // 12, first % 12 + 1, 1), last_day(end // 12, end % 12 + 1)


def period(text: str, reply: Reply) -> Days:
    """First and last day of a period that needs no more than its own words.

    Raises
    ------
    SourceUnavailable
        When it does: ``2019/20`` is a financial or an academic year.
    """
    if not re.fullmatch(r"\d{6}", text.strip(), re.ASCII):  # 201011 is November 2010 or the year 2010 to 2011
        with suppress(ValueError):
            return period_of(text)
    refuse(reply, f"The period “{text}” cannot be turned into dates without a guess.", "Choose another period.")


# --- figures ----------------------------------------------------------------------------------------------------------


def figure(
    place: Place, measure: str, days: Days, value: float, breakdowns: Mapping[str, str] | None = None, **more: object
) -> dict[str, object]:
    """One row in the tidy schema. A missing value that nothing explains is “not available”."""
    row: dict[str, object] = {f"{n}_" if n in COLUMNS else n: text for n, text in (breakdowns or {}).items()}
    row |= {name: math.nan for name in NUMBER_COLUMNS}
    row |= {"unit": "", "method": "", "flag": "", "source_id": ""}
    row |= {"area_code": place.code, "area_name": place.name, "level": place.level, "vintage": place.vintage}
    row |= {"measure": measure, "period_start": days[0], "period_end": days[1], "value": value}
    row |= more
    if math.isnan(value) and not row["flag"]:
        row["flag"] = "not available"
    return row


def flags(*some: str) -> str:
    """Flags as a figure keeps them: each once, joined."""
    return ";".join(dict.fromkeys(f for f in some if f))


def figure_set(
    rows: Sequence[Mapping[str, object]], citations: Mapping[str, Citation], where: str, remedy: str = RETRY
) -> FigureSet:
    """Rows in the tidy schema, checked; names beyond the schema become breakdown columns of text.

    Raises
    ------
    SourceUnavailable
        When they break a rule of the schema, with every fault: a figure twice, an interval without its value.
    """
    extra = list(dict.fromkeys(name for row in rows for name in row if name not in COLUMNS))
    frame = pd.DataFrame(list(rows), columns=[*COLUMNS, *extra])
    for name in frame.columns:
        if name in DATE_COLUMNS:
            frame[name] = pd.to_datetime(frame[name])
        elif name in NUMBER_COLUMNS:
            frame[name] = frame[name].astype(np.float64)
        else:
            frame[name] = frame[name].astype("object").fillna("").astype("str")
    try:
        return validate(FigureSet(frame, citations), where)
    except InvalidProject as error:
        said = "; ".join(f"{f.where}: {f.message}" for f in error.faults)
        raise SourceUnavailable(f"The figures received contradict each other: {said}.", remedy, where) from error


def cite(reply: Reply, publisher: str, title: str, locator: str, *, licence: str = OGL, edition: str = "") -> Citation:
    """The citation of figures read from a reply."""
    return Citation(
        publisher=publisher,
        title=title,
        locator=locator,
        edition=edition,
        retrieved=reply.fetched.date(),
        url=reply.url,
        licence=licence,
    )


def short(codes: Collection[str], most: int = 4) -> str:
    """Some codes for a locator: all of a few, or how many.

    Examples
    --------
    >>> short(["a", "b"]), short(list("abcdef"))
    ('a, b', '6 codes')
    """
    return ", ".join(codes) if len(codes) <= most else f"{len(codes):,} codes"


def matches(search: str, *texts: str) -> bool:
    """Whether every word searched for is somewhere in the texts, whatever its case."""
    there = " ".join(texts).lower()
    return all(word in there for word in search.lower().split())


def by_title(search: str, found: Iterable[tuple[str, Any]]) -> list[Any]:
    """Found things with the shortest matching title first, a title that begins with the words before all."""
    start = search.lower().strip()
    return [
        thing for title, thing in sorted(found, key=lambda f: (not f[0].lower().startswith(start), len(f[0]), f[0]))
    ]
