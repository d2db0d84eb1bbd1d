"""A checked file as sheets of cells, whatever its format: CSV and its kin, Excel, OpenDocument, kinds of JSON."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook

from workbench.errors import WrongFile
from workbench.sources.guard import Checked, check
from workbench.sources.guard_limits import MOST_CELLS, SAVE_AGAIN
from workbench.sources.imported import Cells, text
from workbench.sources.json_table import json_sheets

_DELIMITERS = (",", "\t", ";", "|")
_OPEN = "Open it in a spreadsheet program and save it as XLSX or CSV."


@dataclass(frozen=True)
class Opened:
    """The sheets of a file.

    Attributes
    ----------
    sheets : tuple of Cells
        Those that have cells with anything in them.
    notes : tuple of str
        What a reader must know of the file.
    part : str
        When the file says itself that it is not whole: what it says. Else empty.
    """

    sheets: tuple[Cells, ...]
    notes: tuple[str, ...] = ()
    part: str = ""


def open_sheets(path: Path) -> Opened:
    """The sheets of a file, after it was checked.

    Raises
    ------
    WrongFile
        When it is missing, of a kind that is no table, damaged, too large or made to do harm.
    """
    checked = check(path)
    part, notes = "", checked.notes
    if checked.kind == "json":
        sheets, part, more = json_sheets(path, checked.data)
        notes += more
    elif checked.kind == "text":
        sheets = [Cells(path, "", _delimited(path, checked.data))]
    else:
        sheets = _workbook(path, checked)
    sheets = [cells for cells in sheets if any(text(cell) for row in cells.rows for cell in row)]
    if not sheets:
        raise WrongFile("It has no cells with anything in them.", "Download or save it again.", str(path))
    return Opened(tuple(sheets), notes, part)


def _workbook(path: Path, checked: Checked) -> list[Cells]:
    """Every sheet, row by row, whatever dimension it declares: Nomis writes A1 for thousands of rows."""
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(checked.data))
        sheets = []
        for name in workbook.sheet_names:
            sheet = workbook.get_sheet_by_name(name)
            if sheet.total_height * sheet.total_width > MOST_CELLS:
                raise WrongFile(f"The sheet {name} has more than {MOST_CELLS:,} cells.", SAVE_AGAIN, str(path))
            rows = sheet.to_python(skip_empty_area=False)
            sheets.append(Cells(path, name, [[_plain(cell) for cell in row] for row in rows]))
    except (CalamineError, OSError, ValueError) as error:
        raise WrongFile(
            "It looks like a workbook but cannot be opened as one: it may be damaged, locked by a password or another "
            "kind of document.",
            _OPEN,
            str(path),
        ) from error
    return sheets


def _plain(cell: object) -> object:
    """A date as ISO text; everything else as it is."""
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == datetime.min.time() else cell.isoformat(sep=" ")
    return cell.isoformat() if isinstance(cell, date) else cell


# --- text -------------------------------------------------------------------------------------------------------------


def _delimited(path: Path, data: bytes) -> list[list[str]]:
    content = _decoded(path, data)
    start = content.lstrip()[:1]
    if start == "<" or "\0" in content:
        raise WrongFile(
            f"It is {'a web page' if start == '<' else 'not text'}, not a spreadsheet or CSV.",
            "Bring a table as CSV, Excel (XLSX), OpenDocument (ODS) or JSON.",
            str(path),
        )
    try:
        return list(csv.reader(io.StringIO(content, newline=""), delimiter=_delimiter(content)))
    except csv.Error as error:
        raise WrongFile(f"It is not a CSV table: {error}.", "Save it again as CSV.", str(path)) from error


def _decoded(path: Path, data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    else:
        try:
            return data.decode("utf-8-sig")
        except UnicodeDecodeError:
            encoding = "cp1252"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise WrongFile("Its characters cannot be read.", "Save it as CSV UTF-8.", str(path)) from error


def _delimiter(content: str) -> str:
    """The mark that divides most lines into the same number of cells, more than one; a comma when none does."""
    sample = content[:200_000].splitlines()[:400]
    best, score = ",", 0.0
    for mark in _DELIMITERS:
        try:
            rows: Sequence[Sequence[str]] = list(csv.reader(sample, delimiter=mark))
        except csv.Error:
            continue
        widths = [len(row) for row in rows if len(row) > 1]
        if not widths:
            continue
        common = max(set(widths), key=widths.count)
        # A comma in 80% of prose lines must not win over a tab that stands in every line of the table.
        agreed = widths.count(common) / max(len(rows), 1) * min(common, 4)
        if agreed > score:
            best, score = mark, agreed
    return best
