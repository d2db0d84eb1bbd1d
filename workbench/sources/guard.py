"""What is checked of a file before any reader sees it: that it is what it claims, and no larger than can be held.

A file that somebody was sent may be made to fill the memory, to fetch something or to run something. Nothing here runs,
fetches or works out anything. Sizes are checked before bytes are read, archives are unpacked in small pieces and
counted, and a sheet's extent is counted from its XML before a library builds it in memory. What decides is the content
of a file, never its name.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from workbench.errors import WrongFile
from workbench.sources.guard_archive import check_archive
from workbench.sources.guard_limits import (
    MOST_BYTES,
    MOST_CELLS,
    MOST_COLUMNS,
    MOST_ROWS,
    MOST_UNPACKED,
    SAVE_AGAIN,
    RefusedPart,
)
from workbench.sources.guard_ole import check_ole

Kind = Literal["xlsx", "ods", "xls", "json", "text"]

OTHERS = {
    b"%PDF": "a PDF document",
    b"{\\rtf": "a text document",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"PAR1": "a Parquet file",
    b"BZh": "a compressed file",
    b"\xfd7zXZ": "a compressed file",
    b"7z\xbc\xaf": "a compressed file",
    b"Rar!": "a compressed file",
    b"SQLite format 3": "a database",
    b"\x7fELF": "a program",
    b"MZ": "a program",
}
_ENDINGS: dict[str, tuple[Kind, ...]] = {
    ".xlsx": ("xlsx",), ".xlsm": ("xlsx",), ".xls": ("xls",), ".ods": ("ods",), ".csv": ("text",), ".tsv": ("text",),
    ".txt": ("text",), ".psv": ("text",), ".json": ("json",), ".geojson": ("json",),
}  # fmt: skip
_NAMES: dict[Kind, str] = {
    "xlsx": "an Excel workbook", "xls": "an old Excel workbook", "ods": "an OpenDocument spreadsheet", "json": "JSON",
    "text": "text",
}  # fmt: skip
_REMEDY = "Bring a table as CSV, Excel (XLSX), OpenDocument (ODS) or JSON."


@dataclass(frozen=True)
class Checked:
    """A file that may be read.

    Attributes
    ----------
    kind : str
        From its content.
    data : bytes
        Unpacked when it came compressed.
    notes : tuple of str
        What a reader must know: it was unpacked, its name says something else, links were not followed.
    """

    kind: Kind
    data: bytes
    notes: tuple[str, ...] = ()


def check(path: Path) -> Checked:
    """Check a file and give its bytes.

    Raises
    ------
    WrongFile
        When it is missing, empty, of a kind that is no table, too large, or made to do harm; with the reason.
    """
    try:
        data, notes = _bytes(path)
        kind = _kind(data)
        if kind in ("xlsx", "ods"):
            kind, more = check_archive(data)
            notes += more
        elif kind == "xls":
            notes += check_ole(data)
        elif kind == "json":
            _check_json(data)
        else:
            _check_text(data)
    except RefusedPart as refused:
        raise WrongFile(refused.message, refused.remedy or _REMEDY, str(path)) from refused
    ending = Path(path.name.removesuffix(".gz")).suffix.lower()
    if ending in _ENDINGS and kind not in _ENDINGS[ending]:
        notes += (f"The file is named {ending} but holds {_NAMES[kind]}. It was read as that.",)
    return Checked(kind, data, notes)


def _bytes(path: Path) -> tuple[bytes, tuple[str, ...]]:
    try:
        if not path.exists():
            raise RefusedPart("There is no such file.", "Check the name and the folder.")
        if not path.is_file():
            said = "It is a folder." if path.is_dir() else "It is not a file."
            raise RefusedPart(said, "Name a file that you may read.")
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise RefusedPart(
                f"It has {size / 1e6:,.0f} MB. The most that is read is {MOST_BYTES / 1e6:,.0f} MB.",
                "Choose fewer areas, periods or measures, or fetch the figures from the service.",
            )
        data = path.read_bytes()
    except OSError as error:
        raise RefusedPart("It cannot be opened.", "Name a file that you may read.") from error
    if data.startswith(b"\x1f\x8b"):
        return _unzipped(data), ("The file was compressed (gz) and was unpacked.",)
    return data, ()


def _unzipped(data: bytes) -> bytes:
    """The content of a gz file, unpacked in pieces so that a small file cannot become a large one."""
    parts, size, rest = [], 0, data
    try:
        while rest:
            unpack = zlib.decompressobj(wbits=31)
            piece = unpack.decompress(rest, 1 << 20)
            while piece:
                size += len(piece)
                if size > MOST_UNPACKED:
                    raise RefusedPart(
                        f"It unpacks to more than {MOST_UNPACKED / 1e6:,.0f} MB.",
                        "Check where it comes from. A table of figures is not that large.",
                    )
                parts.append(piece)
                piece = unpack.decompress(unpack.unconsumed_tail, 1 << 20)
            if not unpack.eof:
                raise RefusedPart("It is a compressed file that is cut short.", "Download it again.")
            rest = unpack.unused_data.lstrip(b"\0")
            if rest and not rest.startswith(b"\x1f\x8b"):
                raise RefusedPart("It is a compressed file with something behind it.", "Download it again.")
    except zlib.error as error:
        raise RefusedPart("It is a compressed file that is damaged.", "Download it again.") from error
    whole = b"".join(parts)
    if whole.startswith((b"\x1f\x8b", b"BZh", b"\xfd7zXZ")) or whole[257:262] == b"ustar":
        raise RefusedPart("It is an archive inside an archive.", "Unpack it, and bring the table itself.")
    return whole


def _kind(data: bytes) -> Kind:
    if not data.strip():
        raise RefusedPart("The file is empty.", "Download or save it again.")
    if data.startswith(b"PK\x03\x04"):
        return "xlsx"
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        return "xls"
    for magic, kind in OTHERS.items():
        if data.startswith(magic):
            raise RefusedPart(f"It is {kind}, not a spreadsheet or CSV.")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "text"
    start = data.removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith(b"<"):
        kind = "an XML document" if start.startswith(b"<?xml") else "a web page"
        raise RefusedPart(f"It is {kind}, not a spreadsheet or CSV.")
    if b"\0" in data[:4096] or b"\0" in data:
        raise RefusedPart("It is not text, not a spreadsheet or CSV.")
    return "json" if start.startswith((b"{", b"[")) else "text"


def _check_json(data: bytes) -> None:
    if data.count(b"{") + data.count(b"[") > 3 * MOST_ROWS or data.count(b",") > MOST_CELLS * 2:
        raise RefusedPart("It holds more records than can be read at once.", "Choose fewer areas or periods.")


def _check_text(data: bytes) -> None:
    """Count lines and cells before they are taken apart."""
    lines = max(data.count(b"\n"), data.count(b"\r"))
    if lines > MOST_ROWS:
        raise RefusedPart(
            f"It has {lines:,} lines. The most that is read is {MOST_ROWS:,}.",
            "Choose fewer areas, periods or measures, or fetch the figures from the service.",
        )
    separators = max(data.count(mark) for mark in (b",", b"\t", b";", b"|"))
    if separators > MOST_CELLS:
        raise RefusedPart(
            f"It has more than {MOST_CELLS:,} cells.", "Choose fewer areas, periods or measures. " + SAVE_AGAIN
        )
    for mark in (b",", b"\t", b";", b"|"):
        if separators > MOST_COLUMNS and re.search(rb"(?:" + re.escape(mark) + rb"[ \r]*){1000}", data):
            raise RefusedPart("It has a thousand or more empty columns.", SAVE_AGAIN)
    widest = max((line.count(b",") for line in data.split(b"\n", 200)[:200]), default=0)
    if widest > MOST_COLUMNS:
        raise RefusedPart(f"It has {widest + 1:,} columns. A spreadsheet has at most {MOST_COLUMNS:,}.", SAVE_AGAIN)
