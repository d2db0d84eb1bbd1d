"""Tables of areas as files: CSV (plain or gz), workbooks and GeoJSON, each as rows of text.

A table with a row that is not as wide as its header, or with two columns of one name, is refused.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from workbench.domain.area_tables import TableRead
from workbench.errors import WrongFile

LARGEST = 256 * 2**20
"""Bytes of the largest table taken, unpacked: the national lookup of output areas has 20 million."""
_REMEDY = "Download the table again."


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of one table. Names of columns are in lower case."""

    header: tuple[str, ...]
    lines: Sequence[Sequence[str]]
    read: TableRead

    def column(self, names: Sequence[str]) -> list[str] | None:
        """The cells of the first of some columns, filled from the next where blank; None when none of them is there."""
        places = [self.header.index(n.lower()) for n in names if n.lower() in self.header]
        if not places:
            return None
        return [next((line[p] for p in places if line[p]), "") for line in self.lines]


def find_files(folder: Path) -> Mapping[str, list[Path]]:
    """Every file under a folder, by its name."""
    found: dict[str, list[Path]] = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            found.setdefault(path.name, []).append(path)
    return found


def read_rows(path: Path, sheet: str = "", url: str = "") -> Rows:
    """The rows of a file.

    Raises
    ------
    WrongFile
        When it cannot be read as a table.
    """
    content = path.read_bytes()
    raw = _unpacked(content, path) if path.suffix.lower() == ".gz" else content
    kind = path.with_suffix("").suffix.lower() if path.suffix.lower() == ".gz" else path.suffix.lower()
    if kind in (".xlsx", ".ods"):
        lines = _workbook(raw, sheet, path)
    elif kind in (".geojson", ".json"):
        lines = _geojson(raw, path)
    else:
        lines = _csv(raw, path)
    day = datetime.fromtimestamp(path.stat().st_mtime, UTC).date().isoformat()
    name = f"{path.name}, sheet {sheet}" if sheet else path.name
    return rows_of(lines, TableRead(name, day, hashlib.sha256(content).hexdigest(), max(0, len(lines) - 1), url))


def rows_of(lines: Sequence[Sequence[str]], read: TableRead) -> Rows:
    """Rows with their header, checked.

    Raises
    ------
    WrongFile
    """
    if len(lines) < 2:
        raise WrongFile("The table has no rows.", _REMEDY, read.name)
    header = tuple(cell.strip().lower() for cell in lines[0])
    named = [name for name in header if name]
    if len(set(named)) < len(named):
        raise WrongFile("The table has two columns of one name.", _REMEDY, read.name)
    odd = next((n for n, line in enumerate(lines, start=1) if len(line) != len(header)), 0)
    if odd:
        raise WrongFile(f"Row {odd} is not as wide as the header: the file may be cut off.", _REMEDY, read.name)
    return Rows(header, [[cell.strip() for cell in line] for line in lines[1:]], read)


def _unpacked(content: bytes, path: Path) -> bytes:
    try:
        with gzip.open(io.BytesIO(content)) as packed:
            raw = packed.read(LARGEST + 1)
    except (OSError, EOFError) as error:
        raise WrongFile("The packed file is damaged or cut off.", _REMEDY, str(path)) from error
    if len(raw) > LARGEST:
        raise WrongFile("The file unpacks to more than a table of areas has.", "Check the file.", str(path))
    return raw


def _csv(raw: bytes, path: Path) -> list[list[str]]:
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("latin-1")  # every byte is a character: names with accents in older files
    try:
        return [line for line in csv.reader(io.StringIO(text, newline=""), strict=True) if line]
    except csv.Error as error:
        raise WrongFile(f"The file is no whole CSV table: {error}.", _REMEDY, str(path)) from error


def _workbook(raw: bytes, sheet: str, path: Path) -> list[list[str]]:
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(raw))
        if sheet and sheet not in book.sheet_names:
            raise WrongFile(f"The workbook has no sheet “{sheet}”.", f"It has {book.sheet_names}.", str(path))
        cells = book.get_sheet_by_name(sheet or book.sheet_names[0]).to_python()
    except CalamineError as error:
        raise WrongFile(f"The workbook cannot be read: {error}.", _REMEDY, str(path)) from error
    return [[_text(cell) for cell in line] for line in cells if any(cell != "" for cell in line)]


def _geojson(raw: bytes, path: Path) -> list[list[str]]:
    try:
        body = json.loads(raw)
        return records([feature["properties"] for feature in body["features"]])
    except (ValueError, KeyError, TypeError) as error:
        raise WrongFile("The file is no whole GeoJSON of areas.", _REMEDY, str(path)) from error


def records(rows: Sequence[Mapping[str, Any]]) -> list[list[str]]:
    """Mappings as lines, the header first."""
    header = list(dict.fromkeys(name for row in rows for name in row))
    return [header, *([_text(row.get(name)) for name in header] for row in rows)]


def _text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)
