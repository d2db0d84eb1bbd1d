"""Reading replies of the ONS API: versions of data sets, observations, census cells, and the checks they must pass."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from urllib.parse import quote

from workbench.domain import words as say
from workbench.domain.provenance import Citation
from workbench.domain.queries import Query, Role
from workbench.errors import Refused
from workbench.sources.services import tidy
from workbench.sources.services.contract import Check, Fetched, Reply
from workbench.sources.services.tidy import Days, Places

PUBLISHER = "Office for National Statistics"
LIMIT = 10_000
"""Observations in one reply at most."""
CENSUS_DAY = date(2021, 3, 21)
"""Of the Census 2021 of England and Wales; the edition of its tables is “2021”."""

MARKINGS: Mapping[str, str] = {
    "p": "provisional", "e": "estimated", "u": "unreliable", "x": "not available", "c": "suppressed", "": "",
}  # fmt: skip
_ROLES: Mapping[str, Role] = {"geography": "area", "time": "time"}
CENSUS_LEVELS: Mapping[str, tuple[str, str]] = {
    "nat": ("nation", ""), "ctry": ("nation", ""), "rgn": ("region", ""), "utla": ("", ""), "ltla": ("district", ""),
    "wd": ("ward", ""), "msoa": ("MSOA", "2021"), "lsoa": ("LSOA", "2021"), "oa": ("OA", "2021"),
}  # fmt: skip
_UNITS: Mapping[str, str] = {
    "%": "percent", "percent": "percent", "percentage": "percent", "percentages": "percent", "person": "people",
    "persons": "people", "people": "people", "number of people": "people", "household": "households",
    "households": "households",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a data set.

    Attributes
    ----------
    dataset, title, edition, number, unit : str
    census : bool
        Whether it is a census table.
    population : str
        Type of population of a census table, for example ``UR``.
    dimensions : tuple of (str, str)
        Name and label of each, in order.
    released : str
        Date, as the service writes it.
    reply : Reply
        What this was read from.
    """

    dataset: str
    title: str
    edition: str
    number: str
    unit: str
    census: bool
    population: str
    dimensions: tuple[tuple[str, str], ...]
    released: str
    reply: Reply

    @property
    def path(self) -> str:
        """Its address below the base address."""
        return f"datasets/{self.dataset}/editions/{quote(self.edition, safe='')}/versions/{self.number}"

    @property
    def measure(self) -> str:
        """Key of what it measures."""
        return tidy.slug(f"ons {self.dataset}")

    def cite(self, reply: Reply, what: str) -> Citation:
        """The citation of figures of this version."""
        edition = f"{self.edition}, version {self.number}"
        return tidy.cite(reply, PUBLISHER, self.title, f"ONS API {self.dataset}, {what}", edition=edition)


# --- reading observations ---------------------------------------------------------------------------------------------


class Observations:
    """Reads observations of an ordinary data set, and remembers what must be said of them."""

    def __init__(self, version: Version, places: Places) -> None:
        self.version = version
        self.places = places
        self._marks: dict[str, int] = {}
        self._variation = False

    def figures(
        self, reply: Reply, params: Mapping[str, str], wild: str, wanted: Sequence[str] | None
    ) -> Iterator[dict[str, object]]:
        """The figures of a reply; of the wildcard dimension only those wanted."""
        for item in tidy.object_of(reply)["observations"]:
            own = item.get("dimensions") or {}
            codes = {**params, **{name: self._code(name, said) for name, said in own.items()}}
            if wild and wanted and codes[wild] not in wanted:
                continue
            labels = {name: str(said.get("label") or said["id"]) for name, said in own.items()}
            if figure := self._figure(reply, item, codes, labels):
                yield figure

    def fetched(self, figures: list[dict[str, object]], replies: list[Reply], cited: Citation, query: Query) -> Fetched:
        """What the query brought."""
        version = self.version
        notes = [f"{say.counted(n, 'figure')}: marked “{m}” by the publisher." for m, n in self._marks.items()]
        if self._variation:
            notes.append("Coefficients of variation stand beside these figures in the source and were not read.")
        silent = set(query.areas) - {str(f["area_code"]) for f in figures}
        if silent:
            notes.append(f"{say.counted(len(silent), 'area')} gave no figure: {tidy.short(sorted(silent))}.")
        checked = tidy.figure_set(figures, {version.measure: cited}, f"ONS API {version.dataset}")
        titles = {version.measure: version.title}
        return Fetched(checked, titles, tuple(replies), (*notes, *self.places.notes()), tuple(self.places.unresolved))

    def _code(self, name: str, said: Mapping[str, Any]) -> str:
        return str((said.get("label") if name == "time" else None) or said["id"])

    def _figure(
        self, reply: Reply, item: Mapping[str, Any], codes: Mapping[str, str], labels: Mapping[str, str]
    ) -> dict[str, object] | None:
        place = self.places.find(codes["geography"], labels.get("geography", ""))
        if place is None:
            return None
        beside = {str(k).lower(): str(v) for k, v in (item.get("metadata") or {}).items()}
        self._variation |= any(k in ("cv", "coefficient_of_variation", "coefficients of variation") for k in beside)
        value = tidy.number(item["observation"], reply)
        return tidy.figure(
            place,
            self.version.measure,
            days(codes["time"], reply),
            value,
            {tidy.slug(n): labels.get(n, codes[n]) for n, _ in self.version.dimensions if n not in _ROLES},
            unit=unit(self.version.unit),
            flag=self._flag(next((v for k, v in beside.items() if k.replace(" ", "_") == "data_marking"), "")),
            source_id=self.version.measure,
            **_limits(beside, value, reply),
        )

    def _flag(self, marking: str) -> str:
        mark = marking.strip().strip("[]").lower()
        if mark not in MARKINGS:
            self._marks[marking] = self._marks.get(marking, 0) + 1
        return MARKINGS.get(mark, "noted")


def _limits(beside: Mapping[str, str], value: float, reply: Reply) -> dict[str, object]:
    """The limits of a 95% interval, where the publisher says that they are."""
    found = {side: [v for k, v in beside.items() if side in k and "95" in k] for side in ("lower", "upper")}
    if any(len(values) != 1 for values in found.values()) or math.isnan(value):
        return {}
    lower, upper = (tidy.number(found[side][0], reply) for side in ("lower", "upper"))
    if math.isnan(lower) or math.isnan(upper):
        return {}
    return {"lower": lower, "upper": upper, "confidence": 0.95, "method": "published interval"}


def days(label: str, reply: Reply) -> Days:
    """First and last day of a time label.

    A year of two digits is of this century below 60: ONS series begin after 1960 where they give months so.

    Raises
    ------
    SourceUnavailable
        When the label needs a guess: ``2011-12`` is a month or a year from April.
    """
    said = label.strip()
    if short := re.fullmatch(r"([A-Za-z]{3})-(\d\d)", said, re.ASCII):
        return tidy.period(f"{short[1]} {'20' if int(short[2]) < 60 else '19'}{short[2]}", reply)
    if re.fullmatch(r"\d{4}[-/]\d\d", said, re.ASCII):
        return tidy.refuse(
            reply, f"“{said}” is a month or a year from April: it cannot be told.", "Choose another period."
        )
    return tidy.period(said, reply)


def unit(said: str) -> str:
    """The unit in the words of the workbench, else the publisher's.

    Examples
    --------
    >>> unit("Percentage"), unit("Person"), unit("Index: 2015=100"), unit("")
    ('percent', 'people', 'index: 2015=100', '')
    """
    return _UNITS.get(said.strip().lower(), said.strip().lower())


# --- reading census cells ---------------------------------------------------------------------------------------------


class CensusCells:
    """Reads the cells of a census table: the last dimension moves fastest."""

    def __init__(self, version: Version, query: Query, places: Places, vintage: str) -> None:
        self.version = version
        self.query = query
        self.places = places
        self.vintage = vintage

    def check(self, reply: Reply, asked: Sequence[str]) -> None:
        """Refuse a reply about other areas than these."""
        first = tidy.object_of(reply)["dimensions"][0]
        if first["dimension_name"] != self.query.level or (asked and {o["id"] for o in first["options"]} != set(asked)):
            tidy.refuse(reply, "It answered for other areas than those asked for.")

    def figures(self, reply: Reply, labels: Mapping[str, Mapping[str, str]]) -> Iterator[dict[str, object]]:
        """The figures of a reply; ``labels`` are the words for options that came without."""
        body = tidy.object_of(reply)
        names = [str(d["dimension_name"]) for d in body["dimensions"]]
        options = [[str(o["id"]) for o in d["options"]] for d in body["dimensions"]]
        said = [
            {str(o["id"]): str(o.get("label") or labels.get(n, {}).get(str(o["id"])) or o["id"]) for o in d["options"]}
            for n, d in zip(names, body["dimensions"], strict=True)
        ]
        chosen = {c.dimension: c.codes for c in self.query.choices}
        if unknown := sorted(set(chosen) - set(names[1:])):
            raise Refused(
                f"The table has no dimension {', '.join(unknown)}.", "Choose from the description.", "ONS API"
            )
        for codes, value in zip(itertools.product(*options), body["observations"], strict=True):
            if any(chosen.get(n) and code not in chosen[n] for n, code in zip(names[1:], codes[1:], strict=True)):
                continue
            place = self.places.find(codes[0], said[0][codes[0]])
            if place is None:
                continue
            yield tidy.figure(
                place if place.vintage else replace(place, vintage=self.vintage),
                self.version.measure,
                (CENSUS_DAY, CENSUS_DAY),
                tidy.number(value, reply),
                {tidy.slug(n): said[i][codes[i]] for i, n in enumerate(names) if i},
                unit=unit(self.version.unit) or "count",
                source_id=self.version.measure,
            )

    def fetched(self, figures: list[dict[str, object]], replies: list[Reply], cited: Citation) -> Fetched:
        """What the query brought."""
        version = self.version
        checked = tidy.figure_set(figures, {version.measure: cited}, f"ONS API {version.dataset}")
        note = "Take care. Census counts may be changed a little to protect people: totals of two tables may differ."
        notes = (note, *self.places.notes())
        return Fetched(checked, {version.measure: version.title}, tuple(replies), notes, tuple(self.places.unresolved))


def unlabelled(reply: Reply) -> list[str]:
    """Breakdowns of a census table whose options came without words."""
    body = tidy.object_of(reply)
    return [str(d["dimension_name"]) for d in body["dimensions"][1:] if not all(o.get("label") for o in d["options"])]


# --- names and checks -------------------------------------------------------------------------------------------------


def named(dataset: str) -> tuple[str, str, str]:
    """The id, edition and version that a name stands for; the last two are empty for the newest.

    Raises
    ------
    Refused
    """
    found = re.fullmatch(r"([A-Za-z0-9_-]+)(?:/([A-Za-z0-9_.-]+)/(\d+))?", dataset, re.ASCII)
    if found is None:
        raise Refused(f"“{dataset}” is not the id of an ONS data set.", "Search for it and use its id.", "ONS API")
    return found[1], found[2] or "", found[3] or ""


def role_of(version: Version, name: str) -> Role:
    """What a dimension is."""
    if version.census:
        return "area" if name in CENSUS_LEVELS else "breakdown"
    return _ROLES.get(name, "breakdown")


def wildcard(wanted: Mapping[str, Sequence[str]]) -> str:
    """The dimension to ask for with ``*``: one that is wanted whole, areas first, else that with most codes."""
    whole = [name for name, codes in wanted.items() if not codes]
    if whole:
        return "geography" if "geography" in whole else whole[0]
    most = max(wanted, key=lambda name: len(wanted[name]))
    return most if len(wanted[most]) > 1 else ""


def at(value: object, *path: str) -> object:
    """What lies at a path of names in JSON; None when nothing does."""
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def check_object(reply: Reply, *needed: str) -> None:
    """Refuse a reply that is not an object with these names."""
    tidy.object_of(reply, *needed)


def check_page(reply: Reply) -> None:
    """Refuse a reply that is not a page of a list."""
    body = tidy.object_of(reply, "items", "total_count")
    tidy.list_of(reply, body["items"] or [])
    if not isinstance(body["total_count"], int) or isinstance(body["total_count"], bool):
        tidy.refuse(reply, "It did not say how many items there are.")


def check_observations(params: Mapping[str, str]) -> Check:
    """A check that the reply is whole and answers these values."""

    def check(reply: Reply) -> None:
        body = tidy.object_of(reply, "observations", "total_observations")
        items = tidy.list_of(reply, body["observations"] or [], "observation")
        if body["total_observations"] != len(items):
            tidy.refuse(reply, f"It says {body['total_observations']} observations and sent {len(items):,}.")
        if len(items) >= int(body.get("limit") or LIMIT):
            raise Refused(
                f"The answer reaches the limit of {len(items):,} observations, so it may be cut off.",
                "Name the areas one by one.",
                reply.url,
            )
        fixed = {n: v for n, v in params.items() if v != "*"}
        said = {n: at(body, "dimensions", n, "option", "id") for n in fixed}
        if said != fixed:
            tidy.refuse(reply, "It answered another question than the one asked.")
        wild = [n for n, v in params.items() if v == "*"]
        for item in items:
            if any(not isinstance(at(item, "dimensions", n, "id"), str) for n in wild):
                tidy.refuse(reply, "An observation does not say what it is about.")

    return check


def check_cells(reply: Reply) -> None:
    """Refuse a census table whose cells do not fit its dimensions."""
    body = tidy.object_of(reply, "dimensions", "observations", "total_observations")
    sizes = []
    for dimension in tidy.list_of(reply, body["dimensions"], "dimension_name", "options"):
        sizes.append(len(tidy.list_of(reply, dimension["options"], "id")))
    cells = body["observations"]
    if not isinstance(cells, list) or len(sizes) < 2:
        tidy.refuse(reply, "The service sent JSON of an unknown shape.")
    if len(cells) != body["total_observations"] or len(cells) != math.prod(sizes):
        tidy.refuse(reply, f"It sent {len(cells):,} cells of a table of {math.prod(sizes):,}.")
