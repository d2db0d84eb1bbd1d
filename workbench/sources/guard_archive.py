"""Workbooks that are zip archives (XLSX, ODS): what is in them, how large it is, and how far the sheets reach.

Every part is unpacked in pieces and counted, whatever size it declares. The XML is looked through as bytes: no parser
sees a document type, and no library builds a sheet before its corners are known.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import Literal, NoReturn
from xml.parsers import expat

from workbench.domain import words
from workbench.sources.guard_limits import (
    MOST_CELLS,
    MOST_COLUMNS,
    MOST_PARTS,
    MOST_RATIO,
    MOST_ROWS,
    MOST_TEXT,
    MOST_UNPACKED,
    SAVE_AGAIN,
    RefusedPart,
)

_PIECE = 1 << 20
_OVERLAP = 400  # longer than any one tag or reference that is looked for
_DAMAGED = (
    "It looks like a workbook but cannot be opened as one: it may be damaged, locked by a password or another kind of "
    "document."
)
_OPEN = "Open it in a spreadsheet program and save it as XLSX or CSV."
_CELL = re.compile(rb"<(?:\w+:)?c(?=[\s/>])[^>]*?\sr=\"([A-Za-z]{1,8})(\d{1,10})\"")
_ANY_CELL = re.compile(rb"<(?:\w+:)?c(?=[\s/>])")
_ANY_PLACE = re.compile(rb"<(?:\w+:)?c(?=[\s/>])[^>]*?\sr\s*=\s*[\"'][^\"']*[\"']")
_ROW = re.compile(rb"<(?:\w+:)?row(?=[\s/>])")
_ROW_NUMBER = re.compile(rb"<(?:\w+:)?row(?=[\s/>])[^>]*?\sr=\"(\d{1,12})\"")
_ANY_ROW_NUMBER = re.compile(rb"<(?:\w+:)?row(?=[\s/>])[^>]*?\sr\s*=\s*[\"'][^\"']*[\"']")
_ODD_TAG = re.compile(rb"<(?:\w+:)?(?:c|row)\s[^<>]{390}|=\s*\"[^\"<]*>[^\"<]*\"|=\s*'[^'\"<]*>[^'\"<]*'")
_FORMULA_ONLY = re.compile(rb"<c [^>]*?r=\"([A-Z]+\d+)\"[^>]*>\s*<f[^>]*(?:/>|>[^<]*</f>)\s*(?:<v ?/>|<v></v>)?\s*</c>")
_FORMULA = re.compile(rb"<(?:\w+:)?f(?=[\s/>])")
_SHARED = re.compile(rb"t=\"s\"[^>]*><v>(\d{1,9})</v>")
_ENTRY = re.compile(rb"</(?:\w+:)?si>")


def check_archive(data: bytes) -> tuple[Literal["xlsx", "ods"], tuple[str, ...]]:
    """Check a workbook that is an archive.

    Returns
    -------
    tuple
        Its kind, and what a reader must know of it.

    Raises
    ------
    RefusedPart
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            _check_parts(parts, len(data))
            names = {part.filename for part in parts}
            excel = any(name.lower().startswith("xl/workbook.") for name in names)
            if "content.xml" in names and not excel:
                return "ods", _check_ods(archive, names)
            if "xl/workbook.xml" in names and "content.xml" not in names and "xl/workbook.bin" not in names:
                return "xlsx", _check_xlsx(archive, parts)
            return _not_a_spreadsheet()
    except RefusedPart:
        raise
    except RuntimeError as error:  # zipfile says so of a part that wants a password
        raise RefusedPart(_DAMAGED, _OPEN) from error
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, KeyError) as error:
        raise RefusedPart(_DAMAGED, _OPEN) from error


def _not_a_spreadsheet() -> NoReturn:
    raise RefusedPart("It is an archive, and not of a spreadsheet.", "Unpack it, and bring the table itself.")


def _check_parts(parts: list[zipfile.ZipInfo], packed: int) -> None:
    """What the directory of the archive says, before anything is unpacked."""
    if len(parts) > MOST_PARTS:
        raise RefusedPart(f"It is an archive of {len(parts):,} parts. A workbook has few.", SAVE_AGAIN)
    names = [part.filename for part in parts]
    if len(set(names)) != len(names):
        raise RefusedPart("It is an archive that holds two parts of one name.", SAVE_AGAIN)
    if any(part.flag_bits & 1 for part in parts):
        raise RefusedPart("It is locked by a password.", "Save it without a password.")
    total = sum(part.file_size for part in parts)
    if total > MOST_UNPACKED:
        raise RefusedPart(f"It unpacks to {total / 1e6:,.0f} MB. {_BOMB}", SAVE_AGAIN)
    for part in parts:
        if part.file_size > 1_000_000 and part.file_size > MOST_RATIO * max(part.compress_size, 1):
            raise RefusedPart(f"Its part {part.filename} unpacks to far more than it is packed in. {_BOMB}", SAVE_AGAIN)
        lower = part.filename.lower()
        if lower.endswith((".zip", ".xlsx", ".xlsm", ".ods", ".gz", ".7z", ".rar", ".tar", ".docx", ".bz2", ".xz")):
            raise RefusedPart(f"It is an archive inside an archive: {part.filename}.", SAVE_AGAIN)
        if lower.endswith(("vbaproject.bin", "vbadata.xml")) or lower.startswith(("basic/", "scripts/")):
            raise RefusedPart("It holds macros. They were not run.", "Save it as XLSX or CSV, without macros.")


_BOMB = "A table of figures does not."


def _pieces(archive: zipfile.ZipFile, name: str) -> Iterator[tuple[bytes, int]]:
    """A part in pieces that overlap, so that nothing looked for is cut in two, and how much of each was there before.

    The part is counted as it comes, whatever size it declares.
    """
    size, before, first = 0, b"", True
    with archive.open(name) as part:
        while piece := part.read(_PIECE):
            size += len(piece)
            if size > MOST_UNPACKED:
                raise RefusedPart(f"Its part {name} unpacks to more than {MOST_UNPACKED / 1e6:,.0f} MB.", SAVE_AGAIN)
            if first:
                _check_encoding(piece, name)
                first = False
            whole = before + piece
            if b"<!DOCTYPE" in whole or b"<!ENTITY" in whole or b"<!doctype" in whole:
                raise RefusedPart(
                    f"Its part {name} defines a document type, which may make other programs fetch or unfold things.",
                    SAVE_AGAIN,
                )
            if _ODD_TAG.search(whole):
                raise RefusedPart(f"Its part {name} is not written as spreadsheet programs write it.", SAVE_AGAIN)
            yield whole, len(before)
            before = whole[-_OVERLAP:]


def _check_encoding(piece: bytes, name: str) -> None:
    declared = re.match(rb"(?:\xef\xbb\xbf)?\s*<\?xml[^>]*?encoding=[\"']([^\"']+)", piece)
    plain = not piece.startswith((b"\xff\xfe", b"\xfe\xff")) and b"\0" not in piece[:64]
    if not plain or (declared and declared[1].lower() not in (b"utf-8", b"utf8", b"us-ascii", b"ascii")):
        raise RefusedPart(f"Its part {name} is written in an unusual encoding.", SAVE_AGAIN)


# --- Excel ------------------------------------------------------------------------------------------------------------


def _check_xlsx(archive: zipfile.ZipFile, parts: list[zipfile.ZipInfo]) -> tuple[str, ...]:
    shared = [part.filename for part in parts if part.filename.lower().endswith("sharedstrings.xml")]
    longest = max((_longest_text(archive, name) for name in shared), default=0)
    unvalued: dict[str, None] = {}
    cells = formulas = 0
    for name in (part.filename for part in parts):
        # A workbook may name any part as a sheet, so every part that is XML is counted as one.
        if name in shared or not _is_xml(archive, name):
            continue
        sheet = _Sheet(archive, name)
        cells += sheet.cells
        formulas += sheet.formulas
        unvalued |= sheet.unvalued
        if sheet.shared * longest > MOST_TEXT:
            _check_texts(archive, name)
    if cells > MOST_CELLS:
        raise RefusedPart(f"It has {cells:,} cells. The most that is read is {MOST_CELLS:,}.", SAVE_AGAIN)
    links = any(part.filename.startswith("xl/externalLinks/") for part in parts)
    return tuple(_told(formulas, list(unvalued), links))


def _is_xml(archive: zipfile.ZipFile, name: str) -> bool:
    with archive.open(name) as part:
        start = part.read(256)
    return b"<" in start.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n\0")[:2]


def _told(formulas: int, unvalued: list[str], links: bool) -> Iterator[str]:
    if formulas:
        counted = words.counted(formulas, "formula")
        yield f"It has {counted}. The values saved with formulas were read; nothing was worked out."
    if unvalued:
        some = ", ".join(unvalued[:3])
        yield f"{len(unvalued):,} of its formulas have no saved value (for example {some}). They count as missing."
    if links:
        yield "It has links to other workbooks. They were not followed."


def _longest_text(archive: zipfile.ZipFile, name: str) -> int:
    """The length of the longest of the texts that cells share, counted as XML."""
    longest = run = 0
    with archive.open(name) as part:
        first = True
        while piece := part.read(_PIECE):
            if first:
                _check_encoding(piece, name)
                first = False
            ends = [found.end() for found in _ENTRY.finditer(piece)]
            start = 0
            for end in ends:
                longest = max(longest, run + end - start)
                run, start = 0, end
            run += len(piece) - start
    for _ in _pieces(archive, name):
        pass
    return max(longest, run)


def _check_texts(archive: zipfile.ZipFile, name: str) -> None:
    """Add up the texts of a sheet's cells one by one: one long text may stand in every cell."""
    shared = next(n for n in archive.namelist() if n.lower().endswith("sharedstrings.xml"))
    lengths = [len(text) for text in _ENTRY.split(archive.read(shared))]
    total = 0
    for piece, _ in _pieces(archive, name):
        total += sum(lengths[int(n)] for n in _SHARED.findall(piece) if int(n) < len(lengths))
        if total > MOST_TEXT:
            raise RefusedPart("The texts in its cells are longer than a table’s.", SAVE_AGAIN)


class _Sheet:
    """How far a sheet reaches, and what its cells are, counted from its XML."""

    def __init__(self, archive: zipfile.ZipFile, name: str) -> None:
        self.cells = self.formulas = self.shared = 0
        self.unvalued: dict[str, None] = {}
        rows = last_row = widest = counted = 0
        letters: set[bytes] = set()
        for piece, known in _pieces(archive, name):
            found = _CELL.findall(piece)
            if b"<c" not in piece and b":c" not in piece and b"row" not in piece:
                continue
            counted += len(_ANY_CELL.findall(piece))
            placed, numbered = _ANY_PLACE.findall(piece), _ANY_ROW_NUMBER.findall(piece)
            if len(placed) != len(found) or len(numbered) != len(_ROW_NUMBER.findall(piece)):
                raise RefusedPart(f"Its part {name} is not written as spreadsheet programs write it.", SAVE_AGAIN)
            self.cells += len(found)
            letters.update(column for column, _ in found)
            last_row = max([last_row, *(int(n) for n in _ROW_NUMBER.findall(piece))])
            if found:
                last_row = max(last_row, int(found[-1][1]), int(found[0][1]))
            rows += len(_ROW.findall(piece))
            self.shared += piece.count(b't="s"')
            self.formulas += sum(1 for found in _FORMULA.finditer(piece) if found.end() > known)
            self.unvalued |= {cell.decode(): None for cell in _FORMULA_ONLY.findall(piece)}
            self._check(counted, max(rows, last_row), letters)
        widest = max((_number(column) for column in letters), default=0)
        if counted > self.cells:  # cells without a reference stand one after the other
            widest = max(widest, _widest(archive, name))
        area = max(rows, last_row) * widest
        if widest > MOST_COLUMNS or area > MOST_CELLS:
            raise RefusedPart(
                f"A sheet reaches row {max(rows, last_row):,} and column {widest:,}, which is {area:,} cells. The most "
                f"that is read is {MOST_CELLS:,}.",
                SAVE_AGAIN,
            )

    @staticmethod
    def _check(cells: int, rows: int, letters: set[bytes]) -> None:
        if cells > MOST_CELLS:
            raise RefusedPart(f"A sheet has more than {MOST_CELLS:,} cells.", SAVE_AGAIN)
        if rows > MOST_ROWS:
            raise RefusedPart(f"A sheet reaches row {rows:,}. A spreadsheet has {MOST_ROWS:,}.", SAVE_AGAIN)
        if len(letters) > MOST_COLUMNS or any(len(column) > 3 for column in letters):
            raise RefusedPart(f"A sheet has more than {MOST_COLUMNS:,} columns.", SAVE_AGAIN)


def _widest(archive: zipfile.ZipFile, name: str) -> int:
    """The most cells in one row."""
    widest = run = 0
    with archive.open(name) as part:
        while piece := part.read(_PIECE):
            rows = _ROW.split(piece)
            run += len(_ANY_CELL.findall(rows[0]))
            for row in rows[1:]:
                widest, run = max(widest, run), len(_ANY_CELL.findall(row))
    return max(widest, run)


def _number(letters: bytes) -> int:
    """The number of a column from its letters: 27 for AA."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


# --- OpenDocument -----------------------------------------------------------------------------------------------------


def _check_ods(archive: zipfile.ZipFile, names: set[str]) -> tuple[str, ...]:
    if "META-INF/manifest.xml" in names:
        for piece, _ in _pieces(archive, "META-INF/manifest.xml"):
            if b"encryption-data" in piece:
                raise RefusedPart("It is locked by a password.", "Save it without a password.")
    for _ in _pieces(archive, "content.xml"):
        pass
    extent = _Extent()
    with archive.open("content.xml") as part:
        while piece := part.read(_PIECE):
            extent.feed(piece)
        extent.feed(b"", last=True)
    return tuple(_told(extent.formulas, [], links=False))


class _Extent:
    """How far the tables of an OpenDocument spreadsheet reach once repeated cells and rows are written out."""

    def __init__(self) -> None:
        self.cells = self.formulas = 0
        self._area = 0
        self._column = self._filled = self._rows = self._repeat = self._last = self._widest = 0
        # No document type reaches this parser (see _pieces), and none would be followed.
        self._parser = expat.ParserCreate()
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end

    def feed(self, piece: bytes, last: bool = False) -> None:
        try:
            self._parser.Parse(piece, last)
        except expat.ExpatError as error:
            raise RefusedPart(_DAMAGED, _OPEN) from error

    def _start(self, name: str, said: dict[str, str]) -> None:
        if name == "table:table":
            self._rows = self._last = self._widest = 0
        elif name == "table:table-row":
            self._column = self._filled = 0
            self._repeat = int(said.get("table:number-rows-repeated", "1"))
        elif name in ("table:table-cell", "table:covered-table-cell"):
            repeat = int(said.get("table:number-columns-repeated", "1"))
            self._column += repeat
            if "office:value-type" in said or "calcext:value-type" in said:
                self._filled = self._column
            self.formulas += "table:formula" in said

    def _end(self, name: str) -> None:
        if name != "table:table-row":
            return
        self._rows += self._repeat
        if not self._filled:
            return
        self._last, self._widest = self._rows, max(self._widest, self._filled)
        self.cells += self._filled * self._repeat
        if self._widest > MOST_COLUMNS or self._last > MOST_ROWS or self._last * self._widest > MOST_CELLS:
            raise RefusedPart(
                f"A sheet reaches row {self._last:,} and column {self._widest:,}. The most that is read is "
                f"{MOST_CELLS:,} cells.",
                SAVE_AGAIN,
            )
        if self.cells > MOST_CELLS:
            raise RefusedPart(f"It has more than {MOST_CELLS:,} cells.", SAVE_AGAIN)
