"""JSON as sheets of cells: lists of records, pages of OData, columns by name, JSON-stat, properties of GeoJSON."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from workbench.errors import WorkbenchError, WrongFile
from workbench.sources.imported import Cells, Row, text
from workbench.sources.services import jsonstat

_REMEDY = "Bring a table as CSV, Excel (XLSX), OpenDocument (ODS) or JSON: a list of records with the same keys."
_NEXT = ("odata.nextLink", "@odata.nextLink", "nextLink", "next")
_COUNT = ("odata.count", "@odata.count", "count", "total", "numberMatched")
_LISTS = ("value", "data", "records", "results", "items", "observations")
_ODATA = re.compile(r"(.+)_(Code|ItemName_ENG|ItemNotes_ENG|SortOrder|Hierarchy|AltCode\d*|ItemName_CYM)")

Sheets = tuple[list[Cells], str, tuple[str, ...]]


def json_sheets(path: Path, data: bytes) -> Sheets:
    """The tables in a JSON file.

    Returns
    -------
    tuple
        Sheets; what the file says of being a part only; notes.

    Raises
    ------
    WrongFile
        When it is damaged, or holds no table.
    """
    try:
        held = json.loads(data.decode("utf-8-sig"), parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise WrongFile("It is JSON that is damaged or cut short.", "Download it again.", str(path)) from error
    if isinstance(held, list):
        return [_records(path, held)], "", ()
    if held.get("class") == "dataset" or {"id", "size", "dimension", "value"} <= set(held):
        return _cube(path, data)
    if held.get("type") == "FeatureCollection" and isinstance(held.get("features"), list):
        return _features(path, held)
    if held.get("type") == "Topology":
        raise WrongFile("It is JSON of boundaries (TopoJSON) and holds no figures.", _REMEDY, str(path))
    return _page(path, held)


def _no_number(said: str) -> None:
    """NaN and Infinity, which JSON does not have, are cells without a number."""


def _page(path: Path, held: Mapping[str, object]) -> Sheets:
    """Records under a key; the page of a longer table says so by its link to the next, or by its count."""
    for key in _LISTS:
        records = held.get(key)
        if isinstance(records, list) and records and all(isinstance(one, dict) for one in records):
            return [_records(path, records)], _is_part(held, len(records)), ()
    columns = {name: values for name, values in held.items() if isinstance(values, list)}
    lengths = {len(values) for values in columns.values()}
    if len(columns) > 1 and len(columns) == len(held) and len(lengths) == 1:
        rows = [list(row) for row in zip(*columns.values(), strict=True)]
        return [Cells(path, "", [list(columns), *map(_flat, rows)])], "", ()
    raise WrongFile("It is JSON, not a spreadsheet or CSV, and it has no list of records.", _REMEDY, str(path))


def _is_part(held: Mapping[str, object], count: int) -> str:
    if any(isinstance(held.get(key), str) and held[key] for key in _NEXT):
        return f"It holds {count:,} records and a link to the next page, so it is only the first part of the table."
    for key in _COUNT:
        declared = held.get(key)
        if isinstance(declared, int | str) and str(declared).isdigit() and int(declared) > count:
            return f"It says that the table has {int(declared):,} records, and holds {count:,} of them."
    return ""


def _records(path: Path, records: Sequence[object]) -> Cells:
    if not records or not all(isinstance(one, dict) for one in records):
        raise WrongFile("It is JSON, not a spreadsheet or CSV, and its list does not hold records.", _REMEDY, str(path))
    folded = [_folded(one) for one in records if isinstance(one, dict)]
    names = list(dict.fromkeys(name for one in folded for name in one))
    return Cells(path, "", [names, *([_cell(one.get(name)) for name in names] for one in folded)])


def _folded(record: Mapping[str, object]) -> Mapping[str, object]:
    """A record of OData as StatsWales writes it: of each item its name, or its code where that is a code of an area."""
    items: dict[str, dict[str, object]] = {}
    for name, value in record.items():
        if found := _ODATA.fullmatch(name):
            items.setdefault(found[1], {})[found[2]] = value
    if not any({"Code", "ItemName_ENG"} <= set(said) for said in items.values()):
        return record
    folded: dict[str, object] = {}
    for name, value in record.items():
        found = _ODATA.fullmatch(name)
        item = found[1] if found else ""
        if not found and name not in ("RowKey", "PartitionKey"):
            folded["value" if name == "Data" else name] = value
        elif item and item not in folded:
            said = items[item]
            code = text(said.get("Code"))
            if re.fullmatch(r"[A-Z]\d{8}", code):
                folded[item] = code
                folded[f"{item} name"] = said.get("ItemName_ENG")
            else:
                named = said.get("ItemName_ENG") or code
                folded[item] = code if re.fullmatch(r"(?:19|20)\d\d(?:\d\d)?", code) else named
    return folded


def _cell(value: object) -> object:
    return json.dumps(value) if isinstance(value, dict | list) else "" if value is None else value


def _flat(row: Iterable[object]) -> Row:
    return [_cell(value) for value in row]


def _cube(path: Path, data: bytes) -> Sheets:
    """A JSON-stat cube as one row for each cell, codes for areas and words for everything else."""
    try:
        cube = jsonstat.parse(data, str(path))
    except WorkbenchError as error:
        raise WrongFile(error.message, error.remedy, str(path)) from error
    tidy = cube.tidy()
    names, columns = [], []
    for axis in cube.axes:
        names.append("measure" if axis.role == "measure" else axis.label or axis.id)
        codes = tidy[axis.id].tolist()
        columns.append(codes if axis.role == "area" else [axis.label_of(code) for code in codes])
        if axis.role == "area":
            names.append(f"{axis.label or axis.id} name")
            columns.append([axis.label_of(code) for code in codes])
        if axis.role == "measure" and axis.units:
            names.append("unit")
            columns.append([axis.units.get(code, "") for code in codes])
    values = [("" if value != value else value) for value in tidy["value"].tolist()]  # noqa: PLR0124
    columns += [values, tidy["status"].tolist()]
    rows: list[Row] = [list(row) for row in zip(*columns, strict=True)]
    notes = (f"JSON-stat cube: {cube.label}.",) if cube.label else ()
    return [Cells(path, cube.label[:31], [[*names, "value", "status"], *rows])], "", (*notes, *cube.notes)


def _features(path: Path, held: Mapping[str, object]) -> Sheets:
    """The properties of features; where the outlines are is said when it is not longitude and latitude."""
    features = held["features"]
    properties = [one.get("properties") or {} for one in features if isinstance(one, dict)]  # type: ignore[attr-defined]
    notes = ["It is GeoJSON. Only the properties of its features were read, not their outlines."]
    crs = json.dumps(held.get("crs") or "")
    if "27700" in crs or _is_projected(features):
        notes.append(
            "Its coordinates are metres of the British National Grid (EPSG:27700), not longitude and latitude: turn "
            "them into longitude and latitude before drawing them on a map."
        )
    return [_records(path, properties)], "", tuple(notes)


def _is_projected(features: object) -> bool:
    """Whether the first coordinates cannot be degrees."""
    first = features[0] if isinstance(features, list) and features else None
    geometry = first.get("geometry") if isinstance(first, dict) else None
    at = geometry.get("coordinates") if isinstance(geometry, dict) else None
    while isinstance(at, list) and at and isinstance(at[0], list):
        at = at[0]
    return (
        isinstance(at, list)
        and len(at) >= 2
        and all(isinstance(one, int | float) for one in at[:2])
        and (abs(at[0]) > 180 or abs(at[1]) > 90)
    )
