"""Old Excel workbooks (XLS): how far the sheets reach, counted from their records before a library builds them.

The container is described in [MS-CFB], the records in [MS-XLS], both published by Microsoft.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from workbench.sources.guard_limits import MOST_CELLS, SAVE_AGAIN, RefusedPart

_DAMAGED = (
    "It looks like a workbook but cannot be opened as one: it may be damaged, locked by a password or another kind of "
    "document."
)
_OPEN = "Open it in a spreadsheet program and save it as XLSX or CSV."
_END = 0xFFFFFFFA  # sector numbers from here on are no sectors
_MOST_OLE = 32_000_000

_BOF, _FILEPASS, _MULRK, _MULBLANK = 0x0809, 0x002F, 0x00BD, 0x00BE
_CELLS = {0x0006, 0x0201, 0x0203, 0x0204, 0x0205, 0x027E, 0x00FD, 0x00D6, _MULRK, _MULBLANK}


def check_ole(data: bytes) -> tuple[str, ...]:
    """Check an old Excel workbook.

    Raises
    ------
    RefusedPart
        When it is locked, holds macros, is damaged, or reaches further than is read.
    """
    if len(data) > _MOST_OLE:
        raise RefusedPart(f"It is an old workbook of {len(data) / 1e6:,.0f} MB.", "Save it as XLSX or CSV.")
    for name, said, remedy in (
        ("EncryptedPackage", "It is locked by a password.", "Save it without a password."),
        ("_VBA_PROJECT", "It holds macros. They were not run.", "Save it as XLSX or CSV, without macros."),
    ):
        if name.encode("utf-16-le") in data:
            raise RefusedPart(said, remedy)
    try:
        stream = _stream(data)
    except (struct.error, IndexError, ValueError) as error:
        raise RefusedPart(_DAMAGED, _OPEN) from error
    _check_records(stream)
    return ()


def _check_records(stream: bytes) -> None:
    rows = columns = total = 0
    for kind, body in _records(stream):
        if kind == _FILEPASS:
            raise RefusedPart("It is locked by a password.", "Save it without a password.")
        if kind == _BOF:
            total += rows * columns
            rows = columns = 0
        elif kind in _CELLS and len(body) >= 4:
            row, column = struct.unpack_from("<HH", body)
            if kind in (_MULRK, _MULBLANK) and len(body) >= 6:
                column = max(column, struct.unpack_from("<H", body, len(body) - 2)[0])
            rows, columns = max(rows, row + 1), max(columns, column + 1)
        if total + rows * columns > MOST_CELLS:
            raise RefusedPart(f"Its sheets reach over more than {MOST_CELLS:,} cells.", SAVE_AGAIN)


def _records(stream: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        yield kind, stream[at + 4 : at + 4 + length]
        at += 4 + length


def _stream(data: bytes) -> bytes:
    """The stream named Workbook or Book, joined from its sectors."""
    shift = struct.unpack_from("<H", data, 30)[0]
    if shift not in (9, 12):
        raise ValueError(shift)
    size = 1 << shift
    first, cutoff = struct.unpack_from("<I", data, 48)[0], struct.unpack_from("<I", data, 56)[0]
    table: list[int] = []
    for sector in _allocation(data, size):
        table += struct.unpack_from(f"<{size // 4}I", data, (sector + 1) * size)
    folder = _chain(data, table, first, size)
    for at in range(0, len(folder) - 127, 128):
        length = struct.unpack_from("<H", folder, at + 64)[0]
        name = folder[at : at + max(length - 2, 0)].decode("utf-16-le", "replace")
        if name in ("Workbook", "Book"):
            start, long = struct.unpack_from("<II", folder, at + 116)
            if long < cutoff:  # too small to have many cells: it lies in the short sectors
                return b""
            return _chain(data, table, start, size)[:long]
    raise ValueError("no workbook")


def _allocation(data: bytes, size: int) -> Iterator[int]:
    """The sectors that hold the table of sectors: 109 named at the head, the others in a chain."""
    yield from (n for n in struct.unpack_from("<109I", data, 76) if n < _END)
    more, seen = struct.unpack_from("<I", data, 68)[0], set()
    while more < _END and more not in seen:
        seen.add(more)
        numbers = struct.unpack_from(f"<{size // 4}I", data, (more + 1) * size)
        yield from (n for n in numbers[:-1] if n < _END)
        more = numbers[-1]


def _chain(data: bytes, table: list[int], first: int, size: int) -> bytes:
    parts, at, seen = [], first, set()
    while at < _END:
        if at in seen or at >= len(table):
            raise ValueError("a chain of sectors goes round")
        seen.add(at)
        parts.append(data[(at + 1) * size : (at + 2) * size])
        at = table[at]
    return b"".join(parts)
