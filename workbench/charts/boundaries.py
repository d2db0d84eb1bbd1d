"""Boundaries from a GeoJSON that was handed in: rings by area code, in longitude and latitude, or a refusal.

Nothing is reprojected and no code is guessed: a file in another projection, with its axes swapped or of other areas is
refused with what to do about it.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from workbench.charts.spec_map import Ring
from workbench.domain.words import counted
from workbench.errors import DataError, Fault, InvalidProject, WrongFile

GSS = re.compile(r"[EWSNKJL]\d{8}")
SAVE_AGAIN = (
    "Save the file again as longitude and latitude (EPSG:4326). In ONS Open Geography choose outSR=4326 or the "
    "GeoJSON download; in QGIS export the layer with the CRS EPSG:4326."
)
DEGREES = {"4326", "4258", "84"}  # WGS 84, ETRS89 (the same within a metre) and CRS84


@dataclass(frozen=True, slots=True, eq=False)
class Boundary:
    """The boundary of one area: outer rings run against the clock, holes with it."""

    area_code: str
    name: str
    rings: tuple[Ring, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Boundaries:
    """Boundaries by area code, with the year that the file's headings give, if they give one."""

    areas: Mapping[str, Boundary]
    vintage: str = ""

    def __len__(self) -> int:
        return len(self.areas)


def read_boundaries(data: Mapping[str, Any] | str | bytes, codes: Collection[str] = ()) -> Boundaries:
    """Boundaries from a GeoJSON FeatureCollection of polygons.

    Parameters
    ----------
    data : mapping, str or bytes
        The GeoJSON, parsed or as text.
    codes : collection of str
        The areas that are wanted: they settle which property holds the code when several hold GSS codes.

    Returns
    -------
    Boundaries
        Longitude and latitude, WGS 84.

    Raises
    ------
    WrongFile
        When it is not a GeoJSON of polygons, or its coordinates are not longitude and latitude: British National Grid
        (EPSG:27700), Web Mercator or swapped axes are named, with what to do.
    DataError
        When no property holds GSS codes.
    InvalidProject
        With every feature that has a damaged ring.

    Examples
    --------
    >>> square = [[[-2.5, 53.5], [-2.4, 53.5], [-2.4, 53.6], [-2.5, 53.6], [-2.5, 53.5]]]
    >>> feature = {"type": "Feature", "properties": {"LAD23CD": "E08000001", "LAD23NM": "Bolton"},
    ...            "geometry": {"type": "Polygon", "coordinates": square}}
    >>> found = read_boundaries({"type": "FeatureCollection", "features": [feature]})
    >>> list(found.areas), found.vintage, found.areas["E08000001"].name
    (['E08000001'], '2023', 'Bolton')
    """
    features = _features(_parsed(data))
    code_key = _code_key([f.get("properties") or {} for f in features], codes)
    name_key = _name_key(features[0].get("properties") or {}, code_key)
    rings: dict[str, list[Ring]] = {}
    names: dict[str, str] = {}
    faults: list[Fault] = []
    for i, feature in enumerate(features):
        properties = feature.get("properties") or {}
        code = str(properties.get(code_key) or "")
        if not GSS.fullmatch(code) or not feature.get("geometry"):
            continue
        try:
            found = list(_rings(feature["geometry"]))
        except (TypeError, ValueError, KeyError) as error:
            faults.append(
                Fault(f"feature {i + 1} ({code})", f"Its boundary cannot be read: {error}", "Download it again.")
            )
            continue
        rings.setdefault(code, []).extend(found)
        names[code] = str(properties.get(name_key) or code)
    if faults:
        raise InvalidProject(faults, "boundaries")
    _check_degrees(rings)
    year = re.fullmatch(r"[A-Za-z]+(\d{2})CD", code_key)
    areas = {c: Boundary(c, names[c], tuple(r)) for c, r in sorted(rings.items()) if r}
    if not areas:
        raise WrongFile("No area of the file has a boundary.", "Use a file of polygons.", "boundaries")
    return Boundaries(areas, f"20{year[1]}" if year else "")


def _parsed(data: Mapping[str, Any] | str | bytes) -> Mapping[str, Any]:
    if isinstance(data, Mapping):
        return data
    try:
        found = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise WrongFile("The file is not JSON.", "Use a GeoJSON file of boundaries.", "boundaries") from error
    if not isinstance(found, dict):
        raise WrongFile("The file is not a GeoJSON.", "Use a GeoJSON file of boundaries.", "boundaries")
    return found


def _features(data: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    if data.get("type") == "Topology":
        raise WrongFile("The file is a TopoJSON.", "Use the GeoJSON of the same boundaries.", "boundaries")
    features = data.get("features")
    if data.get("type") != "FeatureCollection" or not isinstance(features, list) or not features:
        said = data.get("error")
        if isinstance(said, dict):  # Open Geography answers a wrong query with status 200 and an error inside
            raise WrongFile(f"The service answered with an error: {said.get('message', 'no reason given')}.",
                            "Download the boundaries again.", "boundaries")  # fmt: skip
        raise WrongFile("The file has no areas: it is not a GeoJSON FeatureCollection.", "Use a GeoJSON file of "
                        "boundaries.", "boundaries")  # fmt: skip
    if data.get("exceededTransferLimit") or (data.get("properties") or {}).get("exceededTransferLimit"):
        raise WrongFile("The service cut the file short at its limit of areas.", "Download the whole file, or page "
                        "through it.", "boundaries")  # fmt: skip
    crs = ((data.get("crs") or {}).get("properties") or {}).get("name", "")
    system = re.search(r"(\d+)\s*$", str(crs))
    if system and system[1] not in DEGREES:
        raise WrongFile(f"The boundaries are in projected coordinates (EPSG:{system[1]}), not longitude and latitude.",
                        SAVE_AGAIN, "boundaries")  # fmt: skip
    return [f for f in features if isinstance(f, dict)]


def _code_key(properties: Sequence[Mapping[str, Any]], codes: Collection[str]) -> str:
    """The property that holds the code of each area: that of the areas wanted, else the one that tells all apart."""
    wanted = set(codes)
    held: Counter[str] = Counter()
    matched: Counter[str] = Counter()
    unlike: dict[str, set[str]] = {}
    for row in properties:
        for key, value in row.items():
            if isinstance(value, str) and GSS.fullmatch(value):
                held[key] += 1
                matched[key] += value in wanted
                unlike.setdefault(key, set()).add(value)
    if not held:
        raise DataError("No property of the boundaries holds GSS codes.",
                        "Use boundaries whose areas have codes such as E08000001.", "boundaries")  # fmt: skip
    return max(held, key=lambda k: (len(wanted & unlike[k]), len(unlike[k]), held[k]))


def _name_key(properties: Mapping[str, Any], code_key: str) -> str:
    for end, other in (("CD", "NM"), ("_code", "_name"), ("code", "name")):
        if code_key.endswith(end) and (key := code_key.removesuffix(end) + other) in properties:
            return key
    return code_key


def _rings(geometry: Mapping[str, Any]) -> Iterator[Ring]:
    kind, coordinates = geometry["type"], geometry["coordinates"]
    if kind not in ("Polygon", "MultiPolygon"):
        raise ValueError(f"it is a {kind}, not a polygon.")
    for polygon in [coordinates] if kind == "Polygon" else coordinates:
        for i, line in enumerate(polygon):
            ring = np.asarray([point[:2] for point in line], dtype=np.float64)
            if ring.ndim != 2 or len(ring) < 4 or not np.isfinite(ring).all():
                raise ValueError("a ring has fewer than four points or a coordinate that is not a number.")
            closed = ring if (ring[0] == ring[-1]).all() else np.vstack([ring, ring[:1]])
            yield _turned(closed, outer=i == 0)


def _turned(ring: Ring, *, outer: bool) -> Ring:
    """Outer rings against the clock and holes with it, as RFC 7946 says and many files do not do."""
    x, y = (ring - ring[0]).T
    area = float(np.dot(x[:-1], y[1:]) - np.dot(x[1:], y[:-1]))
    return ring if (area > 0) == outer else ring[::-1]


def _check_degrees(rings: Mapping[str, Sequence[Ring]]) -> None:
    """Refuse what is not longitude and latitude of the United Kingdom, naming what it looks like."""
    lines = [r for found in rings.values() for r in found]
    if not lines:
        return
    low = np.min([r.min(axis=0) for r in lines], axis=0)
    high = np.max([r.max(axis=0) for r in lines], axis=0)
    if (np.abs([low, high]) > [180.0, 90.0]).any():
        grid = (low >= -200_000).all() and high[0] <= 800_000 and high[1] <= 1_400_000
        system = "British National Grid (EPSG:27700)" if grid else "projected coordinates"
        raise WrongFile(f"The boundaries are in {system}, not longitude and latitude.", SAVE_AGAIN, "boundaries")
    if low[0] > 48 and high[1] < 3:
        raise WrongFile("The boundaries give latitude before longitude.",
                        "Save the file again with longitude first, as GeoJSON has it.", "boundaries")  # fmt: skip


def held_share(boundaries: Boundaries, codes: Collection[str]) -> str:
    """How many of the areas have a boundary, in words.

    Examples
    --------
    >>> held_share(Boundaries({}), ["E08000001"])
    '0 of 1 area'
    """
    return f"{sum(c in boundaries.areas for c in codes):,} of {counted(len(codes), 'area')}"
