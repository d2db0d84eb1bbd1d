"""The ONS API (beta): data sets as single observations with one wildcard, and census tables by kind of area.

A data set is named by its id, which stands for its newest version, or as ``id/edition/version``. Its own words are
used: areas by GSS code, time by label (``Aug-16``), other dimensions by option. An ordinary data set answers one value
of each dimension, one of which may be ``*``; at most 10,000 observations come, and a reply that reaches that is
refused. A census data set answers areas of one kind, in parts.

Verified against the shapes that ONS's own documentation and the tests of its programs give (developer.ons.gov.uk;
ONSdigital dp-observation-api, dp-cantabular-dimension-api): no recorded reply is held. Still wants a live run: the
lists of data sets and options, labels in census tables, the kinds of area of the census, which data markings occur.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, ClassVar
from urllib.parse import quote

from workbench.domain.areas import AreaRegister
from workbench.domain.queries import AreaKind, Code, Description, Dimension, Found, Query
from workbench.errors import Refused
from workbench.sources.services import tidy
from workbench.sources.services.contract import Check, Client, Fetched, Progress, Reply, Tell
from workbench.sources.services.ons_read import (
    CENSUS_DAY,
    CENSUS_LEVELS,
    CensusCells,
    Observations,
    Version,
    at,
    check_cells,
    check_object,
    check_observations,
    check_page,
    named,
    role_of,
    unlabelled,
    wildcard,
)
from workbench.sources.services.tidy import Places

BASE_URL = "https://api.beta.ons.gov.uk/v1"
PAGE = 1000
MOST_QUESTIONS = 400
"""Questions for one table at most: the service allows 200 a minute."""
AREAS_A_PART = 100


class Ons:
    """The ONS API as a statistics service.

    Parameters
    ----------
    client : Client
    base_url : str
    """

    key: ClassVar[str] = "ons"
    name: ClassVar[str] = "ONS API"

    def __init__(self, client: Client, base_url: str = BASE_URL) -> None:
        self._client = client
        self.base_url = base_url.rstrip("/")

    def search(self, words: str) -> tuple[Found, ...]:
        """Data sets whose title, id or keywords hold every word.

        Raises
        ------
        SourceUnavailable
        """
        found = []
        for item in self._pages("datasets", "id", "title"):
            keywords = " ".join(map(str, item.get("keywords") or ()))
            if tidy.matches(words, item["title"], item["id"], keywords):
                note = str(item.get("release_frequency") or item.get("type") or "").replace("_", " ")
                found.append((item["title"], Found(service=self.key, id=item["id"], title=item["title"], note=note)))
        return tuple(tidy.by_title(words, found))

    def describe(self, dataset: str) -> Description:
        """Dimensions, options and kinds of area of the newest version, or of the one that is named.

        Raises
        ------
        SourceUnavailable
            Also when there is no such data set.
        """
        version = self._version(dataset)
        dimensions = []
        for name, label in version.dimensions:
            role = role_of(version, name)
            codes = () if role == "area" else tuple(self._options(version, name))
            dimensions.append(Dimension(id=name, label=label, role=role, codes=codes))
        return Description(
            service=self.key,
            id=dataset,
            title=version.title,
            dimensions=tuple(dimensions),
            kinds=tuple(self._kinds(version)),
            notes=(f"Unit: {version.unit}.",) if version.unit else (),
            updated=date.fromisoformat(version.released[:10]) if version.released else None,
            citation=version.cite(version.reply, "description"),
        )

    def fetch(self, query: Query, areas: AreaRegister, tell: Tell = lambda _: None) -> Fetched:
        """The figures of a query, whole.

        Raises
        ------
        Refused
            When a dimension is left open that must be named, or too much is asked for at once.
        SourceUnavailable
            When a reply is not whole.
        UnknownArea
        Cancelled
        """
        version = self._version(query.dataset)
        return self._census(version, query, areas, tell) if version.census else self._table(version, query, areas, tell)

    def probe(self) -> str:
        """Ask how many data sets there are."""
        reply = self._get("datasets", {"limit": "1", "offset": "0"}, check=check_page)
        return f"The ONS API lists {tidy.object_of(reply, 'total_count')['total_count']:,} data sets."

    # --- ordinary data sets -------------------------------------------------------------------------------------------

    def _table(self, version: Version, query: Query, areas: AreaRegister, tell: Tell) -> Fetched:
        wanted = self._wanted(version, query, areas)
        wild = wildcard(wanted)
        fixed = [name for name in wanted if name != wild]
        asked = {name: wanted[name] or [c.id for c in self._options(version, name)] for name in fixed}
        combinations = list(itertools.product(*asked.values()))
        if len(combinations) > MOST_QUESTIONS:
            raise Refused(
                f"This takes {len(combinations):,} questions, more than the {MOST_QUESTIONS} at which we stop.",
                "Choose fewer periods or groups.",
                self.name,
            )
        reading = Observations(version, Places(areas))
        figures: list[dict[str, object]] = []
        replies = [version.reply]
        for done, codes in enumerate(combinations):
            tell(Progress(done, len(combinations), "questions", "Reading the ONS API"))
            params = {**dict(zip(fixed, codes, strict=True)), **({wild: "*"} if wild else {})}
            reply = self._get(f"{version.path}/observations", params, check=check_observations(params))
            replies.append(reply)
            figures += reading.figures(reply, params, wild, wanted.get(wild))
        tell(Progress(len(combinations), len(combinations), "questions", "Reading the ONS API"))
        what = ", ".join(f"{n} {tidy.short(codes) if codes else 'all'}" for n, codes in wanted.items())
        return reading.fetched(figures, replies, version.cite(replies[-1], what), query)

    def _wanted(self, version: Version, query: Query, areas: AreaRegister) -> dict[str, list[str]]:
        """The codes wanted of each dimension; none: all of them."""
        places = tidy.wanted(query, areas)
        chosen = {c.dimension: list(c.codes) for c in query.choices}
        wanted: dict[str, list[str]] = {}
        for name, label in version.dimensions:
            role = role_of(version, name)
            if role == "area":
                wanted[name] = sorted(places or ())
            elif role == "time":
                wanted[name] = list(query.periods)
            elif codes := chosen.pop(name, None) or chosen.pop(label, None):
                wanted[name] = codes
            else:
                raise Refused(f"The dimension {name} must be chosen.", "Choose from the description.", self.name)
        if chosen:
            raise Refused(
                f"The data set has no dimension {', '.join(chosen)}.", "Choose from the description.", self.name
            )
        return wanted

    # --- census tables ------------------------------------------------------------------------------------------------

    def _census(self, version: Version, query: Query, areas: AreaRegister, tell: Tell) -> Fetched:
        if version.edition != str(CENSUS_DAY.year):
            raise Refused(
                f"The day of the census of edition {version.edition} is not known.", "Choose another table.", self.name
            )
        if not query.level:
            raise Refused("A census table needs a kind of area.", "Choose one from the description.", self.name)
        level, vintage = CENSUS_LEVELS.get(query.level, ("", ""))
        codes = sorted(tidy.wanted(query, areas, level) or ())
        parts = [codes[i : i + AREAS_A_PART] for i in range(0, len(codes), AREAS_A_PART)] or [[]]
        reading = CensusCells(version, query, Places(areas), vintage)
        labels: dict[str, dict[str, str]] = {}
        figures: list[dict[str, object]] = []
        replies = [version.reply]
        for done, part in enumerate(parts):
            tell(Progress(done, len(parts), "parts", "Reading census tables"))
            params = {"area-type": ",".join([query.level, *part])}
            reply = self._get(f"{version.path}/json", params, check=check_cells)
            replies.append(reply)
            reading.check(reply, part)
            for name in unlabelled(reply):
                if name not in labels:
                    labels[name] = {c.id: c.label for c in self._options(version, name)}
            figures += reading.figures(reply, labels)
        tell(Progress(len(parts), len(parts), "parts", "Reading census tables"))
        what = f"{query.level}, {tidy.short(codes) if codes else 'all areas'}"
        return reading.fetched(figures, replies, version.cite(replies[-1], what))

    def _kinds(self, version: Version) -> Iterator[AreaKind]:
        if not version.census:
            yield AreaKind(id="", label="The areas that the data set names")
            return
        for item in self._pages(f"population-types/{quote(version.population, safe='')}/area-types", "id", "label"):
            level, vintage = CENSUS_LEVELS.get(item["id"], ("", ""))
            yield AreaKind(id=item["id"], label=item["label"], level=level, vintage=vintage)

    # --- questions ----------------------------------------------------------------------------------------------------

    def _get(self, path: str, params: Mapping[str, str] | None = None, *, check: Check) -> Reply:
        return self._client.get(f"{self.base_url}/{path}", params, check=check)

    def _pages(self, path: str, *needed: str) -> Iterator[dict[str, Any]]:
        seen, total = 0, 1
        while seen < total:
            reply = self._get(path, {"limit": str(PAGE), "offset": str(seen)}, check=check_page)
            body = tidy.object_of(reply, "items", "total_count")
            items, total = tidy.list_of(reply, body["items"] or [], *needed), body["total_count"]
            seen += len(items)
            if not items and seen < total:
                tidy.refuse(reply, f"It says {total:,} items and sent {seen:,}.")
            yield from items

    def _options(self, version: Version, dimension: str) -> Iterator[Code]:
        """The options of a dimension. Time is named by its label: all its options share a few ids."""
        for item in self._pages(f"{version.path}/dimensions/{quote(dimension, safe='')}/options", "option", "label"):
            code = item["label"] if dimension == "time" else item["option"]
            yield Code(id=str(code), label=str(item["label"]))

    def _version(self, dataset: str) -> Version:
        id_, edition, number = named(dataset)
        reply = self._get(f"datasets/{id_}", check=lambda r: check_object(r, "id", "title"))
        about = tidy.object_of(reply)
        if not number:
            latest = re.search(r"/editions/([^/]+)/versions/(\d+)$", str(at(about, "links", "latest_version", "href")))
            if latest is None:
                tidy.refuse(reply, "It does not say which version is the newest.")
            edition, number = latest.groups()
        path = f"datasets/{id_}/editions/{quote(edition, safe='')}/versions/{number}"
        found = self._get(path, check=lambda r: check_object(r, "dimensions"))
        body = tidy.object_of(found)
        dimensions = tidy.list_of(found, body["dimensions"], "name")
        based = about.get("is_based_on") or body.get("is_based_on") or {}
        return Version(
            id_,
            about["title"],
            edition,
            number,
            str(about.get("unit_of_measure") or ""),
            "cantabular" in f"{about.get('type', '')}{based.get('@type', '')}",
            str(based.get("@id", "")),
            tuple((str(d["name"]), str(d.get("label") or d["name"])) for d in dimensions),
            str(body.get("release_date") or about.get("last_updated") or ""),
            found,
        )
