"""Fingertips: public health indicators for England, as CSV by indicator, with the publisher's own 95% intervals.

A data set is one indicator, or up to 100 of them joined by commas; ``level`` of a query is the id of an area type. The
service gives every area of the type, every period and every breakdown: what the query chooses is taken from that here,
and what is left out is counted. A year such as ``2019/20`` is turned into dates by the indicator's own year type.

No recorded reply of the live service is held. The names of the columns are those that public programs read, among them
the service's own tests (“Lower CI 95.0 limit”); limits are found by name. Still wants a live run: everything, and first
the metadata as CSV, the list of area types, and which notes stand beside values. The service does not say how many rows
a table has, so a table cut off between two rows cannot be told from a whole one.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar

from workbench.domain import words as say
from workbench.domain.areas import AreaRegister
from workbench.domain.queries import AreaKind, Code, Description, Dimension, Found, Query
from workbench.errors import Refused
from workbench.sources.services import tidy
from workbench.sources.services.contract import Client, Fetched, Progress, Reply, Tell
from workbench.sources.services.tidy import Days, Place, Places

BASE_URL = "https://fingertips.phe.org.uk/api"
"""The live service. A successor (FingertipsNext) is being built: its interface is another one."""
PUBLISHER = "Office for Health Improvement and Disparities"
ENGLAND = "15"
"""The area type of England: the parent under which every area comes."""
MOST_INDICATORS = 100
LONGEST_POOL = 30
"""Years of a pooled period at most: “2003 - 01” is no period of 99 years."""

NEEDED = ("Indicator ID", "Indicator Name", "Area Code", "Area Name", "Area Type", "Time period", "Value")
BREAKDOWNS = ("Sex", "Age", "Category Type", "Category")
ABOUT = ("Indicator ID", "Indicator", "Unit", "Value type", "Year type")
ALL_OF_THEM: Mapping[str, tuple[str, ...]] = {"Sex": ("Persons",), "Age": ("All ages",)}

# From the words of a note beside a value; the first that fits of each row.
NOTE_WORDS: Sequence[tuple[str, str]] = (
    (r"suppress|disclosure", "suppressed"),
    (r"small (sample|number)|unreliable|data quality|caution", "unreliable"),
    (r"missing|not (available|applicable|published|calculated)|no data", "not available"),
    (r"provisional", "provisional"),
    (r"estimat|model", "estimated"),
    (r"round\w* to (the )?nearest 5\b", "rounded-5"),
    (r"round\w* to (the )?nearest 10\b", "rounded-10"),
    (r"round\w* to (the )?nearest 100\b", "rounded-100"),
)

_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_STARTS: Mapping[str, int] = {
    "calendar": 1, "financial": 4, "academic": 9,
    **{f"{_MONTHS[m]}-{_MONTHS[m - 1]}": m + 1 for m in range(12)},
}  # fmt: skip
_LEVELS: Sequence[tuple[str, str]] = (
    (r"^england$", "nation"), (r"^regions?\b", "region"), (r"^(lower tier|districts?)\b", "district"),
    (r"^combined authorit", "combined authority"), (r"^ward", "ward"), (r"\bmsoa", "MSOA"), (r"\blsoa", "LSOA"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Indicator:
    """What the service says of an indicator."""

    id: str
    title: str
    unit: str
    starts: int | None
    year_type: str


@dataclass
class _Left:
    """What was left out of a table, and why."""

    types: Counter[str] = field(default_factory=Counter)
    intervals: int = 0
    notes: Counter[str] = field(default_factory=Counter)

    def said(self) -> Iterator[str]:
        if self.types:
            kinds = tidy.short([f"{kind} ({n:,})" for kind, n in self.types.items()])
            yield f"{say.counted(sum(self.types.values()), 'row')} of other kinds of area left out: {kinds}."
        if self.intervals:
            yield f"{say.counted(self.intervals, 'interval')} left out: the published limits do not hold the value."
        for note, n in self.notes.items():
            yield f"{say.counted(n, 'figure')}: the publisher notes “{note}”."


class Fingertips:
    """Fingertips as a statistics service.

    Parameters
    ----------
    client : Client
    base_url : str
    """

    key: ClassVar[str] = "fingertips"
    name: ClassVar[str] = "Fingertips"

    def __init__(self, client: Client, base_url: str = BASE_URL) -> None:
        self._client = client
        self.base_url = base_url.rstrip("/")

    def search(self, words: str) -> tuple[Found, ...]:
        """Indicators whose name holds every word.

        Raises
        ------
        SourceUnavailable
        """
        _, rows = self._table("indicator_metadata/csv/all", {}, ABOUT)
        found = (
            (r["Indicator"], Found(service=self.key, id=r["Indicator ID"], title=r["Indicator"], note=r["Value type"]))
            for r in {r["Indicator ID"]: r for r in rows}.values()
            if tidy.matches(words, r["Indicator"])
        )
        return tuple(tidy.by_title(words, found))

    def describe(self, dataset: str) -> Description:
        """Breakdowns, kinds of area and year type of an indicator.

        Raises
        ------
        SourceUnavailable
            Also when there is no such indicator.
        """
        ids = _ids(dataset)
        reply, about = self._about(ids)
        title = "; ".join(i.title for i in about.values())
        years = tidy.short(sorted({i.year_type for i in about.values()}))
        return Description(
            service=self.key,
            id=dataset,
            title=title,
            dimensions=(
                Dimension(id="area", label="Area", role="area"),
                Dimension(
                    id="Time period", label="Time period", role="time", codes=(Code(id="latest", label="Latest"),)
                ),
                *(
                    Dimension(id=b, label=b, role="breakdown", default=(ALL_OF_THEM.get(b) or ("",))[0])
                    for b in BREAKDOWNS
                ),
            ),
            kinds=tuple(self._kinds(ids)),
            notes=(f"Years are of the type: {years}.",),
            citation=tidy.cite(reply, PUBLISHER, title, f"{self.name}, indicator {tidy.short(ids)}"),
        )

    def fetch(self, query: Query, areas: AreaRegister, tell: Tell = lambda _: None) -> Fetched:
        """The figures of a query.

        Raises
        ------
        SourceUnavailable
            When a column is lacking, or a row cannot be read.
        UnknownArea
        Cancelled
        """
        ids = _ids(query.dataset)
        kind = self._kind(query.level)
        chosen = tidy.wanted(query, areas, kind.level)
        about_reply, about = self._about(ids)
        tell(Progress(0, 1, "tables", "Reading Fingertips"))
        params = {
            "child_area_type_id": query.level,
            "parent_area_type_id": ENGLAND,
            "include_sortable_time_periods": "yes",
        }
        reply, rows = self._table(
            "all_data/csv/by_indicator_id",
            {"indicator_ids": ",".join(ids), **params},
            (*NEEDED, *BREAKDOWNS, *(("Time period Sortable",) if "latest" in query.periods else ())),
        )
        tell(Progress(1, 1, "tables", "Reading Fingertips"))
        left, places = _Left(), Places(areas)
        rows = _chosen(_once(rows), query, kind, chosen, left)
        reading = _Reading(about, kind, places, left, limits(tidy.table_of(reply)[0]), reply)
        figures = [f for row in rows if (f := _figure(row, reading))]
        locator = f"{self.name}, indicator {tidy.short(ids)}, {kind.label}"
        titles = {f"fingertips_{i.id}": i.title for i in about.values()}
        cited = {
            f"fingertips_{i.id}": tidy.cite(reply, PUBLISHER, i.title, locator.replace(tidy.short(ids), i.id))
            for i in about.values()
        }
        notes = (*left.said(), *places.notes(), *self._empty(ids, rows), *_no_limits(reading))
        checked = tidy.figure_set(figures, cited, locator)
        return Fetched(checked, titles, (about_reply, reply), notes, tuple(places.unresolved))

    def probe(self) -> str:
        """Ask for the kinds of area."""
        return f"Fingertips lists {len(self._types()):,} kinds of area."

    # --- questions ----------------------------------------------------------------------------------------------------

    def _table(self, path: str, params: Mapping[str, str], needed: Sequence[str]) -> tuple[Reply, list[dict[str, str]]]:
        def check(reply: Reply) -> None:
            tidy.table_of(reply, *needed)

        reply = self._client.get(f"{self.base_url}/{path}", params or None, check=check)
        return reply, tidy.table_of(reply, *needed)[1]

    def _about(self, ids: Sequence[str]) -> tuple[Reply, dict[str, Indicator]]:
        reply, rows = self._table("indicator_metadata/csv/by_indicator_id", {"indicator_ids": ",".join(ids)}, ABOUT)
        about = {r["Indicator ID"]: _indicator(r) for r in rows}
        if missing := [i for i in ids if i not in about]:
            raise Refused(
                f"Fingertips has no indicator {tidy.short(missing)}.",
                "Search for it by its name and use its number.",
                self.name,
            )
        return reply, about

    def _types(self) -> dict[str, str]:
        def check(reply: Reply) -> None:
            tidy.list_of(reply, tidy.json_of(reply), "Id", "Name")

        reply = self._client.get(f"{self.base_url}/area_types", check=check)
        return {str(item["Id"]): str(item["Name"]) for item in tidy.json_of(reply)}

    def _kind(self, level: str) -> AreaKind:
        types = self._types()
        if level not in types:
            raise Refused(
                f"Fingertips has no kind of area {level or 'without an id'}.", "Choose from the description.", self.name
            )
        return _area_kind(level, types[level])

    def _kinds(self, ids: Sequence[str]) -> Iterator[AreaKind]:
        def check(reply: Reply) -> None:
            tidy.list_of(reply, tidy.json_of(reply), "IndicatorId", "AreaTypeId")

        reply = self._client.get(f"{self.base_url}/available_data", {"indicator_ids": ",".join(ids)}, check=check)
        having: dict[str, set[str]] = {}
        for item in tidy.json_of(reply):
            having.setdefault(str(item["AreaTypeId"]), set()).add(str(item["IndicatorId"]))
        types = self._types()
        for area_type, of in having.items():
            if of >= set(ids) and area_type in types:
                yield _area_kind(area_type, types[area_type])

    def _empty(self, ids: Sequence[str], rows: Sequence[Mapping[str, str]]) -> Iterator[str]:
        there = {row["Indicator ID"] for row in rows}
        for missing in (i for i in ids if i not in there):
            yield f"No figure of indicator {missing} answers this question."


# --- reading ----------------------------------------------------------------------------------------------------------


def limits(header: Sequence[str], percent: float = 95) -> tuple[str, str] | None:
    """The columns of the lower and upper limit of an interval, found by their names; None when there is no such pair.

    Examples
    --------
    >>> limits(["Value", "Lower CI 95.0 limit", "Upper CI 95.0 limit", "Lower CI 99.8 limit", "Upper CI 99.8 limit"])
    ('Lower CI 95.0 limit', 'Upper CI 95.0 limit')
    """
    found: dict[str, list[str]] = {"lower": [], "upper": []}
    for name in header:
        side = re.match(r"\s*(lower|upper)\b", name, re.IGNORECASE)
        if side and any(float(n) == percent for n in re.findall(r"\d+(?:\.\d+)?", name)):
            found[side[1].lower()].append(name)
    return (found["lower"][0], found["upper"][0]) if all(len(names) == 1 for names in found.values()) else None


def days(label: str, indicator: Indicator, reply: Reply) -> Days:
    """First and last day of a period, by the year type of its indicator.

    Raises
    ------
    SourceUnavailable
        When the label or the year type is not one that is known here.
    """
    said = re.sub(r"\s+", " ", label.strip())
    form = re.fullmatch(r"(\d{4})(?:/(\d\d))?(?: - (\d\d(?:\d\d)?)(?:/(\d\d))?)?(?: Q([1-4]))?", said, re.ASCII)
    if form is None:
        return tidy.period(said, reply)
    first, first_half, last, last_half, quarter = form.groups()
    start = int(first)
    end = start if last is None else int(first[: 4 - len(last)] + last)
    end += 100 if end < start and len(last or "") == 2 else 0  # 1998 - 00
    month = indicator.starts
    if month is None:
        tidy.refuse(
            reply, f"“{label}” is a year of the type “{indicator.year_type}”, which the workbench does not know."
        )
    halves = [(start, first_half), *([(end, last_half)] if last is not None else [])]
    split = month > 1
    if (
        not 0 <= end - start <= LONGEST_POOL
        or (quarter and last)
        or any((h is not None) != split or (h and int(h) != (y + 1) % 100) for y, h in halves)
    ):
        tidy.refuse(reply, f"“{label}” is not a year of the type “{indicator.year_type}”.")
    return (
        tidy.months(start, month + 3 * (int(quarter) - 1), 3)
        if quarter
        else tidy.months(start, month, 12 * (end - start + 1))
    )


def flag_of(note: str) -> str:
    """The flag for a note beside a value: by its words, else “noted”.

    Examples
    --------
    >>> flag_of("Value suppressed for disclosure control due to small count"), flag_of("Aggregated"), flag_of("")
    ('suppressed', 'noted', '')
    """
    return next((flag for words, flag in NOTE_WORDS if re.search(words, note, re.IGNORECASE)), "noted") if note else ""


@dataclass(frozen=True)
class _Reading:
    """What is needed to read a row."""

    about: Mapping[str, Indicator]
    kind: AreaKind
    places: Places
    left: _Left
    limits: tuple[str, str] | None
    reply: Reply


def _figure(row: Mapping[str, str], reading: _Reading) -> dict[str, object] | None:
    about, left, reply = reading.about, reading.left, reading.reply
    indicator = about.get(row["Indicator ID"]) or tidy.refuse(
        reply, f"It sent indicator {row['Indicator ID']} unasked."
    )
    place = _place(row, reading.kind, reading.places)
    if place is None:
        return None
    note = row.get("Value note", "")
    if note:
        left.notes[note] += 1
    value = tidy.number(row["Value"], reply)
    lower, upper = _interval(row, value, reading)
    if value == -1 and note and math.isnan(lower):
        value = math.nan  # the service's own mark for no value
    interval = {"lower": lower, "upper": upper, "confidence": 0.95, "method": "published interval"}
    return tidy.figure(
        place,
        f"fingertips_{indicator.id}",
        days(row["Time period"], indicator, reply),
        value,
        {tidy.slug(b): "" if row[b] in ALL_OF_THEM.get(b, ()) else row[b] for b in BREAKDOWNS},
        unit=indicator.unit,
        numerator=tidy.number(row.get("Count"), reply),
        denominator=tidy.number(row.get("Denominator"), reply),
        flag=flag_of(note),
        source_id=f"fingertips_{indicator.id}",
        **({} if math.isnan(lower) or math.isnan(value) else interval),
    )


def _place(row: Mapping[str, str], kind: AreaKind, places: Places) -> Place | None:
    place = places.find(row["Area Code"], row["Area Name"])
    if place and not place.vintage and row["Area Type"] == kind.label:
        return replace(place, vintage=kind.vintage)
    return place


def _interval(row: Mapping[str, str], value: float, reading: _Reading) -> tuple[float, float]:
    """The published 95% limits; NaN when there are none, or when they do not hold the value."""
    if reading.limits is None:
        return math.nan, math.nan
    lower, upper = (tidy.number(row[c], reading.reply) for c in reading.limits)
    if math.isnan(lower) or math.isnan(upper) or math.isnan(value):
        return math.nan, math.nan
    if not lower <= value <= upper:
        reading.left.intervals += 1
        return math.nan, math.nan
    return lower, upper


def _once(rows: Sequence[dict[str, str]]) -> list[dict[str, str]]:
    """Each row once: the service repeats an area under each of its parents."""
    seen = {tuple(v for k, v in row.items() if not k.startswith("Parent ")): row for row in rows}
    return list(seen.values())


def _chosen(
    rows: Sequence[dict[str, str]], query: Query, kind: AreaKind, areas: frozenset[str] | None, left: _Left
) -> list[dict[str, str]]:
    """The rows of the kind of area, the areas, periods and breakdowns that the query chooses."""
    unknown = [c.dimension for c in query.choices if c.dimension not in BREAKDOWNS]
    if unknown:
        raise Refused(
            f"Fingertips has no dimension {tidy.short(unknown)}.", "Choose from the description.", "Fingertips"
        )
    kept = []
    for row in rows:
        named = row["Area Code"] in query.areas
        if row["Area Type"] != kind.label and not named:
            left.types[row["Area Type"]] += 1
        elif (areas is None or row["Area Code"] in areas) and _has(row, query):
            kept.append(row)
    if "latest" not in query.periods:
        return [r for r in kept if not query.periods or r["Time period"] in query.periods]
    newest: dict[str, str] = {}
    for row in kept:
        newest[row["Indicator ID"]] = max(newest.get(row["Indicator ID"], ""), row.get("Time period Sortable", ""))
    return [
        r
        for r in kept
        if r.get("Time period Sortable", "") == newest[r["Indicator ID"]] or r["Time period"] in query.periods
    ]


def _has(row: Mapping[str, str], query: Query) -> bool:
    return all(not c.codes or row[c.dimension] in c.codes for c in query.choices)


def _no_limits(reading: _Reading) -> Iterator[str]:
    if reading.limits is None:
        yield "No 95% interval was published in a form that is known here."


def _ids(dataset: str) -> list[str]:
    ids = list(dict.fromkeys(part.strip() for part in dataset.split(",")))
    if not all(re.fullmatch(r"\d+", i, re.ASCII) for i in ids):
        raise Refused(
            f"“{dataset}” is not the number of an indicator.",
            "Search for it by its name and use its number.",
            "Fingertips",
        )
    if len(ids) > MOST_INDICATORS:
        raise Refused(
            f"Fingertips gives at most {MOST_INDICATORS} indicators at a time, not {len(ids)}.",
            "Ask for fewer.",
            "Fingertips",
        )
    return ids


def _indicator(row: Mapping[str, str]) -> Indicator:
    unit, value_type = row["Unit"], row["Value type"].lower()
    year = row["Year type"].strip()
    starts = _STARTS.get(re.sub(r"\s*-\s*", "-", year.lower().removesuffix(" year")))
    named = "percent" if unit == "%" else ("count" if value_type == "count" else unit or value_type)
    return Indicator(row["Indicator ID"], row["Indicator"], named, starts, year or "not said")


def _area_kind(area_type: str, name: str) -> AreaKind:
    level = next((level for pattern, level in _LEVELS if re.search(pattern, name, re.IGNORECASE)), "")
    year = re.search(r"\b(?:from|post|since)\b.*?(20\d\d)", name, re.IGNORECASE)
    return AreaKind(id=area_type, label=name, level=level, vintage=year[1] if year else "")
