"""The schema of Stat-Xplore: folders, databases, groups, fields, valuesets and values, walked and read whole.

``GET /schema/{id}`` gives a thing and its children; more than 100 children come in pages that the ``Link`` header
joins. In newer databases the fields of areas lie inside groups. Ids are case-sensitive and change between years, so
nothing is built that can be looked up.

Verified: the ids of 108 databases and 1,549 fields in a dump of September 2023, by which the fields of time are told
from others; uris of valuesets and values in recorded queries. No reply of ``/schema`` was recorded: its shape, and the
form of the ``Link`` header (RFC 8288), are as the vendor describes them and want a live run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

from workbench.errors import KeyMissing, SourceUnavailable
from workbench.sources.services.contract import Check, Client, Reply
from workbench.sources.services.jsonstat import read_json
from workbench.sources.services.keys import Secret

MOST_PAGES = 1_000
_NEXT = re.compile(r'<([^>]*)>\s*;[^,<]*?\brel\s*=\s*"?next\b"?', re.IGNORECASE)
_TIME = re.compile(r"(month|quarter|year|financial year)\b", re.IGNORECASE)
_TIME_INSIDE = re.compile(r"\b(month|quarter|year|date|period)\b", re.IGNORECASE)
REMEDY = "Search for it again. Ids are case-sensitive and change from year to year."


@dataclass(frozen=True)
class Node:
    """A thing in the schema: its uri, words, type (``FOLDER``, ``DATABASE``, ``FIELD`` …) and children."""

    id: str
    label: str
    type: str
    children: tuple[Node, ...] = ()


@dataclass(frozen=True)
class Field:
    """A field of a database, with the labels of the groups it lies in."""

    id: str
    label: str
    group: str = ""

    @property
    def is_time(self) -> bool:
        """Whether it is a period of the figures.

        By its label (“Month”, “Quarter of Registration”), or because it lies in a view of its own beside the facts
        (``F_UC_DATE`` beside ``V_F_UC_CASELOAD_FULL``) and speaks of a time.
        """
        own_view = self.id.split(":")[3:4] and self.id.split(":")[3].startswith("F_")
        return bool(_TIME.match(self.label) or (own_view and _TIME_INSIDE.search(self.label)))


class Keyed:
    """A client that sends the key, and says how to get one when it is not accepted.

    Parameters
    ----------
    client : Client
    key : Secret
    how_to : str
    """

    def __init__(self, client: Client, key: Secret, how_to: str) -> None:
        self._client = client
        self._headers = {"APIKey": key.reveal()}
        self._how_to = how_to

    def get(self, url: str, *, check: Check) -> Reply:
        """A whole reply to GET."""
        try:
            return self._client.get(url, check=check, secret_headers=self._headers)
        except KeyMissing as error:
            raise KeyMissing(error.message, self._how_to, error.where) from None

    def post(self, url: str, *, check: Check, json: object) -> Reply:
        """A whole reply to POST."""
        try:
            return self._client.post(url, check=check, json=json, secret_headers=self._headers)
        except KeyMissing as error:
            raise KeyMissing(error.message, self._how_to, error.where) from None


class Schema:
    """The schema, asked for thing by thing.

    Parameters
    ----------
    client : Keyed
    base_url : str
        With ``/webapi/rest/v1``.
    """

    def __init__(self, client: Keyed, base_url: str) -> None:
        self._client = client
        self._base = base_url.rstrip("/")
        self.replies: list[Reply] = []

    def node(self, id: str = "") -> Node:
        """A thing with all its children; the root without an id.

        Raises
        ------
        SourceUnavailable
            When a page is missing, comes twice, or is of another thing.
        """
        url = f"{self._base}/schema" + (f"/{quote(id, safe=':')}" if id else "")
        children: dict[str, Node] = {}
        seen: set[str] = set()
        while url:
            if url in seen or len(seen) >= MOST_PAGES:
                raise SourceUnavailable("The pages of the schema do not come to an end.", "Try again later.", url)
            seen.add(url)
            reply = self._client.get(url, check=lambda r: _check(r, id))
            self.replies.append(reply)
            first = _node(read_json(reply.content, reply.url))
            for child in first.children:
                if child.id in children:
                    raise SourceUnavailable(f"{child.id} came twice in the schema.", "Try again later.", url)
                children[child.id] = child
            url = self._next(reply)
        return Node(first.id, first.label, first.type, tuple(children.values()))

    def databases(self) -> Iterator[tuple[str, Node]]:
        """Every database with the labels of its folders."""
        yield from self._inside("", "", 0)

    def _inside(self, id: str, path: str, depth: int) -> Iterator[tuple[str, Node]]:
        if depth > 10:
            raise SourceUnavailable("The folders of the schema do not come to an end.", "Try again later.", id)
        for child in self.node(id).children:
            if child.type == "DATABASE":
                yield path, child
            elif child.type == "FOLDER":
                yield from self._inside(child.id, f"{path} / {child.label}".removeprefix(" / "), depth + 1)

    def contents(self, database: str) -> tuple[Node, tuple[Field, ...], tuple[Node, ...]]:
        """A database, its fields, and what it measures (counts, and statistics of measures), groups opened."""
        node = self.node(database)
        if node.type != "DATABASE":
            raise SourceUnavailable(f"{database} is a {node.type.lower()}, not a database.", REMEDY, database)
        fields: list[Field] = []
        measures: list[Node] = []
        self._sort(node, "", fields, measures, 0)
        return node, tuple({f.id: f for f in fields}.values()), tuple({m.id: m for m in measures}.values())

    def _sort(self, node: Node, group: str, fields: list[Field], measures: list[Node], depth: int) -> None:
        if depth > 10:
            raise SourceUnavailable("The groups of the schema do not come to an end.", "Try again later.", node.id)
        for child in node.children:
            if child.type == "FIELD":
                fields.append(Field(child.id, child.label, group))
            elif child.type in ("COUNT", "STAT_FUNCTION"):
                measures.append(child)
            elif child.type in ("GROUP", "MEASURE"):
                inner = f"{group} / {child.label}".removeprefix(" / ") if child.type == "GROUP" else group
                self._sort(self.node(child.id), inner, fields, measures, depth + 1)

    def valuesets(self, field: str) -> tuple[Node, ...]:
        """The valuesets of a field; a field that holds its values itself is its own valueset."""
        node = self.node(field)
        found = tuple(child for child in node.children if child.type == "VALUESET")
        return found or (node,)

    def values(self, valueset: str) -> tuple[Node, ...]:
        """The values of a valueset, all pages."""
        return tuple(child for child in self.node(valueset).children if child.type == "VALUE")

    def _next(self, reply: Reply) -> str:
        """The next page, on the server that is being asked: a mirror's pages may name the original."""
        found = _NEXT.search(reply.headers.get("link", ""))
        if not found:
            return ""
        target: str = urljoin(reply.url, found[1])
        if target.startswith(f"{self._base}/"):
            return target
        _, marker, rest = urlsplit(target).path.partition("/schema")
        if not marker:
            raise SourceUnavailable(f"A page of the schema leads to {target}.", "Try again later.", reply.url)
        query = urlsplit(target).query
        return f"{self._base}/schema{rest}" + (f"?{query}" if query else "")


def _check(reply: Reply, id: str) -> None:
    if reply.status != 200:
        raise SourceUnavailable(f"The schema answered {reply.status} for {id or 'its root'}.", REMEDY, reply.url)
    node = _node(read_json(reply.content, reply.url))
    if id and node.id != id:
        raise SourceUnavailable(f"{id} was asked for and {node.id or 'nothing'} came.", REMEDY, reply.url)


def _node(data: Mapping[str, Any], depth: int = 0) -> Node:
    children: Sequence[Any] = data.get("children") or ()
    if not isinstance(children, list | tuple) or not all(isinstance(c, dict) for c in children) or depth > 20:
        raise SourceUnavailable("The schema is not as described.", "Try again later.", str(data.get("id", "")))
    if not isinstance(data.get("type"), str) or (depth and not isinstance(data.get("id"), str)):
        raise SourceUnavailable("A thing in the schema has no type or id.", "Try again later.", str(data.get("id", "")))
    inner = tuple(_node(child, depth + 1) for child in children)
    return Node(str(data.get("id") or ""), str(data.get("label") or "").strip(), str(data["type"]).upper(), inner)
