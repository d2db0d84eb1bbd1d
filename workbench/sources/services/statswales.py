"""StatsWales (the API of 2025, version 2): figures for Wales, chosen by a filter and read page by page.

A query is posted and gives a filter id. The service then says how many rows the filter has, and the pages are whole
only when so many came. Note codes of the publisher become flags. Areas come as GSS codes, or as names: a name is used
only when exactly one held area bears it.

Verified against the recorded OpenAPI description of 28 July 2026: every path, method, parameter and body (the tests
check each request). No recorded reply is held. Still wants a live run: the names of the columns of ``raw_extended``
(they are matched by their words; what is not recognised is an error), the first and last day of a period, the licence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, ClassVar
from uuid import UUID

from workbench.domain import words as say
from workbench.domain.areas import AreaRegister
from workbench.domain.queries import AreaKind, Code, Description, Dimension, Found, Query, Role
from workbench.errors import Refused
from workbench.sources.services import tidy
from workbench.sources.services.contract import Check, Client, Fetched, Progress, Reply, Tell
from workbench.sources.services.tidy import Days, Place, Places

BASE_URL = "https://api.stats.gov.wales/v2"
LICENCE = f"{tidy.OGL} (not confirmed for every table)"
PAGE = 10_000
"""Rows of a page: the most that the service gives."""
FOUND_PAGE = 100
OPTIONS: Mapping[str, object] = {
    "use_raw_column_names": True,
    "use_reference_values": True,
    "data_value_type": "raw_extended",
}

# By letter as in the data, and by name as in the service's own words: the flag, and what a reader must know besides.
NOTE_CODES: Mapping[str, tuple[str, str, str]] = {
    "a": ("average", "", "an average of other values"),
    "b": ("break in series", "noted", "after a break in the series: do not compare it with what came before"),
    "c": ("confidential", "suppressed", ""),
    "e": ("estimated", "estimated", ""),
    "f": ("forecast", "estimated", "a forecast, not an observation"),
    "k": ("low figure", "nil", "too low to show after rounding"),
    "ns": ("not statistically significant", "unreliable", "not statistically significant"),
    "p": ("provisional", "provisional", ""),
    "r": ("revised", "", "revised since it was first published"),
    "s": ("statistically significant at level 1", "", "statistically significant at 5%"),
    "ss": ("statistically significant at level 2", "", "statistically significant at 1%"),
    "sss": ("statistically significant at level 3", "", "statistically significant at 0.1%"),
    "t": ("total", "", "a total of other values"),
    "u": ("low reliability", "unreliable", ""),
    "w": ("not recorded", "nil", "none recorded in the survey"),
    "x": ("missing data", "not available", ""),
    "z": ("not applicable", "not available", "not applicable: there can be no figure"),
}
_BY_NAME = {name: letter for letter, (name, _, _) in NOTE_CODES.items()}

_VALUES = ("data", "datavalue", "datavalues", "value", "values")
_NOTES = ("notecode", "notecodes")
_MEASURES = ("measure", "measurecode", "measureid", "datadescription", "datatype", "datatypecode")
_TIME = re.compile(r"year|date|period|month|quarter|week", re.IGNORECASE)
_AREA = re.compile(r"area|authorit|geograph|region|local|lsoa|msoa|ward|health board", re.IGNORECASE)


@dataclass(frozen=True)
class _Filter:
    """A column of a data set by which it can be filtered."""

    column: str
    label: str
    codes: tuple[Code, ...]

    @property
    def role(self) -> Role:
        """What it is, from its codes first and its name second."""
        gss = sum(bool(tidy.GSS.fullmatch(c.id)) for c in self.codes)
        if gss * 2 > len(self.codes):
            return "area"
        if _plain(self.column) in _MEASURES or _plain(self.label) in _MEASURES:
            return "measure"
        if _TIME.search(self.column) or _TIME.search(self.label):
            return "time"
        return "area" if _AREA.search(self.column) or _AREA.search(self.label) else "breakdown"

    @cached_property
    def labels(self) -> dict[str, str]:
        """The words for each code."""
        return {c.id: c.label for c in self.codes}

    def label_of(self, code: str) -> str:
        """The words for a code, or the code."""
        return self.labels.get(code, code)


@dataclass(frozen=True, slots=True)
class _Table:
    """Where things stand in the rows of a data set."""

    value: str
    notes: str
    area: _Filter
    time: _Filter
    measure: _Filter | None
    breakdowns: tuple[_Filter, ...]
    start: str
    end: str


class StatsWales:
    """StatsWales as a statistics service. A data set is named by its UUID.

    ``level`` of a query is left empty: a table names its areas in one column, and ``areas`` or ``within`` choose them.

    Parameters
    ----------
    client : Client
    base_url : str
    """

    key: ClassVar[str] = "statswales"
    name: ClassVar[str] = "StatsWales"

    def __init__(self, client: Client, base_url: str = BASE_URL) -> None:
        self._client = client
        self.base_url = base_url.rstrip("/")

    def search(self, words: str) -> tuple[Found, ...]:
        """Data sets whose title or summary hold every word.

        Raises
        ------
        SourceUnavailable
        """
        found: list[Found] = []
        seen, page, count = 0, 0, 1
        while seen < count:
            page += 1
            params = {"keywords": words, "mode": "basic_split", "page_number": str(page), "page_size": str(FOUND_PAGE)}
            reply = self._get("search", params, check=_check_search)
            body = tidy.object_of(reply, "data", "count")
            items, count = tidy.list_of(reply, body["data"], "id", "title"), int(body["count"])
            seen += len(items)
            if not items and seen < count:
                tidy.refuse(reply, f"It found {count:,} data sets and sent {seen:,}.")
            found += [_found(self.key, item) for item in items]
        return tuple(tidy.by_title(words, ((f.title, f) for f in found)))

    def describe(self, dataset: str) -> Description:
        """Dimensions and codes of a data set.

        Raises
        ------
        SourceUnavailable
            Also when there is no data set of this id.
        """
        reply, about = self._about(dataset)
        filters = self._filters(dataset)[1]
        notes = [n for n in (about.get("rounding", ""), about.get("replaced", "")) if n]
        return Description(
            service=self.key,
            id=dataset,
            title=about["title"],
            dimensions=tuple(
                Dimension(id=f.column, label=f.label, role=f.role, codes=f.codes, default=_default(f)) for f in filters
            ),
            kinds=tuple(_kinds(filters)),
            notes=tuple(notes),
            updated=date.fromisoformat(about["updated"]) if about["updated"] else None,
            citation=tidy.cite(reply, about["publisher"], about["title"], f"{self.name} {dataset}", licence=LICENCE),
        )

    def fetch(self, query: Query, areas: AreaRegister, tell: Tell = lambda _: None) -> Fetched:
        """The figures of a query, whole.

        Raises
        ------
        SourceUnavailable
            When not as many rows came as the service says there are, or a row cannot be read.
        Cancelled
        """
        about_reply, about = self._about(query.dataset)
        _, filters = self._filters(query.dataset)
        body = {"filters": _chosen(query, filters, areas), "options": dict(OPTIONS)}
        posted = self._client.post(self._url(query.dataset, "data"), json=body, check=_check_filter_id)
        filter_id = tidy.object_of(posted, "filterId")["filterId"]
        asked = self._get(f"{query.dataset}/query/{filter_id}", check=_check_total)
        total = int(tidy.object_of(asked, "totalLines")["totalLines"])
        rows, replies = self._pages(query.dataset, filter_id, total, tell)
        where = f"{self.name} {query.dataset}, filter {filter_id}, {total:,} rows"
        cited = tidy.cite(
            (replies or [asked])[-1],
            about["publisher"],
            about["title"],
            where,
            licence=LICENCE,
            edition=about["edition"],
        )
        reading = _Reading(query, tuple(filters), Places(areas), (replies or [asked])[-1], about["title"])
        figures = [f for row in rows if (f := reading.figure(row))]
        checked = tidy.figure_set(figures, {query.dataset: cited}, where)
        notes = (*reading.notes(), *(() if rows else ("No figure answers this question.",)))
        return Fetched(
            checked, reading.titles, (about_reply, posted, asked, *replies), notes, tuple(reading.places.unresolved)
        )

    def probe(self) -> str:
        """Ask how many data sets are published."""
        reply = self._get("", {"page_number": "1", "page_size": "1"}, check=_check_search)
        return f"StatsWales lists {int(tidy.object_of(reply, 'count')['count']):,} data sets."

    # --- questions ----------------------------------------------------------------------------------------------------

    def _url(self, dataset: str, *rest: str) -> str:
        try:
            UUID(dataset)
        except ValueError:
            raise Refused(
                f"“{dataset}” is not the id of a StatsWales data set.", "Search for it and use its id.", self.name
            ) from None
        return "/".join([self.base_url, dataset, *rest])

    def _get(self, path: str, params: Mapping[str, str] | None = None, *, check: Check) -> Reply:
        english = {} if "/query/" in path else {"lang": "en-gb"}  # the only question that takes no language
        return self._client.get(f"{self.base_url}/{path}", {**english, **(params or {})} or None, check=check)

    def _about(self, dataset: str) -> tuple[Reply, dict[str, str]]:
        self._url(dataset)
        reply = self._get(dataset, check=_check_dataset)
        body = tidy.object_of(reply, "published_revision")
        revision = body["published_revision"]
        said: dict[str, str] = next(
            (m for m in revision["metadata"] if str(m.get("language", "")).lower().startswith("en")), {}
        )
        publisher = (body.get("publisher") or {}).get("organisation") or {}
        replaced = body.get("replaced_by") or {}
        return reply, {
            "title": said.get("title") or dataset,
            "publisher": publisher.get("name") or "Welsh Government",
            "updated": str(revision.get("publish_at") or "")[:10],
            "edition": f"revision {revision['revision_index']}" if revision.get("revision_index") else "",
            "rounding": (said.get("rounding_description") or "") if revision.get("rounding_applied") else "",
            "replaced": f"Replaced by {replaced.get('dataset_title') or replaced.get('dataset_id')}."
            if replaced
            else "",
        }

    def _filters(self, dataset: str) -> tuple[Reply, list[_Filter]]:
        reply = self._get(f"{dataset}/filters", check=_check_filters)
        items = tidy.list_of(reply, tidy.json_of(reply), "factTableColumn", "columnName", "values")
        return reply, [_Filter(f["factTableColumn"], f["columnName"], tuple(_codes(reply, f["values"]))) for f in items]

    def _pages(self, dataset: str, filter_id: str, total: int, tell: Tell) -> tuple[list[dict[str, Any]], list[Reply]]:
        rows: list[dict[str, Any]] = []
        replies: list[Reply] = []
        while len(rows) < total:
            tell(Progress(len(rows), total, "rows", "Reading StatsWales"))
            params = {"format": "json", "page_number": str(len(replies) + 1), "page_size": str(PAGE)}
            reply = self._get(f"{dataset}/data/{filter_id}", params, check=_check_rows)
            page = tidy.list_of(reply, tidy.json_of(reply))
            if len(page) != min(PAGE, total - len(rows)):
                tidy.refuse(reply, f"It says {total:,} rows and sent another number of them.")
            replies.append(reply)
            rows += page
        if len({tuple(map(str, row.values())) for row in rows}) < total:
            tidy.refuse(replies[-1], "It sent a row twice.")
        tell(Progress(total, total, "rows", "Reading StatsWales"))
        return rows, replies


# --- reading ----------------------------------------------------------------------------------------------------------


class _Reading:
    """Reads rows as figures, and remembers what must be said of them."""

    def __init__(self, query: Query, filters: tuple[_Filter, ...], places: Places, reply: Reply, title: str) -> None:
        self.query = query
        self.filters = filters
        self.places = places
        self.reply = reply
        self.title = title
        self.titles: dict[str, str] = {}
        self._said: dict[str, int] = {}
        self._table: _Table | None = None

    def figure(self, row: Mapping[str, Any]) -> dict[str, object] | None:
        """A row as a figure; None when its area cannot be told."""
        table = self._table = self._table or _table(self.filters, list(row), self.reply)
        place = self._place(str(row[table.area.column]), table.area)
        if place is None:
            return None
        kind = table.measure.label_of(str(row[table.measure.column])) if table.measure else ""
        measure = tidy.slug(f"{self.title} {kind}")
        self.titles[measure] = f"{self.title}: {kind}" if kind else self.title
        flag = self._flag(str(row.get(table.notes) or ""))
        value = tidy.number(row[table.value], self.reply)
        if "suppressed" in flag.split(";") and value == 0:
            value = float("nan")  # a confidential figure shown as 0 is no figure
        return tidy.figure(
            place,
            measure,
            self._days(row, table),
            value,
            {tidy.slug(f.label): f.label_of(str(row[f.column])) for f in table.breakdowns},
            unit=_unit(kind),
            flag=flag,
            source_id=self.query.dataset,
        )

    def notes(self) -> tuple[str, ...]:
        """What a reader must know."""
        said = [f"{say.counted(n, 'figure')}: {what}." for what, n in self._said.items()]
        return (*said, *self.places.notes())

    def _place(self, code: str, column: _Filter) -> Place | None:
        label = column.label_of(code)
        return self.places.find(code, label) if tidy.GSS.fullmatch(code) else self.places.named(label)

    def _flag(self, codes: str) -> str:
        flags = []
        for code in filter(None, (c.strip().lower() for c in re.split(r"[,;]", codes))):
            letter = code if code in NOTE_CODES else _BY_NAME.get(re.sub(r"[_\s]+", " ", code), "")
            _, flag, note = NOTE_CODES.get(letter, ("", "noted", f"marked “{code}”, a note that is not known here"))
            flags.append(flag)
            if note:
                self._said[note] = self._said.get(note, 0) + 1
        return tidy.flags(*flags)

    def _days(self, row: Mapping[str, Any], table: _Table) -> Days:
        code = str(row[table.time.column])
        if table.start and table.end:
            first, last = (_day(row[c]) for c in (table.start, table.end))
            if first and last and first <= last:
                return first, last
            tidy.refuse(self.reply, f"The period {code} has no first and last day.")
        return tidy.period(table.time.label_of(code), self.reply)


def _table(filters: Sequence[_Filter], columns: Sequence[str], reply: Reply) -> _Table:
    """Where things stand, from the names of the columns."""
    present = [f for f in filters if f.column in columns]
    lost = [f.column for f in filters if f.column not in columns]
    if lost:
        tidy.refuse(reply, f"The rows lack the column {', '.join(lost)}.")
    roles: dict[Role, list[_Filter]] = {"area": [], "time": [], "measure": [], "breakdown": []}
    for f in present:
        roles[f.role].append(f)
    if not roles["measure"] and (kind := _column(columns, _MEASURES)):
        roles["measure"].append(_Filter(kind, kind, ()))
    if len(roles["area"]) != 1 or len(roles["time"]) != 1 or len(roles["measure"]) > 1:
        tidy.refuse(reply, "The table does not have one column of areas and one of periods.")
    value = _column(columns, _VALUES)
    if not value:
        tidy.refuse(reply, f"None of its columns is known to hold the values: {', '.join(columns)}.")
    return _Table(
        value,
        _column(columns, _NOTES),
        roles["area"][0],
        roles["time"][0],
        roles["measure"][0] if roles["measure"] else None,
        tuple(roles["breakdown"]),
        next((c for c in columns if _plain(c).endswith("startdate")), ""),
        next((c for c in columns if _plain(c).endswith("enddate")), ""),
    )


def _column(columns: Sequence[str], known: Sequence[str]) -> str:
    return next((c for k in known for c in columns if _plain(c) == k), "")


def _plain(name: str) -> str:
    return re.sub(r"[^a-z]", "", name.lower())


def _day(value: object) -> date | None:
    found = re.match(r"\d{4}-\d{2}-\d{2}", str(value or ""))
    return date.fromisoformat(found[0]) if found else None


def _unit(kind: str) -> str:
    return "percent" if re.search(r"per ?cent|%", kind, re.IGNORECASE) else ""


def _codes(reply: Reply, values: object) -> Iterator[Code]:
    """The codes of a filter, children after their parent."""
    pending = [(item, "") for item in tidy.list_of(reply, values, "reference", "description")]
    while pending:
        item, parent = pending.pop(0)
        yield Code(id=str(item["reference"]), label=str(item["description"]), parent=parent)
        inner = tidy.list_of(reply, item.get("children") or [], "reference", "description")
        pending = [(child, str(item["reference"])) for child in inner] + pending


def _default(one: _Filter) -> str:
    if one.role not in ("measure", "breakdown"):
        return ""
    tops = [c.id for c in one.codes if not c.parent]
    whole = [c.id for c in one.codes if re.fullmatch(r"(all|total|persons|all persons)\b.*", c.label.lower())]
    return tops[0] if len(tops) == 1 else (whole[0] if len(whole) == 1 else "")


def _kinds(filters: Sequence[_Filter]) -> Iterator[AreaKind]:
    if any(f.role == "area" for f in filters):
        yield AreaKind(id="", label="The areas that the table names")


def _chosen(query: Query, filters: Sequence[_Filter], areas: AreaRegister) -> list[dict[str, list[str]]]:
    """The filters of a query, every code checked against the list of the data set."""
    chosen: dict[str, list[str]] = {}
    for choice in query.choices:
        one = next((f for f in filters if choice.dimension in (f.column, f.label)), None)
        if one is None:
            raise Refused(
                f"The table has no dimension {choice.dimension}.", "Choose from its description.", "StatsWales"
            )
        chosen[one.column] = list(choice.codes)
    for one in filters:
        if one.role == "time" and query.periods:
            chosen[one.column] = [c.id for c in one.codes if c.id in query.periods or c.label in query.periods]
            if len(chosen[one.column]) < len(set(query.periods)):
                raise Refused(
                    "The table lacks a period that was asked for.", "Choose from its description.", "StatsWales"
                )
        if one.role == "area" and (query.areas or query.within):
            chosen[one.column] = _area_codes(query, one, areas)
    for column, codes in chosen.items():
        known = {c.id for f in filters if f.column == column for c in f.codes}
        if unknown := sorted(set(codes) - known):
            raise Refused(
                f"The table has no {column} {tidy.short(unknown)}.", "Choose from its description.", "StatsWales"
            )
    return [{column: codes} for column, codes in chosen.items() if codes]


def _area_codes(query: Query, column: _Filter, areas: AreaRegister) -> list[str]:
    """Codes of the table for the areas wanted: by GSS code, else by the exact name."""
    wanted = tidy.wanted(query, areas) or frozenset()
    names = {areas.areas[code].name for code in wanted if code in areas.areas}
    found = [c.id for c in column.codes if c.id in wanted or (not tidy.GSS.fullmatch(c.id) and c.label in names)]
    missing = [a for a in query.areas if a not in found and areas.name(a) not in {column.label_of(f) for f in found}]
    if missing or not found:
        raise Refused(
            f"The table does not name {tidy.short([areas.name(a) for a in missing or query.within])}.",
            "Choose from the areas in its description.",
            "StatsWales",
        )
    return found


def _found(service: str, item: Mapping[str, Any]) -> Found:
    updated = str(item.get("last_updated_at") or "")[:10]
    parts = [f"updated {say.day(date.fromisoformat(updated))}" if updated else ""]
    parts.append("archived" if item.get("archived_at") else "")
    return Found(service=service, id=item["id"], title=item["title"], note=", ".join(p for p in parts if p))


# --- checks -----------------------------------------------------------------------------------------------------------


def _check_search(reply: Reply) -> None:
    body = tidy.object_of(reply, "data", "count")
    tidy.list_of(reply, body["data"], "id", "title")
    _whole(reply, body["count"])


def _check_dataset(reply: Reply) -> None:
    revision = tidy.object_of(reply, "id", "published_revision")["published_revision"]
    if not isinstance(revision, dict) or not isinstance(revision.get("metadata"), list):
        tidy.refuse(reply, "The data set has no published revision.")


def _check_filters(reply: Reply) -> None:
    for item in tidy.list_of(reply, tidy.json_of(reply), "factTableColumn", "columnName", "values"):
        list(_codes(reply, item["values"]))


def _check_filter_id(reply: Reply) -> None:
    said = tidy.object_of(reply, "filterId")["filterId"]
    if not isinstance(said, str) or not re.fullmatch(r"[A-Za-z0-9_-]+", said):
        tidy.refuse(reply, "It did not give a filter id.")


def _check_total(reply: Reply) -> None:
    _whole(reply, tidy.object_of(reply, "totalLines")["totalLines"])


def _check_rows(reply: Reply) -> None:
    tidy.list_of(reply, tidy.json_of(reply))


def _whole(reply: Reply, said: object) -> None:
    if isinstance(said, bool) or not re.fullmatch(r"\d+", str(said)):
        tidy.refuse(reply, "It did not say how many there are.")
