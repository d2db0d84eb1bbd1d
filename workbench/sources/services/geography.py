"""ONS Open Geography: names and codes of areas, centroids, boundaries and lookups. It holds no figures.

It is an ArcGIS server. An error comes with status 200 and ``{"error": ...}``; the list of services is sometimes empty
and is then asked for again. How many rows there are is asked first, and the pages must add up to that many rows with
as many object ids: a page that is cut off, repeated or shuffled is never taken for the whole. Boundaries are asked for
in WGS 84.

Verified: the names of 3,425 services (lists of May 2025 and September 2026); how answers are shaped, against Esri's
description of its REST interface. No recorded reply is held. Still wants a live run: everything, and first the numbers
of layers, the names of columns, the largest page, and which of the recipe's services are still there.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import quote

from workbench.domain.area_tables import AreasRecipe, AreaTables, TableRead, TableRecipe, TellAreas
from workbench.domain.queries import Found
from workbench.errors import Refused, SourceUnavailable, UnknownArea
from workbench.sources.areas_build import build, from_files
from workbench.sources.areas_tables import Rows, find_files, records, rows_of
from workbench.sources.services import tidy
from workbench.sources.services.contract import Check, Client, Reply

BASE_URL = "https://services1.arcgis.com/ESMARspQHYMw9BZ9/arcgis/rest/services"
PORTAL = "https://geoportal.statistics.gov.uk"
CODES_AT_ONCE = 100
"""Codes in one question: the address stays well below 2,000 characters."""
_CODE = re.compile(r"[A-Z0-9]{8,9}", re.ASCII)

Rowed = Callable[[int, int], None]
"""Told of rows: done, of how many."""


@dataclass(frozen=True, slots=True)
class Layer:
    """A table or layer of a service.

    Attributes
    ----------
    service, url : str
    columns : tuple of str
        As the service writes them.
    id_column : str
        The object id, by which rows are ordered and told apart.
    page : int
        Most rows of one reply.
    geometry : str
        ``esriGeometryPolygon``, ``esriGeometryPoint`` or empty.
    """

    service: str
    url: str
    columns: tuple[str, ...]
    id_column: str
    page: int
    geometry: str


@dataclass(frozen=True, eq=False)
class GeographyTable:
    """The whole of a table: its rows, and the replies they came in. Points stand in ``geometry_x``, ``geometry_y``."""

    layer: Layer
    rows: tuple[Mapping[str, Any], ...]
    replies: tuple[Reply, ...]


class OpenGeography:
    """ONS Open Geography.

    Parameters
    ----------
    client : Client
    base_url : str
    """

    key: ClassVar[str] = "geography"
    name: ClassVar[str] = "ONS Open Geography"

    def __init__(self, client: Client, base_url: str = BASE_URL) -> None:
        self._client = client
        self.base_url = base_url.rstrip("/")

    # --- which there are ----------------------------------------------------------------------------------------------

    def names(self) -> tuple[str, ...]:
        """The names of all services, in alphabetical order.

        Raises
        ------
        SourceUnavailable
        """

        def check(reply: Reply) -> None:
            if not tidy.list_of(reply, _object(reply, "services")["services"], "name", "type"):
                tidy.refuse(reply, "The list of services came empty.")

        listed = _object(self._ask(self.base_url, {}, check), "services")["services"]
        return tuple(sorted({str(s["name"]) for s in listed if s["type"] == "FeatureServer"}))

    def search(self, words: str) -> tuple[Found, ...]:
        """Services whose names hold every word, the shortest name first.

        Raises
        ------
        SourceUnavailable
        """
        found = ((n, Found(service=self.key, id=n, title=n)) for n in self.names() if tidy.matches(words, n))
        return tuple(tidy.by_title(words, found))

    def locate(self, table: TableRecipe) -> str:
        """The service of a table of the recipe; empty when there is none, or words find several.

        Raises
        ------
        SourceUnavailable
        """
        if not table.services and not table.search:
            return ""
        names = self.names()
        named = next((s for s in table.services if s in names), "")
        found = [n for n in names if table.search and tidy.matches(table.search, n)]
        return named or (found[0] if len(found) == 1 else "")

    def layer(self, service: str) -> Layer:
        """The first table or layer of a service, and what it holds.

        Raises
        ------
        SourceUnavailable
            Also when there is no such service.
        """
        root = f"{self.base_url}/{quote(service, safe='()')}/FeatureServer"
        about = _object(self._ask(root, {}, _parts), "layers")
        ids = [part["id"] for part in (*about["layers"], *about.get("tables", ()))]
        url = f"{root}/{ids[0]}"
        reply = self._ask(url, {}, _fields)
        said = _object(reply, "fields")
        columns = tuple(str(f["name"]) for f in said["fields"])
        id_column = next((str(f["name"]) for f in said["fields"] if f.get("type") == "esriFieldTypeOID"), "")
        id_column = str(said.get("objectIdField") or id_column)
        page = said.get("maxRecordCount")
        if id_column not in columns or not isinstance(page, int) or page < 1:
            tidy.refuse(reply, "The layer does not say how its rows are numbered or how many come at once.")
        return Layer(service, url, columns, id_column, page, str(said.get("geometryType") or ""))

    # --- what they hold -----------------------------------------------------------------------------------------------

    def table(self, service: str, tell: Rowed = lambda *_: None) -> GeographyTable:
        """Every row of a service, without boundaries; of points their longitude and latitude.

        Raises
        ------
        SourceUnavailable
            When rows are missing or come twice.
        Cancelled
        """
        layer = self.layer(service)
        points = layer.geometry == "esriGeometryPoint"
        shape = {"f": "geojson", "outSR": "4326"} if points else {"f": "json", "returnGeometry": "false"}
        return GeographyTable(layer, *self._whole(layer, {"where": "1=1", "outFields": "*", **shape}, points, tell))

    def boundaries(
        self, service: str, codes: Sequence[str] = (), tell: Rowed = lambda *_: None
    ) -> tuple[dict[str, Any], tuple[Reply, ...]]:
        """Boundaries as GeoJSON in WGS 84, and the replies they came in.

        Parameters
        ----------
        service : str
        codes : sequence of str, optional
            Only of these areas; empty: all.
        tell : callable, optional

        Raises
        ------
        SourceUnavailable
        UnknownArea
            When the service lacks one of the codes, or a code is no code.
        Cancelled
        """
        odd = next((c for c in codes if not _CODE.fullmatch(c)), None)
        if odd is not None:
            raise UnknownArea(f"“{odd}” is no code of an area.", "Use codes such as E08000001.", odd)
        layer = self.layer(service)
        if "Polygon" not in layer.geometry:
            raise Refused(f"{service} holds no boundaries.", "Choose a service such as LAD_MAY_2025_UK_BUC.", service)
        column = _code_column(layer)
        features: list[Mapping[str, Any]] = []
        replies: list[Reply] = []
        unique = list(dict.fromkeys(codes))
        for some in [unique[n : n + CODES_AT_ONCE] for n in range(0, len(unique), CODES_AT_ONCE)] or [[]]:
            where = f"{column} IN ({','.join(repr(c) for c in some)})" if some else "1=1"
            asked = {"where": where, "outFields": "*", "f": "geojson", "outSR": "4326"}
            rows, came = self._whole(layer, asked, None, tell)
            features += rows
            replies += came
        held = {str(f["properties"].get(column)) for f in features}
        if missing := [c for c in unique if c not in held]:
            raise UnknownArea(f"{service} has no boundary of {tidy.short(missing)}.", "Choose its vintage.", service)
        return {"type": "FeatureCollection", "features": [dict(f) for f in features]}, tuple(replies)

    def probe(self) -> str:
        """Ask for the list of services."""
        return f"ONS Open Geography lists {len(self.names()):,} services."

    # --- questions ----------------------------------------------------------------------------------------------------

    def _ask(self, url: str, params: Mapping[str, str], check: Check, fresh: bool = False) -> Reply:
        return self._client.get(url, {"f": "json", **params}, check=check, max_age_hours=0 if fresh else None)

    def _whole(
        self, layer: Layer, asked: Mapping[str, str], points: bool | None, tell: Rowed
    ) -> tuple[tuple[Mapping[str, Any], ...], tuple[Reply, ...]]:
        """Every row of a question. Pages that do not fit each other are asked for again, past the cache, once."""
        try:
            return self._pages(layer, asked, points, tell, fresh=False)
        except _PagesDiffer:
            return self._pages(layer, asked, points, tell, fresh=True)

    def _pages(
        self, layer: Layer, asked: Mapping[str, str], points: bool | None, tell: Rowed, fresh: bool
    ) -> tuple[tuple[Mapping[str, Any], ...], tuple[Reply, ...]]:
        url = f"{layer.url}/query"
        counted = self._ask(url, {"where": asked["where"], "returnCountOnly": "true"}, _counts, fresh)
        count = _count(counted)
        rows: list[Mapping[str, Any]] = []
        ids: set[object] = set()
        replies = [counted]
        while len(rows) < count:
            offset = len(rows)
            page = {"resultOffset": str(offset), "resultRecordCount": str(min(layer.page, count - offset))}
            wanted = min(layer.page, count - offset)

            def check(reply: Reply, wanted: int = wanted) -> None:
                _page(reply, layer, wanted)

            reply = self._ask(url, {**asked, **page, "orderByFields": layer.id_column}, check, fresh)
            found = _page(reply, layer, wanted)
            ids |= {_attributes(row)[layer.id_column] for row in found}
            rows += [_row(row, points) for row in found]
            replies.append(reply)
            if len(ids) != len(rows):
                raise _PagesDiffer("Rows came twice, so others are missing.", tidy.RETRY, reply.url)
            tell(len(rows), count)
        return tuple(rows), tuple(replies)


class _PagesDiffer(SourceUnavailable):
    """Pages of one question that are not parts of one table."""


def update_areas(
    client: Client,
    recipe: AreasRecipe,
    tell: TellAreas = lambda *_: None,
    folder: Path | None = None,
    base_url: str = BASE_URL,
) -> AreaTables:
    """The whole register from ONS Open Geography, and from files of a folder where they are there.

    A pull that was stopped goes on from the client's cache. Nothing is written here: hand the tables to
    ``store.areas.write_areas``, which checks and then replaces the register.

    Parameters
    ----------
    client : Client
    recipe : AreasRecipe
    tell : callable, optional
        Told of tables and rows; may raise ``Cancelled``.
    folder : pathlib.Path, optional
        Files that people downloaded; for Scotland and Northern Ireland the only way.
    base_url : str

    Raises
    ------
    NotWhole
        When a needed table is not to be had, or counts are not as published.
    SourceUnavailable
    Cancelled
    """
    service = OpenGeography(client, base_url)
    files = find_files(folder) if folder else {}
    place = {table.id: n for n, table in enumerate(recipe.tables)}

    def read(table: TableRecipe) -> Rows | None:
        rows = from_files(table, files)
        if rows is not None:
            return rows
        name = service.locate(table)
        if not name:
            return None

        def rowed(done: int, of: int) -> None:
            tell(place[table.id], len(place), f"{table.title}: {done:,} of {of:,} rows")

        return _rows(service.table(name, rowed))

    return build(recipe, read, tell)


def _rows(table: GeographyTable) -> Rows:
    """A table as the builder reads it, with what it was read from."""
    digest = hashlib.sha256("".join(r.sha256 for r in table.replies).encode()).hexdigest()
    day = max(r.fetched for r in table.replies).date().isoformat()
    read = TableRead(table.layer.service, day, digest, len(table.rows), f"{table.layer.url}/query")
    return rows_of(records(table.rows), read)


# --- replies ----------------------------------------------------------------------------------------------------------


def _object(reply: Reply, *needed: str) -> dict[str, Any]:
    """The body, when it is no error: ArcGIS sends errors with status 200."""
    body = tidy.object_of(reply)
    error = body.get("error")
    if error is not None:
        said = error if isinstance(error, dict) else {}
        told = f"ONS Open Geography answered with an error: {said.get('code', '')} {said.get('message') or 'no words'}."
        if said.get("code") in (400, 404):
            raise Refused(told, "Search for the service by its name: names change with the year.", reply.url)
        raise SourceUnavailable(told, tidy.RETRY, reply.url)
    return tidy.object_of(reply, *needed)


def _parts(reply: Reply) -> None:
    body = _object(reply, "layers")
    if not tidy.list_of(reply, [*body["layers"], *body.get("tables", ())], "id"):
        tidy.refuse(reply, "The service has no layer.")


def _fields(reply: Reply) -> None:
    tidy.list_of(reply, _object(reply, "fields")["fields"], "name")


def _counts(reply: Reply) -> None:
    _count(reply)


def _count(reply: Reply) -> int:
    count = _object(reply, "count")["count"]
    if not isinstance(count, int) or isinstance(count, bool) or count < 0:
        tidy.refuse(reply, "The service does not say how many rows there are.")
    return count


def _page(reply: Reply, layer: Layer, wanted: int) -> list[dict[str, Any]]:
    """The rows of a page: as many as were asked for, or fewer when the service says that it stopped early."""
    body = _object(reply, "features")
    rows = tidy.list_of(reply, body["features"])
    properties = body.get("properties")
    stopped = body.get("exceededTransferLimit") or (properties or {}).get("exceededTransferLimit")
    if len(rows) > wanted or not rows or (len(rows) < wanted and not stopped):
        tidy.refuse(reply, f"The page has {len(rows):,} rows where {wanted:,} were to come.")
    for row in rows:
        if layer.id_column not in _attributes(row):
            tidy.refuse(reply, f"A row of the reply lacks {layer.id_column}.")
        if "type" in row and layer.geometry and not row.get("geometry"):
            tidy.refuse(reply, "An area of the reply lacks its shape.")
        if "type" in row and row.get("geometry") and not _in_degrees(row["geometry"]):
            tidy.refuse(reply, "The shapes are not in longitude and latitude of the United Kingdom (WGS 84).")
    return rows


def _in_degrees(geometry: object) -> bool:
    """Whether the first point of a shape is a place in the United Kingdom; metres of the National Grid are not."""
    point = geometry.get("coordinates") if isinstance(geometry, Mapping) else None
    while isinstance(point, list) and point and isinstance(point[0], list):
        point = point[0]
    if not isinstance(point, list) or len(point) < 2 or not all(isinstance(x, int | float) for x in point[:2]):
        return False
    return bool(-9 <= point[0] <= 2.5 and 49 <= point[1] <= 61.5)


def _attributes(row: Mapping[str, Any]) -> Mapping[str, Any]:
    found = row.get("attributes", row.get("properties"))
    return found if isinstance(found, Mapping) else {}


def _row(row: Mapping[str, Any], points: bool | None) -> Mapping[str, Any]:
    """A row as it is handed on: its attributes, those with the place of a point, or the whole feature (None)."""
    if points is None:
        return row
    if not points:
        return _attributes(row)
    x, y = row["geometry"]["coordinates"][:2]
    return {**_attributes(row), "geometry_x": x, "geometry_y": y}


def _code_column(layer: Layer) -> str:
    """The column of codes: the first that is named as ONS names them, such as ``LAD25CD``."""
    found = next((c for c in layer.columns if re.fullmatch(r"[A-Z]{2,8}\d{2}CD", c, re.IGNORECASE)), "")
    if not found:
        raise SourceUnavailable(
            f"{layer.service} has no column of codes: {tidy.short(layer.columns, 8)}.", tidy.RETRY, layer.url
        )
    return found
