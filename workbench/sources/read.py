"""Read figures from a file that someone brings: find out what it is from its content, and hand it to its reader."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook

from workbench.domain.areas import AreaRegister
from workbench.errors import WrongFile
from workbench.sources import claimant_csv, nomis_workbook
from workbench.sources.imported import Cells, Imported, Reader, text
from workbench.sources.personal import refuse_personal

__all__ = ["READERS", "Imported", "read_figures"]

READERS: tuple[Reader, ...] = (nomis_workbook.READER, claimant_csv.READER)
"""Tried in this order; the first whose ``fits`` says yes reads the sheet."""

_REMEDY = "Bring a claimant count table as CSV, or table T01 of the Annual Population Survey as Nomis writes it."
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # XLSX and ODS are zip files; XLS is an OLE file
_OTHERS = {
    b"%PDF": "a PDF document",
    b"{\\rtf": "a text document",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"PAR1": "a Parquet file",
    b"\x1f\x8b": "a compressed file",
}


def read_figures(path: Path, areas: AreaRegister) -> Imported:
    """Figures from a file of a kind the workbench knows.

    Parameters
    ----------
    path : Path
        CSV, XLSX, XLS or ODS. It is read, never changed.
    areas : AreaRegister
        Areas that are held. Codes and names are looked up here exactly; nothing is guessed.

    Returns
    -------
    Imported
        Figures with a citation of the file, the rows read, what was left out and why.

    Raises
    ------
    WrongFile
        When the file is missing, empty, no table, of a kind that is not known, or looks like records about people.
    UnknownArea
        When it holds a code that is no GSS code, or no area that is held.

    Examples
    --------
    >>> read_figures(Path("claimant_count_wards.csv"), library.areas).rows_read  # doctest: +SKIP
    7310
    """
    sheets = _open(path)
    for cells in sheets:
        refuse_personal(cells)
    for cells in sheets:
        for reader in READERS:
            if reader.fits(cells):
                return reader.read(cells, areas)
    first = next((row for cells in sheets for row in cells.rows if any(text(cell) for cell in row)), ())
    shown = ", ".join(text(cell)[:40] for cell in first[:6] if text(cell))
    raise WrongFile(f"It is a table of a kind that cannot be read yet. Its first row is: {shown}.", _REMEDY, str(path))


def _open(path: Path) -> list[Cells]:
    """The sheets of a file that have cells."""
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise WrongFile("There is no such file.", "Check the name and the folder.", str(path)) from error
    except OSError as error:  # a folder, or no permission
        reason = "It is a folder." if path.is_dir() else "It cannot be opened."
        raise WrongFile(reason, "Name a file that you may read.", str(path)) from error
    if not data.strip():
        raise WrongFile("The file is empty.", "Download or save it again.", str(path))
    for magic, kind in _OTHERS.items():
        if data.startswith(magic):
            raise WrongFile(f"It is {kind}, not a spreadsheet or CSV.", _REMEDY, str(path))
    sheets = _workbook(path, data) if data.startswith(_WORKBOOKS) else [Cells(path, "", _csv(path, data))]
    sheets = [cells for cells in sheets if any(text(cell) for row in cells.rows for cell in row)]
    if not sheets:
        raise WrongFile("It has no cells with anything in them.", "Download or save it again.", str(path))
    return sheets


def _workbook(path: Path, data: bytes) -> list[Cells]:
    """Every sheet, row by row, whatever dimension it declares: Nomis writes A1 for thousands of rows."""
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
        return [
            Cells(path, name, workbook.get_sheet_by_name(name).to_python(skip_empty_area=False))
            for name in workbook.sheet_names
        ]
    except (CalamineError, OSError, ValueError) as error:
        raise WrongFile(
            "It looks like a workbook but cannot be opened as one: it may be damaged, locked by a password or another "
            "kind of document.",
            "Open it in a spreadsheet program and save it as XLSX or CSV.",
            str(path),
        ) from error


def _csv(path: Path, data: bytes) -> list[list[str]]:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    else:
        try:
            data.decode("utf-8-sig")
            encoding = "utf-8-sig"
        except UnicodeDecodeError:
            encoding = "cp1252"
    try:
        content = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise WrongFile("Its characters cannot be read.", "Save it as CSV UTF-8.", str(path)) from error
    start = content.lstrip()[:1]
    if start in ("<", "{", "[") or "\0" in content:
        kind = {"<": "a web page", "{": "JSON", "[": "JSON"}.get(start, "not text")
        raise WrongFile(f"It is {kind}, not a spreadsheet or CSV.", _REMEDY, str(path))
    try:
        return list(csv.reader(io.StringIO(content, newline="")))
    except csv.Error as error:
        raise WrongFile(f"It is not a CSV table: {error}.", "Save it again as CSV.", str(path)) from error
