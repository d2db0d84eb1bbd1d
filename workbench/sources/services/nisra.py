"""NISRA Data Portal (Northern Ireland): whole tables as JSON-stat 2.0, from which the query's choices are taken here.

The portal runs PxStat. It has no paging and no selection: a table comes whole or not at all, so nothing can be cut off
unseen. No key is needed.

Verified against recorded replies of March and June 2025: the addresses of ``ReadDataset`` and ``ReadCollection`` (from
a given date), two whole tables (CCMLGD, BSAA), the list of 247 tables, 404 for an unknown table and 400 for an unknown
method. Still wants a live run: ``ReadMetadata``, the list since the beginning (``SINCE``), how requests are throttled,
and status marks (none was in a recorded table).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar
from urllib.parse import quote

from workbench.domain.areas import AreaRegister
from workbench.domain.provenance import Citation
from workbench.domain.queries import Description, Found, Query
from workbench.domain.words import counted
from workbench.errors import DataError, Refused, SourceUnavailable
from workbench.sources.services import jsonstat, pxstat
from workbench.sources.services.contract import Client, Fetched, Progress, Reply, Tell

BASE_URL = "https://ws-data.nisra.gov.uk/public/api.restful"
SINCE = "2000-01-01"
"""Tables changed since this day are listed: all of them."""

TRY_CODE = "Search for the table again and use its code, for example CCMLGD."
MOST_FOUND = 50


class Nisra:
    """The NISRA Data Portal as a statistics service.

    Parameters
    ----------
    client : Client
    base_url : str
    since : str
        Day from which :meth:`search` lists tables, as ``2024-10-14``.
    """

    key: ClassVar[str] = "nisra"
    name: ClassVar[str] = "NISRA Data Portal"

    def __init__(self, client: Client, base_url: str = BASE_URL, since: str = SINCE) -> None:
        self._client = client
        self.base_url = base_url.rstrip("/")
        self._since = since

    def search(self, words: str) -> tuple[Found, ...]:
        """Tables whose code, title or dimensions hold every word, best first.

        Raises
        ------
        SourceUnavailable
        """
        url = f"{self.base_url}/PxStat.Data.Cube_API.ReadCollection/{self._since}/en"
        items = _items(self._client.get(url, check=_check_collection))
        wanted = words.lower().split()
        scored = [(score, -place, item) for place, item in enumerate(items) if (score := _score(item, wanted))]
        best = sorted(scored, key=lambda s: s[:2], reverse=True)[:MOST_FOUND]
        return tuple(_found(item) for _, _, item in best)

    def describe(self, dataset: str) -> Description:
        """Dimensions, codes and kinds of area of a table, from its metadata.

        Raises
        ------
        SourceUnavailable
            Also when there is no table of this code.
        """
        reply = self._read("ReadMetadata", dataset)
        cube = jsonstat.parse(reply.content, reply.url, values=False)
        return Description(
            service=self.key,
            id=dataset,
            title=cube.label,
            dimensions=tuple(pxstat.dimension(a, cube) for a in cube.axes),
            kinds=tuple(pxstat.kind(a) for a in cube.axes if a.role == "area"),
            notes=pxstat.notes(cube),
            updated=pxstat.updated(cube.updated),
            citation=self._citation(dataset, cube, reply),
        )

    def fetch(self, query: Query, areas: AreaRegister, tell: Tell = lambda _: None) -> Fetched:
        """The figures of a query, taken from the whole table.

        ``areas`` and ``within`` are GSS codes; without either every area of the table comes. Without periods every
        period comes; ``latest`` is the last one. A dimension that no choice names is kept whole.

        Raises
        ------
        SourceUnavailable
            When the reply is not the whole table.
        FigureMissing
            When the table does not hold a code, period, area or dimension that was asked for; all are named.
        """
        tell(Progress(0, 1, "table", f"Asking for {query.dataset}"))
        reply = self._read("ReadDataset", query.dataset)
        cube = jsonstat.parse(reply.content, reply.url)
        frame = pxstat.chosen(cube, query, areas)
        taken = pxstat.Table(query.dataset, cube, areas).figures(frame, self._citation(query.dataset, cube, reply))
        tell(Progress(1, 1, "table", f"Read {counted(len(frame), 'figure')}"))
        figures, titles, unresolved, notes = taken
        return Fetched(figures, titles, (reply,), (*pxstat.notes(cube), *notes), unresolved)

    def probe(self) -> str:
        """Ask for the metadata of the monthly claimant count."""
        said = self.describe("CCMLGD")
        time = said.dimension("time")
        last = time.codes[-1].label if time and time.codes else "no period"
        return f"NISRA Data Portal answered: “{said.title}” runs to {last}."

    def _read(self, method: str, dataset: str) -> Reply:
        if not re.fullmatch(r"[A-Za-z0-9_.-]+", dataset):
            raise DataError(f"“{dataset}” is not the code of a table.", TRY_CODE, self.name)
        url = f"{self.base_url}/PxStat.Data.Cube_API.{method}/{quote(dataset)}/JSON-stat/2.0/en"

        def check(reply: Reply) -> None:
            _check_table(reply, dataset, whole=method == "ReadDataset")

        try:
            return self._client.get(url, check=check)
        except Refused as error:
            if "(404)" not in error.message:
                raise
            raise Refused(f"There is no table {dataset}. {error.message}", TRY_CODE, self.name) from None

    def _citation(self, dataset: str, cube: jsonstat.Cube, reply: Reply) -> Citation:
        return Citation(
            publisher="Northern Ireland Statistics and Research Agency",
            title=cube.label,
            locator=dataset,
            published=pxstat.updated(cube.updated),
            retrieved=reply.fetched.date(),
            url=f"https://data.nisra.gov.uk/table/{dataset}",
            licence=_text(cube.extension.get("copyright"), "name"),
        )


# --- what is a whole reply --------------------------------------------------------------------------------------------


def _check_table(reply: Reply, dataset: str, *, whole: bool) -> None:
    _check_status(reply, f"There is no table {dataset}.")
    extension = jsonstat.parse(reply.content, reply.url, values=whole).extension
    matrix = _text(extension, "matrix")
    if matrix != dataset:
        raise SourceUnavailable(
            f"The table {dataset} was asked for and “{matrix or 'a table without a code'}” came.", TRY_CODE, reply.url
        )


def _check_collection(reply: Reply) -> None:
    _check_status(reply, "The list of tables is not there.")
    _items(reply)


def _check_status(reply: Reply, missing: str) -> None:
    if reply.status == 200:
        return
    said = reply.content[:80].decode("utf-8", "replace").strip()
    if reply.status == 404 or said == "NotFound":
        raise SourceUnavailable(missing, TRY_CODE, reply.url)
    raise SourceUnavailable(f"It answered {reply.status} and said “{said}”.", "Try again later.", reply.url)


def _items(reply: Reply) -> list[Mapping[str, Any]]:
    data = jsonstat.read_json(reply.content, reply.url)
    link = data.get("link")
    items = link.get("item") if isinstance(link, dict) else None
    if data.get("class") != "collection" or not isinstance(items, list):
        raise SourceUnavailable("The reply is not a list of tables.", "Try again later.", reply.url)
    if not all(isinstance(item, dict) and _matrix(item) for item in items):
        raise SourceUnavailable("A table in the list has no code.", "Try again later.", reply.url)
    return items


# --- search and describe ----------------------------------------------------------------------------------------------


def _matrix(item: Mapping[str, Any]) -> str:
    return _text(item.get("extension"), "matrix")


def _score(item: Mapping[str, Any], wanted: Sequence[str]) -> int:
    """How well a table fits: 0 not at all; a hit in the title counts more than one in a dimension."""
    code, title = _matrix(item).lower(), str(item.get("label", "")).lower()
    rest = " ".join(_labels(item)).lower()
    if not all(word in code or word in title or word in rest for word in wanted):
        return 0
    return 1 + sum(10 * (word == code) + 3 * (word in title) + (word in code) for word in wanted)


def _labels(item: Mapping[str, Any]) -> Iterator[str]:
    for dimension in (item.get("dimension") or {}).values():
        yield _text(dimension, "label")


def _found(item: Mapping[str, Any]) -> Found:
    dimensions: Mapping[str, Any] = item.get("dimension") or {}
    time: Mapping[str, Any] = next((d for k, d in dimensions.items() if k.startswith("TLIST")), {})
    codes = (time.get("category") or {}).get("index") or []
    span = f"{codes[0]} to {codes[-1]}" if isinstance(codes, list) and codes else ""
    parts = [span, f"by {', '.join(label for label in _labels(item) if label != 'STATISTIC')}"]
    return Found(
        service=Nisra.key,
        id=_matrix(item),
        title=str(item.get("label", "")).strip(),
        note="; ".join(part for part in parts if part),
    )


def _text(given: Any, key: str) -> str:
    return str(given.get(key) or "").strip() if isinstance(given, dict) else ""
